"""Links that somebody was told: which payout a swapper made for which deposit, from a file of the user's."""

import csv
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cointrail.chains import parse_any, parse_hash
from cointrail.errors import InputError
from cointrail.ledger.readers.source import escape

CONFIRMED = "confirmed"  # the rule of such a link
NEEDED = ("deposit_tx", "withdrawal_tx")
MOST_BYTES = 64 << 20
SAID_LENGTH = 120  # characters of a source that are kept


@dataclass(frozen=True)
class Confirmed:
    """One row: the deposit, what was paid out for it, and who says so.

    The addresses (20 bytes) say who took the deposit and who was paid, None where the row does not. `confidence` (0
    where it tells none) and `ambiguous` are those of the row: a file of `cointrail link match` has them.
    """

    deposit_tx: bytes
    withdrawal_tx: bytes
    deposit_address: bytes | None
    withdrawal_address: bytes | None
    confidence: float
    ambiguous: int
    said: str
    where: str  # file and line


@dataclass(frozen=True)
class ConfirmedFile:
    """One file of links, for the record of a trace."""

    name: str
    sha256: str
    rows: tuple[Confirmed, ...]


def read_confirmed(paths: Sequence[Path]) -> tuple[ConfirmedFile, ...]:
    """Files of confirmed links: CSV with deposit_tx and withdrawal_tx, and if known deposit_address,
    withdrawal_address, source, rule, confidence, ambiguous.

    Raises InputError with file and line for what cannot be used: nothing of such a file is.
    """
    return tuple(_read(path) for path in paths)


def _read(path: Path) -> ConfirmedFile:
    try:
        content = path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
        text = content.decode("utf-8-sig") if content is not None else None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); give a CSV file of confirmed links") from error
    if content is None or text is None:
        raise InputError(f"{path}: larger than {MOST_BYTES >> 20} MB: give only the links that the trace needs")
    rows = csv.DictReader(text.splitlines(keepends=True), strict=True)
    try:
        missing = [name for name in NEEDED if name not in (rows.fieldnames or ())]
        if missing:
            raise InputError(f"{path}: no column {' and no column '.join(missing)} in the header: name them so")
        found = tuple(_row(row, path, rows.line_num) for row in rows)
    except csv.Error as error:
        raise InputError(
            f"{path} line {rows.line_num}: not a CSV file that can be read: {error}; correct it"
        ) from error
    if not found:
        raise InputError(f"{path}: has no link in it; leave it out")
    return ConfirmedFile(path.name, hashlib.sha256(content).hexdigest(), found)


def _row(row: Mapping[str, str | None], path: Path, line: int) -> Confirmed:
    where = f"{path.name} line {line}"
    cell = {name: (value or "").strip() for name, value in row.items() if name and not isinstance(value, list)}
    try:
        rule, source = cell.get("rule", ""), cell.get("source", "")
        said = f"{source or path.name}, {where}" if source else where
        if rule and rule != CONFIRMED:
            said += f" (there by {rule})"
        return Confirmed(
            parse_hash(cell["deposit_tx"]),
            parse_hash(cell["withdrawal_tx"]),
            _address(cell.get("deposit_address", "")),
            _address(cell.get("withdrawal_address", "")),
            _share(cell.get("confidence", "")),
            _count(cell.get("ambiguous", "")),
            escape(said)[:SAID_LENGTH],
            where,
        )
    except (InputError, ValueError) as error:
        raise InputError(f"{path} line {line}: {error}; correct the row or leave it out") from error


def _address(text: str) -> bytes | None:
    return parse_any(text) if text else None


def _share(text: str) -> float:
    found = float(text or 0)
    if not (math.isfinite(found) and 0 <= found <= 1):
        raise ValueError(f"confidence {text[:40]!r} is no number from 0 to 1")
    return found


def _count(text: str) -> int:
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(f"ambiguous {text[:40]!r} is no count")
    return int(text or 0)
