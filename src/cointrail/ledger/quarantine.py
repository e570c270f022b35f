"""Rows that could not be read: kept with file, line and reason, so that nothing is dropped in silence."""

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cointrail.ledger.files import write_bytes
from cointrail.ledger.readers import Problems

FOLDER = "quarantine"
COLUMNS = ("file", "line", "reason", "row")


@contextmanager
def kept(ledger: Path, problems: Sequence[Problems]) -> Iterator[Path | None]:
    """Write the bad rows of one import to `quarantine/` in the ledger while the good ones are stored; the file, or None
    when all rows were good. It goes away again when storing fails."""
    if not any(problem.bad for problem in problems):
        yield None
        return
    content = _content(problems)
    path = ledger / FOLDER / f"{hashlib.sha256(content).hexdigest()[:16]}.csv"
    known = path.is_file()
    path.parent.mkdir(exist_ok=True)
    write_bytes(path, content)
    try:
        yield path
    except BaseException:
        if not known:
            path.unlink(missing_ok=True)
        raise


def printable(text: str) -> str:
    """A file's name as text; bytes in it that are none are escaped."""
    return text.encode("utf-8", "backslashreplace").decode()


def _content(problems: Sequence[Problems]) -> bytes:
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(COLUMNS)
    for problem in problems:
        name = printable(problem.path.name)
        out.writerows((name, row.line, row.reason, row.text) for row in problem.rows)
        if problem.bad > len(problem.rows):
            out.writerow((name, "", f"{problem.bad - len(problem.rows)} more bad rows", ""))
    return text.getvalue().encode("utf-8", "backslashreplace")
