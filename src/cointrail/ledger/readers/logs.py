"""Event logs: the ERC-20 Transfer events among them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.ledger.readers import hexes
from cointrail.ledger.readers.amounts import amounts
from cointrail.ledger.readers.arrays import Bytes, Index, fixed, is_bytes, is_text, matrix, plain, select, sizes, spans
from cointrail.ledger.readers.build import build, pick, settle
from cointrail.ledger.readers.chunk import Chunk
from cointrail.ledger.readers.faults import Mask
from cointrail.ledger.readers.session import Input, Session
from cointrail.ledger.readers.transfers import placed
from cointrail.ledger.rows import ADDRESS_BYTES, HASH_BYTES, Kind, Status

# keccak("Transfer(address,address,uint256)"); ERC-721 has the same, with the token's number as a fourth topic.
TRANSFER = bytes.fromhex("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")
TRANSFER_WORDS = np.frombuffer(TRANSFER, "<u8")
TOPICS = 3
TOKEN_TOPICS = 4


def read(item: Input, session: Session) -> Iterator[Any]:
    """LOG rows of ERC-20 Transfer events with both parties indexed and one word of data; others are counted."""
    problems = session.problems[item.source]
    for chunk in item.chunks(session):
        topics = _topics(chunk)
        event, count = _events(topics), topics.count
        one_word = _one_word(plain(chunk.columns["data"]))
        wanted = event & (count == TOPICS) & one_word
        part = _narrow(chunk, wanted)
        sender, recipient = (_party(part, topics, place, wanted) for place in (1, 2))
        amount, _ = amounts(part.columns["data"], part.written["data"], part.faults, hexadecimal=True)
        columns = placed(part) | {
            "sender": sender,
            "recipient": recipient,
            "asset": part.contracts("asset"),
            "position": part.integers("position", needed=True),
        }
        good = settle(part, problems)
        blank = 0 if chunk.blank is None else int(chunk.blank.sum())
        bad = chunk.faults.bad & ~wanted
        problems.add(chunk.faults, bad, chunk.row)
        problems.good += chunk.rows - blank - int(bad.sum()) - part.rows
        problems.skip("no Transfer event", int((~event & ~bad).sum()) - blank)
        problems.skip("ERC-721 transfer", int((event & (count == TOKEN_TOPICS)).sum()))
        problems.skip("Transfer event of another shape", int((event & (count != TOKEN_TOPICS) & ~wanted).sum()))
        yield pick(build(amount, **columns, kind=int(Kind.LOG), status=int(Status.DONE)), good)


@dataclass(frozen=True)
class _Topics:
    """The topics of a chunk: how many each row has, and for the first three where their texts or bytes are."""

    count: Index
    values: list[Any]  # one array for each of three places
    index: list[Index]  # for each row its value in that array

    def words(self, place: int, rows: Mask) -> tuple[Bytes, Mask]:
        """32 bytes of one topic of the marked rows, and which are good; a row must have the topic."""
        values, index = self.values[place], self.index[place][rows]
        if is_bytes(values):
            taken = values.take(pa.array(index))
            good = sizes(taken) == HASH_BYTES
            data = np.zeros((len(index), HASH_BYTES), np.uint8)
            data[good] = matrix(select(taken, good), HASH_BYTES)
            return data, good
        text, start, length = spans(values)
        data, kinds = hexes.decode(text, start[index], length[index], HASH_BYTES, True)
        return data, kinds < hexes.INVALID


def _topics(chunk: Chunk) -> _Topics:
    if chunk.has("topic0"):
        four = [plain(chunk.columns[f"topic{place}"]) for place in range(4)]
        count = np.sum([sizes(topic) > 0 for topic in four], axis=0)
        return _Topics(count, four[:TOPICS], [np.arange(chunk.rows)] * TOPICS)
    lists = plain(chunk.columns["topics"])
    if is_text(lists):  # one text, the topics with commas between them
        cleaned = pc.replace_substring_regex(lists, r"[\[\]\s\"']", "")
        lists = pc.split_pattern(pc.if_else(pc.equal(cleaned, ""), None, cleaned), ",")
    count = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    starts = lists.offsets.to_numpy()[:-1].astype(np.int64)
    return _Topics(count, [plain(lists.values)] * TOPICS, [starts + place for place in range(TOPICS)])


def _events(topics: _Topics) -> Mask:
    """Which rows are Transfer events."""
    some = topics.count > 0
    first, good = topics.words(0, some)
    some[some] = good & (first.view("<u8") == TRANSFER_WORDS).all(axis=1)
    return some


def _one_word(data: Any) -> Mask:
    words = (HASH_BYTES,) if is_bytes(data) else (2 * HASH_BYTES + 2, 2 * HASH_BYTES)
    return np.isin(sizes(data), words)


def _narrow(chunk: Chunk, rows: Mask) -> Chunk:
    """Only the marked rows, which still know their lines."""
    numbers = np.flatnonzero(rows)
    columns = {name: select(column, rows) for name, column in chunk.columns.items() if not name.startswith("topic")}
    part = Chunk(columns, chunk.written, len(numbers), lambda row: chunk.row(int(numbers[row])))
    return part


def _party(part: Chunk, topics: _Topics, place: int, rows: Mask) -> Any:
    """The address in the last 20 bytes of a topic."""
    words, good = topics.words(place, rows)
    part.faults.add(~good, "topics hold no address")
    return fixed(np.ascontiguousarray(words[:, HASH_BYTES - ADDRESS_BYTES :]), good)
