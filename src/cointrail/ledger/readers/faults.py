"""What is wrong with the rows of one chunk: the first reason found for each row."""

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]


class Faults:
    """Reasons against rows, kept as one small number a row so that a good chunk costs nothing."""

    def __init__(self, rows: int) -> None:
        self.code = np.zeros(rows, np.uint16)  # 0: nothing wrong, else the place in `reasons` + 1
        self.reasons: list[str] = []

    def add(self, mask: Mask, reason: str) -> None:
        """Reject the rows of `mask`; a row that already has a reason keeps it."""
        fresh = mask & (self.code == 0)
        if fresh.any():
            if reason not in self.reasons:
                self.reasons.append(reason)
            self.code[fresh] = self.reasons.index(reason) + 1

    def add_rows(self, rows: npt.NDArray[np.int64], reason: str) -> None:
        """Reject rows given by number."""
        mask = np.zeros(len(self.code), bool)
        mask[rows] = True
        self.add(mask, reason)

    def spread(self, found: "Faults", index: npt.NDArray[np.int64]) -> None:
        """Take over the faults of distinct values; `index` says which value each row holds, -1 for none."""
        for number, reason in enumerate(found.reasons, start=1):
            hit = np.append(found.code == number, False)
            self.add(hit[index], reason)

    @property
    def bad(self) -> Mask:
        """Which rows are rejected."""
        return self.code > 0

    def reason(self, row: int) -> str:
        """Why `row` is rejected."""
        return self.reasons[int(self.code[row]) - 1]
