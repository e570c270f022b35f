"""Who owns which output, and what inputs spend whose source did not say it: derived when the index is built."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.ledger.book import NOBODY
from cointrail.ledger.columns import flat, integers
from cointrail.ledger.intern import Words
from cointrail.ledger.manifest import Manifest
from cointrail.ledger.output_parts import read_outputs
from cointrail.ledger.outputs import RETURN, memo
from cointrail.ledger.rows import Kind

NAMES = ("owner", "script", "lost", "memo", "owned", "owned_start")
NOTHING = np.empty(0, np.uint32)


class Spending:
    """The outputs of a ledger: their owners, and as its segments pass by in chain order, their values.

    `owner` and `script` are by address id: whose it is (a transaction is nobody's), and in which row of the parts (from
    1) its script stands. `lost` are the addresses that nobody can ever spend from, `memo` those of them that stand for
    a text.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        ids = 1 + sum(part.rows for part in manifest.addresses)
        self.owner = np.arange(ids, dtype=np.uint32)
        self.script = np.zeros(ids, np.uint32)
        told, lost, texts, first = [NOTHING], [NOTHING], [NOTHING], 1
        for part in manifest.outputs:
            table = read_outputs(folder, part)
            output, owner = (np.asarray(flat(table.column(name))) for name in ("output", "owner"))
            self.owner[output] = owner
            script = flat(table.column("script"))
            shown = np.flatnonzero(np.asarray(script.is_valid()))
            self.script[owner[shown]] = first + shown
            fails = np.asarray(pc.starts_with(script, RETURN).fill_null(False))
            lost.append(owner[fails])
            texts.append(owner[[place for place in np.flatnonzero(fails) if memo(script[place].as_py())]])
            told.append(output)
            first += part.rows
        self.told = np.concatenate(told)
        self.lost, self.memo = (np.unique(np.concatenate(each)) for each in (lost, texts))
        self._value = np.zeros(ids, np.uint64)

    def fill(self, column: dict[str, pa.Array], value: Words) -> None:
        """Put in the amounts of inputs that a segment lacks. An output comes before what spends it."""
        kind, sender, recipient = (np.asarray(column[name]) for name in ("kind", "sender", "recipient"))
        made, spent = kind == Kind.OUTPUT, kind == Kind.INPUT
        self.owner[sender[made]] = self.owner[recipient[spent]] = NOBODY
        self._value[recipient[made]] = value[made, 3]
        lacking = spent & ~np.asarray(column["exact"].to_numpy(zero_copy_only=False))
        value[lacking, 3] = self._value[sender[lacking]]

    def telling(self, column: dict[str, pa.Array]) -> npt.NDArray[np.bool_]:
        """Which rows of a segment are of transactions that carry a text."""
        tx = integers(column["tx"].cast("int64"))
        paid = np.asarray(column["recipient"])
        told = np.zeros(int(tx.max(initial=0)) + 1, bool)
        told[tx[(np.asarray(column["kind"]) == Kind.OUTPUT) & np.isin(self.owner[paid], self.memo)]] = True
        return told[tx]


def owners(spending: Spending | None) -> dict[str, npt.NDArray[Any]]:
    """The index's arrays of owners; empty where the chain is not output-based."""
    if spending is None:
        return dict.fromkeys(NAMES, NOTHING)
    outputs = np.sort(spending.told)
    owned = outputs[np.argsort(spending.owner[outputs], kind="stable")]
    counts = np.bincount(spending.owner[outputs], minlength=len(spending.owner))
    start = np.concatenate([[0], np.cumsum(counts)])
    return dict(zip(NAMES, (spending.owner, spending.script, spending.lost, spending.memo, owned, start), strict=True))
