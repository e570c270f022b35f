"""Structuring: several payments that each stay just under a sum from which somebody has to report."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from cointrail.chains.data import table
from cointrail.patterns.finding import FAIR, STRONG, Finding, once
from cointrail.patterns.record import Record, Step

RULE = "structuring"
BAND = Fraction(4, 5)  # just under: from so much of the sum up to the sum
PAYMENTS = 4  # in the band
WINDOW = 86_400  # seconds; FATF's red flags speak of several within 24 hours (September 2020)
BUNCHED = 3  # times as many in the band as just above it, and as in an equally wide band below


@dataclass(frozen=True)
class Sum:
    """A sum in US dollars from which something is asked for, and by whom."""

    dollars: int
    source: str


@cache
def sums() -> tuple[Sum, ...]:
    """The sums, largest first."""
    rows = (Sum(int(row["usd"]), row["source"]) for row in table("cointrail.patterns", "sums.csv"))
    return tuple(sorted(rows, key=lambda one: -one.dollars))


def structuring(record: Record) -> Iterator[Finding]:
    """Payments of one wallet within a day that bunch just under a sum. Needs dollars: see `unpriced`."""
    for paid in record.paid.values():
        if len(paid) < PAYMENTS:
            continue
        worth = [(step, value) for step in paid if step.time is not None and (value := _dollars(record, step))]
        taken: set[int] = set()
        for one in sums():
            for group in _groups(
                [(s, v) for s, v in worth if BAND * one.dollars <= v < one.dollars and s.number not in taken]
            ):
                if _bunched(group, worth, one.dollars):
                    taken |= {step.number for step, _ in group}
                    yield _finding(record, group, one)


def unpriced(record: Record) -> str | None:
    """Why payments could not be looked at, if so."""
    plain = [step for step in record.steps if step.plain]
    lost = [step for step in plain if _dollars(record, step) is None]
    return f"no price in dollars for {len(lost):,} of {len(plain):,} payments (--prices)" if lost else None


def _dollars(record: Record, step: Step) -> Fraction | None:
    return record.worth.dollars(step.asset, step.amount, step.time)


def _groups(inside: Sequence[tuple[Step, Fraction]]) -> Iterator[list[tuple[Step, Fraction]]]:
    """Runs of payments in the band that begin and end within the window, each payment in one."""
    run: list[tuple[Step, Fraction]] = []
    for step, value in inside:
        if run and (step.time or 0) - (run[0][0].time or 0) > WINDOW:
            if len(run) >= PAYMENTS:
                yield run
            run = []
        run.append((step, value))
    if len(run) >= PAYMENTS:
        yield run


def _bunched(group: Sequence[tuple[Step, Fraction]], worth: Sequence[tuple[Step, Fraction]], limit: int) -> bool:
    """Whether the payments of that time are mostly just under the sum, and not on both sides of it."""
    first, last = group[0][0].number, group[-1][0].number
    near = [value for step, value in worth if first <= step.number <= last]
    above = sum(1 for value in near if limit <= value < limit * (2 - BAND))
    below = sum(1 for value in near if limit * (2 * BAND - 1) <= value < limit * BAND)
    return len(group) >= BUNCHED * max(above, below)


def _finding(record: Record, group: Sequence[tuple[Step, Fraction]], one: Sum) -> Finding:
    steps, values = [step for step, _ in group], [value for _, value in group]
    hours = ((steps[-1].time or 0) - (steps[0].time or 0)) / 3600
    payees = once(step.recipient for step in steps)
    return Finding(
        RULE,
        once([steps[0].sender, *payees]),
        once(step.tx for step in steps),
        steps[0].time,
        f"{steps[0].sender} paid {len(steps)} times between {float(min(values)):,.2f} and {float(max(values)):,.2f} USD"
        f" within {hours:.1f} hours, each just under {one.dollars:,} USD ({one.source})",
        {
            "payments": len(steps),
            "limit_usd": one.dollars,
            "least_usd": f"{float(min(values)):.2f}",
            "most_usd": f"{float(max(values)):.2f}",
            "total_usd": f"{float(sum(values, Fraction(0))):.2f}",
            "payees": len(payees),
            "hours": round(hours, 2),
        },
        STRONG if len(steps) >= 2 * PAYMENTS else FAIR,
        record.share(steps),
    )
