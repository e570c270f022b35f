"""Transactions: the native value each carries, the fee where gas used and price are known, and wanted inputs."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow.compute as pc

from cointrail.ledger.readers.amounts import rounded
from cointrail.ledger.readers.arrays import Index, select, valid
from cointrail.ledger.readers.build import build, build_events, pick, settle
from cointrail.ledger.readers.chunk import Chunk
from cointrail.ledger.readers.contents import contents
from cointrail.ledger.readers.creation import fill_created
from cointrail.ledger.readers.faults import Mask
from cointrail.ledger.readers.inputs import chosen, nothing
from cointrail.ledger.readers.limbs import Limbs, product, small, total
from cointrail.ledger.readers.part import Part
from cointrail.ledger.readers.session import Input, Session
from cointrail.ledger.readers.slips import figure
from cointrail.ledger.rows import INPUT, Kind, Status

BLOB_TYPE = 3  # EIP-4844: pays for blob gas on top
TOO_LONG = "input of more than 64 KiB"
OWN_PRICE_TYPES = 2  # below EIP-1559 the price bid is the price paid
STATUSES = np.array([Status.FAILED, Status.DONE, Status.UNKNOWN], np.uint8)  # of 0, 1, and -1 for none


def read(item: Input, session: Session) -> Iterator[Any]:
    """TRANSACTION rows (zero values too) and FEE rows; a failed transaction moves nothing but its fee. EVENTS of the
    inputs that are wanted, but those of failed transactions and of creations."""
    problems = session.problems[item.source]
    for chunk in item.chunks(session):
        sender, recipient = chunk.addresses("sender", needed=True), chunk.addresses("recipient")
        place = {
            "block": chunk.integers("block", needed=True),
            "block_hash": chunk.hashes("block_hash"),
            "time": chunk.seconds("time"),
            "tx": chunk.hashes("tx", needed=True),
            "tx_index": chunk.places("tx_index"),
        }
        amount, _ = chunk.amounts("amount")
        facts = _Facts(chunk, session, place)
        called = valid(recipient) & valid(sender) & valid(place["tx"]) & (facts.status != Status.FAILED)
        kept = _inputs(chunk, session, called, place | {"address": recipient, "sender": sender})
        contract = facts.contract(chunk)
        if contract is not None:
            recipient = pc.coalesce(recipient, contract)
        recipient = fill_created(recipient, sender, chunk.values("nonce", -1))
        good = settle(chunk, problems)
        exact = not rounded(chunk.columns["amount"])
        amount = np.where((facts.status == Status.FAILED)[:, None], np.uint64(0), amount)
        base = place | {"sender": sender, "status": facts.status, "position": 0}
        yield pick(build(amount, **base, kind=int(Kind.TRANSACTION), recipient=recipient, exact=exact), good)
        paid = good & facts.priced
        if paid.any():
            yield pick(build(facts.fee, **base, kind=int(Kind.FEE), exact=facts.whole), paid)
        if kept is not None:
            rows, short, table = kept
            yield pick(table, good[rows] & short)
            problems.skip(TOO_LONG, int((good[rows] & ~short).sum()))


def _inputs(chunk: Chunk, session: Session, rows: Mask, columns: dict[str, Any]) -> tuple[Mask, Mask, Any] | None:
    """Of the marked rows those whose input is wanted, which of these are short enough to be kept, and their EVENTS."""
    if not chunk.has("input"):
        return None
    rows = rows & chosen(chunk.columns["input"], chunk.written["input"], session.options.wanted)
    if not rows.any():
        return None
    part = Part(chunk, rows)
    data, short = contents(part.columns["input"], part.written["input"], part.faults)
    part.report()
    picked = {name: select(column, rows) for name, column in columns.items() if column is not None}
    return rows, short, build_events(part.rows, **picked, position=INPUT, topics=nothing(part.rows), data=data)


class _Facts:
    """Status and fee of the transactions of a chunk, from their own columns or their receipts."""

    def __init__(self, chunk: Chunk, session: Session, place: dict[str, Any]) -> None:
        self.receipts = session.receipts
        own = {name: figure(chunk, name) for name in ("gas_used", "price", "status", "blob_used", "blob_price")}
        own["rollup_fee"] = figure(chunk, "rollup_fee")
        self.place: Index | None = None
        if self.receipts is not None:
            blocks, index = chunk.values("block", -1), chunk.values("tx_index", -1)
            self.place = self.receipts.find(blocks, index, place["tx"])
            own = {name: self.receipts.merge(name, self.place, known) for name, known in own.items()}
        values, known = own["status"]
        self.status = STATUSES[np.where(known, np.minimum(values, 1), 2)]
        self.priced, self.whole, self.fee = self._fee(chunk, own)

    def contract(self, chunk: Chunk) -> Any:
        """Created contracts, None when no file says any."""
        if chunk.has("contract"):
            return chunk.addresses("contract")
        return None if self.receipts is None or self.place is None else self.receipts.contracts(self.place)

    def _fee(self, chunk: Chunk, own: dict[str, tuple[Index, Mask]]) -> tuple[Mask, Mask, Limbs]:
        """Where a fee is known, where it is complete, and the fee."""
        kind, _ = figure(chunk, "type")
        bid, offered = figure(chunk, "gas_price")
        _, capped = figure(chunk, "max_fee")
        (price, priced), (gas, burnt) = own["price"], own["gas_used"]
        as_bid = ~priced & offered & ~capped & (kind < OWN_PRICE_TYPES)
        fee = product(gas.astype(np.uint64), np.where(as_bid, bid, price).astype(np.uint64))
        (blobs, blob_known), (blob_price, blob_priced) = own["blob_used"], own["blob_price"]
        fee = total(fee, product(blobs.astype(np.uint64), blob_price.astype(np.uint64)))
        fee = total(fee, small(own["rollup_fee"][0]))
        whole = (kind != BLOB_TYPE) | (blob_known & blob_priced)
        return burnt & (priced | as_bid), whole, fee
