"""The sections of the page: which there are, their numbers and their names."""

from collections.abc import Mapping
from itertools import count
from typing import Any, NamedTuple

NAMES = (  # anchor, heading, and what the navigation calls it
    ("summary", "", "Summary"),
    ("flow", "The flow of money", "Flow"),
    ("conversions", "Conversions and bridge hops", "Conversions"),
    ("timeline", "When it moved", "Timeline"),
    ("endpoints", "Endpoints", "Endpoints"),
    ("movements", "Movements", "Movements"),
    ("findings", "Findings", "Findings"),
    ("candidates", "Candidates", "Candidates"),
    ("bridge_candidates", "Possible other sides of deposits", "Other sides"),
    ("mixers", "Who may have got it out of mixers", "Mixers"),
    ("listed", "Warnings, and what is listed but not traced", "Listed"),
    ("method", "How it was computed", "Method"),
)


class Section(NamedTuple):
    """One section; the summary has number 0 and no heading, so that the first heading of the page reads 1."""

    number: int
    id: str
    title: str
    short: str


def sections(trail: Mapping[str, Any]) -> dict[str, Section | None]:
    """The sections of this page by their anchors, in order; None for those with nothing to show."""
    empty = {name for name in ("findings", "candidates", "bridge_candidates") if not trail[name]}
    if not trail["mixers"] and not trail["coinjoins"]:
        empty.add("mixers")
    if not any(entry["conversions"] for entry in trail["policies"].values()):
        empty.add("conversions")
    number = count()
    return {name[0]: None if name[0] in empty else Section(next(number), *name) for name in NAMES}
