"""What every headline becomes under the other rule sets, and which thefts it hangs on."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from cointrail.incidents import statistics
from cointrail.incidents.entry import Entry
from cointrail.incidents.money import plain
from cointrail.incidents.report.plain import text

NATION = "north korea"
SHOWN = 15


def _value(entries: Sequence[Entry]) -> Decimal:
    return statistics.total(entries).value


FIGURES: Mapping[str, Callable[[Sequence[Entry]], Decimal | None]] = {
    "total": _value,
    "incidents": lambda found: Decimal(len(found)),
    "north korea": lambda found: _value(statistics.by_actor(found, NATION)),
    "share of north korea": lambda found: statistics.ratio(_value(statistics.by_actor(found, NATION)), _value(found)),
    "services": lambda found: _value(statistics.of_services(found)),
    "share of north korea in services": lambda found: statistics.ratio(
        _value(statistics.by_actor(statistics.of_services(found), NATION)), _value(statistics.of_services(found))
    ),
    "personal": lambda found: _value(statistics.of_kind(found, "personal", "physical")),
    "share of personal": lambda found: statistics.ratio(
        _value(statistics.of_kind(found, "personal", "physical")), _value(found)
    ),
    "largest": lambda found: max(statistics.values(found), default=None),
    "share of the largest": lambda found: statistics.top_share(statistics.values(found), 1),
    "top three share": lambda found: statistics.top_share(statistics.values(found)),
    "top three share of services": lambda found: statistics.top_share(statistics.values(statistics.of_services(found))),
    "largest over median": lambda found: statistics.largest_over_median(statistics.values(found)),
    "gini": lambda found: statistics.gini(statistics.values(found)),
}


def sensitivity(readings: Mapping[str, Sequence[Entry]]) -> list[dict[str, Any]]:
    """Each figure under each rule set, with its least and most; `readings` are one year's thefts by rule set."""
    out = []
    for name, figure in FIGURES.items():
        told = {rules: figure(found) for rules, found in readings.items()}
        known = [value for value in told.values() if value is not None]
        out.append(
            {
                "figure": name, "under": {rules: text(value) for rules, value in told.items()},
                "least": text(min(known, default=None)), "most": text(max(known, default=None)),
            }
        )  # fmt: skip
    return out


def hinges(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The thefts whose sources differ the most in dollars: what totals hang on."""
    wide = [(one.most - one.least, one) for one in entries if one.least is not None and one.most is not None]
    wide.sort(key=lambda item: (-item[0], item[1].id))
    return [
        {"id": one.id, "name": one.incident.name, "least": text(one.least), "counts": text(one.usd),
         "most": text(one.most), "spread": plain(spread)}
        for spread, one in wide[:SHOWN] if spread
    ]  # fmt: skip


def waterfall(everything: Sequence[Entry]) -> list[dict[str, Any]]:
    """From the most that anybody claims of a year to the total that counts, step by step; the steps add up exactly."""
    parts = [one for one in everything if one.left_out.startswith("part of ")]
    disputed = [one for one in everything if one.left_out and not one.left_out.startswith("part of ")]
    counted = [one for one in everything if not one.left_out]
    lower = sum(((one.most or Decimal(0)) - (one.usd or Decimal(0)) for one in counted), Decimal(0))
    steps = [
        ("the most that is claimed of every theft", _most(everything), len(everything)),
        ("parts of combined incidents", -_most(parts), len(parts)),
        ("disputed to be thefts of the year", -_most(disputed), len(disputed)),
        ("claims that win are lower than the most", -lower, sum(one.most != one.usd for one in counted)),
    ]
    total = sum((value for _, value, _ in steps), Decimal(0))
    return [
        *({"step": name, "value": plain(value), "n": n} for name, value, n in steps),
        {"step": "total", "value": plain(total), "n": len(counted)},
    ]


def _most(found: Sequence[Entry]) -> Decimal:
    return sum((one.most or Decimal(0) for one in found), Decimal(0))
