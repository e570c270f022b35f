"""Files of raw blocks: all headers first, for the heights, then the blocks that count."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cointrail.chains.bitcoin.network import MERGED, Network
from cointrail.errors import InputError
from cointrail.ledger.readers.bitcoin.batch import UNTOLD, Batch, tables
from cointrail.ledger.readers.bitcoin.block import AUXILIARY, Block, amounts, header, height, read, works
from cointrail.ledger.readers.bitcoin.frames import Frame, Gap, frames, load
from cointrail.ledger.readers.bitcoin.heights import Link, heights
from cointrail.ledger.readers.bitcoin.scan import HEADER, Bytes, Unsound, behind_work
from cointrail.ledger.readers.source import KEPT, Problem, Problems

BATCH_BYTES = 8_000_000  # of blocks that become one table
FIRST_BYTES = 200  # behind the header: enough for the height that the first transaction names
HEIGHTLESS = (
    "a block that does not say its height: give the blocks before it in the same import, or the height of the first"
    " block by --from-block"
)
NO_OUTPUT = 0xFFFFFFFF  # the number that an input names which spends nothing
FINAL = 0xFFFFFFFF  # the highest sequence


@dataclass
class Raw:
    """The blocks in some files of one network; read twice, one file in memory at a time.

    `first`: the height of the first block, if nothing else says it; `known`: heights of blocks that the ledger holds,
    by hash.
    """

    network: Network
    files: Mapping[Path, Problems]
    first: int | None = None
    known: Mapping[bytes, int] = field(default_factory=dict)
    left_out: int = 0  # sound blocks that are on no longest chain

    def tables(self) -> Iterator[tuple[Path, pa.Table]]:
        """Rows, outputs and terms of all blocks on the longest chain, with the file they are from."""
        found, lost = self._heights()
        seen: set[bytes] = set()
        for path, problems in self.files.items():
            batch: list[tuple[int, Block]] = []
            size = 0
            for block in self._blocks(path, problems, lost):
                place = found.get(block.header.hash)
                if place is None:
                    self.left_out += 1
                elif block.header.hash not in seen:
                    seen.add(block.header.hash)
                    problems.good += len(block.ids)
                    batch.append((place, block))
                    size += len(block.data)
                if size >= BATCH_BYTES:
                    yield from ((path, table) for table in tables(_batch(batch)))
                    batch, size = [], 0
            if batch:
                yield from ((path, table) for table in tables(_batch(batch)))
            if not problems.good and problems.bad:
                raise InputError(f"{path}: no block of it can be used; the first: {problems.rows[0].reason}")

    def _heights(self) -> tuple[dict[bytes, int], set[bytes]]:
        """From the headers alone."""
        links: list[Link] = []
        for path in self.files:
            data = load(path, self.network)
            for place in frames(data, self.network):
                if isinstance(place, Frame):
                    links += _link(data[place.begin : place.end], self.network)
        return heights(links, self.network.genesis, self.first, self.known)

    def _blocks(self, path: Path, problems: Problems, lost: set[bytes]) -> Iterator[Block]:
        data = load(path, self.network)
        for place in frames(data, self.network):
            if isinstance(place, Gap):
                _note(problems, place.begin, place.reason)
                continue
            try:
                block = read(data[place.begin : place.end], self.network)
            except Unsound as error:
                _note(problems, place.begin, f"a block that is not sound: {error}")
                continue
            if block.header.hash in lost:
                _note(problems, place.begin, HEIGHTLESS)
            else:
                yield block


def _link(data: Bytes, network: Network) -> list[Link]:
    raw = data[: HEADER + FIRST_BYTES].tobytes()
    head = header(raw)
    if not works(head, network):
        return []
    begin = HEADER
    if network.work == MERGED and head.version & AUXILIARY:
        try:
            begin = behind_work(data)
        except Unsound:
            return []
        raw = data[: begin + FIRST_BYTES].tobytes()
    return [Link(head.hash, head.before, height(raw, head, begin))]


def _note(problems: Problems, at: int, reason: str) -> None:
    problems.bad += 1
    if len(problems.rows) < KEPT:
        problems.rows.append(Problem(at, reason, f"byte {at}"))


def _batch(blocks: Sequence[tuple[int, Block]]) -> Batch:
    counts = np.array([len(block.ids) for _, block in blocks])
    first = np.cumsum(counts) - counts
    parts = [_parts(block, int(start)) for (_, block), start in zip(blocks, first, strict=True)]
    columns = (np.concatenate(one) for one in zip(*parts, strict=True))
    spent_by, spent, spent_number, sequence, paid_by, paid_amount, version, lock = columns
    fresh = spent_number == NO_OUTPUT
    made = np.zeros(int(counts.sum()), np.int64)
    np.add.at(made, paid_by, paid_amount)
    least = np.full(len(made), FINAL)
    np.minimum.at(least, spent_by, sequence)
    return Batch(
        ids=np.frombuffer(b"".join(one for _, block in blocks for one in block.ids), np.uint8).reshape(-1, 32),
        tx_block=np.repeat(np.array([place for place, _ in blocks]), counts),
        tx_hash=np.repeat(
            np.frombuffer(b"".join(b.header.hash for _, b in blocks), np.uint8).reshape(-1, 32), counts, axis=0
        ),
        tx_time=np.repeat(np.array([block.header.time for _, block in blocks]), counts),
        tx_index=np.arange(int(counts.sum())) - np.repeat(first, counts),
        spent_by=spent_by,
        spent=spent,
        spent_number=spent_number,
        spent_amount=np.where(fresh, made[spent_by], UNTOLD),
        fresh=fresh,
        paid_by=paid_by,
        paid_amount=paid_amount,
        paid_script=[script for _, block in blocks for script in _scripts(block)],
        told=np.arange(len(made)),
        version=version,
        lock=lock,
        sequence=least,
    )


def _parts(block: Block, first: int) -> tuple[npt.NDArray[Any], ...]:
    transactions, inputs, outputs = block.parts
    spent = block.data[inputs[:, 1, None] + np.arange(32)][:, ::-1]
    number, sequence = _numbers(block.data, inputs[:, 1] + 32), _numbers(block.data, inputs[:, 3])
    paid = amounts(block.data, block.parts).astype(np.int64)
    version, lock = _numbers(block.data, transactions[:, 0]), _numbers(block.data, transactions[:, 3])
    return inputs[:, 0] + first, spent, number, sequence, outputs[:, 0] + first, paid, version, lock


def _numbers(data: Bytes, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The numbers of four bytes at these places."""
    return np.ascontiguousarray(data[places[:, None] + np.arange(4)]).view("<u4")[:, 0].astype(np.int64)


def _scripts(block: Block) -> list[bytes]:
    raw = block.data.tobytes()
    return [raw[begin:end] for _, _, begin, end in block.parts.outputs.tolist()]
