"""Every movement of a ledger in its order, those of nothing too: spam carries nothing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from cointrail.chains import format_address, imitates
from cointrail.ledger import segment as segments
from cointrail.ledger.assets import registry
from cointrail.ledger.columns import flat, integers
from cointrail.ledger.files import stored
from cointrail.ledger.rows import Kind, Status
from cointrail.patterns.surroundings import Approach

if TYPE_CHECKING:
    from cointrail.ledger import Ledger

NAMES = ("block", "time", "tx", "kind", "sender", "recipient", "asset", "status")


def movements(ledger: "Ledger", wallet: int | None = None) -> Iterator[Approach]:
    """All movements between two addresses, fees and failed ones apart; with `wallet`, an address id, only its own."""
    known = registry(ledger.path, ledger.chain)
    copied = [None if one.verified else imitates(one.symbol, known) for one in ledger.assets]
    for segment in ledger.manifest.segments:
        table = stored(segments.file(ledger.path, "transfers", segment)).read(columns=[*NAMES, "amount", "wide"])
        column: dict[str, Any] = {name: integers(flat(table.column(name)).cast(pa.int64())) for name in NAMES}
        words = segments.unamounts(flat(table.column("amount")), flat(table.column("wide")))
        here = (column["kind"] != int(Kind.FEE)) & (column["status"] != int(Status.FAILED))
        here &= (column["sender"] > 0) & (column["recipient"] > 0)
        if wallet is not None:
            here &= (column["sender"] == wallet) | (column["recipient"] == wallet)
        rows = np.flatnonzero(here)
        sides = np.unique(np.concatenate([column["sender"][rows], column["recipient"][rows]])).tolist()
        texts = dict(zip(sides, map(format_address, ledger.addresses(sides)), strict=True))
        hashes = stored(segments.file(ledger.path, "transactions", segment)).read(["hash"])["hash"]
        for row in rows.tolist():
            tx, number = int(column["tx"][row]), int(column["asset"][row])
            asset = ledger.assets[number]
            yield Approach(
                ledger.chain,
                int(column["block"][row]),
                int(column["time"][row]),
                "0x" + hashes[tx].as_py().hex() if tx >= 0 else None,
                texts[int(column["sender"][row])],
                texts[int(column["recipient"][row])],
                asset.key,
                not asset.verified,
                copied[number],
                _amount(words, row),
            )


def _amount(words: Any, row: int) -> int:
    a, b, c, d = words[row].tolist()
    return int(a << 192 | b << 128 | c << 64 | d)
