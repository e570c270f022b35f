"""An annotated case: transfers that experts marked as laundering, where they start and where they end."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import numpy as np

from cointrail.drills.columns import Bytes, Ints
from cointrail.errors import InputError

COLUMNS = ("Timestamp", "Block", "Tx_hash", "From", "To", "Value_in_USD")


@dataclass(frozen=True)
class Case:
    """The rows of one case in chain order (block, transaction hash); addresses as rows of `addresses`."""

    name: str
    block: Ints
    time: Ints  # seconds since 1970 UTC
    tx: Ints  # row of `hashes`
    sender: Ints
    recipient: Ints
    amount: Ints  # cents
    hashes: Bytes  # (transactions, 32)
    addresses: Bytes  # (wallets, 20)
    sources: Ints
    terminals: Ints


def load(folder: Path) -> Case:
    """Read `flows.csv`, `sources.txt` and `terminals.txt` from `folder`; amounts are rounded to cents.

    Raises InputError, naming file and line, when a file or column is missing or a value cannot be read.
    """
    flows = folder / "flows.csv"
    rows = sorted((_row(flows, line, row) for line, row in _lines(flows)), key=lambda row: (row[0], row[2], row[1]))
    if not rows:
        raise InputError(f"{flows}: no rows; a case needs at least one transfer")
    wallets: dict[bytes, int] = {}
    hashes: dict[bytes, int] = {}
    for row in rows:
        hashes.setdefault(row[2], len(hashes))
        wallets.setdefault(row[3], len(wallets))
        wallets.setdefault(row[4], len(wallets))
    sources, terminals = (
        [wallets.setdefault(address, len(wallets)) for address in _list(folder / name)]
        for name in ("sources.txt", "terminals.txt")
    )

    def column(values: list[int]) -> Ints:
        return np.array(values, np.int64)

    return Case(
        name=folder.name,
        block=column([row[0] for row in rows]),
        time=column([row[1] for row in rows]),
        tx=column([hashes[row[2]] for row in rows]),
        sender=column([wallets[row[3]] for row in rows]),
        recipient=column([wallets[row[4]] for row in rows]),
        amount=column([row[5] for row in rows]),
        hashes=np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 32),
        addresses=np.frombuffer(b"".join(wallets), np.uint8).reshape(-1, 20),
        sources=column(sources),
        terminals=column(terminals),
    )


def _lines(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise InputError(f"{path}: no column {', '.join(missing)}; expected {', '.join(COLUMNS)}")
            return [(reader.line_num, row) for row in reader]
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; give the folder of an annotated case") from error


def _row(path: Path, line: int, row: dict[str, str]) -> tuple[int, int, bytes, bytes, bytes, int]:
    try:
        time = int(datetime.fromisoformat(row["Timestamp"]).replace(tzinfo=UTC).timestamp())
        amount = int((Decimal(row["Value_in_USD"]) * 100).to_integral_value())
        tx, sender, recipient = (_hex(row["Tx_hash"], 32), _hex(row["From"], 20), _hex(row["To"], 20))
        return int(row["Block"]), time, tx, sender, recipient, amount
    except (ValueError, InvalidOperation, TypeError) as error:
        raise InputError(f"{path} line {line}: {error}; correct or remove the line") from error


def _hex(text: str, width: int) -> bytes:
    raw = bytes.fromhex(text.strip().removeprefix("0x"))
    if len(raw) != width:
        raise ValueError(f"{text!r} is not {width} bytes of hex")
    return raw


def _list(path: Path) -> list[bytes]:
    try:
        lines = path.read_text(encoding="utf-8").split()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; one address a line is expected there") from error
    try:
        return list(dict.fromkeys(_hex(line, 20) for line in lines))
    except ValueError as error:
        raise InputError(f"{path}: {error}; one address a line is expected") from error
