"""Transactions of several assets as exposure sees them: what each lost, and as which part of whose gain it went on.

Such a transaction is one movement for everybody in it, as in a trace: the net of each holding, at the transaction's
last row. Settlement says which units of a loss became which units of a gain (`conversions.settlement`).
"""

from collections.abc import Iterable
from typing import NamedTuple

from cointrail.conversions.settlement.movement import mint
from cointrail.conversions.settlement.piece import UNSEEN, UNWRAP, VAULT, Piece
from cointrail.conversions.settlement.settler import Settler
from cointrail.ledger import Ledger
from cointrail.ledger.marks import CLOSE

STOPS = frozenset({VAULT, UNSEEN, UNWRAP})  # rules that say that nobody sees what became of it
NOWHERE = -1  # in place of a holding: the ledger shows none
REMEMBERED = 4096  # transactions


class Link(NamedTuple):
    """The units [start, start + size) of what `loser` lost are [at, at + amount) of what `gainer` gained.

    Holdings, or NOWHERE where the transaction shows none. `stops`: walking with the chain, value ends at the gainer.
    """

    loser: int
    start: int
    size: int
    gainer: int
    at: int
    amount: int
    stops: bool


class Settled(NamedTuple):
    """One transaction, whichever way it is walked: net losses and gains by holding, and the links between them."""

    lost: dict[int, int]
    gained: dict[int, int]
    links: list[Link]


class Out(NamedTuple):
    """The units [start, start + size) of an outflow arrive as [at, at + amount) of a holding's inflow."""

    start: int
    size: int
    holding: int
    at: int
    amount: int
    stops: bool


class Deal(NamedTuple):
    """The same in walking direction: outflows as (holding, amount, where it goes), and inflows."""

    key: int
    outflows: list[tuple[int, int, list[Out]]]
    inflows: dict[int, int]

    def payers(self, holding: int) -> list[int]:
        """Whose value a holding got by it."""
        return list(dict.fromkeys(one for one, _, outs in self.outflows if any(o.holding == holding for o in outs)))


class Deals:
    """The transactions of several assets of one ledger; only assets that somebody vouches for take part."""

    def __init__(self, ledger: Ledger, settler: Settler | None = None) -> None:
        self._ledger, self._index, self._settler = ledger, ledger.index, settler or Settler(ledger)
        self._made: dict[int, Deal] = {}

    def settled(self, row: int) -> Settled:
        """The transaction of a row, settled."""
        return self._settle(*self._index.transaction(row))

    def at(self, key: int, backward: bool) -> Deal | None:
        """The transaction of a movement in walking direction; None where it moves one asset and nothing is told of it.

        Keys are rows, negated when walking against the chain.
        """
        row = abs(key)
        if self._index.outputs or not self._index.mark[row] & CLOSE:
            return None
        last = self._index.transaction(row)[1] - 1
        place = -last if backward else last
        if place not in self._made:
            if len(self._made) >= REMEMBERED:
                self._made.clear()
            self._made[place] = turned(self.settled(row), place, backward)
        return self._made[place]

    def _settle(self, first: int, behind: int) -> Settled:
        counts = [asset.verified for asset in self._ledger.assets]
        nets: dict[int, int] = {}
        for _, sender, recipient, amount in self._settler.rows(first, behind):
            if sender != recipient and counts[self._index.asset(sender)]:
                nets[sender] = nets.get(sender, 0) - amount
                nets[recipient] = nets.get(recipient, 0) + amount
        lost = {holding: -net for holding, net in nets.items() if net < 0}
        gained = {holding: net for holding, net in nets.items() if net > 0}
        return Settled(lost, gained, self._links(self._settler.settle(first, behind).pieces, lost, gained))

    def _links(self, pieces: Iterable[Piece], lost: dict[int, int], gained: dict[int, int]) -> list[Link]:
        found = []
        for one in pieces:
            loser, gainer = self._holding(one.loser, one.asset), self._holding(one.gainer, one.got)
            if loser not in lost:
                loser = NOWHERE
            stops = one.rule in STOPS
            unseen = gained.get(gainer, 0) < one.at + one.amount or gainer not in gained
            if unseen and not (stops and one.gainer < 0):
                gainer = NOWHERE
            if loser != NOWHERE or gainer != NOWHERE:
                found.append(Link(loser, one.start, one.size, gainer, one.at, one.amount, stops))
        return found

    def _holding(self, party: int, asset: int) -> int:
        address = self._settler.zero if party == mint(asset) else party
        found = None if address is None or address < 0 else self._index.holding(address, asset)
        return NOWHERE if found is None else found


def turned(settled: Settled, key: int, backward: bool) -> Deal:
    """A settled transaction in walking direction. Of an outflow's links that say the same units the first counts."""
    if backward:
        given, got = settled.gained, settled.lost
        seen = [one for one in settled.links if one.loser != NOWHERE and one.start + one.size <= got[one.loser]]
        outs = [(one.gainer, one.stops, Out(one.at, one.amount, one.loser, one.start, one.size, False)) for one in seen]
    else:
        given, got = settled.lost, settled.gained
        seen = [one for one in settled.links if one.gainer != NOWHERE]
        outs = [(one.loser, False, Out(one.start, one.size, one.gainer, one.at, one.amount, one.stops)) for one in seen]
    by: dict[int, list[Out]] = {holding: [] for holding in given}
    for holding, _, out in sorted(outs, key=lambda one: (one[2].start, one[1], one[2])):
        mine = by.get(holding)
        if mine is None or not out.size or out.start >= given[holding]:
            continue
        if not mine or mine[-1].start + mine[-1].size <= out.start:
            mine.append(out)
    return Deal(key, [(holding, amount, by[holding]) for holding, amount in given.items()], got)
