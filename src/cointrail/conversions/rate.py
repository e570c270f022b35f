"""How often a rule was right where the truth is known: kept beside the rules, to print beside what they say."""

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from functools import cache
from pathlib import Path

from cointrail.conversions.links import write_csv

RATES = Path(__file__).with_name("rates.csv")
ENOUGH = 100  # pairs: a smaller set says little, and counts only where there is no larger one


@dataclass(frozen=True)
class Rate:
    """One measurement: of `n` true cases the share found (recall), and of those found the share that is true."""

    rule: str
    set: str
    n: int
    precision: float
    recall: float | None  # None where only what was found was judged
    date: str

    def __str__(self) -> str:
        recall = "not measured" if self.recall is None else f"{self.recall:.2%}"
        return f"precision {self.precision:.2%}, recall {recall} on {self.n:,} ({self.set}, {self.date})"


def rate(rule: str, bridge: str = "", path: Path = RATES) -> Rate | None:
    """The least favourable measurement of a rule: of that bridge and on enough cases, where there are any."""
    known = [one for one in rates(path) if one.rule == rule]
    near = [one for one in known if bridge and bridge.lower() in one.set.lower()] or known
    large = [one for one in near if one.n >= ENOUGH] or near
    return min(large, key=lambda one: (one.precision, -1 if one.recall is None else one.recall, -one.n), default=None)


@cache
def rates(path: Path = RATES) -> tuple[Rate, ...]:
    """The rates as they were measured last; none when they never were."""
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as text:
        return tuple(
            Rate(
                row["rule"], row["set"], int(row["n"]), float(row["precision"]),
                float(row["recall"]) if row["recall"] else None, row["date"],
            )
            for row in csv.DictReader(text)
        )  # fmt: skip


def write_rates(found: Iterable[Rate], path: Path = RATES) -> None:
    """Keep the rates."""
    header = tuple(one.name for one in fields(Rate))
    rows = ((_cell(cell) for cell in astuple(one)) for one in found)
    write_csv(path, header, map(tuple, rows))


def _cell(value: object) -> object:
    return "" if value is None else f"{value:.4f}" if isinstance(value, float) else value
