"""One file that was read, and what was wrong with its rows."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cointrail.errors import InputError
from cointrail.ledger.readers.faults import Faults, Mask

KEPT = 10_000  # bad rows remembered of one file; the rest is only counted
RAW_LENGTH = 200
NAMED = 3  # files in a sentence
PROSE = (".md", ".markdown", ".rst", ".adoc", ".pdf")
TITLES = ("README", "LICENSE", "LICENCE", "COPYING", "NOTICE", "SOURCE", "SOURCES", "CHANGELOG", "CITATION", "AUTHORS")
MOST_BAD = 0.01  # share of bad rows above which a file is refused


@dataclass(frozen=True)
class Source:
    """A file as it was read: `format` names one of formats.yaml, or "csv"."""

    path: Path
    format: str
    sha256: str  # of the file's bytes, hexadecimal
    size: int  # bytes

    @classmethod
    def of(cls, path: Path, format: str) -> "Source":
        """Digest a file."""
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            return cls(path, format, digest, path.stat().st_size)
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); check the file") from error


@dataclass(frozen=True)
class Problem:
    """One bad row: its line in the file (1 is the header of a CSV; in Parquet rows are counted from 1)."""

    line: int
    reason: str
    text: str  # the row as it stands in the file, cut, control characters escaped


@dataclass
class Problems:
    """The bad rows of one file, and how many were good."""

    path: Path
    good: int = 0
    bad: int = 0
    rows: list[Problem] = field(default_factory=list)  # the first KEPT ones, in file order
    skipped: dict[str, int] = field(default_factory=dict)  # good rows that are no transfers, by what they are

    def add(self, faults: Faults, rows: Mask, place: Callable[[int], tuple[int, str]]) -> None:
        """Count bad rows and remember the first; `place` gives line and raw text of a row."""
        for row in np.flatnonzero(rows)[: KEPT - len(self.rows)]:
            line, text = place(int(row))
            self.rows.append(Problem(line, escape(faults.reason(int(row))), escape(text)))
        self.bad += int(rows.sum())

    def skip(self, what: str, count: int) -> None:
        """Count good rows that move nothing a ledger keeps."""
        if count:
            self.skipped[what] = self.skipped.get(what, 0) + count

    def refuse_if_too_many(self, strict: bool) -> None:
        """Raise InputError when more than 1 % of the rows are bad, or any with `strict`."""
        if not self.bad or not (strict or self.bad > MOST_BAD * (self.good + self.bad)):
            return
        first = self.rows[0]
        remedy = "correct the row or leave --strict out" if strict else "check the file and the format"
        raise InputError(
            f"{self.path}: {self.bad} of {self.good + self.bad} rows are bad, the first is line {first.line}:"
            f" {first.reason}; {remedy}"
        )


def escape(text: str) -> str:
    """A row as one short printable line."""
    shown = text[:RAW_LENGTH].encode("unicode_escape").decode("ascii") if not text.isprintable() else text
    return shown[:RAW_LENGTH]


def expand(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The files meant by what a user named, and those passed over: a folder stands for all files in it, sorted, but for
    those that are written for people, such as a README; each file counts once."""
    files: dict[Path, Path] = {}
    left: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            found = sorted(item for item in path.rglob("*") if item.is_file() and not _hidden(item, path))
            inside = [item for item in found if not _is_prose(item)]
            left |= {item.resolve(): item for item in found if _is_prose(item)}
            if not inside:
                raise InputError(f"{path}: the folder holds no files; name a folder or file with transfers")
        elif path.exists():
            inside = [path]
        else:
            raise InputError(f"{path}: no such file; check the path")
        for item in inside:
            files.setdefault(item.resolve(), item)
    return list(files.values()), [item for place, item in left.items() if place not in files]


def passed_over(left: Sequence[Path]) -> list[str]:
    """A sentence on files that were passed over, where there are any."""
    if not left:
        return []
    names = ", ".join(escape(path.name) for path in left[:NAMED]) + (", ..." if len(left) > NAMED else "")
    return [f"{len(left)} {'file is' if len(left) == 1 else 'files are'} written for people and not read: {names}"]


def _is_prose(item: Path) -> bool:
    return item.suffix.lower() in PROSE or (item.suffix.lower() in ("", ".txt") and item.stem.upper() in TITLES)


def _hidden(item: Path, folder: Path) -> bool:
    # Markers that tools leave beside their data: .DS_Store, _SUCCESS, .part-0001.crc, cryo's .cryo folder.
    return any(part.startswith((".", "_")) for part in item.relative_to(folder).parts)
