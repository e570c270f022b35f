"""Bytes of any length from raw bytes or hexadecimal text: the data of events, the inputs of transactions."""

from typing import Any

import numpy as np
import pyarrow as pa

from cointrail.errors import InputError
from cointrail.ledger.readers.arrays import is_bytes, is_text, plain, sizes
from cointrail.ledger.readers.faults import Faults, Mask
from cointrail.ledger.rows import MOST_DATA

MARKS = ("0x", "0X", "\\x", "\\X")


def contents(column: Any, what: str, faults: Faults) -> tuple[Any, Mask]:
    """The bytes of each row, and which are short enough to be kept; nothing where the row has nothing.

    What is too long is empty here and not kept. One row at a time: for the few that somebody wants.
    """
    array = plain(column)
    if not (is_text(array) or is_bytes(array)):
        raise InputError(f"{what}: the column has type {array.type}; text or bytes are needed")
    short = sizes(array) <= (MOST_DATA if is_bytes(array) else 2 * MOST_DATA + 2)
    found: list[bytes] = []
    wrong = np.zeros(len(array), bool)
    for row in range(len(array)):
        value = array[row].as_py() if short[row] else None
        if isinstance(value, str):
            value = _unhex(value)
            wrong[row] = value is None
        found.append(value or b"")
    short &= np.array([len(value) <= MOST_DATA for value in found], bool)
    faults.add(wrong, f"{what} is not hexadecimal")
    return pa.array(found, pa.binary()), short


def _unhex(text: str) -> bytes | None:
    digits = text[2:] if text.startswith(MARKS) else text
    try:
        value = bytes.fromhex(digits)
    except ValueError:
        return None
    return value if 2 * len(value) == len(digits) else None  # blanks between digits are not of a chain
