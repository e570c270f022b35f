"""Re-splitting: wallets that one wallet filled each split again, so that their number grows layer by layer.

6,954 wallets became 35,772 between 4 March and 21 April 2025 (the robbed exchange's chief executive, in press).
"""

from collections.abc import Iterator
from fractions import Fraction

from cointrail.patterns.finding import FAIR, STRONG, Finding, once
from cointrail.patterns.record import Record, Spot, Step

RULE = "resplit"
CHILDREN = 3  # wallets that the first fills
PAYEES = 2  # new wallets that each of them pays, to count as splitting; neither services nor each other
OF_CHILDREN = Fraction(1, 2)  # at least so many of the children split
GROWTH = 2  # new wallets over the children


def resplits(record: Record) -> Iterator[Finding]:
    """Wallets whose payees mostly split again, into at least twice as many."""
    for spot, paid in record.paid.items():
        first: dict[Spot, Step] = {}
        for step in paid:
            if record.wallet(step.recipient):
                first.setdefault(step.target, step)
        if len(first) < CHILDREN:
            continue
        known = {spot[1], *(child[1] for child in first)}
        below = {child: _after(record, child, step, known) for child, step in first.items()}
        split = {child: after for child, after in below.items() if len({s.recipient for s in after}) >= PAYEES}
        reached = once(step.recipient for after in below.values() for step in after)
        if len(split) < max(Fraction(CHILDREN), OF_CHILDREN * len(first)) or len(reached) < GROWTH * len(first):
            continue
        yield _finding(record, spot, paid, list(first.values()), split, reached)


def _after(record: Record, child: Spot, step: Step, known: set[str]) -> list[Step]:
    """What a child paid to further wallets since it was filled."""
    after = (one for one in record.paid.get(child, ()) if one.number > step.number)
    return [one for one in after if record.wallet(one.recipient) and one.recipient not in known]


def _finding(
    record: Record,
    spot: Spot,
    paid: tuple[Step, ...],
    first: list[Step],
    split: dict[Spot, list[Step]],
    reached: tuple[str, ...],
) -> Finding:
    again = sorted((step for after in split.values() for step in after), key=lambda step: step.number)
    before, mean = sum(s.amount for s in first) // len(first), sum(s.amount for s in again) // len(again)
    factor = len(reached) / len(first)
    return Finding(
        RULE,
        (spot[1], *once(child[1] for child in split)),
        once(step.tx for step in (*first, *again)),
        paid[0].time,
        f"{spot[1]} filled {len(first)} wallets, {len(split)} of them split again, into {len(reached)}:"
        f" from {record.said(before, spot[2])} on average to {record.said(mean, spot[2])}",
        {
            "wallets": len(first),
            "split_again": len(split),
            "reached": len(reached),
            "factor": round(factor, 3),
            "mean_before": record.text(before, spot[2]),
            "mean_after": record.text(mean, spot[2]),
        },
        STRONG if len(split) >= 2 * CHILDREN and factor >= 2 * GROWTH else FAIR,
        record.share(again),
    )
