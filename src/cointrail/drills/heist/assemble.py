"""From movements to a ROWS table: chain order, transaction and log indices, addresses and hashes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from cointrail.chains import Asset
from cointrail.drills.columns import Bools, Bytes, Columns, Ints, table, wide
from cointrail.drills.draw import octets
from cointrail.drills.heist.facts import fact
from cointrail.drills.heist.moves import Moves
from cointrail.ledger.rows import Kind

SECONDS = 12  # a block
TX_BITS, KIND_BITS, STEP_BITS = 26, 3, 8


@dataclass(frozen=True)
class Place:
    """Where in the chain what a transaction emits last stands; `index` of the transaction and `log` in the block."""

    block: int
    time: int
    index: int
    log: int


@dataclass(frozen=True)
class Assembled:
    """The table, and what the truth needs to name things: movements in the table's order, addresses, hashes."""

    rows: pa.Table
    moves: Moves
    addresses: Bytes  # (n, 20)
    hashes: Bytes  # (transactions, 32)
    emitted: dict[int, Place]  # transactions that emit an event besides their movements, by number

    def places(self, transactions: Sequence[int]) -> list[Place]:
        """Where the events of transactions stand that emit one."""
        return [self.emitted[tx] for tx in transactions]


def assemble(
    rng: np.random.Generator,
    moves: Moves,
    addresses: int,
    assets: list[Asset],
    twins: Ints | None = None,
    fixed: Mapping[int, bytes] = MappingProxyType({}),
    emitting: Sequence[int] = (),
) -> Assembled:
    """Bring movements into chain order and name everything.

    `twins` holds rows (look-alike, original): the look-alike gets the original's first and last four hex digits.
    `fixed` gives addresses that are not invented; `emitting` the transactions that emit an event after their movements.
    Blocks must span less than 2**26 and there may be up to 2**26 transactions.
    """
    named = octets(rng, addresses, 20)
    for number, address in fixed.items():
        named[number] = np.frombuffer(address, np.uint8)
    if twins is not None and len(twins):
        for side in (slice(0, 2), slice(18, 20)):
            named[twins[:, 0], side] = named[twins[:, 1], side]
    hashes = octets(rng, int(moves.tx.max()) + 1 if len(moves) else 0, 32)
    moves = moves.take(_order(moves))
    start = _starts(moves.block)
    kinds = moves.kind
    log = kinds == int(Kind.LOG)
    first_of_tx = np.ones(len(moves), np.bool_)
    first_of_tx[1:] = (moves.tx[1:] != moves.tx[:-1]) | (moves.block[1:] != moves.block[:-1])
    last_of_tx = np.append(first_of_tx[1:], True)
    emits = last_of_tx & np.isin(moves.tx, np.asarray(emitting, np.int64)) if len(emitting) else np.zeros_like(log)
    index, logs = _rank(first_of_tx, start), _rank(log.astype(np.int64) + emits, start)
    columns = Columns(
        block=moves.block,
        time=times(moves.block),
        tx=moves.tx,
        index=index,
        kind=kinds,
        position=np.where(log, logs - emits, np.where(kinds == int(Kind.TRACE), -1, 0)),
        path=np.where(kinds == int(Kind.TRACE), moves.step, -1),
        sender=moves.sender,
        recipient=moves.recipient,
        asset=moves.asset,
        amount=wide(moves.giga, moves.rest),
        status=moves.status,
    )
    telling = np.flatnonzero(emits)
    facts = (column[telling].tolist() for column in (moves.tx, moves.block, columns.time, index, logs))
    emitted = {tx: Place(*place) for tx, *place in zip(*facts, strict=True)}
    return Assembled(table(columns, named, hashes, [asset.key for asset in assets]), moves, named, hashes, emitted)


def times(block: Ints) -> Ints:
    """Seconds since 1970 of a block: one every 12 seconds, counted from the block of the theft."""
    return fact("theft_time") + SECONDS * (block - fact("theft_block"))


def _order(moves: Moves) -> Ints:
    key = (moves.block - (int(moves.block.min()) if len(moves) else 0)) << TX_BITS | moves.tx
    key = (key << KIND_BITS | moves.kind) << STEP_BITS | moves.step
    order: Ints = np.argsort(key, kind="stable")
    return order


def _starts(block: Ints) -> Ints:
    """For every row, the first row of its block."""
    new = np.ones(len(block), np.bool_)
    new[1:] = block[1:] != block[:-1]
    start: Ints = np.flatnonzero(new)[np.cumsum(new) - 1]
    return start


def _rank(count: Bools | Ints, start: Ints) -> Ints:
    """What is counted in the same block up to this row, itself included, less one."""
    seen = np.concatenate([[0], np.cumsum(count)])
    rank: Ints = seen[1:] - seen[start] - 1
    return rank
