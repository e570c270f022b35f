"""The union of events by identity, in chain order: pure functions on tables of events with their sources."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.ledger.book import fixed
from cointrail.ledger.columns import NONE, flat, integers
from cointrail.ledger.intern import Interner, Words, some, words
from cointrail.ledger.rows import ADDRESS_BYTES, HASH_BYTES

Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
LAST = np.iinfo(np.int64).max
KEY = np.dtype(
    [
        *((name, ">i8") for name in ("block", "time", "tx_index", "position", "topics")),
        *((name, "u1", HASH_BYTES) for name in ("tx", "block_hash")),
        *((name, "u1", ADDRESS_BYTES) for name in ("address", "sender")),
        ("nobody", "u1"),  # no sender
    ]
)


def keys(table: pa.Table) -> pa.Array:
    """For each event all that it says, its source apart, as bytes: equal for equal events only."""
    out = np.zeros(table.num_rows, KEY)
    for name in ("block", "time", "tx_index", "position"):
        out[name] = numbers(table, name)
    out["topics"] = np.asarray(pc.binary_length(flat(table.column("topics"))))
    for name, width in (("tx", HASH_BYTES), ("block_hash", HASH_BYTES), ("address", ADDRESS_BYTES)):
        out[name] = fixed(flat(table.column(name)), width)
    out["sender"] = fixed(flat(table.column("sender")), ADDRESS_BYTES)
    out["nobody"] = np.asarray(flat(table.column("sender")).is_null())
    head = pa.FixedSizeBinaryArray.from_buffers(pa.binary(KEY.itemsize), len(out), [None, pa.py_buffer(out.tobytes())])
    wide = [_wide(table, name) for name in ("topics", "data")]
    return pc.binary_join_element_wise(head.cast(pa.large_binary()), *wide, pa.scalar(b"", pa.large_binary()))


def current(table: pa.Table, blocks: Integers | None = None, hashes: Words | None = None) -> Mask:
    """Which events are of blocks that are still there.

    `blocks` (ascending) and `hashes` are those of the ledger's rows, whose word counts; of other blocks the hash that
    the latest source told. An event without block or hash is of whatever block is there.
    """
    block, told = numbers(table, "block"), words(fixed(flat(table.column("block_hash")), HASH_BYTES))
    keep = np.ones(len(block), bool)
    placed = some(told) & (block != NONE)
    if blocks is not None and hashes is not None and len(blocks):
        at = np.minimum(np.searchsorted(blocks, block), len(blocks) - 1)
        known = placed & (blocks[at] == block)
        keep[known] = (hashes[at[known]] == told[known]).all(axis=1)
        placed &= ~known
    if placed.any():
        keep[placed] = _latest(block[placed], told[placed], numbers(table, "source")[placed])
    return keep


def _latest(block: Integers, told: Words, source: Integers) -> Mask:
    """Which rows have the hash that the latest source told of their block."""
    order = np.lexsort((*(told[:, i] for i in range(3, -1, -1)), source, block))
    last = np.ones(len(order), bool)
    last[:-1] = block[order[1:]] != block[order[:-1]]
    winners = order[last]  # one for each block, ascending
    mine = winners[np.searchsorted(block[winners], block)]
    return np.asarray((told[mine] == told).all(axis=1), bool)


def timed(table: pa.Table, times: dict[int, int]) -> pa.Table:
    """Events with the times of their blocks, where they had none: those of other events, else `times`."""
    block, time = numbers(table, "block"), numbers(table, "time")
    lacking = (time == NONE) & (block != NONE)
    if not lacking.any():
        return table
    known = dict(times)
    known.update(_least(block[time != NONE], time[time != NONE]))
    time[lacking] = [known.get(number, NONE) for number in block[lacking].tolist()]
    place = table.schema.get_field_index("time")
    return table.set_column(place, table.schema.field(place), pa.array(time, mask=time == NONE))


def _least(block: Integers, time: Integers) -> dict[int, int]:
    order = np.lexsort((time, block))[::-1]
    return dict(zip(block[order].tolist(), time[order].tolist(), strict=True))


def ordered(table: pa.Table) -> pa.Table:
    """Chain order, and of events with the same block, transaction and position the first by a fixed order of content.

    Inside a block by the transaction's place; where no source gives it by its first log, then by its hash.
    """
    block, position = numbers(table, "block"), numbers(table, "position")
    tx, place = _transactions(table, block)
    index = np.full(int(tx.max()) + 1, NONE, np.int64)
    np.maximum.at(index, tx, place)
    first = np.full(len(index), LAST, np.int64)
    np.minimum.at(first, tx, np.where(position < 0, LAST, position))
    first[index != NONE] = 0
    sender = flat(table.column("sender"))
    facts = pa.table(
        {
            "block": block,
            "when": np.where(block == NONE, numbers(table, "time"), 0),
            "index": np.where(index == NONE, LAST, index)[tx],
            "first": first[tx],
            "tx": flat(table.column("tx")).cast(pa.binary()),
            "position": position,
            "nobody": sender.is_null(),
            "address": flat(table.column("address")).cast(pa.binary()),
            **{name: _wide(table, name) for name in ("topics", "data")},
            "sender": sender.cast(pa.binary()),
            "time": numbers(table, "time"),
        }
    )
    order = np.asarray(pc.sort_indices(facts, sort_keys=[(name, "ascending") for name in facts.column_names]))
    same = np.zeros(len(order), bool)
    same[1:] = (tx[order[1:]] == tx[order[:-1]]) & (position[order[1:]] == position[order[:-1]])
    at = table.schema.get_field_index("tx_index")
    column = pa.array(index[tx], mask=index[tx] == NONE).cast(pa.int32())
    return table.set_column(at, table.schema.field(at), column).take(pa.array(order[~same]))


def _transactions(table: pa.Table, block: Integers) -> tuple[Integers, Integers]:
    """A number for each event's transaction in its block, and the transaction's place as the event tells it."""
    which = np.empty((len(block), 5), np.uint64)
    which[:, 0] = block.astype(np.uint64)
    which[:, 1:] = words(fixed(flat(table.column("tx")), HASH_BYTES))
    return Interner(5, len(block)).intern(which), numbers(table, "tx_index")


def without(table: pa.Table, failed: pa.Array) -> pa.Table:
    """Leave out the events of transactions that failed: they left none."""
    if not len(failed) or not table.num_rows:
        return table
    return table.filter(pc.invert(pc.is_in(flat(table.column("tx")).cast(pa.binary()), failed)))


def numbers(table: pa.Table, name: str) -> Integers:
    """An integer column; NONE for null."""
    return integers(flat(table.column(name)).cast(pa.int64())).copy()


def _wide(table: pa.Table, name: str) -> pa.Array:
    """A column of bytes that may be more than 32-bit offsets can address."""
    return flat(table.column(name).cast(pa.large_binary()))
