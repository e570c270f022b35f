"""Exposures by plain arithmetic over the rows of a small ledger: one hop exactly, a second one in proportion."""

from collections import defaultdict
from pathlib import Path

from cointrail.exposure import Exposure, Part
from cointrail.labels import Labels
from cointrail.labels.categories import category
from cointrail.ledger import open_ledger

POLICY = "haircut"


class Arithmetic:
    """What came to each address and left it, by the category of who paid or was paid; None for strangers."""

    def __init__(self, path: Path) -> None:
        self.ledger = ledger = open_ledger(path)
        labels = Labels(path)
        self.digests = ledger.digest, labels.digest
        facts = ledger.facts(range(ledger.transfers))
        parties = ledger.addresses(range(len(ledger.index.prefix) + 1))
        names = [asset.key or asset.symbol for asset in ledger.assets]
        self._in: dict[tuple[bytes, str], dict[bytes, int]] = defaultdict(lambda: defaultdict(int))
        self._out: dict[tuple[bytes, str], dict[bytes, int]] = defaultdict(lambda: defaultdict(int))
        for sender, recipient, asset, amount in zip(
            facts.sender.tolist(), facts.recipient.tolist(), facts.asset.tolist(), facts.amount, strict=True
        ):
            if not amount:
                continue  # a transfer of nothing carries nothing
            payer, payee = parties[sender], parties[recipient]
            self._in[payee, names[asset]][payer] += amount
            self._out[payer, names[asset]][payee] += amount
        self._labels, self._names = labels, names

    def of(self, address: bytes) -> Exposure:
        parts = []
        for direction, flows in (("source", self._in), ("destination", self._out)):
            for asset in self._names:
                parts += self._parts(direction, flows, address, asset)
        return Exposure(address, POLICY, tuple(parts), *self.digests)

    def _category(self, address: bytes) -> str | None:
        found = [known.name for one in self._labels.at(address, None) if (known := category(one.category or ""))]
        return found[0] if found else None

    def _parts(
        self, direction: str, flows: dict[tuple[bytes, str], dict[bytes, int]], address: bytes, asset: str
    ) -> list[Part]:
        mine = flows.get((address, asset), {})
        direct: dict[str, int] = defaultdict(int)
        indirect: dict[str, int] = defaultdict(int)
        for other, amount in mine.items():
            named = self._category(other)
            if named:
                direct[named] += amount
                continue
            further = flows.get((other, asset), {})
            for last, theirs in further.items():
                if named := self._category(last):
                    indirect[named] += amount * theirs // sum(further.values())
        return [
            Part(direction, asset, one, direct[one], indirect[one], sum(mine.values()), 1 if direct[one] else 2)  # type: ignore[arg-type]
            for one in sorted({*direct, *indirect})
        ]
