"""Poisoning over a whole ledger: which movements can have to do with look-alikes, found by columns.

Of each address that a wallet met the first LEADING and the last TRAILING digits are taken together. Only where two of
them have the same can one be a look-alike; the rule then reads those movements alone.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cointrail.chains import imitates
from cointrail.chains.likeness import HEX, LEADING, TRAILING
from cointrail.guard.protect.attack import Attack
from cointrail.guard.protect.poisoned import Totals, poisoned
from cointrail.guard.protect.skeleton import Mask, Skeleton, among, distinct, pairs
from cointrail.guard.protect.writing import Writer, moment
from cointrail.ledger import Ledger
from cointrail.ledger import segment as segments
from cointrail.ledger.assets import registry
from cointrail.ledger.book import read_all
from cointrail.ledger.columns import Integers, flat, integers
from cointrail.ledger.files import stored
from cointrail.ledger.rows import Kind, Status
from cointrail.patterns.surroundings import Approach

Pairs = npt.NDArray[np.uint64]
AT_ONCE = 100_000  # movements written out together
FEW = 10_000  # addresses up to which the book is not read whole
ID = np.uint64(32)


def lookalikes(skeleton: Skeleton, write: Writer, wallet: int | None, step: Callable[[float], None]) -> list[Attack]:
    """Poisoning of all wallets, or of one address id."""
    rows, real = _rows(skeleton, wallet, step)
    met, moved = _met(skeleton, rows, wallet), _met(skeleton, rows[real], wallet)
    twins = _alike(met, _ends(skeleton.ledger, met))
    if not len(twins):
        return []
    part = rows[_any(skeleton, rows, twins)]
    totals = _totals(write, twins, met, moved)
    only = write.address(wallet) if wallet is not None else None
    return list(poisoned(_approaches(skeleton.ledger, write, part), only, totals=totals))


def _rows(skeleton: Skeleton, wallet: int | None, step: Callable[[float], None]) -> tuple[Integers, Mask]:
    """All movements between two addresses, fees and failed ones apart, and which really moved something."""
    ledger = skeleton.ledger
    verified = np.array([one.verified for one in ledger.assets], bool)
    found, moving = [np.empty(0, np.int64)], [np.empty(0, bool)]
    first = 0
    for segment in ledger.manifest.segments:
        here = slice(first, first + segment.rows)
        sender, recipient = skeleton.sender[here], skeleton.recipient[here]
        wanted = (sender > 0) & (recipient > 0) & (sender != recipient)
        if wallet is not None:
            wanted &= (sender == wallet) | (recipient == wallet)
        if wanted.any():
            table = stored(segments.file(ledger.path, "transfers", segment)).read(columns=["kind", "status", "asset"])
            kind, status, asset = (integers(flat(column).cast(pa.int64())) for column in table.columns)
            wanted &= (kind != int(Kind.FEE)) & (status != int(Status.FAILED))
            rows = np.flatnonzero(wanted)
            found.append(rows + first)
            moving.append((np.asarray(ledger.index.amount[rows + first]) != 0) & verified[asset[rows]])
        first += segment.rows
        step(first / max(ledger.transfers, 1))
    return np.concatenate(found), np.concatenate(moving)


def _met(skeleton: Skeleton, rows: Integers, wallet: int | None) -> Pairs:
    """Who met whom, ascending: wallet and the other, both ways."""
    one, other = skeleton.sender[rows], skeleton.recipient[rows]
    both = distinct(np.concatenate([pairs(one, other), pairs(other, one)]))
    return both if wallet is None else both[both >> ID == np.uint64(wallet)]


def _ends(ledger: Ledger, met: Pairs) -> npt.NDArray[np.uint64]:
    """Of the others of these pairs the digits that must agree, as one number below 16 ** (LEADING + TRAILING)."""
    other = (met & np.uint64(0xFFFFFFFF)).astype(np.int64)
    if len(other) < FEW:
        raw = np.frombuffer(b"".join(ledger.addresses(other.tolist())), np.uint8).reshape(-1, HEX // 2)
    else:
        raw = read_all(ledger.path, ledger.manifest.addresses)[other]
    digits = np.empty((len(raw), HEX), np.uint8)
    digits[:, ::2], digits[:, 1::2] = raw >> 4, raw & 15
    out = np.zeros(len(raw), np.uint64)
    for place in (*range(LEADING), *range(HEX - TRAILING, HEX)):
        out = out << np.uint64(4) | digits[:, place]
    return out


def _alike(met: Pairs, ends: npt.NDArray[np.uint64]) -> Pairs:
    """Those of the pairs whose other looks like another that the same wallet met, ascending."""
    group = met >> ID << ID | ends
    order = np.argsort(group, kind="stable")
    same = group[order][1:] == group[order][:-1]
    alike = np.zeros(len(met), bool)
    alike[order[1:][same]] = True
    alike[order[:-1][same]] = True
    return met[alike]


def _any(skeleton: Skeleton, rows: Integers, twins: Pairs) -> Mask:
    """Which movements are between two that are among the pairs, either way."""
    one, other = skeleton.sender[rows], skeleton.recipient[rows]
    found: Mask = among(pairs(one, other), twins) | among(pairs(other, one), twins)
    return found


def _totals(write: Writer, twins: Pairs, met: Pairs, moved: Pairs) -> Totals:
    """How many each of these wallets met, and how many of them really moved something."""
    wallets = distinct(twins >> ID)
    write.learn(wallets.tolist())
    count = [_count(some, wallets) for some in (met, moved)]
    texts = [write.address(int(one)) for one in wallets]
    return dict(zip(texts, zip(count[0].tolist(), count[1].tolist(), strict=True), strict=True))


def _count(some: Pairs, wallets: Any) -> Integers:
    first, behind = wallets << ID, (wallets + np.uint64(1)) << ID
    found: Integers = np.searchsorted(some, behind, "left") - np.searchsorted(some, first, "left")
    return found


def _approaches(ledger: Ledger, write: Writer, rows: Integers) -> Iterator[Approach]:
    """Movements as the rule reads them, in their order."""
    known = registry(ledger.path, ledger.chain)
    copied = [None if one.verified else imitates(one.symbol, known) for one in ledger.assets]
    for start in range(0, len(rows), AT_ONCE):
        yield from _written(ledger, write, rows[start : start + AT_ONCE].tolist(), copied)


def _written(ledger: Ledger, write: Writer, rows: list[int], copied: Sequence[str | None]) -> Iterator[Approach]:
    facts = ledger.facts(rows)
    write.learn([*facts.sender.tolist(), *facts.recipient.tolist()])
    columns = (facts.block, facts.time, facts.sender, facts.recipient, facts.asset)
    plain = zip(*(column.tolist() for column in columns), facts.tx, facts.amount, strict=True)
    for block, time, sender, recipient, number, tx, amount in plain:
        asset = ledger.assets[number]
        yield Approach(
            ledger.chain, block, moment(time), None if tx is None else "0x" + tx.hex(),
            write.address(sender), write.address(recipient),
            asset.key, not asset.verified, copied[number], amount,
        )  # fmt: skip
