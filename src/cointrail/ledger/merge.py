"""The union of rows by identity, in chain order: what makes twice the same as once.

Everything here is a function of the set of rows alone, never of the order in which files or segments came, so that
any interleaving of imports ends in the same ledger.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.ledger.columns import NONE, Columns
from cointrail.ledger.intern import Interner, Words, runs, some
from cointrail.ledger.rows import Kind, Status

Integers = npt.NDArray[np.int64]
LAST = np.iinfo(np.int64).max
MIX = np.uint64(0x9E3779B97F4A7C15)  # odd: two blocks mix with one word to different words


def merge(rows: Columns, order: str, addresses: Words, asset_ranks: Integers) -> Columns:
    """Fill in, sort and deduplicate the rows of whole blocks.

    `addresses` are the address bytes as ordered words by id - 1, `asset_ranks` the place of each asset id among the
    sorted asset keys: ids depend on the order of import, so they never decide an order.
    """
    if not len(rows):
        return rows
    rows = _current(rows)
    _fill_times(rows)
    tx = _transactions(rows)
    rows, tx = _without_failed(rows, tx)
    _number_equals(rows, tx)
    rows, tx = _sort(rows, tx, order, addresses, asset_ranks)
    rows, tx = _one_each(rows, tx)
    return _without_equals(rows, tx)


def _current(rows: Columns) -> Columns:
    """Of a block seen with two hashes keep the later source's: the chain was reorganised."""
    known = some(rows.block_hash) & (rows.block != NONE)
    if not known.any():
        return rows
    block, hashes = (rows.block, rows.block_hash) if known.all() else (rows.block[known], rows.block_hash[known])
    run, start, _ = runs(block, block, hashes)
    if (np.diff(block[start]) > 0).all():  # each block in one piece, as chain exports mostly are: one hash each
        return rows
    pairs = np.concatenate([block[start, None].astype(np.uint64), hashes[start]], axis=1)
    seen = Interner(5, len(start))
    which = seen.intern(pairs)[run]
    if len(np.unique(seen.keys[:, 0])) == seen.count:
        return rows
    latest = np.full(seen.count, NONE, np.int64)
    np.maximum.at(latest, which, rows.source[known])
    by_block = np.lexsort((np.arange(seen.count), latest, seen.keys[:, 0]))
    last = np.ones(seen.count, bool)
    last[:-1] = seen.keys[by_block[1:], 0] != seen.keys[by_block[:-1], 0]
    wins = np.zeros(seen.count, bool)
    wins[by_block[last]] = True
    keep = np.ones(len(rows), bool)
    keep[np.flatnonzero(known)] = wins[which]
    return rows.take(keep)


def _fill_times(rows: Columns) -> None:
    """Give rows without a time, or without a block hash, that of their block."""
    lacking = (rows.time == NONE) & (rows.block != NONE)
    if lacking.any():
        told = (rows.time != NONE) & (rows.block != NONE)
        blocks, which = np.unique(rows.block[told], return_inverse=True)
        if len(blocks):
            times = np.full(len(blocks), LAST, np.int64)
            np.minimum.at(times, which, rows.time[told])
            at = np.minimum(np.searchsorted(blocks, rows.block), len(blocks) - 1)
            rows.time = np.where(lacking & (blocks[at] == rows.block), times[at], rows.time)
    hashed = some(rows.block_hash)
    if hashed.any() and not hashed.all():
        blocks, first = np.unique(rows.block[hashed], return_index=True)
        at = np.minimum(np.searchsorted(blocks, rows.block), len(blocks) - 1)
        fill = ~hashed & (blocks[at] == rows.block) & (rows.block != NONE)
        rows.block_hash = np.where(fill[:, None], rows.block_hash[hashed][first][at], rows.block_hash)


def _transactions(rows: Columns) -> Integers:
    """A number for each row's transaction; rows without one share a number per block and time. Fills `tx_index`."""
    when = np.where(rows.has_tx, 0, rows.time)
    tx: Integers
    tx, start, mix = runs(rows.block, when, rows.tx)
    index = np.maximum.reduceat(rows.tx_index, start)
    if not _distinct(mix):  # a transaction may be in several pieces
        keys = np.empty((len(start), 6), np.uint64)
        keys[:, 0], keys[:, 1:5], keys[:, 5] = rows.block[start], rows.tx[start], when[start]
        which = Interner(6, len(start)).intern(keys)
        most = np.full(which.max() + 1, NONE, np.int64)
        np.maximum.at(most, which, index)
        tx, index = which[tx], most
    rows.tx_index = index[tx]
    return tx


