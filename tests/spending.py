"""Small output-based ledgers for tests: transactions as people draw them, written as imported ones are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from cointrail.chains import owner_key
from cointrail.ledger import Ledger, open_ledger
from cointrail.ledger.manifest import Declared, Origin
from cointrail.ledger.outputs import output_key, transaction_key
from cointrail.ledger.rows import OUTPUTS, Kind, Status
from cointrail.ledger.store import writer
from tests.making import START, table

Coin = tuple[str, int]  # the name of a transaction and the number of its output


@dataclass(frozen=True)
class Spend:
    """A transaction: the outputs it spends, and what it pays to whom. Without `spends` its coins are new."""

    name: str
    spends: Sequence[Coin]
    pays: Sequence[tuple[str, int]]  # owner and amount
    told: dict[Coin, int] = field(default_factory=dict)  # amounts that the source says of what it spends

    @property
    def id(self) -> bytes:
        return identity(self.name)


def identity(name: str) -> bytes:
    """The id of a transaction by its name."""
    return sha256(name.encode()).digest()


def script(owner: str) -> bytes:
    """Pay to the hash of a key; of an owner whose name begins with "return " an output that carries the rest of it."""
    if owner.startswith("return "):
        said = owner.removeprefix("return ").encode()
        return b"\x6a" + (b"" if len(said) <= 75 else b"\x4c") + bytes([len(said)]) + said
    return b"\x76\xa9\x14" + sha256(owner.encode()).digest()[:20] + b"\x88\xac"


def address(owner: str) -> bytes:
    """The 20 bytes that stand for an owner's address."""
    return owner_key(script(owner))


def tables(spends: Sequence[Spend], first: int = 1, size: int = 1) -> tuple[pa.Table, pa.Table]:
    """Rows and outputs as a reader of raw blocks hands them over; `size` transactions to a block from block `first`."""
    rows: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    for place, one in enumerate(spends):
        block = first + place // size
        base = {
            "block": block,
            "time": START + 600 * block,
            "tx": one.id,
            "tx_index": place % size,
            "asset": "",
            "status": Status.DONE,
        }
        coins = [(name, number, one.told.get((name, number))) for name, number in one.spends]
        for position, (name, number, amount) in enumerate(coins):
            key = output_key(identity(name), number)
            rows.append(_side(base, Kind.INPUT, position, key, transaction_key(one.id), amount))
        if not one.spends:
            made = sum(amount for _, amount in one.pays)
            rows.append(_side(base, Kind.INPUT, 0, None, transaction_key(one.id), made))
        for position, (owner, amount) in enumerate(one.pays):
            key = output_key(one.id, position)
            rows.append(_side(base, Kind.OUTPUT, position, transaction_key(one.id), key, amount))
            told.append({"output": key, "owner": address(owner), "script": script(owner)})
    return table(rows), pa.Table.from_pylist(told, schema=OUTPUTS)


def _side(
    base: dict[str, Any], kind: Kind, position: int, sender: bytes | None, recipient: bytes, amount: int | None
) -> dict[str, Any]:
    return base | {
        "kind": kind,
        "position": position,
        "sender": sender,
        "recipient": recipient,
        "amount": (amount or 0).to_bytes(32, "big"),
        "exact": amount is not None,
    }


def write(folder: Path, *sources: tuple[pa.Table, pa.Table], chain: str = "bitcoin") -> None:
    """Import rows and outputs, each pair as one source, in one import."""
    with writer(folder, chain) as into:
        for number, (rows, outputs) in enumerate(sources):
            into.add(rows, number)
            into.add(outputs, number)
        origins = [Origin(str(n), "test", f"{n:064x}", len(rows)) for n, (rows, _) in enumerate(sources)]
        into.commit(origins, lambda key: Declared(key, "BTC", 8, "native"), lambda share: None)


def ledger(folder: Path, spends: Sequence[Spend], size: int = 1) -> Ledger:
    """A ledger of the given transactions."""
    write(folder, tables(spends, size=size))
    return open_ledger(folder)
