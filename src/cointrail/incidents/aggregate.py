"""Figures that others published about periods: claims too, with publisher, scope, window, and when they were said."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from cointrail.chains.data import table
from cointrail.errors import InputError
from cointrail.incidents.claim import check_keys, said_at, source
from cointrail.incidents.figure import BOUNDS, Figure, figure
from cointrail.incidents.source import read_list, shipped, strings
from cointrail.incidents.span import Span
from cointrail.incidents.vocabulary import PACKAGE
from cointrail.incidents.window import Window, window

FOLDER = "published"
REQUIRED = ("by", "metric", "of", "window", "value", "url")
OPTIONAL = ("within", "said", "bound", "scope", "evidence", "note")
EVIDENCE = ("primary", "press", "repository", "computed")
ALL = "all theft"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A published figure about a window of time. `said` is None where nobody knows when it was published."""

    by: str
    metric: str
    of: str
    window: Window
    figure: Figure
    url: str
    within: str = ""
    said: Span | None = None
    latest: bool = False  # said is the latest time at which it was said
    bound: str = ""
    scope: str = ""
    evidence: str = "press"
    note: str = ""
    where: str = ""

    @property
    def subject(self) -> tuple[str, str, str, str]:
        """What two figures must share to be about the same thing: metric, of, within and window."""
        return self.metric, self.of, self.within, self.window.text

    def known(self, day: date) -> bool:
        """Whether it had been said by the end of that day; an undated one counts as said when its window ended."""
        return (self.said.last if self.said else self.window.last) <= day


@cache
def metrics() -> Mapping[str, Mapping[str, str]]:
    """What can be published about a window, with unit and meaning."""
    return {row["name"]: row for row in table(PACKAGE, "metrics.csv")}


def published(folder: Path | None = None, today: date | None = None) -> list[Aggregate]:
    """The published figures that ship with the package, or those of the YAML files of a folder.

    Raises InputError with file and line for whatever cannot be kept.
    """
    if folder is None:
        return list(_shipped())
    today = today or datetime.now(UTC).date()
    return [one for path in sorted(folder.glob("*.yaml")) for one in read_published(path, today)]


@cache
def _shipped() -> tuple[Aggregate, ...]:
    """Never too early: a clock that is wrong must not refuse what the package itself brings."""
    return tuple(one for path, text in shipped(PACKAGE, FOLDER) for one in read_published(path, date.max, text))


def read_published(path: Path, today: date, text: str | None = None) -> Iterator[Aggregate]:
    """The figures of one file: a list, each an entry of keys and texts. Raises InputError with file and line."""
    for node in read_list(path, "published figures", text):
        yield aggregate(strings(node, path), f"{path}, line {node.line}", today)


def aggregate(raw: Mapping[str, str], where: str, today: date) -> Aggregate:
    """Makes a published figure of its text. Raises InputError, beginning with `where`, when it cannot be kept."""
    try:
        return _aggregate(raw, where, today)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def _aggregate(raw: Mapping[str, str], where: str, today: date) -> Aggregate:
    check_keys(raw, "a published figure", REQUIRED, OPTIONAL)
    metric = raw["metric"]
    if metric not in metrics():
        raise InputError(f"unknown metric {metric!r}: there are {', '.join(metrics())}")
    said, latest = said_at(raw.get("said", ""), today)
    period = window(raw["window"])
    if period.first > today:
        raise InputError(f"{period.text} is in the future")
    number = figure(raw["value"])
    if number.value < 0 and "growth" not in metric:
        raise InputError(f"{number.text} is negative: only growth can be")
    bound, evidence = raw.get("bound", ""), raw.get("evidence", "press")
    if bound and bound not in BOUNDS:
        raise InputError(f"{bound!r} is no bound: use one of {', '.join(BOUNDS)}")
    if evidence not in EVIDENCE:
        raise InputError(f"{evidence!r} is no evidence: use one of {', '.join(EVIDENCE)}")
    within = raw.get("within", ALL if metric.startswith("share") else "")
    return Aggregate(
        raw["by"].strip(), metric, raw["of"].strip(), period, number, source(raw["url"]), within, said, latest,
        bound, raw.get("scope", ""), evidence, raw.get("note", ""), where,
    )  # fmt: skip


def pick(all_of: Iterable[Aggregate], by: str, subject: tuple[str, str, str, str], when: str) -> Aggregate | None:
    """What a publisher says about a subject: the `first` it said, or the `latest`; None where it said nothing.

    A figure that is only known to have been said by some time counts as said then. Of two said at the same time the
    one that stands first counts.
    """
    found = [one for one in all_of if one.by == by and one.subject == subject]
    if not found:
        return None
    found.sort(key=lambda one: one.said.last if one.said else one.window.last)  # stable: file order settles ties
    if when == "first":
        return found[0]
    last = found[-1]
    time = last.said.last if last.said else last.window.last
    return next(one for one in found if (one.said.last if one.said else one.window.last) == time)
