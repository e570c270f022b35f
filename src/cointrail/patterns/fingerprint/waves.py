"""Laundering by day since the theft, and by wave.

The published waves are days 0 to 5, 6 to 10 and 20 to 45 (Chainalysis, December 2025); another source has 5 to 14 for
the second, and days 11 to 19 are in none: they stand apart here, and the edges are parameters.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from cointrail.patterns.record import Record, Step

DAY = 86_400
WAVES: Mapping[str, tuple[int, int]] = {"W1": (0, 5), "W2": (6, 10), "gap": (11, 19), "W3": (20, 45)}  # days, inclusive
AFTER = "after"  # later than the last wave


@dataclass
class Day:
    """One day of a trail; shares are of the theft."""

    day: int  # since the theft; the first is 0
    wave: str
    movements: int = 0
    moved: float = 0.0  # carried by all movements together: what moved twice counts twice
    ended: dict[str, float] = field(default_factory=dict)  # reached services, by category


def wave(day: int) -> str:
    """The wave that a day is in."""
    return next((name for name, (first, last) in WAVES.items() if first <= day <= last), AFTER)


def category_of(record: Record) -> dict[str, str]:
    """What is said of each address at which the trail stopped: its label's category, else the reason."""
    return {end["address"]: end["category"] or end["reason"] for end in record.ends if end["address"] in record.stops}


def days(record: Record) -> list[Day]:
    """Every day on which something moved; empty where no movement has a time."""
    if record.begun is None:
        return []
    found: dict[int, Day] = {}
    kinds = category_of(record)
    ended: dict[int, dict[str, list[Step]]] = defaultdict(lambda: defaultdict(list))
    moved: dict[int, list[Step]] = defaultdict(list)
    for step in record.steps:
        if step.time is None or step.time < record.begun or step.recipient is None:
            continue
        day = (step.time - record.begun) // DAY
        moved[day].append(step)
        if step.recipient in kinds:
            ended[day][kinds[step.recipient]].append(step)
    for day, steps in moved.items():
        reached = {kind: float(record.share(some) or 0) for kind, some in sorted(ended[day].items())}
        found[day] = Day(day, wave(day), len(steps), float(record.share(steps) or 0), reached)
    return [found[day] for day in sorted(found)]
