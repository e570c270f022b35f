"""Whole numbers and times from columns of any type, whole chunks at a time."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.chains import parse_time
from cointrail.errors import InputError
from cointrail.ledger.readers.arrays import distinct, is_text, numbers, plain, select, sizes, valid
from cointrail.ledger.readers.arrays import mask as as_mask
from cointrail.ledger.readers.faults import Faults, Mask

LAST_SECOND = 253_402_300_799  # of the year 9999; larger numbers are milliseconds
TICKS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
EPOCH = r"^[0-9]{1,11}$"
MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z| ?UTC|\+00:00)?$"
MOMENT_LENGTH = 19
DIGITS = r"^[0-9]{1,18}$"
WHOLE = r"^[0-9]{1,18}\.0+$"  # how pandas writes the integers of a column with gaps


def integers(column: Any, what: str, faults: Faults) -> Any:
    """Counts (block, index, nonce, gas: not negative, 63 bits) as int64; null and "" are null."""
    array = plain(column)
    kind = array.type
    if pa.types.is_boolean(kind):
        return array.cast(pa.int64())
    if is_text(array):
        return _read(array, what, faults)
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        raise InputError(f"{what}: the column has type {kind}; whole numbers are needed")
    try:
        whole = array.cast(pa.int64())
    except pa.ArrowInvalid:  # somewhere is a fraction or a number too large: text shows which
        return _read(array.cast(pa.string()), what, faults)
    faults.add(_filled(whole) < 0, f"{what} is negative")
    return whole


def seconds(column: Any, what: str, faults: Faults) -> Any:
    """Times as whole seconds since 1970-01-01 UTC, int64, from timestamps of any unit, numbers or text.

    Without a zone UTC is meant. Parts of a second are cut off. null and "" are null.
    """
    array = plain(column)
    kind = array.type
    if is_text(array):
        return _moments(array, what, faults)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        array = array.cast(pa.timestamp("ms")) if pa.types.is_date(kind) else array
        times = numbers(_filled(array.cast(pa.int64())) // TICKS[array.type.unit], valid(array))
    elif pa.types.is_floating(kind):
        times = integers(pc.floor(array), what, faults)
    else:
        times = integers(array, what, faults)
    values = _filled(times)
    faults.add(values < 0, f"{what} is before 1970")
    faults.add(values > LAST_SECOND, f"{what} is after the year 9999 (milliseconds?)")
    return times


def _read(array: Any, what: str, faults: Faults) -> Any:
    present = sizes(array) > 0
    good = matches(array, DIGITS)
    if (present & ~good).any():
        trailing = matches(array, WHOLE)
        array = pc.if_else(pa.array(trailing), pc.replace_substring_regex(array, r"\.0+$", ""), array)
        good |= trailing
    faults.add(present & ~good, f"{what} is not a whole number")
    values = np.zeros(len(array), np.int64)
    values[good] = select(array, good).cast(pa.int64()).to_numpy(zero_copy_only=False)
    return numbers(values, good)


def _moments(array: Any, what: str, faults: Faults) -> Any:
    present = sizes(array) > 0
    values = np.zeros(len(array), np.int64)
    good = matches(array, EPOCH)
    values[good] = select(array, good).cast(pa.int64()).to_numpy(zero_copy_only=False)
    if (present & ~good).any():
        fits = matches(array, MOMENT)
        try:
            days = pc.utf8_slice_codeunits(select(array, fits), 0, MOMENT_LENGTH).cast(pa.timestamp("s"))
            found = days.cast(pa.int64()).to_numpy(zero_copy_only=False)
            values[fits], good[fits] = found, found >= 0
        except pa.ArrowInvalid:  # a 30th of February somewhere: the slow way says where
            pass
    slow = present & ~good
    if slow.any():
        texts, index = distinct(select(array, slow))
        parsed = np.array([_parse(text) for text in texts.to_pylist()], np.int64)
        values[slow], good[slow] = parsed[index], parsed[index] >= 0
        faults.add(present & ~good, f"{what} is not a time from 1970 to 9999: epoch seconds or ISO 8601 are needed")
    return numbers(values, good)


def matches(array: Any, pattern: str) -> Mask:
    """Which texts match a regular expression; null does not."""
    return as_mask(pc.match_substring_regex(array, pattern))


def _parse(text: str) -> int:
    try:
        return parse_time(text)
    except ValueError:
        return -1


def _filled(array: Any) -> npt.NDArray[np.int64]:
    values: npt.NDArray[np.int64] = pc.fill_null(array, 0).to_numpy(zero_copy_only=False)
    return values
