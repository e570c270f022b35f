"""Between Arrow arrays and numpy matrices of bytes, without copies where Arrow allows it."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.ledger.readers.faults import Mask

Bytes = npt.NDArray[np.uint8]
Index = npt.NDArray[np.int64]


def whole(column: Any) -> Any:
    """One contiguous array instead of chunks."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        if isinstance(column, pa.ChunkedArray):  # too long for one array of 32-bit offsets: chunks are kept small
            column = pa.concat_arrays(column.chunks)
    return column


def plain(column: Any) -> Any:
    """One contiguous array of a type with 32-bit offsets: no chunks, dictionaries or views."""
    column = whole(column)
    kind = column.type
    if pa.types.is_dictionary(kind):
        return plain(column.dictionary_decode())
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        return column.cast(pa.binary())
    if pa.types.is_null(kind):
        return column.cast(pa.string())
    return column


def is_text(array: Any) -> bool:
    """Whether the array holds text."""
    return bool(pa.types.is_string(array.type))


def is_bytes(array: Any) -> bool:
    """Whether the array holds raw bytes."""
    return bool(pa.types.is_binary(array.type) or pa.types.is_fixed_size_binary(array.type))


def valid(array: Any) -> Mask:
    """Which values are not null."""
    if array.null_count == 0:
        return np.ones(len(array), bool)
    return mask(array.is_valid())


def mask(array: Any) -> Mask:
    """A boolean array as numpy; null counts as false."""
    if array.null_count:
        array = pc.fill_null(array, False)
    result: Mask = array.to_numpy(zero_copy_only=False)
    return result


def sizes(array: Any) -> Index:
    """Bytes in each value of a text or binary array, -1 for null."""
    if pa.types.is_fixed_size_binary(array.type):
        return np.where(valid(array), array.type.byte_width, -1)
    offsets = _offsets(array)
    lengths = np.diff(offsets).astype(np.int64)
    return np.where(valid(array), lengths, -1) if array.null_count else lengths


def matrix(array: Any, width: int) -> Bytes:
    """The bytes of an array whose values all have `width` bytes, as (rows, width); not writable."""
    if pa.types.is_fixed_size_binary(array.type):
        data = np.frombuffer(array.buffers()[1], np.uint8)
        return data[array.offset * width : (array.offset + len(array)) * width].reshape(-1, width)
    return letters(array).reshape(-1, width)


def spans(array: Any) -> tuple[Bytes, Index, Index]:
    """All bytes of a text array, where each value begins in them, and its length (-1 for null)."""
    offsets = _offsets(array)
    return letters(array), (offsets[:-1] - offsets[0]).astype(np.int64), sizes(array)


def letters(array: Any) -> Bytes:
    """All bytes of a text or binary array, one value after the other (what a null may hide included)."""
    if not len(array) or array.buffers()[2] is None:
        return np.zeros(0, np.uint8)
    offsets = _offsets(array)
    return np.frombuffer(array.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]


def _offsets(array: Any) -> npt.NDArray[np.int32]:
    if not len(array):
        return np.zeros(1, np.int32)
    return np.frombuffer(array.buffers()[1], np.int32)[array.offset : array.offset + len(array) + 1]


def fixed(data: Bytes, present: Mask | None = None) -> Any:
    """A fixed-size binary array of the rows of `data`; null where `present` is false."""
    rows, width = data.shape
    return pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(width), rows, [_bitmap(present), pa.py_buffer(np.ascontiguousarray(data))]
    )


def numbers(data: Index, present: Mask | None = None) -> Any:
    """An int64 array; null where `present` is false."""
    return pa.Array.from_buffers(pa.int64(), len(data), [_bitmap(present), pa.py_buffer(np.ascontiguousarray(data))])


def distinct(array: Any) -> tuple[Any, Index]:
    """The distinct values and which of them each row holds; -1 for null."""
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    index: Index = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return encoded.dictionary, index


def select(array: Any, rows: Mask) -> Any:
    """The rows of `array` that `rows` marks, the array itself where that is all of them."""
    return array if rows.all() else array.filter(pa.array(rows))


def _bitmap(present: Mask | None) -> Any:
    if present is None or present.all():
        return None
    return pa.py_buffer(np.packbits(present, bitorder="little"))
