"""Amounts of any source type to exact 256-bit integers, whole chunks at a time; nothing is rounded in silence."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.chains import to_units
from cointrail.errors import InputError
from cointrail.ledger.readers.arrays import distinct, is_bytes, is_text, letters, matrix, plain, select, sizes, valid
from cointrail.ledger.readers.faults import Faults, Mask
from cointrail.ledger.readers.figures import matches
from cointrail.ledger.readers.hexes import hashes
from cointrail.ledger.readers.limbs import Limbs, doubles, small, split
from cointrail.ledger.rows import AMOUNT_BYTES

NUMBER_DIGITS = 19  # decimal digits that always fit 64 bits
SHORT_DIGITS = 38  # ... that Arrow's 128-bit decimals hold
LONG_DIGITS = 76  # ... that Arrow's 256-bit decimals hold
PLAIN = r"^[0-9]+$"
DECIMAL = r"^[0-9]{1,60}(\.[0-9]{0,60})?$"
GROUPED = r"^[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$"


def amounts(column: Any, what: str, faults: Faults, hexadecimal: bool = False) -> tuple[Limbs, Mask]:
    """Amounts in smallest units and which rows have one; null and "" have none.

    Integers, floats (rounded to whole units: the caller marks them inexact), decimals, decimal text and big-endian
    bytes are read; `hexadecimal` says that text holds hexadecimal digits. Negative, fractional and too large amounts
    are faults.
    """
    array = plain(column)
    kind = array.type
    present = valid(array)
    if is_text(array) and hexadecimal:
        return _hexadecimal(array, what, faults), sizes(array) > 0
    if is_text(array):
        return _digits(array, what, faults), sizes(array) > 0
    if is_bytes(array):
        return _bytes(array, what, faults), present
    if pa.types.is_integer(kind):
        wide = pc.fill_null(array, 0)
        if not pa.types.is_unsigned_integer(kind):
            faults.add(wide.to_numpy(zero_copy_only=False) < 0, f"{what} is negative")
        return small(wide.to_numpy(zero_copy_only=False)), present
    if pa.types.is_decimal(kind):
        return _decimals(array, what, faults), present
    if pa.types.is_floating(kind):
        return _floats(pc.fill_null(array.cast(pa.float64()), 0).to_numpy(zero_copy_only=False), what, faults), present
    raise InputError(f"{what}: the column has type {kind}; amounts are numbers, decimal text or 32 bytes")


def rounded(column: Any) -> bool:
    """Whether the column's type has already lost precision at its source."""
    return bool(pa.types.is_floating(column.type))


def units(column: Any, decimals: int, what: str, faults: Faults, grouped: bool = False) -> Limbs:
    """Amounts written in whole units as decimal text, in smallest units of an asset with `decimals` decimals.

    Plain decimals go through whole columns at a time, anything else one by one through `chains.to_units`, whose word
    is final. `grouped` also reads thousands separators. null and "" are faults.
    """
    texts = plain(column)
    if grouped:
        has = matches(texts, GROUPED)
        texts = pc.if_else(pa.array(has), pc.replace_substring(texts, ",", ""), texts)
    faults.add(sizes(texts) <= 0, f"no {what}")
    fast = matches(texts, DECIMAL)
    parts = pc.extract_regex(select(texts, fast), r"^(?P<whole>[0-9]+)\.?(?P<part>[0-9]*)$")
    part = pc.ascii_rtrim(pc.struct_field(parts, "part"), "0")
    fits = sizes(part) <= decimals
    padded = pc.ascii_rpad(part, decimals, "0") if decimals else part
    digits = pc.binary_join_element_wise(pc.struct_field(parts, "whole"), padded, "")
    limbs = np.zeros((len(texts), 4), np.uint64)
    own = Faults(len(digits))
    limbs[fast] = _digits(digits, what, own)
    fast[fast] = fits & ~own.bad
    slow = (sizes(texts) > 0) & ~fast
    if slow.any():
        values, index = distinct(select(texts, slow))
        found, wrong = np.zeros((len(values), 4), np.uint64), Faults(len(values))
        for number, text in enumerate(values.to_pylist()):
            try:
                found[number] = split(to_units(text, decimals))
            except ValueError as error:
                reason = str(error).removeprefix(repr(text[:80]))  # one reason for many values
                wrong.add_rows(np.array([number]), what + reason)
        limbs[slow] = found[index]
        place = np.full(len(texts), -1)
        place[slow] = index
        faults.spread(wrong, place)
    return limbs


