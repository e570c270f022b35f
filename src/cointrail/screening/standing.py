"""Labels as rules take them: which stand, and of which category they are."""

from collections.abc import Iterable
from dataclasses import dataclass

from cointrail.labels import Label
from cointrail.labels.categories import category
from cointrail.labels.confidence import level

VALID, APPEALED, REVOKED = "valid", "under appeal", "revoked"


@dataclass(frozen=True, slots=True)
class Claim:
    """A label with what it means here."""

    label: Label
    status: str
    category: str | None  # canonical; None where the source's word is not known
    confidence: float  # 0 to 100

    @property
    def stands(self) -> bool:
        """Whether it counts at all."""
        return self.status != REVOKED


def claims(labels: Iterable[Label]) -> list[Claim]:
    """The labels of one address, in their order."""
    return [
        Claim(one, status(one), known.name if one.category and (known := category(one.category)) else None,
              level(one.confidence))
        for one in labels
    ]  # fmt: skip


def status(label: Label) -> str:
    """`valid`, `under appeal` or `revoked`; a label that says nothing of it is valid."""
    return str(getattr(label, "status", VALID))
