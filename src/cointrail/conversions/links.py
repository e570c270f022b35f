"""Links: which withdrawal paid out which deposit, by which rule, and how sure that is."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cointrail.errors import InputError

COLUMNS = ("deposit_tx", "withdrawal_tx", "rule", "confidence", "ambiguous")
DIGITS = 4  # of a confidence


@dataclass(frozen=True)
class Link:
    """One pair. `ambiguous`: how many other candidates of either leg were plausible."""

    deposit_tx: str
    withdrawal_tx: str
    rule: str
    confidence: float
    ambiguous: int


def write_links(path: Path, links: Iterable[Link]) -> None:
    """The links as CSV, in the order given."""
    rows = (
        (link.deposit_tx, link.withdrawal_tx, link.rule, _digits(link.confidence), link.ambiguous) for link in links
    )
    write_csv(path, COLUMNS, rows)


def write_csv(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """A CSV file with a header, put in its place when it is whole."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    part = path.with_name(path.name + ".part")
    part.write_bytes(text.getvalue().encode())
    part.replace(path)


def read_pairs(path: Path) -> set[tuple[str, str]]:
    """The pairs of a CSV file with the columns deposit_tx and withdrawal_tx. InputError when it is no such file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            rows = csv.DictReader(text)
            missing = [name for name in COLUMNS[:2] if name not in (rows.fieldnames or ())]
            if missing:
                raise InputError(f"{path}: no column {' and no column '.join(missing)} in the header: name them so")
            return {_pair(row, path, rows.line_num) for row in rows}
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: not a CSV file that can be read: {error}; correct it") from error


def _pair(row: dict[str, str | None], path: Path, line: int) -> tuple[str, str]:
    deposit, withdrawal = ((row[name] or "").strip() for name in COLUMNS[:2])
    if not deposit or not withdrawal:
        raise InputError(f"{path} line {line}: deposit_tx or withdrawal_tx is empty: correct the row or leave it out")
    return deposit, withdrawal


def _digits(confidence: float) -> str:
    return f"{confidence:.{DIGITS}f}".rstrip("0").rstrip(".")
