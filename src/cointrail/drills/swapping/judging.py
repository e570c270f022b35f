"""What is said of generated swaps, judged by what happened."""

from collections.abc import Sequence
from dataclasses import dataclass

from cointrail.conversions.bridges import shipped
from cointrail.conversions.bridges.leg import DEPOSIT, Crossing, Leg
from cointrail.drills.reliability import Said
from cointrail.drills.swapping.world import World
from cointrail.labels import Labels
from cointrail.ledger import Ledger
from cointrail.prices import Prices
from cointrail.tracing.ledgers import Ledgers
from cointrail.tracing.links import Links


@dataclass(frozen=True)
class Judged:
    """One candidate, whether it is right, and whose it is; `deposit` is the number of the leg."""

    rule: str
    deposit: int
    said: Said


@dataclass(frozen=True)
class Verdict:
    """All candidates of a world, and how many deposits of it were paid out where the ledgers show it; `notes`
    say what was not weighed."""

    candidates: list[Judged]
    deposits: int
    notes: list[str]


def judged(world: World, ledgers: Sequence[Ledger], prices: Prices) -> Verdict:
    """Ask for every deposit that a stranger or a customer made, as a trace does that comes to it."""
    links = Links(
        Ledgers(ledgers), [Labels(one.path) for one in ledgers], False, lambda _: True, shipped(), False, prices, ()
    )
    legs = links.find().legs
    asked = [place for place, leg in enumerate(legs) if leg.side == DEPOSIT and leg.tx in world.people]
    found, notes = links.weigh(asked)
    paid = sum(bool(world.truth.get(legs[place].tx)) for place in asked)
    return Verdict([_judged(world, legs, one) for one in found], paid, notes)


def _judged(world: World, legs: Sequence[Leg], one: Crossing) -> Judged:
    into, out = legs[one.deposit], legs[one.withdrawal]
    right = (out.tx, out.recipient) in world.truth.get(into.tx, ())
    person = world.people[into.tx].to_bytes(8, "big")
    return Judged(one.rule, one.deposit, Said(one.confidence, right, person))
