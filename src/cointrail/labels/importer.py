"""Importing label files: the format is found from the content, and all files count or none."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from time import time as clock

from cointrail.errors import InputError
from cointrail.labels.categories import category
from cointrail.labels.claim import claim
from cointrail.labels.formats import expand, reader
from cointrail.labels.label import Label
from cointrail.labels.store import FOLDER, Labels
from cointrail.ledger.files import sha256 as digest_of
from cointrail.ledger.files import write_bytes

Step = Callable[[str, float], None]

BAD_SHARE = 0.01  # of the rows of one file; more than this and the file is refused
QUARANTINE = "quarantine"
REASON_LENGTH = 300
BY = "cointrail label import"  # who decides that a label has expired, where its source says so
GONE = "its source no longer lists it"
ENDED = "its source tells its end"


@dataclass(frozen=True)
class Imported:
    """What an import did: labels new in the store, skipped (another chain's), bad ones and where these are listed."""

    labels: int
    skipped: int
    bad: int
    quarantine: Path | None
    known: int = 0  # labels that the store already had
    unknown: tuple[str, ...] = ()  # categories that no table explains: they do not stop a walk
    silent: int = 0  # entries that name no address, and events that only end what others began
    expired: int = 0  # labels that a complete list no longer has, or of which the source now tells the end
    left: tuple[Path, ...] = ()  # files in folders that are no label files


@dataclass
class _File:
    """What was found in one file."""

    path: Path
    labels: list[Label] = field(default_factory=list)
    skipped: int = 0
    silent: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)  # line, reason
    bad_rows: int = 0  # a row with an open quote swallows the lines after it, and all of them count

    @property
    def rows(self) -> int:
        return len(self.labels) + self.skipped + self.silent + self.bad_rows


def import_labels(
    paths: Sequence[Path],
    ledger: Path,
    *,
    strict: bool = False,
    form: str | None = None,
    same: Mapping[str, str] | None = None,
    complete: bool = False,
    recorded: float | None = None,
    step: Step = lambda what, share: None,
) -> Imported:
    """Adds the labels in files, in all label files of folders, and in the events of ledgers to a ledger.

    `form` names the format instead of recognising it; `same` are fields that every row gets. With `complete` the files
    are all that their sources say now: what the store has of these sources and they have not any more expires. So does
    a label without an end of which the source has told the end. `step` hears what is done, and which share of it.

    Bad rows go to a quarantine file and the rest is imported. Raises InputError, with nothing stored, when a file has
    no known format, cannot be read, or has more than 1 % bad rows (any, when `strict`).
    """
    if ledger.exists() and not ledger.is_dir():
        raise InputError(f"{ledger} is a file: give the folder of a ledger")
    store = Labels(ledger)
    moment = clock() if recorded is None else recorded
    step("labels", 0)
    found = [expand(path) for path in paths]
    taken = [path for some, _ in found for path in some]
    files = []
    for number, path in enumerate(taken, start=1):
        files.append(_read(path, form, same or {}))
        step("labels", number / (len(taken) + 1))  # what is read is not yet stored
    for file in files:
        _check(file, strict)
    labels = [label for file in files for label in file.labels]
    digests = {file.path.name: digest_of(file.path) for file in files if file.path.is_file()}
    fresh = store.add(labels, digests, recorded=moment)
    gone = store.missing(labels, int(moment)) if complete else []
    if gone:
        store.decide("expire", gone, by=BY, reason=GONE, recorded=moment)
    ended = store.overtaken() if fresh else {}
    for end, names in sorted(ended.items()):
        store.decide("expire", names, by=BY, reason=ENDED, at=end, recorded=moment)
    bad = sum(file.bad_rows for file in files)
    words = {label.category for label in labels if label.category and category(label.category) is None}
    return Imported(
        labels=fresh,
        skipped=sum(file.skipped for file in files),
        bad=bad,
        quarantine=_quarantine(files, ledger / FOLDER / QUARANTINE) if bad else None,
        known=len(labels) - fresh,
        unknown=tuple(sorted(words)),
        silent=sum(file.silent for file in files),
        expired=len(gone) + sum(map(len, ended.values())),
        left=tuple(path for _, left in found for path in left),
    )


def _read(path: Path, form: str | None, same: Mapping[str, str]) -> _File:
    file = _File(path)
    for line, lines, fields in reader(path, form)(path):
        if fields is None:
            file.silent += 1
            continue
        try:
            if isinstance(fields, str):
                raise ValueError(fields)
            label = claim({**fields, **same} if same else fields, path.name)
        except ValueError as error:
            file.bad.append((line, str(error)[:REASON_LENGTH]))
            file.bad_rows += lines
            continue
        if label is None:
            file.skipped += 1
        else:
            file.labels.append(label)
    return file


def _check(file: _File, strict: bool) -> None:
    total = file.rows
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
