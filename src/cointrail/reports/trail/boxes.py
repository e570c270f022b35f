"""Which box of the flow picture each wallet stands in: the largest have their own, the others of a column share one."""

from collections.abc import Mapping, Set
from typing import NamedTuple

from cointrail.reports.trail.layers import layers
from cointrail.reports.trail.tally import Edge, Place, Web

COLUMNS = 6  # columns of wallets; all that is deeper is one box for each asset in the last of them
STAGES = 2  # further columns at most for what the theft's own addresses converted before it left them
BOXES = 8  # boxes of a column that stand for one wallet each; the others of that column share one for each asset
ALONE = 1  # a box that would hold only one is that one

THEFT, WALLET = "theft", "wallet"

Pairs = Mapping[tuple[Place, Place], Edge]


class Key(NamedTuple):
    """A box. `name` is '' for a box that several share."""

    kind: str
    column: int
    name: str
    asset: str


def stages(pairs: Pairs, starts: Set[Place], worth: Mapping[str, float]) -> dict[Place, int]:
    """The column of each place of the theft: 0, or further right where it was converted at the theft's addresses."""
    turned = {
        (a, b): weigh(edge, a, worth)
        for (a, b), edge in pairs.items()
        if a in starts and b in starts and a.asset != b.asset
    }
    inside = sorted({place for pair in turned for place in pair})
    found = layers(turned, dict.fromkeys(inside, 1.0))
    return {place: min(found.get(place, 1) - 1, STAGES) for place in starts}


def columns(web: Web, pairs: Pairs, apart: Set[Place], worth: Mapping[str, float]) -> dict[Place, int]:
    """The column of each wallet, 1 being next to the theft: all places that are neither theft nor end."""
    wallets = sorted({place for pair in pairs for place in pair} - apart)
    depths = {}
    for wallet in wallets:
        hops, weight = web.depths.get(wallet, (1.0, 1.0))
        depths[wallet] = hops / weight if weight else 1.0
    return layers({pair: weigh(edge, pair[0], worth) for pair, edge in pairs.items()}, depths)


def boxes_of(
    pairs: Pairs, column: Mapping[Place, int], stage: Mapping[Place, int], worth: Mapping[str, float]
) -> dict[Place, Key]:
    """The box of each wallet and place of the theft: the largest of a column have their own."""
    through: dict[Place, float] = {}
    for (start, end), edge in pairs.items():
        weight = weigh(edge, start, worth)
        for place in (start, end) if start in stage else (end,):
            through[place] = through.get(place, 0.0) + weight
    first = max(stage.values(), default=0)
    deep = max(column.values(), default=0) > COLUMNS
    by_column: dict[int, list[Place]] = {}
    for place in sorted({*column, *stage}, key=lambda p: (-through.get(p, 0.0), p)):
        number = stage[place] if place in stage else first + min(column[place], COLUMNS)
        by_column.setdefault(number, []).append(place)
    boxes: dict[Place, Key] = {}
    for number, places in by_column.items():
        last = deep and number == first + COLUMNS
        own = set() if last else set(places[:BOXES])
        rest: dict[str, list[Place]] = {}
        for place in places:
            if place not in own:
                rest.setdefault(place.asset, []).append(place)
        if not last:
            own |= {shared[0] for shared in rest.values() if len(shared) == ALONE}
        for place in places:
            kind = THEFT if place in stage else WALLET
            boxes[place] = Key(kind, number, place.address if place in own else "", place.asset)
    return boxes


def weigh(edge: Edge, start: Place, worth: Mapping[str, float]) -> float:
    """How wide an edge is, in the measure that the assets of its group share."""
    return float(edge.amount) * worth.get(start.asset, 1.0)
