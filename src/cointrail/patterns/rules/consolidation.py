"""Consolidation: what was spread over several wallets is gathered in one again."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from cointrail.patterns.finding import FAIR, STRONG, Finding, once, span
from cointrail.patterns.record import Record, Spot, Step

RULE = "consolidation"
PAYERS = 3  # different wallets; two join by chance
WINDOW = 7 * 86_400  # seconds from the first to the last
TOGETHER = Fraction(1, 2)  # of what was gathered lay there at once: what is passed on each time was not gathered
LEAST_PERCENT = 1  # of all that was gathered: smaller payments are no part of it


def consolidations(record: Record) -> Iterator[Finding]:
    """Wallets in which payments of at least three wallets of the trail, within a week, came to lie together."""
    for spot in record.came:
        if record.wallet(spot[1]) and spot[1] not in record.victims:
            for run in _runs(record, spot):
                whole = sum(step.amount for step in run)
                group = [step for step in run if step.amount * 100 >= whole * LEAST_PERCENT]
                if len({step.sender for step in group}) >= PAYERS:
                    yield _finding(record, spot, group)


def _runs(record: Record, spot: Spot) -> Iterator[list[Step]]:
    """Payments that came in until most of what they had brought left again, none a week after the first."""
    run: list[Step] = []
    held = gathered = 0
    for step in sorted((*record.came[spot], *record.left.get(spot, ())), key=lambda step: step.number):
        if step.source == spot:
            held -= step.stolen
            if held < TOGETHER * gathered:
                yield run
                run, gathered = [], 0
            continue
        held += step.to_stolen if step.to_asset else step.stolen
        if not step.plain or step.time is None or step.sender in record.victims:
            continue
        if run and step.time - (run[0].time or 0) > WINDOW:
            yield run
            run, gathered = [], 0
        run.append(step)
        gathered += step.stolen
    yield run


def _finding(record: Record, spot: Spot, group: Sequence[Step]) -> Finding:
    payers = once(step.sender for step in group)
    whole = sum(step.amount for step in group)
    after = [step for step in record.left.get(spot, ()) if step.number > group[-1].number]
    on = once(step.recipient for step in after)
    seconds = (group[-1].time or 0) - (group[0].time or 0)
    went = f"and went on to {len(on)}" if on else "and stays there"
    return Finding(
        RULE,
        (spot[1], *payers),
        once(step.tx for step in group),
        group[0].time,
        f"{len(payers)} wallets of the trail paid {record.said(whole, spot[2])} into {spot[1]} within {span(seconds)},"
        f" {went}",
        {
            "payers": len(payers),
            "payments": len(group),
            "gathered": record.text(whole, spot[2]),
            "days": round(seconds / 86_400, 3),
            "went_on_to": len(on),
        },
        STRONG if len(payers) >= 2 * PAYERS else FAIR,
        record.share(group),
    )
