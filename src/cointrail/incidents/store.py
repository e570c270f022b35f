"""A folder of one's own claims: imported lists, claims that were added, and decisions about what is the same theft.

    CLAIMS/
      store.json        says that this is one, and the version of its layout
      imports/          a file for each list, one record a line, named by what it holds; never changed
      claims.jsonl      claims and published figures that were added, one a line, only ever longer
      decisions.jsonl   pairs that are the same theft or are not, one a line; the last about a pair counts

Everything is written whole or not at all; what is there is never changed.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from cointrail.errors import InputError
from cointrail.incidents.aggregate import Aggregate, aggregate
from cointrail.incidents.claim import claim
from cointrail.incidents.incident import Incident, named
from cointrail.incidents.lists.reading import Reading, Record
from cointrail.incidents.source import read_lines

MARK, VERSION = "store.json", 1
IMPORTS, CLAIMS, DECISIONS = "imports", "claims.jsonl", "decisions.jsonl"
SAME, DIFFERENT, UNDECIDED = "same", "different", "undecided"
DIGITS = 16  # of a digest in the name of a file


def check_claim(incident: str, raw: Mapping[str, str], today: date) -> None:
    """Raises InputError when a claim about an incident could not be kept in a store."""
    claim(raw, "the claim", today)
    named(incident, "the claim")


def check_figure(raw: Mapping[str, str], today: date) -> None:
    """Raises InputError when a figure that somebody published could not be kept in a store."""
    aggregate(raw, "the figure", today)


class Store:
    """A store in a folder. Opening checks that it is one; everything is read when it is asked for."""

    def __init__(self, folder: Path) -> None:
        """Opens it. Raises InputError when the folder is no store."""
        self.folder = folder
        try:
            told = json.loads((folder / MARK).read_text("utf-8"))
        except FileNotFoundError as error:
            raise InputError(
                f"{folder}: no store of claims; make one with `cointrail incidents import --out`"
            ) from error
        except (OSError, ValueError) as error:
            raise InputError(f"{folder / MARK}: cannot be read; is it damaged?") from error
        if not isinstance(told, dict) or told.get("version") != VERSION:
            raise InputError(f"{folder / MARK}: not a store of claims of version {VERSION}")

    @staticmethod
    def make(folder: Path) -> "Store":
        """Makes a store in a new or empty folder. Raises InputError when something is there."""
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError(f"{folder}: not empty; add to a store of claims with --into")
        (folder / IMPORTS).mkdir(parents=True, exist_ok=True)
        _write(folder / MARK, json.dumps({"version": VERSION}) + "\n")
        return Store(folder)

    def add_list(self, reading: Reading) -> bool:
        """Keeps a list that was read; whether it was not there yet. Equal files are one, whatever they are called."""
        path = self.folder / IMPORTS / f"{reading.origin}-{reading.digest[:DIGITS]}.jsonl"
        if path.exists():
            return False
        head = {
            "list": reading.origin, "file": Path(reading.path).name, "sha256": reading.digest, "rows": reading.rows,
            "notes": dict(reading.notes),
        }  # fmt: skip
        lines = [head, *(_written(one) for one in reading.records)]
        _write(path, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
        return True

    def records(self, today: date) -> Iterator[Record]:
        """The records of all lists, in order of the files' names. Raises InputError with file and line."""
        for path in sorted((self.folder / IMPORTS).glob("*.jsonl")):
            lines = read_lines(path)
            _, head = next(lines, (1, {}))
            for line, row in lines:
                yield _record(row, f"{path}, line {line}", str(head.get("list", "")), today)

    def add_claim(self, incident: str, name: str, raw: Mapping[str, str], today: date) -> None:
        """Adds a claim about an incident. Raises InputError when it cannot be kept; then nothing is."""
        check_claim(incident, raw, today)
        self._append(CLAIMS, {"incident": incident, "name": name, "claim": dict(raw)})

    def add_published(self, raw: Mapping[str, str], today: date) -> None:
        """Adds a figure that somebody published. Raises InputError when it cannot be kept; then nothing is."""
        check_figure(raw, today)
        self._append(CLAIMS, {"published": dict(raw)})

    def claims(self, today: date) -> list[Incident]:
        """The claims that were added, as one incident for each that they are about."""
        found: dict[str, Incident] = {}
        for where, row in self._lines(CLAIMS):
            if "incident" not in row:
                continue
            said = claim(_texts(row.get("claim"), where), where, today)
            name = named(str(row["incident"]), where)
            first = found.get(name)
            kept = (*(first.claims if first else ()), said)
            found[name] = Incident(name, str(row.get("name") or name), kept, first.where if first else where)
        return list(found.values())

    def published(self, today: date) -> list[Aggregate]:
        """The published figures of imported lists, and those that were added."""
        rows = self._lines(CLAIMS)
        listed = [
            aggregate(raw, f"{self.folder}, {record.id}", today)
            for record in self.records(today) for raw in record.figures
        ]  # fmt: skip
        return listed + [
            aggregate(_texts(row["published"], where), where, today) for where, row in rows if "published" in row
        ]

    def decide(self, left: str, right: str, decision: str, why: str, today: date) -> None:
        """Notes that two are the same theft, that they are not, or that this is open again."""
        if left == right:
            raise InputError(f"{left} is always the same as itself: name two")
        self._append(
            DECISIONS, {"pair": sorted((left, right)), "decision": decision, "why": why, "on": today.isoformat()}
        )

    def decisions(self) -> dict[frozenset[str], bool]:
        """What was decided about pairs, the last word of each; those open again are not there."""
        found: dict[frozenset[str], bool] = {}
        for where, row in self._lines(DECISIONS):
            pair, decision = row.get("pair"), row.get("decision")
            if not isinstance(pair, list) or len(pair) != 2 or decision not in (SAME, DIFFERENT, UNDECIDED):
                raise InputError(f"{where}: not a decision about a pair: mend the line or take it out")
            key = frozenset(map(str, pair))
            found.pop(key, None)
            if decision != UNDECIDED:
                found[key] = decision == SAME
        return found

    def _lines(self, name: str) -> Iterator[tuple[str, dict[str, object]]]:
        path = self.folder / name
        if path.exists():
            for line, row in read_lines(path):
                yield f"{path}, line {line}", row

    def _append(self, name: str, row: Mapping[str, object]) -> None:
        """Adds a line: the old ones and the new one under another name, then one rename."""
        path = self.folder / name
        old = path.read_text("utf-8") if path.exists() else ""
        _write(path, old + json.dumps(row, ensure_ascii=False) + "\n")


