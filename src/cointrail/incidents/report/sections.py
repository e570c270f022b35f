"""The parts of the report that are statistics of one year, or of all years beside each other."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from cointrail.incidents import delays, statistics
from cointrail.incidents.entry import Entry
from cointrail.incidents.money import plain
from cointrail.incidents.projection import FLOOR, HIGH, LOW, Projection, backtest
from cointrail.incidents.report.plain import delayed, summed, text
from cointrail.incidents.vocabulary import CONFIDENCE
from cointrail.incidents.window import window

NATION = "north korea"
DELAYS = ("first_move", "disclosed", "cashed_out")
NOTED = ("recovered", "frozen", "made_whole", "victims")
LARGEST = 40  # points of a curve that are told one by one; of the rest every tenth

Key = Callable[[Entry], Iterable[str]]
KEYS: Mapping[str, Key] = {
    "actors": statistics.nation,
    "units": lambda one: [one.actor],
    "platforms": lambda one: [one.platform],
    "attacks": lambda one: [one.attack],
    "chains": lambda one: one.chains or ("not said",),
    "kinds": lambda one: [one.kind],
}


def sure(entries: Iterable[Entry]) -> list[Entry]:
    """Those whose attribution is of more than low confidence."""
    return [one for one in entries if one.confidence and one.confidence != CONFIDENCE[-1]]


def by_word(entries: Sequence[Entry]) -> dict[str, Any]:
    """Sums by actor, unit, platform, attack, chain and kind, the largest first, with shares of the total."""
    whole = statistics.total(entries).value
    return {
        name: [
            {"name": word} | summed(one) | {"share": text(statistics.ratio(one.value, whole))}
            for word, one in statistics.groups(entries, key).items()
        ]
        for name, key in KEYS.items()
    }


def yearly(entries: Sequence[Entry], first: int, last: int) -> list[dict[str, Any]]:
    """Each year: total, actors, attacks, kinds; North Korea's share, growth and running sum."""
    out: list[dict[str, Any]] = []
    running, before = Decimal(0), None
    for year in range(first, last + 1):
        mine = statistics.during(entries, window(str(year)))
        nation = statistics.by_actor(mine, NATION)
        whole, part = statistics.total(mine), statistics.total(nation)
        running += part.value
        low, high = statistics.share_range(nation, mine)
        out.append(
            {
                "year": year, "total": summed(whole), "north_korea": summed(part),
                "north_korea_sure": summed(statistics.total(sure(nation))),
                "share": {
                    "value": text(statistics.ratio(part.value, whole.value)), "least": text(low), "most": text(high),
                },
                "growth": text(statistics.growth(whole.value, before[0])) if before else None,
                "north_korea_growth": text(statistics.growth(part.value, before[1])) if before else None,
                "north_korea_cumulative": plain(running),
                **{
                    name: {word: summed(one) for word, one in statistics.groups(mine, KEYS[name]).items()}
                    for name in ("actors", "attacks", "kinds", "platforms")
                },
            }
        )  # fmt: skip
        before = whole.value, part.value
    return out


def monthly(entries: Sequence[Entry], year: int) -> list[dict[str, Any]]:
    """Each month of a year; thefts told by the year alone are in January and said so in n of `coarse`."""
    out = []
    for month in range(1, 13):
        mine = statistics.during(entries, window(f"{year}-{month:02}"))
        whole = summed(statistics.total(mine))
        out.append({"month": f"{year}-{month:02}", "coarse": sum(one.when.precision == "year" for one in mine)} | whole)
    return out


def concentration(entries: Sequence[Entry]) -> dict[str, Any]:
    """How much the largest make up: top three, largest against median, Gini, and the curve (number, share)."""
    amounts = statistics.values(entries)
    points = statistics.curve(amounts)
    kept = [point for point in points if point[0] <= LARGEST or not point[0] % 10 or point[0] == len(points)]
    return {
        "n": len(amounts), "missing": len(entries) - len(amounts),
        "top_three_share": text(statistics.top_share(amounts)),
        "largest": text(max(amounts, default=None)), "median": text(statistics.median(amounts)),
        "largest_over_median": text(statistics.largest_over_median(amounts)), "gini": text(statistics.gini(amounts)),
        "curve": [[number, plain(share)] for number, share in kept],
    }  # fmt: skip


