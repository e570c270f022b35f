"""The address book: every address once, as 20 bytes, numbered from 1; 0 is nobody."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from cointrail.ledger.files import Sink, stored, sync_folder
from cointrail.ledger.intern import Interner, Words, unwords, words
from cointrail.ledger.manifest import Part
from cointrail.ledger.rows import ADDRESS_BYTES

FOLDER = "addresses"
NOBODY = 0
GROUP = 1 << 16  # addresses read at once to show one


def fixed(column: pa.Array, width: int) -> npt.NDArray[np.uint8]:
    """A fixed-size binary column as (n, width) bytes; nulls become zeros."""
    if column.null_count:
        column = column.fill_null(b"\0" * width)
    raw = np.frombuffer(column.buffers()[1], np.uint8)
    return raw[column.offset * width : (column.offset + len(column)) * width].reshape(-1, width)


def read_part(path: Path) -> npt.NDArray[np.uint8]:
    """The addresses of one part, (n, 20), in the order of their ids."""
    column = stored(path).read().column(0).combine_chunks()
    return fixed(column.chunk(0) if isinstance(column, pa.ChunkedArray) else column, ADDRESS_BYTES)


def read_all(folder: Path, parts: Iterable[Part]) -> npt.NDArray[np.uint8]:
    """All addresses by id, (n + 1, 20); row 0 is nobody."""
    pieces = [np.zeros((1, ADDRESS_BYTES), np.uint8)]
    pieces += [read_part(folder / FOLDER / f"{part.name}.parquet") for part in parts]
    return np.concatenate(pieces)


class Book:
    """Gives ids to addresses while rows are imported."""

    def __init__(self, folder: Path, parts: tuple[Part, ...]) -> None:
        self._folder, self._parts = folder, parts
        self._interner = Interner(3)
        for part in parts:
            self._interner.intern(words(read_part(folder / FOLDER / f"{part.name}.parquet")))
        self._stored = self._interner.count

    def number(self, column: pa.Array) -> npt.NDArray[np.uint32]:
        """Ids of a column of 20-byte addresses; null is nobody."""
        keys = words(fixed(column, ADDRESS_BYTES))
        if not column.null_count:
            return (self._interner.intern(keys) + 1).astype(np.uint32)
        somebody = np.asarray(column.is_valid())
        ids = np.full(len(column), NOBODY, np.uint32)
        ids[somebody] = self._interner.intern(keys[somebody]) + 1
        return ids

    @property
    def keys(self) -> Words:
        """The address bytes as ordered words, by id - 1."""
        return self._interner.keys

    def save(self) -> tuple[Part, ...]:
        """Write the new addresses as one more part; the parts that the manifest is to name."""
        fresh = self._interner.keys[self._stored :]
        if not len(fresh):
            return self._parts
        raw = unwords(fresh, ADDRESS_BYTES)
        column = pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(ADDRESS_BYTES), len(raw), [None, pa.py_buffer(raw.tobytes())]
        )
        name = f"{len(self._parts):06d}-{self._stored + 1}"
        path = self._folder / FOLDER / f"{name}.parquet"
        path.parent.mkdir(exist_ok=True)
        with Sink(path) as sink:
            pq.write_table(
                pa.table({"address": column}),
                sink,
                compression="none",
                use_dictionary=False,
                row_group_size=GROUP,
                write_page_checksum=True,
            )
        sync_folder(path.parent)
        return (*self._parts, Part(name, len(raw), sink.sha256))
