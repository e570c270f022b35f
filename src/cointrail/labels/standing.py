"""What a label is worth at a moment, and why: what a screening keeps and can explain."""

from dataclasses import dataclass

from cointrail.labels.decision import Decision, Status
from cointrail.labels.label import Label


@dataclass(frozen=True, slots=True)
class Standing:
    """A label with its status at the time that was asked for."""

    label: Label  # as its source said it
    id: str  # 32 digits; decisions name the label by it
    status: Status
    decisions: tuple[Decision, ...]  # known then, those that come into force later too; as they come into force
    recorded: float | None  # when the store learnt of it, seconds since 1970-01-01 UTC; None: shipped with the program

    @property
    def counts(self) -> bool:
        """Whether the label holds; one under appeal does."""
        return self.status.counts
