"""Known cases as published: figures with their sources, and nothing that was not published."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from cointrail.chains.data import table

PACKAGE = "cointrail.patterns"


@dataclass(frozen=True)
class Figure:
    """One published feature of a case: its value, how far others may lie from it, and who says so."""

    feature: str
    value: float
    spread: float  # a factor on a log scale, else a difference: one standard deviation
    least: bool  # the value is a bound: more fits as well
    level: str  # P primary, S press or secondary, C computed from these, M measured on chain
    source: str


@dataclass(frozen=True)
class Case:
    """A case or class of cases. `said` is who attributes it and where; nobody is named as a person."""

    id: str
    title: str
    said: str
    contrast: bool  # the class that others are compared against
    words: tuple[str, ...]  # under which labels speak of it, in lower case
    figures: Mapping[str, Figure] = field(default_factory=dict)


@cache
def known() -> tuple[Case, ...]:
    """All cases with their figures."""
    figures: dict[str, dict[str, Figure]] = {}
    for row in table(PACKAGE, "fingerprint/figures.csv"):
        one = Figure(
            row["feature"],
            float(row["value"]),
            float(row["spread"]),
            row["form"] == "least",
            row["level"],
            row["source"],
        )
        figures.setdefault(row["case"], {})[row["feature"]] = one
    return tuple(
        Case(
            row["case"], row["title"], row["said"], row["contrast"] == "yes",
            tuple(filter(None, row["words"].split("|"))), figures.get(row["case"], {}),
        )
        for row in table(PACKAGE, "fingerprint/cases.csv")
    )  # fmt: skip
