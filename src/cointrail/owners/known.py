"""What labels say that clustering must know: who is an exchange, who is known at all, and whom clusters belong to."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from cointrail.labels import Label, Labels, stops
from cointrail.ledger import Ledger
from cointrail.owners.guards import MOST, Guards

EXCHANGE = "exchange"  # the category of services that give each customer an address to pay into


@dataclass(frozen=True)
class Known:
    """The labels of the addresses of a ledger, by id."""

    labels: dict[int, list[Label]] = field(default_factory=dict)

    def exchange(self, one: int, time: int | None) -> str | None:
        """Which exchange an address belongs to at a time, by the surest label; None where it is none."""
        said = (label for label in self.labels.get(one, ()) if label.valid(time) and stops(label) == EXCHANGE)
        return next((name(label) for label in said), None)

    @cached_property
    def exchanges(self) -> list[int]:
        """All that are an exchange's at any time, ascending."""
        return [one for one, said in sorted(self.labels.items()) if any(stops(label) == EXCHANGE for label in said)]

    def guards(self, most: int | None = MOST) -> Guards:
        """Clusters of different actors are kept apart. An address that labels call by two names counts as neither's."""
        numbers: dict[str, int] = {}
        found = {}
        for one, said in sorted(self.labels.items()):
            names = {name(label) for label in said if label.actor}
            if len(names) == 1:
                found[one] = numbers.setdefault(names.pop(), len(numbers) + 1)
        return Guards(np.array(list(found), np.uint32), np.array(list(found.values()), np.int32), most)


def known(ledger: Ledger, labels: Labels) -> Known:
    """The labels of every address that is in the ledger."""
    ids = sorted(ledger.index.beginning_with(np.unique(labels.prefixes)))
    return of(zip(ids, (labels.at(raw, None) for raw in ledger.addresses(ids)), strict=True))


def of(said: Iterable[tuple[int, list[Label]]]) -> Known:
    """Labels by id, without those of whom nothing is said."""
    return Known({one: labels for one, labels in said if labels})


def name(label: Label) -> str:
    """Whom a label names: by its actor, or else in its own words."""
    return (label.actor or label.entity).strip().lower()
