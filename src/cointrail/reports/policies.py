"""What each policy is called and means, for readers."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

REACH_ONLY = "poison"  # does not conserve value, so that it never leads a report


class Policy(NamedTuple):
    """`sentence` says in plain words which coins of a mixed wallet leave first."""

    name: str
    title: str
    sentence: str


@cache
def _known() -> dict[str, Policy]:
    text = resources.files("cointrail.reports").joinpath("policies.csv").read_text("utf-8")
    return {row["name"]: Policy(**row) for row in csv.DictReader(text.splitlines())}


def policy(name: str) -> Policy:
    """The policy of that name; one that is not in the table is shown under its bare name."""
    return _known().get(name, Policy(name, name, ""))


def ordered(trail: Mapping[str, Any]) -> list[str]:
    """The policies of a trail as the user named them, with poison last: the first one is what a report opens with."""
    named = [name for name in trail["parameters"]["policies"] if name in trail["policies"]]
    rest = [name for name in trail["policies"] if name not in named]
    return sorted(named + rest, key=lambda name: name == REACH_ONLY)