def _written(record: Record) -> dict[str, object]:
    quirks = {"quirks": dict(record.quirks)} if record.quirks else {}
    figures = {"published": [dict(raw) for raw in record.figures]} if record.figures else {}
    claims = [dict(raw) for raw in record.raw]
    return {"id": record.id, "line": record.line, "name": record.name, "claims": claims} | figures | quirks


def _record(row: Mapping[str, object], where: str, origin: str, today: date) -> Record:
    claims, quirks, figures = row.get("claims"), row.get("quirks", {}), row.get("published", [])
    if (
        not isinstance(claims, list)
        or not isinstance(figures, list)
        or not isinstance(quirks, dict)
        or not re.fullmatch(r"[a-z0-9-]+", origin)
    ):
        raise InputError(f"{where}: not a record of a list: import the list again")
    raw = tuple(_texts(one, where) for one in claims)
    name = named(f"{origin}/{row.get('id')}", where)
    return Record(
        origin, int(str(row.get("line", 0))), name, str(row.get("name", "")),
        tuple(claim(one, where, today) for one in raw), raw, {str(key): str(text) for key, text in quirks.items()},
        tuple(_texts(one, where) for one in figures),
    )  # fmt: skip


def _texts(value: object, where: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise InputError(f"{where}: not a claim of names and texts: mend the line or take it out")
    return {str(name): text for name, text in value.items()}


def _write(path: Path, text: str) -> None:
    """Writes a file under another name, syncs it, and puts it in its place in one step."""
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)


def distinct(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Records by id: those of one id say of one theft what several files of a list say."""
    found: dict[str, list[Record]] = {}
    for one in records:
        found.setdefault(one.id, []).append(one)
    return found
