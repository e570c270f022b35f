"""From movements to a ROWS table: chain order, transaction and log indices, addresses and hashes."""

from dataclasses import dataclass

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
class Assembled:
    """The table, and what the truth needs to name things: movements in the table's order, addresses, hashes."""

    rows: pa.Table
    moves: Moves
    addresses: Bytes  # (n, 20)
    hashes: Bytes  # (transactions, 32)


def assemble(
    rng: np.random.Generator, moves: Moves, addresses: int, assets: list[Asset], twins: Ints | None = None
) -> Assembled:
    """Bring movements into chain order and name everything.

    `twins` holds rows (look-alike, original): the look-alike gets the original's first and last four hex digits.
    Blocks must span less than 2**26 and there may be up to 2**26 transactions.
    """
    named = octets(rng, addresses, 20)
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
    columns = Columns(
        block=moves.block,
        time=times(moves.block),
        tx=moves.tx,
        index=_rank(first_of_tx, start),
        kind=kinds,
        position=np.where(log, _rank(log, start), np.where(kinds == int(Kind.TRACE), -1, 0)),
        path=np.where(kinds == int(Kind.TRACE), moves.step, -1),
        sender=moves.sender,
        recipient=moves.recipient,
        asset=moves.asset,
        amount=wide(moves.giga, moves.rest),
        status=moves.status,
    )
    return Assembled(table(columns, named, hashes, [asset.key for asset in assets]), moves, named, hashes)


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


def _rank(flags: Bools, start: Ints) -> Ints:
    """How many flagged rows of the same block come before this row, itself included, less one."""
    seen = np.concatenate([[0], np.cumsum(flags)])
    rank: Ints = seen[1:] - seen[start] - 1
    return rank
