"""One measured feature of a trail, with what it rests on; or why it could not be measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from cointrail.chains.data import table


@dataclass(frozen=True)
class Kind:
    """What a feature is: its family of evidence, unit, and the range in which thefts lie, for comparison."""

    id: str
    name: str
    family: str  # timing, size, route, overlap or cost
    unit: str
    low: float
    high: float
    scale: str  # log or linear
    meaning: str


@dataclass(frozen=True)
class Feature:
    """A value, the part of the theft's value it rests on, and from how many things it was counted."""

    id: str
    value: float | None  # None: not computed
    share: float = 0.0  # 0 to 1; where it is not computed, of the value that it would rest on
    n: int = 0  # movements, wallets or endpoints that were counted
    parts: Mapping[str, float] = field(default_factory=dict)  # where one number does not say it all
    why: str = ""  # why it was not computed, or what limits it

    @property
    def kind(self) -> Kind:
        """What it is."""
        return kinds()[self.id]


@cache
def kinds() -> Mapping[str, Kind]:
    """All features by id, in order."""
    return {
        row["id"]: Kind(
            row["id"], row["name"], row["family"], row["unit"],
            float(row["low"]), float(row["high"]), row["scale"], row["meaning"],
        )
        for row in table("cointrail.patterns", "fingerprint/features.csv")
    }  # fmt: skip


def missing(id_: str, why: str, share: float = 1.0) -> Feature:
    """A feature that was not computed; `share` of the value would be what it rests on."""
    return Feature(id_, None, share, 0, {}, why)
