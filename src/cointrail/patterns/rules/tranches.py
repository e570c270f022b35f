"""Fan-out in equal tranches: one wallet fills many with the same amount, as in February 2025 with 40 x 10,000 ETH."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from statistics import fmean, pstdev

from cointrail.patterns.finding import FAIR, STRONG, Finding, once, span
from cointrail.patterns.record import Record, Step

RULE = "equal_tranches"
ALIKE_PERCENT = 5  # the largest is at most so much more than the smallest: dollars of equal coins drift in a day
PAYEES = 4  # different recipients ...
EXACT_PAYEES = 3  # ... or so many where all amounts are the same to the last digit
WINDOW = 7 * 86_400  # seconds from the first to the last: 40 took 58 minutes in 2025, others are paid one by one
TOGETHER = Fraction(1, 2)  # of the payments' sum was there before the first: passing on equal sums is no fan-out
GROUPS = 50  # of payments alike in amount that are looked at, largest first
OF_ALL = 2  # at least one in so many of the wallet's payments in that time is one of them


def tranches(record: Record) -> Iterator[Finding]:
    """Groups of payments of nearly one amount by one wallet, within a week, to different recipients."""
    for paid in record.paid.values():
        rest = [step for step in paid if step.time is not None]
        for alike in _alike(rest):
            for _ in range(GROUPS):
                group = _close(alike)
                if _payees(group) < EXACT_PAYEES:
                    break
                if _enough(group) and _common(group, rest) and _together(record, group):
                    yield _finding(record, group)
                chosen = {step.number for step in group}
                alike = [step for step in alike if step.number not in chosen]
                rest = [step for step in rest if step.number not in chosen]


def _alike(paid: Sequence[Step]) -> Iterator[list[Step]]:
    """Payments alike in amount, in order; those alike to most come first, and each payment is in one group."""
    by_size = sorted(paid, key=lambda step: (step.amount, step.number))
    spans: list[tuple[int, int]] = []
    high = 0
    for low, least in enumerate(by_size):
        before = high
        while high < len(by_size) and by_size[high].amount * 100 <= least.amount * (100 + ALIKE_PERCENT):
            high += 1
        if high > before and high - low >= EXACT_PAYEES:  # else what begins here is part of what began before
            spans.append((low, high))
    used = bytearray(len(by_size))
    for low, high in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        if not used[low] and not used[high - 1]:  # no longer span lies inside a shorter one
            used[low:high] = b"\1" * (high - low)
            yield sorted(by_size[low:high], key=lambda step: step.number)


def _close(steps: Sequence[Step]) -> list[Step]:
    """The most of them that lie within the window."""
    best: Sequence[Step] = ()
    low = 0
    for high, step in enumerate(steps):
        while (step.time or 0) - (steps[low].time or 0) > WINDOW:
            low += 1
        if high + 1 - low > len(best):
            best = steps[low : high + 1]
    return list(best)


def _payees(steps: Sequence[Step]) -> int:
    return len({step.recipient for step in steps})


def _enough(group: Sequence[Step]) -> bool:
    return _payees(group) >= PAYEES or len({step.amount for step in group}) == 1


def _common(group: Sequence[Step], paid: Sequence[Step]) -> bool:
    """Whether they are no chance find among many payments."""
    first, last = group[0].number, group[-1].number
    return OF_ALL * len(group) >= sum(1 for step in paid if first <= step.number <= last)


def _together(record: Record, group: Sequence[Step]) -> bool:
    """Whether one balance was split; what the addresses of the theft held before is not known, and let pass."""
    first = group[0]
    if first.sender in record.victims:
        return True
    return record.held(first.source, first.number) >= TOGETHER * sum(step.stolen for step in group)


def _finding(record: Record, group: Sequence[Step]) -> Finding:
    one, count = group[0], _payees(group)
    whole = sum(step.amount for step in group)
    sizes = [step.amount / whole for step in group]
    spread, seconds = pstdev(sizes) / fmean(sizes), (group[-1].time or 0) - (one.time or 0)
    exact = len({step.amount for step in group}) == 1
    size = (
        record.said(one.amount, one.asset)
        if exact
        else f"about {record.said(sorted(s.amount for s in group)[len(group) // 2], one.asset)}"
    )
    return Finding(
        RULE,
        once([one.sender, *(step.recipient for step in group)]),
        once(step.tx for step in group),
        one.time,
        f"{one.sender} paid {size} each to {count} addresses within {span(seconds)}",
        {
            "payments": len(group),
            "payees": count,
            "least": record.text(min(step.amount for step in group), one.asset),
            "most": record.text(max(step.amount for step in group), one.asset),
            "variation": round(spread, 6),
            "minutes": seconds // 60,
            "to_services": sum(1 for step in group if not record.wallet(step.recipient)),
        },
        STRONG if count >= 2 * PAYEES or (exact and count > PAYEES) else FAIR,
        record.share(group),
    )
