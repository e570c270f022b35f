"""Rows, ids and amounts of a ledger as they are written in a report."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from cointrail.chains import chain
from cointrail.ledger import Ledger
from cointrail.ledger.columns import NONE


class Writer:
    """Addresses, times, hashes and sums, each read once."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._texts: dict[int, str] = {0: ""}
        self._family = chain(ledger.chain)

    def address(self, number: int) -> str:
        """An address id as people write it."""
        if number not in self._texts:
            self.learn([number])
        return self._texts[number]

    def text(self, raw: bytes) -> str:
        """An address's bytes as people write them."""
        return self._family.address(raw) or ""

    def learn(self, numbers: Iterable[int]) -> None:
        """Read many addresses at once."""
        new = sorted({int(one) for one in numbers} - self._texts.keys())
        raw = self.ledger.addresses(new)
        self._texts.update({n: self._family.address(one) or "" for n, one in zip(new, raw, strict=True)})

    def lost(self, rows: Sequence[int], assets: Sequence[int]) -> dict[str, int]:
        """The exact sums of rows by asset, in order."""
        found: Counter[str] = Counter()
        for asset, amount in zip(assets, self.ledger.index.amounts(np.asarray(rows, np.int64)), strict=True):
            found[self.ledger.assets[asset].key or "native"] += amount
        return dict(sorted(found.items()))

    def hashes(self, rows: Sequence[int]) -> tuple[str, ...]:
        """The transactions of rows, in their order, each once."""
        found = self.ledger.facts(rows).tx if len(rows) else []
        return tuple(dict.fromkeys("0x" + one.hex() for one in found if one is not None))


def moment(time: int) -> int:
    """A time of a row; 0 where nobody says."""
    return 0 if time == NONE else int(time)
