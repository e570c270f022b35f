"""How long after a theft its value moved, the public was told, and it was paid out: of how many, and told by whom."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cointrail.incidents import statistics
from cointrail.incidents.entry import Entry


@dataclass(frozen=True, slots=True)
class Delay:
    """From the theft to something, in hours or days: of the `n` thefts of `of` whose two times are known.

    `worth` is what those were worth, `share` that part of the worth of all, and `sources` says how many each source
    tells, the most first: where one tells most of them, its choice of thefts speaks.
    """

    n: int
    of: int
    shortest: Decimal | None
    median: Decimal | None
    longest: Decimal | None
    worth: Decimal
    share: Decimal | None
    sources: Mapping[str, int]


def delay(entries: Iterable[Entry], moment: str) -> Delay:
    """Hours from the theft to `first_move`, `disclosed` or `cashed_out`, where both were told to the minute.

    Times told by the day alone say nothing about hours and do not count.
    """
    found = list(entries)
    hours = []
    for one in found:
        start, end = one.moments.get("stolen_at"), one.moments.get(moment)
        if start and end and start.precision == end.precision == "moment" and end.start >= start.start:
            passed = Decimal(int((end.start - start.start).total_seconds()))
            hours.append((one, statistics.ratio(passed, Decimal(3600)) or Decimal(0)))
    return _delay(found, hours, moment)


def delay_days(entries: Iterable[Entry], moment: str) -> Delay:
    """Days from the theft to something, where both were told to the day at least: 0 is the same day."""
    found = list(entries)
    days = [
        (one, Decimal((end.first - one.when.first).days))
        for one in found
        if (end := one.moments.get(moment)) and one.when.precision == "day" and end.precision in ("day", "moment")
        and end.first >= one.when.first
    ]  # fmt: skip
    return _delay(found, days, moment)


def _delay(entries: Sequence[Entry], told: Sequence[tuple[Entry, Decimal]], moment: str) -> Delay:
    passed = [value for _, value in told]
    worth = statistics.total(one for one, _ in told).value
    sources = Counter(one.won[moment].by for one, _ in told)
    ranked = dict(sorted(sources.items(), key=lambda item: (-item[1], item[0])))
    return Delay(
        len(told), len(entries), min(passed, default=None), statistics.median(passed), max(passed, default=None), worth,
        statistics.ratio(worth, statistics.total(entries).value), ranked,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """How many thefts of those that can be told apart: `yes` of `n`, of all `of`."""

    yes: int
    n: int
    of: int


def moved_before(entries: Iterable[Entry], moment: str) -> Part:
    """Of how many thefts the value moved before `moment`.

    Two times that may be the same, such as a day and a minute of it, cannot be told apart and do not count.
    """
    found = list(entries)
    pairs = [
        (first, last) for one in found
        if (first := one.moments.get("first_move")) and (last := one.moments.get(moment))
        and (first.end <= last.start or last.end <= first.start)
    ]  # fmt: skip
    return Part(sum(first.end <= last.start for first, last in pairs), len(pairs), len(found))
