"""How good links are, against pairs that are known to be true."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """Counts of pairs: true ones, those found, and those found that are true."""

    true: int
    found: int
    right: int

    @property
    def recall(self) -> float:
        """The share of the true pairs that was found; 1 when there are none."""
        return self.right / self.true if self.true else 1.0

    @property
    def precision(self) -> float:
        """The share of the found pairs that is true; 1 when none was found."""
        return self.right / self.found if self.found else 1.0


def score(truth: set[tuple[str, str]], found: set[tuple[str, str]]) -> Score:
    """Compare pairs of deposit and withdrawal transaction."""
    return Score(len(truth), len(found), len(truth & found))
