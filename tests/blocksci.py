"""The regtest chain that was made for BlockSci's tests, with one of everything, and what is known of it."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

import numpy as np
import pytest

from cointrail.ledger import Ledger, open_ledger
from cointrail.owners.kinds import kinds
from cointrail.owners.moment import cited
from cointrail.owners.payments import UNKNOWN, Payments, Side, payments, whole
from tests.cli.command import done
from tests.owners.emulated import DATA

FOLDER = DATA / "chain_samples" / "blocksci_regtest"
needs_chain = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="no chain of BlockSci here (COINTRAIL_DATA names the data)"
)
COIN = 10**8


class Part(NamedTuple):
    """An input or output: whose it is, what it is worth, and the other transaction that it ties this one to."""

    owner: str | None
    value: int
    other: str | None


@dataclass(frozen=True)
class Chain:
    """A ledger, its transactions, and their places by their ids."""

    ledger: Ledger
    told: Payments
    place: dict[str, int]
    ids: dict[int, str]

    def inputs(self, tx: str) -> list[Part]:
        """What a transaction spends, with those that paid it."""
        return self._parts(self.told.inputs, self.told.source, tx)

    def outputs(self, tx: str) -> list[Part]:
        """What a transaction pays, with those that spend it."""
        return self._parts(self.told.outputs, self.told.spender, tx)

    def owners(self, tx: str) -> tuple[list[int], list[int]]:
        """The ids of those who pay and those who are paid."""
        spent, paid = (side.owner[side.tx == self.place[tx]].tolist() for side in (self.told.inputs, self.told.outputs))
        return spent, paid

    def scripts(self, tx: str) -> list[bytes | None]:
        """Of a transaction's outputs."""
        return self.ledger.scripts(self.told.outputs.owner[self.told.outputs.tx == self.place[tx]].tolist())

    def term(self, name: str, tx: str) -> int:
        """A transaction's `version`, `locktime` or least `sequence`."""
        return int(getattr(self.told, name)[self.place[tx]])

    def at(self, height: int) -> list[str]:
        """The transactions of a block, in order."""
        block = {one: cited(self.ledger, [place])[place].block for one, place in self.place.items()}
        return sorted((one for one in block if block[one] == height), key=lambda one: self.place[one])

    def _parts(self, side: Side, others: Any, tx: str) -> list[Part]:
        mine = side.tx == self.place[tx]
        owners = self.ledger.texts(side.owner[mine].tolist())
        found = [None if other == UNKNOWN else self.ids[other] for other in others[mine].tolist()]
        return [Part(*one) for one in zip(owners, side.value[mine].tolist(), found, strict=True)]


@cache
def facts() -> dict[str, Any]:
    """What is known, by BlockSci's names."""
    told: dict[str, Any] = json.loads((FOLDER / "output.json").read_text())
    return told


@cache
def chain() -> Chain:
    """The chain, imported from its node's file."""
    folder = Path(mkdtemp()) / "ledger"
    [blocks] = sorted(FOLDER.rglob("blk*.dat"))
    done("ledger", "import", blocks, "--into", folder, "--chain", "bitcoin-regtest")
    ledger = open_ledger(folder)
    parts = range(len(ledger.manifest.segments))
    told = whole([payments(ledger, number, ledger.terms).typed(kinds(ledger)) for number in parts])
    ids = {place: one.hash.hex() for place, one in cited(ledger, np.arange(told.count).tolist()).items()}
    return Chain(ledger, told, {one: place for place, one in ids.items()}, ids)
