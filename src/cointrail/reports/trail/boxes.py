"""Which box of the flow picture each wallet stands in: the largest have their own, the others of a column share one."""

from collections.abc import Mapping
from decimal import Decimal

from cointrail.reports.amounts import EXACT, ZERO
from cointrail.reports.trail.layers import Pair, layers
from cointrail.reports.trail.tally import Edge, View

COLUMNS = 6  # columns of wallets; all that is deeper is one box in the last of them
BOXES = 8  # boxes of a column that stand for one wallet each; the others of that column share one
ALONE = 1  # a box that would hold only one is that one

THEFT, WALLET = "theft", "wallet"

Key = tuple[str, int, str]  # kind, column, name ('' for a box that several share)


def columns(view: View, pairs: Mapping[Pair, Edge], apart: set[str]) -> dict[str, int]:
    """The column of each wallet: all addresses that are neither theft nor end."""
    wallets = sorted({address for pair in pairs for address in pair} - apart)
    depths = {}
    for wallet in wallets:
        hops, weight = view.depths.get(wallet, (1.0, 1.0))
        depths[wallet] = hops / weight if weight else 1.0
    return layers({pair: float(edge.amount) for pair, edge in pairs.items()}, depths)


def boxes_of(pairs: Mapping[Pair, Edge], column: Mapping[str, int], thieves: set[str]) -> dict[str, Key]:
    """The box of each wallet and theft address: the largest of a column have their own."""
    through: dict[str, Decimal] = {}
    for (start, end), edge in pairs.items():
        for address in (start, end) if start in thieves else (end,):
            through[address] = EXACT.add(through.get(address, ZERO), edge.amount)
    deep = max(column.values(), default=0) > COLUMNS
    by_column: dict[int, list[str]] = {}
    for address in sorted((*column, *thieves), key=lambda a: (-through.get(a, ZERO), a)):
        by_column.setdefault(0 if address in thieves else min(column[address], COLUMNS), []).append(address)
    boxes: dict[str, Key] = {}
    for number, addresses in by_column.items():
        own = 0 if deep and number == COLUMNS else len(addresses) if len(addresses) <= BOXES + ALONE else BOXES
        kind = WALLET if number else THEFT
        boxes |= {a: (kind, number, a if index < own else "") for index, a in enumerate(addresses)}
    return boxes
