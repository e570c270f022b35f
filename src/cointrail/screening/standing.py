"""Labels as rules take them: which stand, and of which category they are."""

from dataclasses import dataclass

from cointrail.labels import Label, Labels
from cointrail.labels.categories import category
from cointrail.labels.confidence import level
from cointrail.labels.decision import Status
from cointrail.labels.standing import Standing


@dataclass(frozen=True, slots=True)
class Claim:
    """A label with what it means here."""

    label: Label
    id: str
    status: Status  # at the time that was asked for
    category: str | None  # canonical; None where the source's word is not known
    confidence: float  # 0 to 100

    @property
    def stands(self) -> bool:
        """Whether it counts: those that have ended, were revoked or begin later are told, and no more."""
        return self.status.counts


def claims(labels: Labels, address: bytes, time: int) -> list[Claim]:
    """What is claimed of an address, each with its status at a time; the surest that count first."""
    return [_claim(one) for one in labels.standing(address, time)]


def _claim(one: Standing) -> Claim:
    known = category(one.label.category) if one.label.category else None
    return Claim(one.label, one.id, one.status, known.name if known else None, level(one.label.confidence))
