"""A chart: a picture, the meaning of its colours, and the same figures as a table."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from cointrail.reports.crime.words import dollars

Report = Mapping[str, Any]
SHADES = 8  # classes c0 to c7 of the style sheet
REST = "rest"  # the grey of what is not known or not told apart
UNKNOWN = {"not attributed", "unknown"}
OTHERS = "others"


@dataclass(frozen=True)
class Chart:
    """What the page shows of one chart. `head` and `rows` are text; the first column names the row."""

    title: str
    says: str
    picture: Markup
    key: Sequence[tuple[str, str]] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = field(default_factory=list)


def axis(value: float) -> str:
    """A sum of dollars at a tick: `500 million`, `1.5 billion`."""
    number, _, word = dollars(str(round(value))).partition(" ")
    return f"{number.rstrip('0').rstrip('.') if '.' in number else number} {word}".strip()


def order(report: Report, name: str) -> list[str]:
    """The actors or attacks of all years by what they took together, so that a colour means one thing on the page."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in report["years"]:
        for key, one in row[name].items():
            sums[key] += Decimal(one["value"])
    return sorted(sums, key=lambda key: (-sums[key], key))


def shades(names: Iterable[str], most: int = SHADES) -> dict[str, str]:
    """The class of each name in order: what is unknown is grey, and so are names after so many."""
    known = [name for name in names if name not in UNKNOWN][:most]
    return {name: f"c{n}" for n, name in enumerate(known)}
