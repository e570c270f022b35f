"""The ledgers of a made-up world: movements between numbered owners, on chains of accounts and of outputs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from cointrail.chains import Asset, chain, owner_key
from cointrail.ledger.assets import registry
from cointrail.ledger.importer import import_tables
from cointrail.ledger.manifest import Declared, Origin
from cointrail.ledger.outputs import output_key, transaction_key
from cointrail.ledger.rows import OUTPUTS, ROWS, Kind, Status
from cointrail.ledger.store import writer

BLOCK = 12  # seconds
REST = 10**6  # satoshi: the least that is left of a coin that a payer spends
BEFORE = 10 * 86_400  # seconds by which such a coin is older than anything else


@dataclass(frozen=True)
class Transfer:
    """One transaction: who pays whom how much of an asset. `payer` 0: from coins that are not in the ledger."""

    time: int
    chain: str
    asset: str
    payer: int
    pays: tuple[tuple[int, int], ...]  # owner and amount
    change: int = 0  # who gets the rest of the payer's coin, on chains of outputs

    @property
    def tx(self) -> bytes:
        return sha256(repr(self).encode()).digest()


def script(owner: int) -> bytes:
    """What an output of an owner says."""
    return b"\x76\xa9\x14" + _key(owner) + b"\x88\xac"


def written(chain_name: str, owner: int) -> str:
    """The address of an owner, as people of the chain write it."""
    said = chain(chain_name)
    return said.address(_key(owner), script(owner)) if said.by_outputs else said.address(_key(owner))


def keep(into: Path, chain_name: str, transfers: Sequence[Transfer]) -> None:
    """Write the ledger of one chain."""
    mine = sorted((one for one in transfers if one.chain == chain_name), key=lambda one: (one.time, one.tx))
    if chain(chain_name).by_outputs:
        _keep_outputs(into, chain_name, mine)
        return
    rows = [row for number, one in enumerate(mine) for row in _moves(number, one)]
    known = registry(into, chain_name)
    import_tables([("generated swaps", _table(rows))], into, chain_name,
                  lambda key: known.get(key) or Asset(key, "", 0, "unknown"))  # fmt: skip


def _keep_outputs(into: Path, chain_name: str, mine: Sequence[Transfer]) -> None:
    rows: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    for number, one in enumerate(mine):
        made, pays = one.tx, list(one.pays)
        base = _base(number, one, made)
        source = None
        if one.payer:  # each payment spends a coin of its own, which was there before
            coin = sha256(b"coin" + made).digest()
            source = output_key(coin, 0)
            rest = REST * (1 + made[0])
            whole = sum(amount for _, amount in pays) + rest
            pays.append((one.change or one.payer, rest))
            past = base | {"time": mine[0].time - BEFORE, "block": 1, "tx": coin, "tx_index": number}
            rows.append(_side(past, Kind.INPUT, 0, None, transaction_key(coin), whole))
            rows.append(_side(past, Kind.OUTPUT, 0, transaction_key(coin), source, whole))
            told.append({"output": source, "owner": owner_key(script(one.payer)), "script": script(one.payer)})
        spent = sum(amount for _, amount in pays)
        rows.append(_side(base, Kind.INPUT, 0, source, transaction_key(made), spent))
        for position, (owner, amount) in enumerate(pays):
            key = output_key(made, position)
            rows.append(_side(base, Kind.OUTPUT, position, transaction_key(made), key, amount))
            told.append({"output": key, "owner": owner_key(script(owner)), "script": script(owner)})
    with writer(into, chain_name) as target:
        target.add(_table(rows), 0)
        target.add(pa.Table.from_pylist(told, schema=OUTPUTS), 0)
        origin = Origin("generated swaps", "table", sha256(repr(mine).encode()).hexdigest(), len(rows))
        target.commit([origin], lambda key: Declared(key, "BTC", 8, "native"), lambda share: None)


def _moves(number: int, one: Transfer) -> Iterator[dict[str, Any]]:
    for position, (owner, amount) in enumerate(one.pays):
        kind = Kind.LOG if one.asset else Kind.TRACE if position else Kind.TRANSACTION
        sides = {"sender": _key(one.payer or 10**9 + number), "recipient": _key(owner), "kind": kind}
        where = {"position": position, "path": position.to_bytes(2, "big")} if kind == Kind.TRACE else {}
        where = where or {"position": position}
        yield _base(number, one, one.tx) | sides | where | {"amount": amount.to_bytes(32, "big")}


def _base(number: int, one: Transfer, tx: bytes) -> dict[str, Any]:
    block = 10 + one.time // BLOCK
    return {"block": block, "time": one.time, "tx": tx, "tx_index": number, "asset": one.asset,
            "status": Status.DONE, "exact": True}  # fmt: skip


def _side(
    base: dict[str, Any], kind: Kind, position: int, sender: bytes | None, recipient: bytes, amount: int
) -> dict[str, Any]:
    sides = {"kind": kind, "position": position, "sender": sender, "recipient": recipient}
    return base | sides | {"amount": amount.to_bytes(32, "big")}


def _table(rows: Sequence[dict[str, Any]]) -> pa.Table:
    columns = []
    for field in ROWS:
        values = [row.get(field.name) for row in rows]
        if field.name == "asset":
            columns.append(pa.array(values, pa.string()).dictionary_encode().cast(field.type))
        else:
            columns.append(pa.array(values, field.type))
    return pa.table(columns, schema=ROWS)


def _key(owner: int) -> bytes:
    return sha256(f"owner {owner}".encode()).digest()[:20]