def _distinct(words: npt.NDArray[np.uint64]) -> bool:
    ordered = np.sort(words)
    return bool((ordered[1:] != ordered[:-1]).all())


def _without_failed(rows: Columns, tx: Integers) -> tuple[Columns, Integers]:
    """Leave out what other sources took for movements of a transaction that is known to have failed."""
    failed = (rows.kind == Kind.TRANSACTION) & (rows.status == Status.FAILED)
    if not failed.any():
        return rows, tx
    keep = ~np.isin(tx, tx[failed & rows.has_tx]) | np.isin(rows.kind, (Kind.FEE, Kind.TRANSACTION))
    return rows.take(keep), tx[keep]


def _sort(rows: Columns, tx: Integers, order: str, addresses: Words, asset_ranks: Integers) -> tuple[Columns, Integers]:
    """Chain order: block, transaction, position; by hash and a fixed key where the source gives no position."""
    log = np.where(rows.kind == Kind.LOG, rows.position, NONE)
    first_log = np.full(tx.max() + 1, LAST, np.int64)
    np.minimum.at(first_log, tx, np.where(log == NONE, LAST, log))
    index = np.where(rows.tx_index == NONE, LAST, rows.tx_index)
    earliest = np.where(rows.tx_index == NONE, first_log[tx], 0)
    position = np.where(rows.position == NONE, LAST, rows.position)
    main = [rows.block] if order == "block" else [rows.time, rows.block]
    keys: list[npt.NDArray[Any]] = [*main, index, earliest, _hash_ranks(rows, tx), rows.kind]
    keys += [_path_ranks(rows), position]
    if not _ascending(keys):
        sequence = np.lexsort([key for key in keys[::-1] if (key != key[0]).any()])
        rows, tx = rows.take(sequence), tx[sequence]
        keys = [key[sequence] for key in keys]
    same = _same_as_before(keys)
    if not same.any():
        return rows, tx
    tied = same.copy()
    tied[:-1] |= same[1:]
    at = np.flatnonzero(tied)
    sequence = np.arange(len(rows))
    sequence[at] = at[_settle(rows.take(at), np.cumsum(~same[at]), addresses, asset_ranks)]
    return rows.take(sequence), tx[sequence]


def _settle(rows: Columns, run: Integers, addresses: Words, asset_ranks: Integers) -> Integers:
    """Order, inside each run, rows that the chain does not order: by what they say."""
    padded = np.concatenate([np.zeros((1, addresses.shape[1]), np.uint64), addresses])
    fixed = [padded[rows.sender, i] for i in range(3)] + [padded[rows.recipient, i] for i in range(3)]
    fixed += [rows.sender == 0, rows.recipient == 0, asset_ranks[rows.asset]]
    fixed += [*(rows.amount[:, i] for i in range(4)), rows.nth, rows.status, rows.exact, rows.time, rows.source]
    return np.lexsort([*fixed[::-1], run])


def _hash_ranks(rows: Columns, tx: Integers) -> npt.NDArray[Any]:
    """What orders transactions by hash: its first word, or all of it where first words collide inside a block."""
    first = np.full(int(tx.max()) + 1, NONE, np.int64)
    first[tx[::-1]] = np.arange(len(rows))[::-1]
    first = first[first != NONE]  # the first row of every transaction
    if _distinct(rows.block[first].astype(np.uint64) * MIX ^ rows.tx[first, 0]):
        return rows.tx[:, 0]
    _, first, tx = np.unique(tx, return_index=True, return_inverse=True)
    words = [rows.tx[first, i] for i in range(4)]
    ranks = np.empty(len(first), np.int64)
    ranks[np.lexsort([rows.block[first], rows.time[first], *words[::-1]])] = np.arange(len(first))
    return ranks[tx]


def _same_as_before(keys: list[npt.NDArray[Any]]) -> npt.NDArray[np.bool_]:
    same = np.ones(len(keys[0]), bool)
    same[0] = False
    for key in keys:
        same[1:] &= key[1:] == key[:-1]
    return same


def _ascending(keys: list[npt.NDArray[Any]]) -> bool:
    """Whether rows are in the order of the keys already, as chain exports mostly are."""
    if len(keys[0]) < 2:
        return True
    open_ = np.ones(len(keys[0]) - 1, bool)  # equal so far
    for key in keys:
        if (open_ & (key[1:] < key[:-1])).any():
            return False
        open_ &= key[1:] == key[:-1]
        if not open_.any():
            return True
    return True


