"""Where sources contradict each other: about what a theft was worth, who did it, when; and publishers about years."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from cointrail.incidents.aggregate import Aggregate
from cointrail.incidents.entry import Entry
from cointrail.incidents.money import plain
from cointrail.incidents.report.plain import claimed, published
from cointrail.incidents.statistics import ratio
from cointrail.incidents.vocabulary import within

SPREAD = Decimal("0.01")  # of the least, from which two sums contradict
DAYS = 1  # apart, from which two dates do: a day may be one of time zones


def amounts(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Thefts whose worth is told differently, the widest in dollars first."""
    found = []
    for one in entries:
        if one.least and one.most and one.most - one.least > SPREAD * one.least:
            spread = one.most - one.least
            found.append((spread, one))
    found.sort(key=lambda item: (-item[0], item[1].id))
    return [
        {
            "id": one.id, "name": one.incident.name, "least": plain(one.least or Decimal(0)),
            "most": plain(one.most or Decimal(0)), "spread": plain(spread), "counts": plain(one.usd or Decimal(0)),
            "claims": [claimed(claim) for claim in one.incident.claims if claim.field in ("usd", "nominal")],
        }
        for spread, one in found
    ]  # fmt: skip


def attributions(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Thefts that one source attributes and another denies, or that two attribute to different actors."""
    found = []
    for one in entries:
        said = one.incident.about("actor")
        named = {claim.value for claim in said if not claim.denies}
        apart = [(a, b) for a in named for b in named if a < b and not within(a) & within(b)]
        if any(claim.denies for claim in said) or apart:
            found.append(
                {
                    "id": one.id, "name": one.incident.name, "counts": one.actor, "confidence": one.confidence or None,
                    "denied": any(claim.denies for claim in said), "claims": [claimed(claim) for claim in said],
                }
            )  # fmt: skip
    return found


def dates(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Thefts with dates that cannot be the same day, the farthest apart first."""
    found = []
    for one in entries:
        said = [claim for claim in one.incident.about("date") if claim.when]
        days = max((a.when.distance(b.when) for a in said for b in said if a.when and b.when), default=0)
        if days > DAYS:
            told = [claimed(claim) for claim in said]
            found.append(
                {"id": one.id, "name": one.incident.name, "days": days, "counts": one.when.text, "claims": told}
            )
    return sorted(found, key=lambda item: (-int(str(item["days"])), str(item["id"])))


def restated(figures: Sequence[Aggregate]) -> list[dict[str, Any]]:
    """Figures that one publisher gave differently at different times, in the order they were said."""
    groups: dict[tuple[str, ...], list[Aggregate]] = {}
    for one in figures:
        groups.setdefault((one.by, *one.subject), []).append(one)
    return [
        {"by": group[0].by, "metric": group[0].metric, "of": group[0].of, "window": group[0].window.text,
         "change": _change(group), "figures": [published(one) for one in group]}
        for group in (sorted(group, key=_time) for group in groups.values())
        if len({one.figure.value for one in group}) > 1
    ]  # fmt: skip


def between(figures: Sequence[Aggregate]) -> list[dict[str, Any]]:
    """Figures of different publishers about one thing and window whose ranges do not meet, as each said last."""
    groups: dict[tuple[str, ...], dict[str, Aggregate]] = {}
    for one in sorted(figures, key=_time):
        groups.setdefault(one.subject, {})[one.by] = one
    found = []
    for subject, last in groups.items():
        said = sorted(last.values(), key=lambda one: (one.figure.value, one.by))
        low, high = (said[0], said[-1]) if said else (None, None)
        if len(said) < 2 or low is None or high is None:
            continue
        if not low.figure.range(low.bound).meets(high.figure.range(high.bound)):
            found.append(
                {
                    "metric": subject[0],
                    "of": subject[1],
                    "window": subject[3],
                    "figures": [published(one) for one in said],
                }
            )
    return found


def _time(one: Aggregate) -> int:
    return (one.said.last if one.said else one.window.last).toordinal()


def _change(group: Sequence[Aggregate]) -> str | None:
    found = ratio(group[-1].figure.value, group[0].figure.value)
    return None if found is None else plain(found - 1)
