"""Structuring: several payments to services that each stay just under a sum from which these have to report."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from cointrail.chains.data import table
from cointrail.patterns.finding import FAIR, STRONG, Finding, once
from cointrail.patterns.record import Record, Step

RULE = "structuring"
Priced = tuple[Step, Fraction]  # a payment, and what it was worth in dollars

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
    """Payments to services, by one wallet or into one address, that bunch within a day just under a sum.

    Needs dollars: see `unpriced`.
    """
    plain = [s for s in record.steps if s.plain and s.time is not None and not record.wallet(s.recipient)]
    worth = [(step, value) for step in plain if (value := _dollars(record, step))]
    seen: list[set[int]] = []
    for side in ("sender", "recipient"):
        sides: dict[str, list[Priced]] = defaultdict(list)
        for step, value in worth:
            sides[getattr(step, side)].append((step, value))
        for one, paid in sides.items():
            for group, limit in _bunches(paid):
                numbers = {step.number for step, _ in group}
                if not any(numbers <= known for known in seen):
                    seen.append(numbers)
                    yield _finding(record, one, group, limit)


def _bunches(paid: Sequence[Priced]) -> Iterator[tuple[list[Priced], Sum]]:
    """Groups of one side's payments under each sum, the largest sum first, each payment in one group."""
    taken: set[int] = set()
    for limit in sums() if len(paid) >= PAYMENTS else ():
        low = BAND * limit.dollars
        inside = [(s, value) for s, value in paid if low <= value < limit.dollars and s.number not in taken]
        for group in _groups(inside):
            if _bunched(group, paid, limit.dollars):
                taken |= {step.number for step, _ in group}
                yield group, limit


def unpriced(record: Record) -> str | None:
    """Why payments could not be looked at, if so."""
    plain = [step for step in record.steps if step.plain]
    lost = [step for step in plain if _dollars(record, step) is None]
    return f"no price in dollars for {len(lost):,} of {len(plain):,} payments (--prices)" if lost else None


def _dollars(record: Record, step: Step) -> Fraction | None:
    return record.worth.dollars(step.asset, step.amount, step.time)


def _groups(inside: Sequence[Priced]) -> Iterator[list[Priced]]:
    """Runs of payments in the band that begin and end within the window, each payment in one."""
    run: list[Priced] = []
    for step, value in inside:
        if run and (step.time or 0) - (run[0][0].time or 0) > WINDOW:
            if len(run) >= PAYMENTS:
                yield run
            run = []
        run.append((step, value))
    if len(run) >= PAYMENTS:
        yield run


def _bunched(group: Sequence[Priced], worth: Sequence[Priced], limit: int) -> bool:
    """Whether the payments of these days are mostly just under the sum, and not on both sides of it."""
    first, last = (group[0][0].time or 0) - WINDOW, (group[-1][0].time or 0) + WINDOW
    near = [value for step, value in worth if first <= (step.time or 0) <= last]
    above = sum(1 for value in near if limit <= value < limit * (2 - BAND))
    below = sum(1 for value in near if limit * (2 * BAND - 1) <= value < limit * BAND)
    return len(group) >= BUNCHED * max(above, below)


def _finding(record: Record, one: str, group: Sequence[Priced], limit: Sum) -> Finding:
    steps, values = [step for step, _ in group], [value for _, value in group]
    hours = ((steps[-1].time or 0) - (steps[0].time or 0)) / 3600
    payers, payees = once(step.sender for step in steps), once(step.recipient for step in steps)
    return Finding(
        RULE,
        once([one, *payers, *payees]),
        once(step.tx for step in steps),
        steps[0].time,
        f"{one} {'paid' if one in payers else 'was paid'} {len(steps)} times between {float(min(values)):,.2f} and"
        f" {float(max(values)):,.2f} USD within {hours:.1f} hours, each just under"
        f" {limit.dollars:,} USD ({limit.source})",
        {
            "payments": len(steps),
            "limit_usd": limit.dollars,
            "least_usd": f"{float(min(values)):.2f}",
            "most_usd": f"{float(max(values)):.2f}",
            "total_usd": f"{float(sum(values, Fraction(0))):.2f}",
            "payers": len(payers),
            "payees": len(payees),
            "hours": round(hours, 2),
        },
        STRONG if len(steps) >= 2 * PAYMENTS else FAIR,
        record.share(steps),
    )
