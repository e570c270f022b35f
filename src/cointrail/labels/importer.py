"""Importing label files: the format is found from the content, and all files count or none."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cointrail.errors import InputError
from cointrail.labels.categories import category
from cointrail.labels.claim import claim
from cointrail.labels.label import Label
from cointrail.labels.store import FOLDER, Labels
from cointrail.labels.table import is_header, read_table
from cointrail.labels.tagpack import read_tagpack
from cointrail.ledger.files import sha256 as digest_of
from cointrail.ledger.files import write_bytes

BAD_SHARE = 0.01  # of the rows of one file; more than this and the file is refused
PEEK = 1 << 16  # bytes that are looked at to find the format
QUARANTINE = "quarantine"
REASON_LENGTH = 300


@dataclass(frozen=True)
class Imported:
    """What an import did: labels new in the store, skipped (another chain's), bad ones and where these are listed."""

    labels: int
    skipped: int
    bad: int
    quarantine: Path | None
    known: int = 0  # labels that the store already had
    unknown: tuple[str, ...] = ()  # categories that no table explains: they do not stop a walk


@dataclass
class _File:
    """What was found in one file."""

    path: Path
    labels: list[Label] = field(default_factory=list)
    skipped: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)  # line, reason
    bad_rows: int = 0  # a row with an open quote swallows the lines after it, and all of them count


def import_labels(paths: Sequence[Path], ledger: Path, *, strict: bool = False) -> Imported:
    """Adds the labels of TagPack YAML and CSV files to a ledger.

    Bad rows go to a quarantine file and the rest is imported. Raises InputError, with nothing stored, when a file is
    neither format, cannot be read, or has more than 1 % bad rows (any, when `strict`).
    """
    if ledger.exists() and not ledger.is_dir():
        raise InputError(f"{ledger} is a file: give the folder of a ledger")
    store = Labels(ledger)
    files = [_read(path) for path in paths]
    for file in files:
        _check(file, strict)
    labels = [label for file in files for label in file.labels]
    fresh = store.add(labels, {file.path.name: digest_of(file.path) for file in files})
    bad = sum(file.bad_rows for file in files)
    words = {label.category for label in labels if label.category and category(label.category) is None}
    return Imported(
        labels=fresh,
        skipped=sum(file.skipped for file in files),
        bad=bad,
        quarantine=_quarantine(files, ledger / FOLDER / QUARANTINE) if bad else None,
        known=len(labels) - fresh,
        unknown=tuple(sorted(words)),
    )


def _read(path: Path) -> _File:
    file = _File(path)
    for line, lines, fields in _rows(path):
        try:
            if isinstance(fields, str):
                raise ValueError(fields)
            label = claim(fields, path.name)
        except ValueError as error:
            file.bad.append((line, str(error)[:REASON_LENGTH]))
            file.bad_rows += lines
            continue
        if label is None:
            file.skipped += 1
        else:
            file.labels.append(label)
    return file


def _rows(path: Path) -> Iterator[tuple[int, int, Mapping[str, str] | str]]:
    try:
        with path.open("rb") as stream:
            head = stream.read(PEEK)
    except OSError as error:
        raise InputError(f"cannot read labels from {path}: {error.strerror}") from error
    if not head.strip():
        raise InputError(f"{path} is empty: give a TagPack (YAML), or a CSV file with the columns address and entity")
    if b"\0" in head:
        raise InputError(
            f"{path} is not text: give a TagPack (YAML), or a CSV file with the columns address and entity"
        )
    first = head.decode("utf-8-sig", "replace").split("\n", 1)[0]
    return read_table(path) if is_header(first) else read_tagpack(path)


def _check(file: _File, strict: bool) -> None:
    total = len(file.labels) + file.skipped + file.bad_rows
    if not file.bad or (file.bad_rows <= BAD_SHARE * total and not strict):
        return
    line, reason = file.bad[0]
    raise InputError(
        f"{file.path}: {file.bad_rows} of {total} rows cannot be used, the first in line {line}: {reason};"
        " nothing was imported, correct them first"
    )


def _quarantine(files: Iterable[_File], folder: Path) -> Path:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["file", "line", "reason"])
    rows.writerows((file.path.name, line, reason) for file in files for line, reason in file.bad)
    content = text.getvalue().encode()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{sha256(content).hexdigest()[:16]}.csv"
    write_bytes(path, content)
    return path
