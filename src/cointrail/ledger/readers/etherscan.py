"""Exports of Etherscan and its relatives: one account's transactions, internal transactions and ERC-20 transfers.

They hold no index of any kind. Amounts are decimals in whole units, sometimes with thousands separators.
"""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.chains.asset import NATIVE, Asset
from cointrail.errors import InputError
from cointrail.ledger.readers import hexes
from cointrail.ledger.readers.amounts import units
from cointrail.ledger.readers.arrays import Index, distinct, sizes, valid
from cointrail.ledger.readers.build import build, pick, settle
from cointrail.ledger.readers.chunk import Chunk
from cointrail.ledger.readers.faults import Faults, Mask
from cointrail.ledger.readers.figures import matches
from cointrail.ledger.readers.limbs import Limbs, nonzero
from cointrail.ledger.readers.mapped import each
from cointrail.ledger.readers.session import Input, Session
from cointrail.ledger.rows import Kind, Status

SYMBOL = re.compile(r"\(([^()]*)\)")  # "Value_IN(ETH)"
FORMER_SYMBOLS = {"POL": "MATIC"}  # older exports name the coin as it was called then
FAILED = r"(?i)^(error|fail)"  # Status of a transaction that failed; empty when it went through
FAILED_TRANSACTION = r"^0$"  # the receipt's own status
FAILED_INTERNAL = r"^1$"  # here the number says whether there was an error
NO_ERROR = r"(?i)^(0|success)?$"  # ErrCode


def read_native(item: Input, session: Session) -> Iterator[Any]:
    """TRANSACTION rows and FEE rows; a failed transaction moves nothing but its fee."""
    native = _native(item, session)
    for chunk in item.chunks(session):
        failed = _failed(chunk, FAILED_TRANSACTION)
        amount = _either(chunk, native)
        fee = _units(chunk, "fee", native.decimals)
        parties, base = _parties(chunk), _base(chunk) | {"position": 0}
        good = settle(chunk, session.problems[item.source])
        base |= {"sender": parties[0], "status": _status(failed)}
        amount = np.where(failed[:, None], np.uint64(0), amount)
        yield pick(build(amount, **base, kind=int(Kind.TRANSACTION), recipient=parties[1]), good)
        paid = good & (sizes(chunk.columns["fee"]) > 0)
        yield pick(build(fee, **base, kind=int(Kind.FEE)), paid)


def read_internal(item: Input, session: Session) -> Iterator[Any]:
    """TRACE rows without path; rows that failed or moved nothing are dropped, as in any other source of traces."""
    native = _native(item, session)
    for chunk in item.chunks(session):
        failed = _failed(chunk, FAILED_INTERNAL)
        amount = _either(chunk, native)
        sender, recipient = _parties(chunk)
        base = _base(chunk)
        good = settle(chunk, session.problems[item.source]) & ~failed & nonzero(amount)
        base |= {"sender": sender, "recipient": recipient, "status": int(Status.DONE)}
        yield pick(build(amount, **base, kind=int(Kind.TRACE)), good)


def read_erc20(item: Input, session: Session) -> Iterator[Any]:
    """LOG rows without position. The token is that of the export's contract column, or else of --asset."""
    asset = session.assets.named()
    if "asset" not in item.columns and asset is None:
        raise InputError(
            f"{item.source.path}: the export names its token by symbol at most, which proves nothing;"
            " give --asset CONTRACT"
        )
    for chunk in item.chunks(session):
        sender, recipient = _parties(chunk)
        base = _base(chunk)
        if asset is None:
            assets, which = _contracts(chunk, session)
            key: Any = hexes.keyed([known.key if known else NATIVE for known in assets], which)
            amount = each(chunk, "amount", assets, which, grouped=True)
        else:
            key = asset.key
            amount = units(chunk.columns["amount"], asset.decimals, chunk.written["amount"], chunk.faults, grouped=True)
        good = settle(chunk, session.problems[item.source])
        base |= {"sender": sender, "recipient": recipient, "asset": key, "status": int(Status.DONE)}
        yield pick(build(amount, **base, kind=int(Kind.LOG)), good)


def _native(item: Input, session: Session) -> Asset:
    """The chain's coin; InputError when the headings name another."""
    native = session.options.registry.get(NATIVE)
    assert native is not None
    found = SYMBOL.search(item.columns["value_in"])
    if found and found[1].upper() not in (native.symbol.upper(), FORMER_SYMBOLS.get(native.symbol)):
        raise InputError(
            f"{item.source.path}: amounts are in {found[1]}, not in {session.chain.name}'s {native.symbol};"
            " give the right --chain"
        )
    return native


def _base(chunk: Chunk) -> dict[str, Any]:
    """Where each row stands: UnixTimestamp where the export has it, else its date, which is in UTC."""
    times = [chunk.seconds(name) for name in ("time", "date") if chunk.has(name)]
    time = pc.coalesce(*times) if times else None
    block = chunk.integers("block")
    placed = np.zeros(chunk.rows, bool)
    for array in (time, block):
        if array is not None:
            placed |= valid(array)
    chunk.faults.add(~placed, "neither time nor block")
    return {"time": time, "block": block, "tx": chunk.hashes("tx", needed=True)}


def _parties(chunk: Chunk) -> tuple[Any, Any]:
    """Sender and recipient; of a creation the export leaves the recipient empty and gives the contract."""
    sender = chunk.addresses("sender", needed=True)
    recipient = chunk.addresses("recipient")
    if chunk.has("contract"):
        recipient = pc.coalesce(recipient, chunk.addresses("contract"))
    chunk.faults.add(~valid(recipient), f"no {chunk.written['recipient']}")
    return sender, recipient


def _either(chunk: Chunk, native: Asset) -> Limbs:
    """The value, which stands in one of two columns: received or sent by the account of the export."""
    received, sent = (_units(chunk, name, native.decimals) for name in ("value_in", "value_out"))
    both = nonzero(received) & nonzero(sent) & (received != sent).any(axis=1)
    chunk.faults.add(both, "different amounts received and sent")
    return np.where(nonzero(received)[:, None], received, sent)


def _units(chunk: Chunk, name: str, decimals: int) -> Limbs:
    """An amount column in which nothing means zero."""
    column = chunk.columns[name]
    filled = pc.if_else(pa.array(sizes(column) <= 0), "0", column)
    return units(filled, decimals, chunk.written[name], chunk.faults, grouped=True)


def _failed(chunk: Chunk, number: str) -> Mask:
    failed = np.zeros(chunk.rows, bool)
    if chunk.has("status"):
        failed |= matches(chunk.columns["status"], FAILED) | matches(chunk.columns["status"], number)
    if chunk.has("error"):
        failed |= ~matches(chunk.columns["error"], NO_ERROR)
    return failed


def _status(failed: Mask) -> Any:
    return np.where(failed, Status.FAILED, Status.DONE).astype(np.uint8)


def _contracts(chunk: Chunk, session: Session) -> tuple[list[Asset | None], Index]:
    values, which = distinct(chunk.columns["asset"])
    own = Faults(len(values))
    raw = hexes.addresses(values, chunk.written["asset"], own).to_pylist()
    own.add(np.array([value is None for value in raw], bool), f"no {chunk.written['asset']}")
    chunk.faults.spread(own, which)
    return [None if value is None else session.assets.contract("0x" + value.hex()) for value in raw], which
