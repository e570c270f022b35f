"""Labels as rules take them: which stand, and of which category they are."""

from dataclasses import dataclass

from cointrail.labels import Label, Labels
from cointrail.labels.categories import category
from cointrail.labels.confidence import level

VALID, APPEALED = "valid", "under appeal"
COUNTING = frozenset({VALID, APPEALED})


@dataclass(frozen=True, slots=True)
class Claim:
    """A label with what it means here."""

    label: Label
    id: str
    status: str  # at the time that was asked for
    category: str | None  # canonical; None where the source's word is not known
    confidence: float  # 0 to 100

    @property
    def stands(self) -> bool:
        """Whether it counts: those that have ended, were revoked or begin later are told, and no more."""
        return self.status in COUNTING


def claims(labels: Labels, address: bytes, time: int) -> list[Claim]:
    """What is claimed of an address, each with its status at a time; the surest that count first."""
    return [_claim(one.label, one.id, str(one.status)) for one in labels.standing(address, time)]


def _claim(label: Label, id_: str, status: str) -> Claim:
    known = category(label.category) if label.category else None
    return Claim(label, id_, status, known.name if known else None, level(label.confidence))
