"""One raw event in memory, and tables of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from cointrail.ledger.rows import EVENTS, HASH_BYTES


@dataclass(frozen=True)
class Event:
    """A log that a contract emitted, or what a transaction was called with; meaning is for others to find in it."""

    block: int | None
    time: int | None  # seconds since 1970-01-01 UTC
    tx: bytes
    tx_index: int | None  # place of the transaction in its block
    position: int  # log index in the block; rows.INPUT for the transaction's own input
    address: bytes  # the contract that emitted it, or that was called
    sender: bytes | None  # of the transaction, for inputs
    topics: tuple[bytes, ...]  # 32 bytes each
    data: bytes


def as_table(events: Iterable[Event]) -> pa.Table:
    """Events as a table of `rows.EVENTS`."""
    columns: dict[str, list[object]] = {name: [] for name in EVENTS.names}
    for event in events:
        for name in EVENTS.names:
            columns[name].append(None if name == "block_hash" else getattr(event, name))
        columns["topics"][-1] = b"".join(event.topics)
    return pa.table([pa.array(columns[field.name], field.type) for field in EVENTS], schema=EVENTS)


def of_table(table: pa.Table) -> Iterator[Event]:
    """The events of a table of `rows.EVENTS`, in its order."""
    names = [name for name in EVENTS.names if name != "block_hash"]
    columns = [table.column(name).to_pylist() for name in names]
    for block, time, tx, tx_index, position, address, sender, topics, data in zip(*columns, strict=True):
        words = tuple(topics[i : i + HASH_BYTES] for i in range(0, len(topics), HASH_BYTES))
        yield Event(block, time, tx, tx_index, position, address, sender, words, data)
