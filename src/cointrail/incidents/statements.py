"""Statements that come as a table (outlet, whose figure, metric, scope, period, value, unit), made into checks."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from io import StringIO
from pathlib import Path

from cointrail.errors import InputError
from cointrail.incidents import vocabulary
from cointrail.incidents.check import Check, Way
from cointrail.incidents.figure import figure
from cointrail.incidents.incident import Incident
from cointrail.incidents.matching import cores, likeness
from cointrail.incidents.source import Node, read_text, read_yaml
from cointrail.incidents.vocabulary import PACKAGE
from cointrail.incidents.window import Window, window

COLUMNS = frozenset(("id", "outlet", "about", "metric", "scope", "period", "value", "unit", "wording"))
FILE = "templates.yaml"
UNITS = {  # unit -> how its value is printed, and its bound
    "billion_usd": ("{} billion", ""), "million_usd": ("{} million", ""), "percent": ("{} %", ""), "count": ("{}", ""),
    "factor": ("{}", ""), "trillion_krw": ("{} trillion", ""), "billion_usd_at_least": ("{} billion", "at least"),
    "million_usd_at_least": ("{} million", "at least"), "percent_at_least": ("{} %", "at least"),
    "count_at_least": ("{}", "at least"),
}  # fmt: skip
TRENDS = {"down": "less than", "up": "more than"}  # of this period over the one before
RECORDS = ("actor_record", "incident_record")  # said with yes, of this over the largest before: more than 1
PROMPT = 31  # days: an attribution within a month
SEVERAL = "2"  # "several" is more than two
POSSIBLE = "5 %"  # more than one chance in twenty is taken for possible
ALIKE = 0.9


def is_table(path: Path) -> bool:
    """Whether a file is a table of statements."""
    return path.suffix.lower() == ".csv"


def read_statements(path: Path, incidents: Mapping[str, Incident]) -> list[Check]:
    """The rows of a table as checks. Raises InputError with file and line for what cannot be read."""
    reader = csv.DictReader(StringIO(read_text(path), newline=""))
    if not set(reader.fieldnames or ()) >= COLUMNS:
        raise InputError(f"{path}: not a table of statements: its columns are {', '.join(sorted(COLUMNS))}")
    found = []
    try:
        for row in reader:
            where = f"{path}, line {reader.line_num}"
            if None in row or None in row.values():
                raise InputError(f"{where}: another number of cells than columns")
            found.append(_check(row, where, incidents))
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: not CSV that can be read: {error}") from error
    return found


def _check(row: Mapping[str, str], where: str, incidents: Mapping[str, Incident]) -> Check:
    if row["metric"] not in templates():
        raise InputError(f"{where}: no way to compute {row['metric']!r}: there are {', '.join(templates())}")
    try:
        when = _period(row["period"])
        value, bound = _printed(row)
        figure(value)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    words = {
        "about": row["about"].replace('"', ""), "period": when.text, "year": str(when.last.year),
        "before": str(when.last.year - 1), "first": str(when.first.year), "actor": _actor(row, when, incidents),
        "incident": _incident(row, when, incidents),
    }  # fmt: skip
    scope = f"{row['metric']}: {row['scope']}"
    said = f"{row['scope']} {row['unit'].replace('krw', 'won')}".lower()
    ways = tuple(_ways(row["metric"], said, scope, words))
    return Check(row["id"], row["wording"], row["outlet"], row["about"], value, bound, scope, "", ways, where)


def _ways(metric: str, said: str, scope: str, words: Mapping[str, str]) -> Iterator[Way]:
    for one in templates()[metric]:
        if one.get("when", "") in said and not (one.get("unless") and one["unless"] in said):
            formula = re.sub(r"\{(\w+)\}", lambda found: words[found[1]], one["formula"])
            yield Way(one["name"], formula, one.get("scope") or scope)


def _printed(row: Mapping[str, str]) -> tuple[str, str]:
    """The value as it is printed, and its bound."""
    value, unit, metric = row["value"].strip(), row["unit"], row["metric"]
    if metric == "attribution":
        return str(PROMPT), "at most"
    if metric == "projection":
        return POSSIBLE, "more than"
    if unit == "trend":
        if value not in TRENDS:
            raise InputError(f"{value!r} is no trend: there are {', '.join(TRENDS)}")
        return "1", TRENDS[value]
    if unit == "boolean":
        return "1", "more than" if metric in RECORDS else "less than"
    if unit not in UNITS:
        raise InputError(f"{unit!r} is no unit: there are {', '.join(UNITS)}, trend, boolean, actor")
    form, bound = UNITS[unit]
    return (form.format(SEVERAL), "more than") if value == "several" else (form.format(value), bound)


def _period(text: str) -> Window:
    """`2025`, `2025-02`, `to 2025`, `2016/2025`."""
    return window(text.strip().removeprefix("to ").replace("/", ".."))


def _actor(row: Mapping[str, str], when: Window, incidents: Mapping[str, Incident]) -> str:
    """The actor that a row names; of a row that names none ("one country") who most thefts of the period are of."""
    said = f"{row['scope']} {row['value']} {row['wording']}".lower()
    named = next((name for name in vocabulary.words("actor") if name in said), None)
    if named is not None:
        return named
    counts = Counter(
        name
        for one in incidents.values() if when.first <= one.when.first <= when.last
        for name in {wide for claim in one.about("actor") for wide in vocabulary.within(claim.value)}
        if vocabulary.within(name) == {name}
    )  # fmt: skip
    return min(counts, key=lambda name: (-counts[name], name), default="unknown")


def _incident(row: Mapping[str, str], when: Window, incidents: Mapping[str, Incident]) -> str:
    """The theft of the period whose name the scope tells; the name itself, which is no id, where there is none."""
    named = cores(row["scope"])
    near = [
        (likeness(named, cores(one.name)), one.id) for one in incidents.values()
        if when.first <= one.when.first <= when.last
    ]  # fmt: skip
    best = max(near, default=(0.0, ""))
    words = {word for core in named for word in core}
    told = [one for _, one in near if {*cores(incidents[one].name)[0]} <= words]
    return best[1] if best[0] >= ALIKE else told[0] if len(told) == 1 else re.sub(r'["\\]', "", row["scope"])[:80]


@cache
def templates() -> Mapping[str, list[dict[str, str]]]:
    """The ways to compute each metric."""
    top = read_yaml(Path(FILE), files(PACKAGE).joinpath(FILE).read_text("utf-8"))
    return {metric: [_texts(one) for one in node.items] for metric, node in (top.keys or {}).items()}


def _texts(node: Node) -> dict[str, str]:
    return {name: value.text or "" for name, value in (node.keys or {}).items()}
