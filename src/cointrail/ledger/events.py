"""The events of a ledger, as its rows let them count."""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cointrail.ledger import segment as segments
from cointrail.ledger.book import fixed
from cointrail.ledger.columns import NONE, flat, integers, words_of
from cointrail.ledger.event import Event, of_table
from cointrail.ledger.event_parts import STORED, read_events
from cointrail.ledger.event_union import current, numbers, ordered, timed, without
from cointrail.ledger.files import stored
from cointrail.ledger.intern import Words, words
from cointrail.ledger.manifest import Manifest, Segment
from cointrail.ledger.rows import ADDRESS_BYTES, EVENTS, HASH_BYTES, Kind, Status

__all__ = ["Event", "Events", "load_events"]

CHUNK_ROWS = 1 << 16
RECORD = np.dtype(
    [
        *((name, ">i8") for name in ("block", "time", "tx_index", "position", "topics", "data")),
        ("tx", "u1", HASH_BYTES),
        ("address", "u1", ADDRESS_BYTES),
        ("sender", "u1", ADDRESS_BYTES),
        ("nobody", "u1"),  # no sender
    ]
)

Integers = npt.NDArray[np.int64]


class Events(Sequence[Event]):
    """Raw events in chain order: by block, place of the transaction (else its first log, then its hash), position."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __len__(self) -> int:
        return int(self._table.num_rows)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | Sequence[Event]:
        if isinstance(index, slice):
            return list(of_table(self._table.take(pa.array(np.arange(len(self))[index]))))
        place = range(len(self))[index]
        return next(of_table(self._table.slice(place, 1)))

    def __iter__(self) -> Iterator[Event]:
        for start in range(0, len(self), CHUNK_ROWS):
            yield from of_table(self._table.slice(start, CHUNK_ROWS))

    def of(self, tx: bytes) -> list[Event]:
        """The events of a transaction, in order."""
        if len(tx) != HASH_BYTES or not len(self):
            return []
        heads, order = self._heads
        word = np.uint64(int.from_bytes(tx[:8], "big"))
        low, high = np.searchsorted(heads, word, "left"), np.searchsorted(heads, word, "right")
        return [event for event in map(self.__getitem__, np.sort(order[low:high]).tolist()) if event.tx == tx]

    def column(self, name: str) -> pa.ChunkedArray:
        """One column of `rows.EVENTS`, in order."""
        return self._table.column(name)

    @cached_property
    def _heads(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.intp]]:
        """The first eight bytes of the transactions, ascending, and whose they are."""
        heads = words(fixed(flat(self._table.column("tx")), HASH_BYTES))[:, 0]
        order = np.argsort(heads, kind="stable")
        return heads[order], order

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content in this order: the same however the events were imported."""
        state = hashlib.sha256(b"cointrail events\n")
        for start in range(0, len(self), CHUNK_ROWS):
            table = self._table.slice(start, CHUNK_ROWS)
            out = np.zeros(table.num_rows, RECORD)
            for name in ("block", "time", "tx_index", "position"):
                out[name] = numbers(table, name)
            contents = {name: table.column(name).to_pylist() for name in ("topics", "data")}
            for name, values in contents.items():
                out[name] = [len(value) for value in values]
            for name, width in (("tx", HASH_BYTES), ("address", ADDRESS_BYTES), ("sender", ADDRESS_BYTES)):
                out[name] = fixed(flat(table.column(name)), width)
            out["nobody"] = np.asarray(flat(table.column("sender")).is_null())
            for content in (out.tobytes(), *(b"".join(values) for values in contents.values())):
                state.update(content)
        return state.hexdigest()


def telling(folder: Path, manifest: Manifest) -> npt.NDArray[np.uint64]:
    """The first eight bytes of the transactions of all stored events, ascending: those that count, and maybe more."""
    columns = [flat(read_events(folder, part).column("tx")) for part in manifest.events]
    heads = [words(fixed(column, HASH_BYTES))[:, 0] for column in columns]
    return np.unique(np.concatenate([np.empty(0, np.uint64), *heads]))


def load_events(folder: Path, manifest: Manifest) -> Events:
    """All events that count; InputError for a part that is missing or damaged.

    Events of a block that was replaced do not count, nor those of a transaction that failed.
    """
    if not manifest.events:
        return Events(EVENTS.empty_table())
    table = pa.concat_tables([read_events(folder, part) for part in manifest.events])
    wide = STORED.get_field_index("data")
    table = table.set_column(wide, "data", table.column("data").cast(pa.large_binary()))
    near = _near(manifest, numbers(table, "block"))
    table = table.filter(pa.array(current(table, *_hashes(folder, near))))
    if table.num_rows:
        lacking = table.column("time").null_count > 0
        table = timed(table, _times(folder, near) if lacking else {})
        table = without(ordered(table), _failed(folder, near))
    return Events(table.select(EVENTS.names))


def _near(manifest: Manifest, block: Integers) -> list[Segment]:
    """The segments that may hold blocks of these events."""
    told = np.unique(block)
    blockless = len(told) > 0 and int(told[0]) == NONE
    return [
        segment
        for segment in manifest.segments
        if blockless
        or segment.first_block is None
        or segment.last_block is None
        or np.searchsorted(told, segment.first_block) < np.searchsorted(told, segment.last_block, "right")
    ]


def _hashes(folder: Path, near: list[Segment]) -> tuple[Integers, Words]:
    """The blocks whose hash the rows tell, ascending, and the hashes."""
    blocks: list[Integers] = [np.empty(0, np.int64)]
    hashes: list[Words] = [np.empty((0, 4), np.uint64)]
    for segment in near:
        table = stored(segments.file(folder, "blocks", segment)).read()
        if table.num_rows:
            blocks.append(integers(flat(table.column("block"))))
            hashes.append(words_of(flat(table.column("hash")), HASH_BYTES))
    every = np.concatenate(blocks)
    order = np.argsort(every, kind="stable")
    return every[order], np.concatenate(hashes)[order]


def _times(folder: Path, near: list[Segment]) -> dict[int, int]:
    """The times of blocks, as far as rows tell them."""
    found: dict[int, int] = {}
    for segment in near:
        block, time = (segments.column(folder, segment, name) for name in ("block", "time"))
        told = (block != NONE) & (time != NONE)
        blocks, which = np.unique(block[told], return_inverse=True)
        least = np.full(len(blocks), np.iinfo(np.int64).max)
        np.minimum.at(least, which, time[told])
        found.update(zip(blocks.tolist(), least.tolist(), strict=True))
    return found


def _failed(folder: Path, near: list[Segment]) -> pa.Array:
    """The hashes of the transactions that rows know to have failed."""
    found = [pa.array([], pa.binary())]
    for segment in near:
        status = segments.column(folder, segment, "status")
        failed = np.flatnonzero(status == Status.FAILED)
        if not len(failed):
            continue
        table = stored(segments.file(folder, "transfers", segment)).read(columns=["kind", "tx"]).take(pa.array(failed))
        kind, tx = numbers(table, "kind"), numbers(table, "tx")
        ordinals = np.unique(tx[(kind == Kind.TRANSACTION) & (tx != NONE)])
        if len(ordinals):
            hashes = flat(stored(segments.file(folder, "transactions", segment)).read(columns=["hash"]).column(0))
            found.append(hashes.take(pa.array(ordinals)).cast(pa.binary()))
    return pa.concat_arrays(found)
