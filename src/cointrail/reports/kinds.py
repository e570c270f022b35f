"""The kinds of endpoint a reader sees: a labelled endpoint by its category, any other by the reason it is one."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

OTHER = "service"  # a label whose category is not in the table


@dataclass(frozen=True)
class Kind:
    """One kind: `title` heads many, `one` names one; colours for light and dark pages.

    `verb` completes '312 ETH …'; `origin` does so in a backward trace, where it differs.
    """

    key: str
    title: str
    one: str
    verb: str
    origin: str
    light: str
    dark: str
    also: str  # other names of the same category in label sources, separated by spaces


@cache
def kinds() -> dict[str, Kind]:
    """All kinds by key, in the order in which they are listed everywhere."""
    text = resources.files("cointrail.reports").joinpath("kinds.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["key"]: Kind(**row) for row in rows}


@cache
def _categories() -> dict[str, str]:
    """The kind of each category in label sources; of two kinds that claim a word, the first."""
    found: dict[str, str] = {}
    for kind in kinds().values():
        for name in (kind.key, *kind.also.split()):
            found.setdefault(name, kind.key)
    return found


def kind_of(endpoint: Mapping[str, Any]) -> Kind:
    """The kind of one entry of `endpoints` in trail.json."""
    if endpoint["reason"] == "label":
        category = (endpoint.get("category") or "").strip().lower().replace(" ", "_").replace("-", "_")
        return kinds()[_categories().get(category, OTHER)]
    return kinds().get(endpoint["reason"], kinds()[OTHER])
