"""Consolidation: what was spread over several wallets is gathered in one again."""

from collections.abc import Iterator, Sequence

from cointrail.patterns.finding import FAIR, STRONG, Finding, once
from cointrail.patterns.record import Record, Spot, Step

RULE = "consolidation"
PAYERS = 3  # different wallets; two join by chance
WINDOW = 7 * 86_400  # seconds from the first to the last
LEAST_PERCENT = 1  # of all that was gathered: smaller payments are no part of it


def consolidations(record: Record) -> Iterator[Finding]:
    """Wallets into which at least three wallets of the trail paid within a week."""
    for spot, came in record.came.items():
        if not record.wallet(spot[1]) or spot[1] in record.victims:
            continue
        plain = [s for s in came if s.plain and s.time is not None and s.sender not in record.victims]
        best = _most(plain)
        if len({step.sender for step in best}) >= PAYERS:
            yield _finding(record, spot, best)


def _most(steps: Sequence[Step]) -> list[Step]:
    """The window with most payers, without crumbs; of equals the earliest."""
    best: list[Step] = []
    most, low = 0, 0
    for high, step in enumerate(steps):
        while (step.time or 0) - (steps[low].time or 0) > WINDOW:
            low += 1
        run = steps[low : high + 1]
        whole = sum(one.amount for one in run)
        group = [one for one in run if one.amount * 100 >= whole * LEAST_PERCENT]
        if (count := len({one.sender for one in group})) > most:
            best, most = group, count
    return best


def _finding(record: Record, spot: Spot, group: Sequence[Step]) -> Finding:
    payers = once(step.sender for step in group)
    whole = sum(step.amount for step in group)
    after = [step for step in record.left.get(spot, ()) if step.number > group[-1].number]
    on = once(step.recipient for step in after)
    days = ((group[-1].time or 0) - (group[0].time or 0)) / 86_400
    went = f"and went on to {len(on)}" if on else "and stays there"
    return Finding(
        RULE,
        (spot[1], *payers),
        once(step.tx for step in group),
        group[0].time,
        f"{len(payers)} wallets of the trail paid {record.said(whole, spot[2])} into {spot[1]} within {days:.1f} days,"
        f" {went}",
        {
            "payers": len(payers),
            "payments": len(group),
            "gathered": record.text(whole, spot[2]),
            "days": round(days, 3),
            "went_on_to": len(on),
        },
        STRONG if len(payers) >= 2 * PAYERS else FAIR,
        record.share(group),
    )