def personal(entries: Sequence[Entry]) -> dict[str, Any]:
    """Thefts from persons: number, victims told, value, share of all with and without the largest theft of the year."""
    mine = statistics.of_kind(entries, "personal", "physical")
    whole = statistics.total(entries)
    largest = max((one for one in entries if one.usd), key=lambda one: one.usd or 0, default=None)
    value = statistics.total(mine).value
    rest = [one for one in entries if one is not largest]
    inside = [one for one in mine if one is not largest]
    return {
        "total": summed(statistics.total(mine)),
        "personal": summed(statistics.total(statistics.of_kind(entries, "personal"))),
        "physical": summed(statistics.total(statistics.of_kind(entries, "physical"))),
        "victims": summed(statistics.noted(mine, "victims")),
        "share": text(statistics.ratio(value, whole.value)),
        "largest_of_all": largest.id if largest else None,
        "share_without_largest": text(
            statistics.ratio(statistics.total(inside).value, statistics.total(rest).value)
        ),
        "largest_of_them": max(((one.usd or 0, one.id) for one in mine), default=(0, None))[1],
    }  # fmt: skip


def speed(entries: Sequence[Entry]) -> dict[str, Any]:
    """From the theft to first movement, disclosure and cash-out in hours and days; what moved before it was told."""
    return {
        name: {"hours": delayed(delays.delay(entries, name)), "days": delayed(delays.delay_days(entries, name))}
        for name in DELAYS
    } | {"moved_before_disclosure": asdict(delays.moved_before(entries, "disclosed"))}


def recovery(entries: Sequence[Entry]) -> dict[str, Any]:
    """Recovered, frozen, made whole and victims, where sources say so, as parts of the total and of those thefts.

    `frozen_and_recovered` is the most of what was frozen that may be in what came back.
    """
    whole = statistics.total(entries).value
    out: dict[str, Any] = {}
    for name in NOTED:
        found = statistics.noted(entries, name)
        theirs = statistics.total(one for one in entries if name in one.numbers).value
        out[name] = summed(found) | {
            "share": text(statistics.ratio(found.value, whole)) if name != "victims" else None,
            "of_those": text(statistics.ratio(found.value, theirs)) if name != "victims" else None,
        }
    return out | {"frozen_and_recovered": plain(statistics.both(entries, "frozen", "recovered"))}


def thefts_by_year(entries: Iterable[Entry]) -> dict[int, list[Decimal]]:
    """The known values of each year."""
    found: dict[int, list[Decimal]] = {}
    for one in entries:
        if one.usd:
            found.setdefault(one.when.year, []).append(one.usd)
    return found


def projection(made: Projection | None, thefts: Mapping[int, Sequence[Decimal]], year: int) -> dict[str, Any] | None:
    """The next year, and how the same method would have done before."""
    if made is None:
        return None
    tested = backtest(thefts, min(thefts, default=year), year)
    return _projected(made) | {
        "floor": plain(FLOOR), "covers": f"{HIGH - LOW:.2f}",
        "backtest": [_projected(one) | {"came": f"{came:.0f}", "inside": inside} for one, came, inside in tested],
        "backtest_inside": sum(inside for _, _, inside in tested), "backtest_n": len(tested),
    }  # fmt: skip


def _projected(made: Projection) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, value in asdict(made).items():
        if isinstance(value, float):
            short = name.endswith(("broken", "exceeded")) or name.startswith("exponent")
            told[name] = f"{value:.4f}" if short else f"{value:.0f}"
        else:
            told[name] = list(value) if isinstance(value, tuple) else value
    return told


def pace(entries: Sequence[Entry], year: int, day: date) -> dict[str, Any]:
    """The run rate of a year on a day of it, and of half-years gone by where the year is over."""
    end = date(year, 12, 31)
    middle = date(year, 6, 30)
    return {
        "day": min(day, end).isoformat(), "value": text(statistics.run_rate(entries, year, day)),
        "at_half": text(statistics.run_rate(entries, year, middle)) if day >= middle else None,
    }  # fmt: skip
