"""Dormancy and wake-up: stolen value lies still for days, then leaves."""

from collections.abc import Iterator
from fractions import Fraction

from cointrail.patterns.finding import FAIR, STRONG, Finding, once
from cointrail.patterns.record import Record, Spot, Step

RULE = "dormancy"
REST = 3 * 86_400  # seconds without a movement; some wallets of February 2025 lay still for 9 to 10 days
AWAKE = 86_400  # seconds from the first payment, within which most of it leaves
MOST = Fraction(1, 2)  # of what lay there
LEAST = Fraction(1, 10_000)  # of the theft: smaller sums lie about in every trail


def dormancies(record: Record) -> Iterator[Finding]:
    """Wallets in which stolen value did not move for three days, and most of which then left within a day."""
    for spot in record.came:
        if record.wallet(spot[1]) and spot[1] not in record.victims:
            yield from _rests(record, spot)


def _rests(record: Record, spot: Spot) -> Iterator[Finding]:
    moves = [(s.number, s, True) for s in record.came[spot]] + [(s.number, s, False) for s in record.left.get(spot, ())]
    held, before = 0, None
    ordered = sorted(moves, key=lambda move: move[0])
    for at, (_, step, comes) in enumerate(ordered):
        if step.time is None:
            return
        if before is not None and step.time - before >= REST and not comes and held:
            woke = [s for _, s, back in ordered[at:] if not back and (s.time or 0) - step.time <= AWAKE]
            went = sum(one.stolen for one in woke)
            share = record.worth.share([(spot[2], held)])
            if went >= MOST * held and (share is None or share >= LEAST):
                yield _finding(record, spot, before, held, woke)
        held += (step.to_stolen if step.to_asset else step.stolen) * comes - step.stolen * (not comes)
        before = step.time


def _finding(record: Record, spot: Spot, since: int, held: int, woke: list[Step]) -> Finding:
    days = ((woke[0].time or 0) - since) / 86_400
    return Finding(
        RULE,
        (spot[1], *once(step.recipient for step in woke)),
        once(step.tx for step in woke),
        since,
        f"{record.said(held, spot[2])} of stolen value lay still in {spot[1]} for {days:.1f} days and then left,"
        f" in {len(woke)} movement{'s' if len(woke) > 1 else ''} within a day",
        {
            "days": round(days, 3),
            "held": record.text(held, spot[2]),
            "left": record.text(sum(step.stolen for step in woke), spot[2]),
            "movements": len(woke),
        },
        STRONG if days * 86_400 >= 2 * REST else FAIR,
        record.worth.share([(spot[2], held)]),
    )
