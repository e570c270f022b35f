"""What is said of the legs and links of a trace: where value stops at a bridge, and what a link rests on."""

from typing import NamedTuple

from cointrail.chains import chain, format_address
from cointrail.conversions.bridges import Leg
from cointrail.conversions.bridges.leg import REFUND
from cointrail.conversions.bridges.unkeyed import evidence
from cointrail.tracing.exit import Stop
from cointrail.tracing.ledgers import Ledgers
from cointrail.tracing.legs import Legs

BRIDGE, ORDER = "bridge", "order"


class Crossed(NamedTuple):
    """A bridge link as results show it."""

    bridge: str
    confidence: float | None
    ambiguous: int
    evidence: str


class Telling:
    """Words for the legs and links of a trace."""

    def __init__(self, ledgers: Ledgers, legs: Legs, backward: bool) -> None:
        self._ledgers, self._legs, self._backward = ledgers, legs, backward

    def crossed(self, link: int) -> Crossed:
        """What is to be said of a link."""
        joined = self._legs.crossings.links[link]
        out, into = self._legs.crossings.legs[joined.deposit], self._legs.crossings.legs[joined.withdrawal]
        if joined.said:
            said = f"{out.bridge}: confirmed by {joined.said}; the chains do not show it"
            return Crossed(out.bridge, joined.confidence or None, joined.ambiguous, said)
        sides = map(self._told_by, (out, into))
        if out.order:
            way = "given back" if into.status == REFUND else "settled"
            said = f"{out.bridge}: order {out.key}, placed in 0x{out.tx.hex()}, told by {next(sides)}"
            said += f"; {way} in 0x{into.tx.hex()}, told by {next(sides)}"
            return Crossed(out.bridge, joined.confidence, joined.ambiguous, said)
        key = f", key {out.key}" if out.key and out.key == into.key else ""
        said = f"{out.bridge}: deposit told by {next(sides)}, withdrawal by {next(sides)}{key}"
        shown = "; ".join(filter(None, (said, evidence(joined, out, into))))
        return Crossed(out.bridge, joined.confidence, joined.ambiguous, shown)

    def _told_by(self, leg: Leg) -> str:
        """Where it is told of a leg: by whom on which chain."""
        number = self._legs.numbers.get(leg.chain)
        if number is not None and self._ledgers.all[number].index.outputs:
            return f"the text of {leg.tx.hex()} on {leg.chain}, which {self._ledgers.text(leg.contract)} paid"
        return f"{chain(leg.chain).address(leg.contract)} on {leg.chain} ({leg.place})"

    def _possible(self, place: int) -> list[Leg]:
        """The legs that may be the other side of a leg, the likeliest first."""
        legs, found = self._legs.crossings.legs, self._legs.crossings.candidates_of.get(place, ())
        return [legs[one.withdrawal if place == one.deposit else one.deposit] for one in found]

    def stop(self, place: int) -> Stop:
        """The endpoint of a deposit whose other side is not in the ledgers: it says where the value went."""
        leg, other = self._legs.crossings.legs[place], self._legs.crossings.other(place)
        if leg.order:
            return self._open_order(leg, other)
        possible = self._possible(place)
        chain = leg.other_chain or (other.chain if other else "")
        if not chain and len({one.chain for one in possible}) == 1:
            chain = possible[0].chain
        whom = (leg.sender and format_address(leg.sender)) if self._backward else leg.recipient
        target = " ".join(part for part in (chain, whom) if part) or None
        way = "came from" if self._backward else "went to"
        where = f"{way} {chain or 'another chain'}" + (f", {whom}" if whom else "")
        lacking = "the other side is not in these ledgers"
        if other is not None:
            lacking = f"paid out in 0x{other.tx.hex()} on {other.chain}, but that movement is not in its ledger"
        elif possible:
            lacking = "no key says which is the other side, and none is sure"
        return Stop(BRIDGE, leg.bridge, BRIDGE, f"{leg.bridge}: {where}; {lacking}", target)

    def _open_order(self, leg: Leg, other: Leg | None) -> Stop:
        """The endpoint of an order of which no payment is seen (backward: whose placing is not seen)."""
        told = f"{leg.bridge}: order {leg.key} at {chain(leg.chain).address(leg.contract)}"
        if other is None:
            lacking = "neither settled nor given back in this ledger: open, or settled later"
        elif self._backward:
            lacking = f"placed in 0x{other.tx.hex()}, but what was paid for it is not in the ledger"
        else:
            lacking = (
                f"settled in 0x{other.tx.hex()}, but what it paid is not in the ledger, or in an asset not followed"
            )
        return Stop(ORDER, leg.bridge, None, f"{told}, {lacking}", None)
