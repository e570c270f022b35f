"""Small ledgers for tests, made through the same writer as imported ones."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from cointrail.ledger import Ledger, open_ledger
from cointrail.ledger.manifest import Declared, Origin
from cointrail.ledger.rows import ROWS, Kind, Status
from cointrail.ledger.store import writer

START = 1_700_000_000


def address(number: int) -> bytes:
    """A test address that does not look like another."""
    return number.to_bytes(4, "big") * 5


def row(block: int, sender: int, recipient: int, amount: int, **more: Any) -> dict[str, Any]:
    """One token transfer in a transaction of its own."""
    position = more.pop("position", 0)
    return {
        "block": block,
        "time": START + 12 * block,
        "tx": (block * 1000 + position + 1).to_bytes(32, "big"),
        "tx_index": position,
        "kind": Kind.LOG,
        "position": position,
        "sender": address(sender) if sender else None,
        "recipient": address(recipient) if recipient else None,
        "asset": "COIN",
        "amount": amount.to_bytes(32, "big"),
        "status": Status.DONE,
        "exact": True,
    } | more


def table(rows: Iterable[dict[str, Any]]) -> pa.Table:
    """Rows as a reader hands them over."""
    listed = list(rows)
    columns = []
    for field in ROWS:
        values = [item.get(field.name) for item in listed]
        if field.name == "asset":
            columns.append(pa.array(values, pa.string()).dictionary_encode().cast(field.type))
        else:
            columns.append(pa.array(values, field.type))
    return pa.table(columns, schema=ROWS)


def declared(key: str) -> Declared:
    return Declared(key, key or "ETH", 0 if key == "COIN" else 18, "named" if key == "COIN" else "native")


def write(folder: Path, *tables: pa.Table) -> None:
    """Import tables, each as one source, in one import."""
    with writer(folder, "ethereum") as into:
        for number, rows in enumerate(tables):
            into.add(rows, number)
        into.commit(
            [Origin(str(n), "test", f"{n:064x}", len(t)) for n, t in enumerate(tables)], declared, lambda share: None
        )


def ledger(folder: Path, rows: Sequence[dict[str, Any]]) -> Ledger:
    """A ledger of the given rows."""
    write(folder, table(rows))
    return open_ledger(folder)
