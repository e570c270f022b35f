"""A transaction as the rules for CoinJoins see it."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property

DUST = 2_730  # smallest units: outputs up to this are no part of a join (the dust limit of old clients, five times 546)


@dataclass(frozen=True)
class Transaction:
    """What a transaction spends and pays. Values in smallest units; None where the source does not say what an input is
    worth. Owners are whatever tells addresses apart. `texts`: outputs that carry data instead of value.
    """

    spent: tuple[int | None, ...]
    payers: tuple[Hashable, ...]
    paid: tuple[int, ...]
    payees: tuple[Hashable, ...]
    texts: int = 0

    @cached_property
    def counts(self) -> Counter[int]:
        """How many outputs have each value, dust apart."""
        return Counter(value for value in self.paid if value > DUST)

    @cached_property
    def mode(self) -> tuple[int, int]:
        """The value that most outputs have, the larger of equals, and how many these are; (0, 0) without outputs."""
        return max(((value, count) for value, count in self.counts.items()), key=lambda one: one[::-1], default=(0, 0))

    @cached_property
    def people(self) -> int:
        """How many addresses paid in."""
        return len(set(self.payers))

    @cached_property
    def concentrated(self) -> int:
        """The most inputs of one address."""
        return max(Counter(self.payers).values(), default=0)

    @property
    def distinct(self) -> bool:
        """Whether no address is paid twice."""
        return len(set(self.payees)) == len(self.payees)

    @cached_property
    def known(self) -> bool:
        """Whether it is known what every input is worth."""
        return None not in self.spent
