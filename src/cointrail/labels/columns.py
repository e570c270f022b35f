"""Labels in memory: the columns of a table as arrays, from which one label at a time is made when it is asked for."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cointrail.labels.label import ID_BYTES, Label
from cointrail.labels.segment import SCHEMA

ADDRESS_BYTES = 20
FIELDS = SCHEMA.names[1:-1]  # of a label, apart from its address
WORDS = 4096  # of a column that are kept as text
OPEN = np.iinfo(np.int64).min  # a time that is not given


class Columns:
    """The labels of one table in one piece. No object is kept for a label."""

    def __init__(self, table: pa.Table) -> None:
        whole = table.unify_dictionaries().combine_chunks()
        self.arrays: dict[str, pa.Array] = {name: whole.column(name).chunk(0) for name in whole.column_names}
        self.addresses = matrix(self.arrays["address"], ADDRESS_BYTES)
        self.identities = matrix(self.arrays["identity"], ID_BYTES)
        self._get = [_getter(self.arrays[name]) for name in FIELDS]

    def __len__(self) -> int:
        return len(self.addresses)

    def label(self, row: int) -> Label:
        """The label in a row."""
        return Label(self.addresses[row].tobytes(), *[get(row) for get in self._get])

    def id(self, row: int) -> str:
        """The id of the label in a row: 32 digits."""
        digits: str = self.identities[row].tobytes().hex()
        return digits


def matrix(column: pa.Array, width: int) -> npt.NDArray[np.uint8]:
    """A column of bytes of one width as rows of a matrix, without a copy."""
    raw = np.frombuffer(column.buffers()[1] or b"", np.uint8)
    return raw[column.offset * width : (column.offset + len(column)) * width].reshape(-1, width)


def distinct(identities: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The rows of a matrix of identities, each once, in order of their bytes."""
    words = np.ascontiguousarray(identities).view(">u8").astype(np.uint64)
    ordered = np.lexsort((words[:, 1], words[:, 0]))
    words = words[ordered]
    first = np.ones(len(words), bool)
    first[1:] = (words[1:] != words[:-1]).any(axis=1)
    return identities[ordered[first]]


def _getter(column: pa.Array) -> Callable[[int], Any]:
    if pa.types.is_dictionary(column.type):
        return _words(column)
    return _texts(column) if pa.types.is_string(column.type) else _times(column)


def _words(column: pa.DictionaryArray) -> Callable[[int], str | None]:
    indices = column.indices.fill_null(-1).to_numpy()
    text = lru_cache(WORDS)(_texts(column.dictionary))

    def get(row: int) -> str | None:
        place = int(indices[row])
        return None if place < 0 else text(place)

    return get


def _texts(column: pa.Array) -> Callable[[int], str | None]:
    _, places, content = column.buffers()
    ends = np.frombuffer(places, np.int32)[column.offset : column.offset + len(column) + 1] if places else np.zeros(1)
    valid = column.is_valid().to_numpy(zero_copy_only=False) if column.null_count else None
    raw = memoryview(content) if content is not None else memoryview(b"")

    def get(row: int) -> str | None:
        if valid is not None and not valid[row]:
            return None
        return str(raw[ends[row] : ends[row + 1]], "utf-8")

    return get


def _times(column: pa.Array) -> Callable[[int], int | None]:
    values = column.fill_null(OPEN).to_numpy()

    def get(row: int) -> int | None:
        value = int(values[row])
        return None if value == OPEN else value

    return get
