"""Which list a file is, and its rows as incidents. Every row is one record, also those that claim nothing."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

from cointrail.errors import InputError
from cointrail.incidents.aggregate import aggregate
from cointrail.incidents.claim import Claim, claim
from cointrail.incidents.lists import defillama, merged, others, totals
from cointrail.incidents.lists.draft import LATER, Draft, located
from cointrail.incidents.source import read_text

Row = tuple[int, Mapping[str, Any]]
TABLES: Mapping[str, tuple[frozenset[str], Callable[[Iterator[Row]], Iterator[Draft]]]] = {
    "defillama": (defillama.COLUMNS, defillama.from_table),
    "defihacklabs": (others.HACKLABS, others.hacklabs),
    "dn-institute": (others.INSTITUTE, others.institute),
    "dprk": (others.DPRK, others.north_korea),
    "bridge-hacks": (others.BRIDGES, others.bridges),
    "physical": (others.PHYSICAL, others.physical),
    "dprk-totals": (totals.DPRK, totals.north_korea),
    "published-totals": (totals.PUBLISHED, totals.published),
    "merged": (merged.INCIDENTS, merged.incidents),
    "merged-claims": (merged.CLAIMS, merged.claims),
}
BAD_SHARE = 0.01  # of bad rows, above which a file is refused


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a list: where it stands, an id within the list, the claims it makes, and its quirks.

    Without a claim of a date it is no incident.
    """

    origin: str
    line: int
    id: str
    name: str
    claims: tuple[Claim, ...]
    raw: tuple[Mapping[str, str], ...]
    quirks: Mapping[str, str]
    figures: tuple[Mapping[str, str], ...] = ()  # published ones about periods, as raw text

    @property
    def dated(self) -> bool:
        """Whether it says when: without that it is no incident."""
        return any(one.field == "date" for one in self.claims)


@dataclass(frozen=True, slots=True)
class Reading:
    """A list as it was read: how many `rows` it has, a record for each that can be read, the bad ones with reasons."""

    origin: str
    path: str
    digest: str
    rows: int
    records: tuple[Record, ...]
    bad: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)  # quirks of the whole file

    def quirks(self) -> Counter[str]:
        """How many rows have each quirk; a quirk of the whole file counts once."""
        return Counter([*(name for one in self.records for name in one.quirks), *self.notes])


def read_list(path: Path, today: date, strict: bool = False) -> Reading:
    """Reads a list of thefts, which is known by its columns.

    A row that cannot be read is bad and told with its line. Raises InputError when the file is no list that is known,
    or when more than one row in a hundred is bad; with `strict` when any is.
    """
    text = read_text(path)
    name, read, rows = _recognised(path, text)
    told = {"n": 0, "line": 0}
    drafts: list[Draft] = []
    bad: list[str] = []

    def counting() -> Iterator[Row]:
        for line, row in rows:
            told["n"], told["line"] = told["n"] + 1, line
            yield line, row

    source = counting()
    for row in source:  # one at a time, so that a bad row does not end the rest
        try:
            drafts += read(iter((row,)))
        except (InputError, KeyError, TypeError, AttributeError) as error:
            bad.append(f"{located(path, told['line'])}: {error if isinstance(error, InputError) else 'malformed row'}")
    records = []
    for draft in drafts:
        try:
            records.append(_record(draft, path, today))
        except InputError as error:
            bad.append(str(error))
    if bad and (strict or len(bad) > BAD_SHARE * told["n"]):
        raise InputError(f"{len(bad)} bad rows of {told['n']}, nothing was imported; the first: {bad[0]}")
    numbered = _numbered(records)
    return Reading(name, str(path), sha256(text.encode()).hexdigest(), told["n"], numbered, tuple(bad))


def _record(draft: Draft, path: Path, today: date) -> Record:
    where = located(path, draft.line)
    claims = tuple(claim(raw, where, today) for raw in draft.claims)
    figures = [one | ({"said": f"by {today:%Y-%m}"} if one.get("said") == LATER else {}) for one in draft.figures]
    for one in figures:
        aggregate(one, where, today)  # refused here rather than when it is read again
    return Record(
        draft.origin,
        draft.line,
        draft.slug,
        draft.name,
        claims,
        tuple(draft.claims),
        dict(draft.quirks),
        tuple(figures),
    )


def _numbered(records: list[Record]) -> tuple[Record, ...]:
    """Rows with one name and date are kept apart by a number, unless the list itself says that they are one."""
    if records and records[0].origin == "merged-claims":
        return tuple(records)
    seen: Counter[str] = Counter()
    out = []
    for one in records:
        seen[one.id] += 1
        name = one.id if seen[one.id] == 1 else f"{one.id}-{seen[one.id]}"
        out.append(replace(one, id=name))
    return tuple(out)


def _recognised(path: Path, text: str) -> tuple[str, Callable[[Iterator[Row]], Iterator[Draft]], Iterator[Row]]:
    if text.lstrip()[:1] == "[":
        return "defillama-json", defillama.from_json, _objects(path, text)
    if text.lstrip().startswith("|"):
        return "bridge-transactions", others.transactions, _markdown(text)
    header = next(csv.reader([text.partition("\n")[0].rstrip("\r")]), [])
    fitting = [name for name, (columns, _) in TABLES.items() if columns <= set(header)]
    if not fitting:
        known = "; ".join(f"{name}: {', '.join(sorted(columns))}" for name, (columns, _) in TABLES.items())
        raise InputError(f"{path}: no list that is known. Lists are known by their columns: {known}")
    name = max(fitting, key=lambda one: len(TABLES[one][0]))
    return name, TABLES[name][1], _cells(path, text, header)


def _cells(path: Path, text: str, header: list[str]) -> Iterator[Row]:
    reader = csv.reader(StringIO(text, newline=""))
    try:
        next(reader)
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header):
                raise InputError(f"{located(path, reader.line_num)}: {len(cells)} cells for {len(header)} columns")
            yield reader.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise InputError(f"{path}: not a CSV file that can be read: {error}") from error


def _objects(path: Path, text: str) -> Iterator[Row]:
    """The objects of a JSON list; the line is the place in the list, as JSON keeps none."""
    try:
        found = json.loads(text, parse_int=str, parse_float=str)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"{path}: not JSON that can be read") from error
    for place, row in enumerate(found, 1):
        if not isinstance(row, dict):
            raise InputError(f"{path}, entry {place}: not an object")
        if place == 1 and not row.keys() >= defillama.KEYS:
            raise InputError(f"{path}: no list that is known: objects with {', '.join(sorted(defillama.KEYS))}")
        yield place, row


def _markdown(text: str) -> Iterator[Row]:
    for line, row in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in row.strip().strip("|").split("|")]
        if line > 2 and len(cells) >= 2 and cells[0]:
            yield line, {"bridge": cells[0], "details": cells[1]}
