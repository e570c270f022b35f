"""The movements of value in a ledger as columns, with who sent the transaction that each of them is in.

The sender of a transaction, and the address that it called, stand in its fee and its own value. Where a source has
neither (a list of token transfers, say) nobody is known to have sent it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cointrail.chains.asset import NATIVE
from cointrail.guard.protect.shares import Shares, holdings_of, shares
from cointrail.guard.protect.skeleton import Ids, Mask, Skeleton, among, distinct, many, pairs
from cointrail.ledger import segment as segments
from cointrail.ledger.columns import NONE, Integers, flat, integers
from cointrail.ledger.files import stored
from cointrail.ledger.rows import Kind

NAMES = ("time", "kind", "asset")
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Traffic:
    """Movements of something, in verified assets, between two addresses, in chain order; one array a column."""

    skeleton: Skeleton
    row: Integers
    time: Integers  # seconds; NONE unknown
    tx: Integers  # over all segments; NONE without
    kind: npt.NDArray[np.uint8]
    sender: Ids
    recipient: Ids
    asset: Ids
    origin: Ids  # who sent the transaction; 0 where nobody says
    callee: Ids  # whom it called
    share: Shares  # of what the sender held, see `shares`
    sent: Mask  # by address id: whether it ever sent a transaction, so that a person holds its key

    def __len__(self) -> int:
        return len(self.row)

    def outgoing(self, address: int) -> Integers:
        """The movements out of an address, as places in order."""
        return _run(self.sender, self._by_sender, address)

    def incoming(self, address: int) -> Integers:
        """The movements into an address, as places in order."""
        return _run(self.recipient, self._by_recipient, address)

    @cached_property
    def _by_sender(self) -> Integers:
        return np.argsort(self.sender, kind="stable")

    @cached_property
    def _by_recipient(self) -> Integers:
        return np.argsort(self.recipient, kind="stable")

    @cached_property
    def native(self) -> Mask:
        """Movements of the chain's own coin."""
        return np.isin(self.asset, [n for n, one in enumerate(self.skeleton.ledger.assets) if one.key == NATIVE])

    @cached_property
    def lived(self) -> Integers:
        """By address id: the first row by which it paid or got something in a transaction of its own; NEVER without."""
        found = np.full(self.skeleton.addresses, NEVER, np.int64)
        for side in (self.sender, self.recipient):
            own = np.flatnonzero((self.origin == side) & (side > 0))[::-1]
            first = np.full(self.skeleton.addresses, NEVER, np.int64)
            first[side[own]] = self.row[own]  # of equal places the last written stays: the earliest row
            np.minimum(found, first, out=found)
        return found

    @cached_property
    def payers(self) -> Integers:
        """By address id: how many people paid it by transactions of their own, or of a sender that nobody tells. What
        leaves an account inside such a transaction is left out: only code that it was given pays so."""
        willing = ((self.origin == self.sender) & (self.kind != int(Kind.TRACE))) | (self.origin == 0)
        return many(self.recipient[willing], self.sender[willing], self.skeleton.addresses)

    @cached_property
    def gained(self) -> npt.NDArray[np.uint64]:
        """Who got something in which transaction, ascending."""
        told = self.tx != NONE
        return distinct(pairs(self.tx[told], self.recipient[told]))

    def gains(self, rows: Integers) -> Mask:
        """Whether the senders of some movements got something in the same transaction."""
        return among(pairs(self.tx[rows], self.sender[rows]), self.gained)


def traffic(
    skeleton: Skeleton, wanted: Mask | None = None, step: Callable[[float], None] = lambda share: None
) -> Traffic:
    """All movements, or those of the `wanted` rows, which must be whole transactions."""
    ledger, total = skeleton.ledger, int(skeleton.tx.max(initial=NONE)) + 2
    origin, callee = np.zeros(total, np.uint32), np.zeros(total, np.uint32)
    verified = np.array([one.verified for one in ledger.assets], bool)
    pieces: list[dict[str, Any]] = []
    first = 0
    for segment in ledger.manifest.segments:
        here = slice(first, first + segment.rows)
        rows = np.arange(first, first + segment.rows) if wanted is None else first + np.flatnonzero(wanted[here])
        first += segment.rows
        if len(rows):
            table = stored(segments.file(ledger.path, "transfers", segment)).read(columns=list(NAMES))
            if wanted is not None:
                table = table.take(pa.array(rows - here.start))
            column = {name: integers(flat(table.column(name)).cast(pa.int64())) for name in NAMES}
            _senders(skeleton, rows, column["kind"], origin, callee)
            moves = np.asarray(ledger.index.amount[rows]) != 0
            between = (skeleton.sender[rows] > 0) & (skeleton.recipient[rows] > 0)
            between &= skeleton.sender[rows] != skeleton.recipient[rows]
            keep = moves & between & verified[column["asset"]] & (column["kind"] != int(Kind.FEE))
            pieces.append({"row": rows[keep], **{name: column[name][keep] for name in NAMES}})
        step(first / max(ledger.transfers, 1))
    empty = np.empty(0, np.int64)
    row = np.concatenate([empty, *(piece["row"] for piece in pieces)])
    time, kind, asset = (np.concatenate([empty, *(piece[name] for piece in pieces)]) for name in NAMES)
    tx, sender = skeleton.tx[row], skeleton.sender[row]
    origin[NONE] = callee[NONE] = 0
    sent = np.zeros(skeleton.addresses, bool)
    sent[origin] = True
    sent[0] = False
    index = ledger.index
    if wanted is None:
        holdings = np.arange(len(index.holding_address))
    else:
        holdings = holdings_of(index, distinct(sender).astype(np.int64))
    share = shares(index, holdings, ledger.transfers)[row]
    return Traffic(
        skeleton, row, time, tx, kind.astype(np.uint8), sender, skeleton.recipient[row], asset.astype(np.uint32),
        origin[tx], callee[tx], share, sent,
    )  # fmt: skip


def _run(side: Ids, order: Integers, address: int) -> Integers:
    key = np.uint32(address)
    return order[np.searchsorted(side, key, "left", order) : np.searchsorted(side, key, "right", order)]


def _senders(skeleton: Skeleton, rows: Integers, kind: Integers, origin: Ids, callee: Ids) -> None:
    """Write down who sent the transactions of some rows, and whom they called."""
    fee, own = kind == int(Kind.FEE), kind == int(Kind.TRANSACTION)
    for here in (fee, own):
        some = rows[here & (skeleton.tx[rows] != NONE)]
        origin[skeleton.tx[some]] = skeleton.sender[some]
    some = rows[own & (skeleton.tx[rows] != NONE)]
    callee[skeleton.tx[some]] = skeleton.recipient[some]
