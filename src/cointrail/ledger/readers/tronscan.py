"""CSV exports of Tronscan: transfers of an account, its transactions, and transfers of the coin in the older form.

Their headings name the time twice, in UTC and in that of China: only the first is read. They hold no index of any kind.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.chains import format_address
from cointrail.chains.asset import NATIVE, Asset
from cointrail.errors import InputError
from cointrail.ledger.readers import hexes
from cointrail.ledger.readers.amounts import units
from cointrail.ledger.readers.arrays import Index, distinct, mask, sizes, valid
from cointrail.ledger.readers.build import build, pick, settle
from cointrail.ledger.readers.chunk import Chunk
from cointrail.ledger.readers.faults import Faults, Mask
from cointrail.ledger.readers.figures import matches, seconds
from cointrail.ledger.readers.limbs import Limbs
from cointrail.ledger.readers.mapped import each
from cointrail.ledger.readers.session import Input, Session
from cointrail.ledger.rows import Kind, Status

COIN = r"^_?$"  # what stands for a contract where the row is of the coin
NUMBERED = r"^[0-9]{1,10}$"  # a TRC-10 token
UNCONFIRMED = r"(?i)^(false|0|no)$"
FAILED = r"(?i)(fail|revert|out_of|out of|error|illegal|invalid|overflow|unknown|bad_|stack)"
CARRIERS = ("TransferContract", "TriggerSmartContract")  # contracts whose value is the coin


def read_transfers(item: Input, session: Session) -> Iterator[Any]:
    """LOG rows of TRC-20 tokens and OTHER rows of the coin, all without position. TRC-10 tokens are counted."""
    native = _native(session)
    for chunk in item.chunks(session):
        problems, contract = session.problems[item.source], chunk.columns["asset"]
        coin, numbered = matches(contract, COIN), matches(contract, NUMBERED)
        coin |= sizes(contract) <= 0
        symbol = pc.utf8_upper(chunk.columns["symbol"])
        chunk.faults.add(coin & ~mask(pc.equal(symbol, native.symbol.upper())), "no tokenAddress, and not the coin")
        assets, which = _assets(contract, coin | numbered, chunk, session)
        base = _base(chunk, session)
        amount = _amounts(chunk, assets, which, ~numbered, native)
        lost = _unconfirmed(chunk)
        good = settle(chunk, problems)
        problems.skip("TRC-10 transfer", int((good & numbered).sum()))
        problems.skip("transfer that is not confirmed", int((good & ~numbered & lost).sum()))
        keys = hexes.keyed([one.key if one else NATIVE for one in assets], which)
        kinds = np.where(coin, int(Kind.OTHER), int(Kind.LOG)).astype(np.uint8)
        table = build(amount, **base, asset=keys, kind=kinds, status=int(Status.DONE))
        yield pick(table, good & ~numbered & ~lost)


def read_transactions(item: Input, session: Session) -> Iterator[Any]:
    """TRANSACTION rows of the coin; the fees are not in this export. A failed transaction moves nothing."""
    native = _native(session)
    session.warn(f"{item.source.path.name}: this export tells no fees; give the node's receipts for them")
    for chunk in item.chunks(session):
        problems = session.problems[item.source]
        carries = mask(pc.is_in(chunk.columns["type"], pa.array(CARRIERS, pa.string())))
        carries &= mask(pc.equal(pc.utf8_upper(chunk.columns["symbol"]), native.symbol.upper()))
        failed = matches(chunk.columns["status"], FAILED)
        base = _base(chunk, session, carries)
        amount = _amounts(chunk, [native], np.zeros(chunk.rows, np.int64), carries, native)
        good = settle(chunk, problems)
        problems.skip("contract that moves none of the coin to others", int((good & ~carries).sum()))
        amount = np.where(failed[:, None], np.uint64(0), amount)
        status = np.where(failed, Status.FAILED, Status.DONE).astype(np.uint8)
        yield pick(build(amount, **base, kind=int(Kind.TRANSACTION), position=0, status=status), good & carries)


def read_coin(item: Input, session: Session) -> Iterator[Any]:
    """The older export, of one asset and without its name: OTHER rows of the coin, or LOG rows of --asset."""
    asset = session.assets.named() or _native(session)
    session.warn(
        f"{item.source.path.name}: the export does not say of what it is; {asset.symbol} is taken, give --asset if not"
    )
    for chunk in item.chunks(session):
        problems = session.problems[item.source]
        failed, lost = matches(chunk.columns["status"], FAILED), _unconfirmed(chunk)
        base = _base(chunk, session)
        amount = units(chunk.columns["amount"], asset.decimals, chunk.written["amount"], chunk.faults, grouped=True)
        good = settle(chunk, problems)
        problems.skip("transfer that failed", int((good & failed).sum()))
        problems.skip("transfer that is not confirmed", int((good & ~failed & lost).sum()))
        kind = int(Kind.LOG if asset.key else Kind.OTHER)
        table = build(amount, **base, asset=asset.key, kind=kind, status=int(Status.DONE))
        yield pick(table, good & ~failed & ~lost)


def _native(session: Session) -> Asset:
    native = session.options.registry.get(NATIVE)
    assert native is not None
    return native


def _base(chunk: Chunk, session: Session, needed: Mask | None = None) -> dict[str, Any]:
    """Where each row stands and between whom; `needed`: which rows have to have a recipient, None for all."""
    written, faults = chunk.written, chunk.faults
    sides = {
        name: hexes.addresses(chunk.columns[name], written[name], faults, session.parse)
        for name in ("sender", "recipient")
    }
    every = np.ones(chunk.rows, bool)
    for name, rows in (("sender", every), ("recipient", every if needed is None else needed)):
        faults.add(rows & ~valid(sides[name]), f"no {written[name]}")
    dates = pc.replace_substring(chunk.columns["time"], "/", "-")
    time = seconds(dates, written["time"], faults)
    faults.add(~valid(time), f"no {written['time']}")
    block = chunk.integers("block", needed=True)
    return {"time": time, "block": block, "tx": chunk.hashes("tx", needed=True), **sides}


def _amounts(chunk: Chunk, assets: list[Asset | None], which: Index, rows: Mask, native: Asset) -> Limbs:
    """Amounts in smallest units; rows that are not looked at have none."""
    known = [*assets, native]
    place = np.where(rows, which, len(assets))
    chunk.columns["amount"] = pc.if_else(pa.array(rows), chunk.columns["amount"], "0")
    return each(chunk, "amount", known, place, grouped=True)


def _assets(contract: Any, apart: Mask, chunk: Chunk, session: Session) -> tuple[list[Asset | None], Index]:
    """The distinct assets of a chunk and which each row has; the coin where `apart`."""
    values, which = distinct(pc.if_else(pa.array(apart), "", contract))
    assets: list[Asset | None] = []
    unknown = Faults(len(values))
    for number, text in enumerate(values.to_pylist()):
        try:
            assets.append(session.assets.contract(format_address(session.parse(text))) if text else _native(session))
        except InputError:
            assets.append(None)
            unknown.add_rows(np.array([number]), f"{chunk.written['asset']} is not a contract")
    chunk.faults.spread(unknown, which)
    return assets, which


def _unconfirmed(chunk: Chunk) -> Mask:
    return matches(chunk.columns["confirmed"], UNCONFIRMED) if chunk.has("confirmed") else np.zeros(chunk.rows, bool)
