"""An index of one asset in memory, for thousands of small ledgers without a disk."""

from collections import defaultdict
from typing import Any

import numpy as np


class Memory:
    """What a walk asks of an index; the holding is the number of the address. Rows are (sender, recipient, amount)."""

    def __init__(self, rows: list[tuple[int, int, int]]) -> None:
        self._of: dict[int, list[tuple[int, bool, int, int]]] = defaultdict(list)
        self.holding_asset: dict[int, int] = defaultdict(int)
        for number, (sender, recipient, amount) in enumerate(rows):
            self._of[sender].append((number, False, amount, recipient))
            self._of[recipient].append((number, True, amount, sender))

    def degree(self, holding: int) -> int:
        return len(self._of[holding])

    def movements(self, holding: int) -> tuple[Any, list[bool], list[int], list[int]]:
        rows, incoming, amounts, peers = zip(*self._of[holding], strict=True)
        return np.array(rows), list(incoming), list(amounts), list(peers)
