"""Blocks of a node to the events that are wanted: logs of receipts, inputs of transactions."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from cointrail.ledger.readers.rpc_blocks import Block, about
from cointrail.ledger.readers.rpc_fields import (
    WORD_BYTES,
    Record,
    Unsound,
    address,
    data,
    digest,
    index,
    listed,
    record,
)
from cointrail.ledger.readers.rpc_rows import status_of
from cointrail.ledger.readers.wanted import Wanted
from cointrail.ledger.rows import EVENTS, INPUT, MOST_DATA, MOST_TOPICS, Status

TOO_LONG = "long event"  # what is counted beside the events

Row = tuple[Any, ...]


def events_table(blocks: Iterable[Block], wanted: Wanted, counts: Counter[str]) -> pa.Table:
    """The wanted events of blocks as one table of `rows.EVENTS`; `counts` hears of those that are too long."""
    rows: list[Row] = []
    if wanted:
        for block in blocks:
            with about(block.number):
                for place in range(len(block.transactions)):
                    rows += _transaction(block, place, wanted, counts)
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(EVENTS)
    arrays = [pa.array(values, field.type) for field, values in zip(EVENTS, columns, strict=True)]
    return pa.table(arrays, schema=EVENTS)


def _transaction(block: Block, place: int, wanted: Wanted, counts: Counter[str]) -> Iterator[Row]:
    transaction, receipt = block.transactions[place], block.receipts[place]
    if status_of(receipt, block.traces[place] if block.traces is not None else []) is Status.FAILED:
        return
    where = (block.number, block.hash, block.time, digest(transaction, "hash"), place)
    content = _input(transaction, wanted)
    if content is not None and transaction.get("to") is not None and _short(content, counts):
        yield (*where, INPUT, address(transaction, "to"), address(transaction, "from"), b"", content)
    seen: set[int] = set()
    for item in listed(receipt.get("logs"), "logs"):
        log = record(item, "a log")
        topics = listed(log.get("topics"), "topics")
        if not topics or log.get("removed") is True or data(topics[0], "a topic") not in wanted.topics:
            continue
        position = index(log, "logIndex")
        if position in seen or len(topics) > MOST_TOPICS:
            raise Unsound(f"log {position} is there twice, or has more than {MOST_TOPICS} topics")
        seen.add(position)
        words = b"".join(data(topic, "a topic", WORD_BYTES) for topic in topics)
        content = data(log.get("data"), "data")
        if _short(content, counts):
            yield (*where, position, address(log, "address"), None, words, content)


def _input(transaction: Record, wanted: Wanted) -> bytes | None:
    """The input of a transaction where it is wanted; older nodes call it data."""
    name = "input" if transaction.get("input") is not None else "data"
    value = transaction.get(name)
    if value is None or not wanted.inputs:
        return None
    if isinstance(value, str):  # most inputs are long, and few are wanted
        head = value[: 2 + 2 * wanted.reach]
        if not wanted.may_take(data(head[: len(head) // 2 * 2], name)):
            return None
    content = data(value, name)
    return content if wanted.takes(content) else None


def _short(content: bytes, counts: Counter[str]) -> bool:
    counts[TOO_LONG] += len(content) > MOST_DATA
    return len(content) <= MOST_DATA
