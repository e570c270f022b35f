"""What a list of thefts comes to: pure functions, each with its definition, n, and what is missing.

A statistic of nothing is None, never nought. Money is exact; a share is a fraction of exact sums, rounded once.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

from cointrail.incidents.entry import UNSAID, Entry
from cointrail.incidents.vocabulary import services, within
from cointrail.incidents.window import Window

PLACES = Decimal("0.000001")
Weigh = Callable[[Entry], Decimal | None]


def usd(entry: Entry) -> Decimal | None:
    """What it was worth by the claim that won."""
    return entry.usd


def least(entry: Entry) -> Decimal | None:
    """The least that a source says it was worth."""
    return entry.least


def most(entry: Entry) -> Decimal | None:
    """The most that a source says it was worth."""
    return entry.most


@dataclass(frozen=True, slots=True)
class Sum:
    """Value and number of some thefts. `missing` of the `n` have no value that any source gives."""

    value: Decimal
    n: int
    missing: int
    least: Decimal
    most: Decimal


def total(entries: Iterable[Entry]) -> Sum:
    """Value and number; least and most are the sums of the ends of what sources say of each."""
    found = list(entries)
    ends = [sum((weigh(one) or Decimal(0) for one in found), Decimal(0)) for weigh in (usd, least, most)]
    return Sum(ends[0], len(found), sum(one.usd is None for one in found), ends[1], ends[2])


def during(entries: Iterable[Entry], window: Window) -> list[Entry]:
    """Those taken in a window: of one told by month or year, the day it may first have been counts."""
    return [one for one in entries if window.first <= one.when.first <= window.last]


def by_actor(entries: Iterable[Entry], actor: str) -> list[Entry]:
    """Those that count as an actor's or as a unit's of it."""
    return [one for one in entries if one.by(actor)]


def of_kind(entries: Iterable[Entry], *kinds: str) -> list[Entry]:
    """Those of some kinds: service, personal, physical."""
    return [one for one in entries if one.kind in kinds]


def of_services(entries: Iterable[Entry]) -> list[Entry]:
    """Compromises of services: of kind service, on a platform that platforms.csv counts so, or on none named."""
    return [one for one in entries if one.kind == "service" and one.platform in {*services(), UNSAID}]


def groups(entries: Iterable[Entry], key: Callable[[Entry], Iterable[str]]) -> dict[str, Sum]:
    """Sums by a word of each theft, the largest first. A theft with several words counts with each."""
    found: dict[str, list[Entry]] = {}
    for one in entries:
        for word in key(one):
            found.setdefault(word, []).append(one)
    sums = {word: total(group) for word, group in found.items()}
    return dict(sorted(sums.items(), key=lambda item: (-item[1].value, item[0])))


def nation(entry: Entry) -> Iterable[str]:
    """The widest actor that the thief is part of: the state rather than its unit."""
    return [next(name for name in within(entry.actor) if within(name) == frozenset((name,)))]


def ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    """One sum over another, to six places, rounded half to even; None where the second is nought."""
    if not whole:
        return None
    exact = Fraction(part) / Fraction(whole)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(PLACES)


def share_range(part: Iterable[Entry], whole: Iterable[Entry]) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most that a share can be, whatever claim is right about each theft.

    A share grows with every theft in the part and falls with every other one, so its ends are exact.
    """
    inside = list(part)
    ids = {one.id for one in inside}
    outside = [one for one in whole if one.id not in ids]
    ends = []
    for mine, others in ((least, most), (most, least)):
        own = sum((mine(one) or Decimal(0) for one in inside), Decimal(0))
        ends.append(ratio(own, own + sum((others(one) or Decimal(0) for one in outside), Decimal(0))))
    return ends[0], ends[1]


def growth(now: Decimal, before: Decimal) -> Decimal | None:
    """Change against before, as a fraction of it; None where before is nought."""
    found = ratio(now, before)
    return None if found is None else found - 1


def cumulative(values: Iterable[Decimal]) -> list[Decimal]:
    """Running sums."""
    return list(accumulate(values))


def values(entries: Iterable[Entry], weigh: Weigh = usd) -> list[Decimal]:
    """The known values, the largest first; thefts of nothing are none."""
    return sorted((value for one in entries if (value := weigh(one))), reverse=True)


def top_share(amounts: Sequence[Decimal], largest: int = 3) -> Decimal | None:
    """Part of the value that the largest few make up."""
    return ratio(sum(sorted(amounts, reverse=True)[:largest], Decimal(0)), sum(amounts, Decimal(0)))


def median(amounts: Sequence[Decimal]) -> Decimal | None:
    """The middle one; of an even number the mean of the middle two."""
    ranked = sorted(amounts)
    half = len(ranked) // 2
    if not ranked:
        return None
    return ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2


def largest_over_median(amounts: Sequence[Decimal]) -> Decimal | None:
    """The largest in medians."""
    middle = median(amounts)
    return ratio(max(amounts), middle) if middle else None


def gini(amounts: Sequence[Decimal]) -> Decimal | None:
    """Gini coefficient: 0 where all are equal, near 1 where one has it all; mean difference over twice the mean."""
    ranked = sorted(amounts)
    weighted = sum(((2 * place - len(ranked) + 1) * value for place, value in enumerate(ranked)), Decimal(0))
    return ratio(weighted, len(ranked) * sum(ranked, Decimal(0)))


def curve(amounts: Sequence[Decimal]) -> list[tuple[int, Decimal]]:
    """How many of the largest thefts make up which part of the value: (number, share), from the largest on."""
    ranked = sorted(amounts, reverse=True)
    whole = sum(ranked, Decimal(0))
    return [(n, part) for n, run in enumerate(cumulative(ranked), 1) if (part := ratio(run, whole)) is not None]


def run_rate(entries: Iterable[Entry], year: int, day: date) -> Decimal | None:
    """What a whole year comes to at the pace up to a day of it: the value so far over days gone, times days.

    None before the year began.
    """
    start, end = date(year, 1, 1), date(year, 12, 31)
    if day < start:
        return None
    gone = (min(day, end) - start).days + 1
    so_far = total(one for one in entries if one.when.year == year and one.when.first <= day).value
    return ratio(so_far * ((end - start).days + 1), Decimal(gone))


def both(entries: Iterable[Entry], one_number: str, other: str) -> Decimal:
    """The most that two sums may have in common: of each theft that has both, the smaller."""
    found = [one.numbers for one in entries]
    return sum((min(one[one_number], one[other]) for one in found if one_number in one and other in one), Decimal(0))


def noted(entries: Iterable[Entry], number: str) -> Sum:
    """The sum of `recovered`, `frozen`, `made_whole` or `victims` where a source says it; missing are those without."""
    found = list(entries)
    told = [one.numbers[number] for one in found if number in one.numbers]
    value = sum(told, Decimal(0))
    return Sum(value, len(told), len(found) - len(told), value, value)