def _bytes(array: Any, what: str, faults: Faults) -> Limbs:
    length = sizes(array)
    whole = length == AMOUNT_BYTES
    limbs = np.zeros((len(array), 4), np.uint64)
    limbs[whole] = matrix(select(array, whole), AMOUNT_BYTES).view(">u8").reshape(-1, 4)
    for row in np.flatnonzero((length >= 0) & ~whole):  # shorter numbers without their leading zeros
        raw = array[int(row)].as_py().lstrip(b"\0")
        if len(raw) <= AMOUNT_BYTES:
            limbs[row] = split(int.from_bytes(raw))
    faults.add(length > AMOUNT_BYTES, f"{what} has more than 32 bytes")
    return limbs


def _hexadecimal(array: Any, what: str, faults: Faults) -> Limbs:
    if (sizes(array) != 2 * AMOUNT_BYTES + 2).any():  # short numbers get their leading zeros
        texts = pc.replace_substring_regex(array, "^0[xX]", "")
        padded = pc.ascii_lpad(texts, 2 * AMOUNT_BYTES, "0")
        array = pc.if_else(pa.array(sizes(texts) > 0), pc.binary_join_element_wise("0x", padded, ""), None)
    own = Faults(len(array))
    words = hashes(array, what, own)
    faults.add(own.bad, f"{what} is not a hexadecimal number of 32 bytes")
    return matrix(words, AMOUNT_BYTES).view(">u8").reshape(-1, 4).astype(np.uint64)


def _decimals(array: Any, what: str, faults: Faults) -> Limbs:
    wide = pa.types.is_decimal256(array.type)
    target = pa.decimal256(76, 0) if wide else pa.decimal128(38, 0)
    array = pc.fill_null(array, 0)
    if array.type != target:
        try:
            array = array.cast(target)
        except pa.ArrowInvalid:  # a fraction of the smallest unit, or a scale that makes the number too long
            return _digits(pc.replace_substring_regex(array.cast(pa.string()), r"\.0*$", ""), what, faults)
    count = 4 if wide else 2
    data = np.frombuffer(array.buffers()[1], np.uint64).reshape(-1, count)[array.offset : array.offset + len(array)]
    faults.add(data[:, -1].view(np.int64) < 0, f"{what} is negative")
    limbs = np.zeros((len(array), 4), np.uint64)
    limbs[:, 4 - count :] = data[:, ::-1]
    return limbs


def _digits(array: Any, what: str, faults: Faults) -> Limbs:
    length = sizes(array)
    data = letters(array)
    good = length > 0
    if array.null_count or (data - np.uint8(ord("0")) > 9).any():
        good &= matches(array, PLAIN)
    limbs = np.zeros((len(array), 4), np.uint64)
    for low, high in ((1, NUMBER_DIGITS), (NUMBER_DIGITS + 1, SHORT_DIGITS), (SHORT_DIGITS + 1, LONG_DIGITS)):
        rows = good & (length >= low) & (length <= high)
        if not rows.any():
            continue
        texts = select(array, rows)
        if high == NUMBER_DIGITS:
            limbs[rows] = small(texts.cast(pa.uint64()).to_numpy(zero_copy_only=False))
        else:
            kind = pa.decimal128(38, 0) if high == SHORT_DIGITS else pa.decimal256(76, 0)
            limbs[rows] = _decimals(texts.cast(kind), what, Faults(len(texts)))
    for row in np.flatnonzero(good & (length > LONG_DIGITS)):
        text = array[int(row)].as_py().lstrip("0")
        if len(text) <= 78 and int(text or 0) < 2**256:
            limbs[row] = split(int(text or 0))
        else:
            faults.add_rows(np.array([row]), f"{what} does not fit 256 bits")
    if not (good | (length <= 0)).all():
        faults.add(matches(array, r"^-[0-9]*[1-9]"), f"{what} is negative")
        faults.add((length > 0) & ~good, f"{what} is not a whole number of smallest units")
    return limbs


def _floats(values: npt.NDArray[np.float64], what: str, faults: Faults) -> Limbs:
    finite = np.isfinite(values)
    faults.add(~finite, f"{what} is not a number")
    values = np.rint(np.where(finite, values, 0))
    faults.add(values < 0, f"{what} is negative")
    faults.add(values >= 2.0**256, f"{what} does not fit 256 bits")
    return doubles(np.where((values < 0) | (values >= 2.0**256), 0, values))