def _path_ranks(rows: Columns) -> Integers:
    ranks = np.zeros(len(rows), np.int64)
    traced = np.flatnonzero(rows.kind == Kind.TRACE)
    if len(traced):
        paths = [path or b"" for path in rows.path[traced]]
        place = {path: rank for rank, path in enumerate(sorted(set(paths)))}
        ranks[traced] = [place[path] for path in paths]
    return ranks


def _positioned(rows: Columns) -> npt.NDArray[np.bool_]:
    traced = rows.kind == Kind.TRACE
    out = np.where(traced, False, (rows.position != NONE) & (rows.kind != Kind.OTHER))
    if traced.any():
        out[traced] = [path is not None for path in rows.path[traced]]
    rewards = (rows.kind == Kind.REWARD) & (rows.position != NONE)
    return np.asarray(out & rows.has_tx | rewards, bool)


def _one_each(rows: Columns, tx: Integers) -> tuple[Columns, Integers]:
    """Of rows with the same position keep the one whose source knew most."""
    placed = _positioned(rows)
    if not placed.any():
        return rows, tx
    path = _path_ranks(rows)
    same = _same_as_before([tx, rows.kind, path, rows.position, placed]) & placed
    if not same.any():
        return rows, tx
    group = np.cumsum(~same)
    # failed counts most, as it moved nothing, then exact; the fixed order of the rows decides between equals
    best = np.lexsort((np.arange(len(rows)), ~rows.exact, rows.status != Status.FAILED, group))
    first = np.ones(len(rows), bool)
    first[1:] = group[best[1:]] != group[best[:-1]]
    known = np.zeros(int(group[-1]) + 1, np.uint8)
    np.maximum.at(known, group, rows.status)
    rows.status = known[group]
    keep = np.sort(best[first])
    return rows.take(keep), tx[keep]


def _number_equals(rows: Columns, tx: Integers) -> None:
    """Number the equal rows without position of each source, in an order that does not depend on its files."""
    fresh = np.flatnonzero(~_positioned(rows) & (rows.nth == NONE))
    if not len(fresh):
        return
    rows.nth = rows.nth.copy()
    rows.nth[fresh] = 0
    what = _contents(rows, tx, fresh)
    several = np.bincount(what)[what] > 1
    if several.any():
        fresh, what = fresh[several], what[several]
        order = np.lexsort([part[fresh] for part in (rows.time, rows.exact, rows.status, rows.kind)])
        fresh, what = fresh[order], what[order]
        rows.nth[fresh] = _running([what, rows.source[fresh].astype(np.int64)])


def _without_equals(rows: Columns, tx: Integers) -> Columns:
    """Of rows without position keep one of each number, and leave out those that a source with positions told too."""
    placed = _positioned(rows)
    if placed.all():
        return rows
    what = _contents(rows, tx, np.arange(len(rows)))
    again = ~placed & (rows.nth < np.bincount(what[placed], minlength=int(what.max()) + 1)[what])
    several = np.flatnonzero(~placed & (np.bincount(what[~placed], minlength=int(what.max()) + 1)[what] > 1))
    if len(several):
        again[several] |= _running([what[several], rows.nth[several]]) > 0
    return rows if not again.any() else rows.take(~again)


def _contents(rows: Columns, tx: Integers, at: Integers) -> Integers:
    """A number for what rows say apart from their place: transaction (or time), sender, recipient, asset, amount."""
    content = np.empty((len(at), 8), np.uint64)
    content[:, 0] = tx[at].astype(np.uint64)
    content[:, 1] = np.where(rows.has_tx[at], 0, rows.time[at].astype(np.uint64))
    content[:, 2], content[:, 3] = rows.sender[at], rows.recipient[at]
    content[:, 3] |= rows.asset[at].astype(np.uint64) << np.uint64(32)
    content[:, 4:] = rows.amount[at]
    return Interner(8, len(at)).intern(content)


def _running(keys: list[Integers]) -> Integers:
    """For each row, how many rows before it have the same keys."""
    order = np.lexsort((np.arange(len(keys[0])), *keys[::-1]))
    new = ~_same_as_before([key[order] for key in keys])
    starts = np.flatnonzero(new)
    out = np.empty(len(order), np.int64)
    out[order] = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    return out
