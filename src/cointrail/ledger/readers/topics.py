"""The topics of event logs, from four columns or from lists, whole chunks at a time."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.ledger.intern import Words
from cointrail.ledger.readers import hexes
from cointrail.ledger.readers.arrays import Bytes, Index, is_bytes, is_text, matrix, plain, select, sizes, spans
from cointrail.ledger.readers.chunk import Chunk
from cointrail.ledger.readers.faults import Mask
from cointrail.ledger.rows import HASH_BYTES, MOST_TOPICS


@dataclass(frozen=True)
class Topics:
    """How many topics each row has, and for each of four places where their texts or bytes are."""

    count: Index
    values: list[Any]  # one array for each place
    index: list[Index]  # for each row its value in that array

    @staticmethod
    def of(chunk: Chunk) -> "Topics":
        """The topics of a chunk's rows; a row may have more than four, which no chain has."""
        if chunk.has("topic0"):
            four = [plain(chunk.columns[f"topic{place}"]) for place in range(MOST_TOPICS)]
            count = np.sum([sizes(topic) > 0 for topic in four], axis=0)
            return Topics(count, four, [np.arange(chunk.rows)] * MOST_TOPICS)
        lists = plain(chunk.columns["topics"])
        if is_text(lists):  # one text, the topics with commas between them
            cleaned = pc.replace_substring_regex(lists, r"[\[\]\s\"']", "")
            lists = pc.split_pattern(pc.if_else(pc.equal(cleaned, ""), None, cleaned), ",")
        count = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False).astype(np.int64)
        starts = lists.offsets.to_numpy()[:-1].astype(np.int64)
        return Topics(count, [plain(lists.values)] * MOST_TOPICS, [starts + place for place in range(MOST_TOPICS)])

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

    def heads(self) -> "Heads":
        """The first topic of every row, which says what the event is."""
        some = self.count > 0
        words, good = self.words(0, some)
        some[some] = good
        return Heads(some, words[good].view("<u8").astype(np.uint64, copy=False))


@dataclass(frozen=True)
class Heads:
    """The first topics of the rows that have one."""

    rows: Mask
    words: Words  # (n, 4) of the marked rows

    def are(self, topic: bytes) -> Mask:
        """Which rows begin with this topic."""
        return self._rows((self.words == np.frombuffer(topic, "<u8")).all(axis=1))

    def among(self, topics: frozenset[bytes]) -> Mask:
        """Which rows begin with one of these topics."""
        found = np.zeros(len(self.words), bool)
        if topics and len(found):
            known = np.frombuffer(b"".join(topics), "<u8").reshape(-1, 4)
            firsts = np.sort(known[:, 0])  # one word tells nearly all of them apart
            near = firsts[np.minimum(np.searchsorted(firsts, self.words[:, 0]), len(firsts) - 1)] == self.words[:, 0]
            found[near] = [word.tobytes() in topics for word in self.words[near]]
        return self._rows(found)

    def _rows(self, found: Mask) -> Mask:
        out = self.rows.copy()
        out[out] = found
        return out
