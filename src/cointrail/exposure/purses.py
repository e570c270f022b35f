"""What one policy knows about one holding when many categories are told apart: the rules of `tracing.policies`.

A colour is a category and whether it came straight from there: 2 * code where it did, one more where not; 0 is
unknown. Value moves in runs of (length, colour). Where a rule shares out what is mixed, it does so for the first
category, then for the first two together, and so on, the gravest first; each category is the difference. So every
first part of the order is treated exactly as a trace of that part alone, and all together are never more than there
is. Amounts are exact integers.
"""

from collections import deque
from collections.abc import Iterable
from typing import Protocol

from cointrail.tracing.account import Account

CLEAN = 0
Run = tuple[int, int]  # length, colour


class Purse(Protocol):
    """The coins of one holding, by colour."""

    def spend(self, key: int, amount: int, balance: int) -> list[Run]:
        """What an outflow takes of a balance; unknown coins may be left out."""

    def receive(self, runs: list[Run]) -> None:
        """Take in an inflow, the whole of it."""


class Queue:
    """fifo: the coins in the order in which they came."""

    def __init__(self, account: Account) -> None:
        self._runs: deque[Run] = deque([(account.opening, CLEAN)] if account.opening else [])

    def spend(self, key: int, amount: int, balance: int) -> list[Run]:
        taken = []
        while amount:
            length, colour = self._runs.popleft()
            if length > amount:
                self._runs.appendleft((length - amount, colour))
                length = amount
            taken.append((length, colour))
            amount -= length
        return taken

    def receive(self, runs: list[Run]) -> None:
        for length, colour in runs:
            if self._runs and self._runs[-1][1] == colour:
                length += self._runs.pop()[0]
            self._runs.append((length, colour))


class Stack(Queue):
    """lifo: the coins that came last leave first; inside a movement they keep their order."""

    def spend(self, key: int, amount: int, balance: int) -> list[Run]:
        taken = []
        while amount:
            length, colour = self._runs.pop()
            if length > amount:
                self._runs.append((length - amount, colour))
                length = amount
            taken.append((length, colour))
            amount -= length
        return taken[::-1]


class Mixed:
    """haircut: every outflow carries the share of the balance, rounded up."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._held: dict[int, int] = {}

    def receive(self, runs: list[Run]) -> None:
        for length, colour in runs:
            if colour:
                self._held[colour] = self._held.get(colour, 0) + length

    def spend(self, key: int, amount: int, balance: int) -> list[Run]:
        return self._take([-(-upto * amount // balance) for upto in self._sums()])

    def _sums(self) -> list[int]:
        """What the first categories hold together, for each number of them."""
        sums, whole = [], 0
        for colour in sorted(self._held):
            whole += self._held[colour]
            sums.append(whole)
        return sums

    def _take(self, sums: Iterable[int]) -> list[Run]:
        taken, before = [], 0
        for colour, upto in zip(sorted(self._held), sums, strict=True):
            if upto > before:
                taken.append((upto - before, colour))
                self._held[colour] -= upto - before
            before = upto
        return taken


class Highest(Mixed):
    """tiho: of the outflows between two inflows the largest is filled first."""

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self._shares: dict[int, list[int]] = {}

    def spend(self, key: int, amount: int, balance: int) -> list[Run]:
        place = self._account.place(key, incoming=False)
        if place not in self._shares:
            self._share(place)
        return self._take(self._shares.pop(place))

    def _share(self, place: int) -> None:
        account, end = self._account, place
        while end < len(account) and not account.incoming[end]:
            end += 1
        left, self._shares = self._sums(), {}
        for at in sorted(range(place, end), key=lambda at: (-account.amounts[at], at)):
            self._shares[at] = [min(one, account.amounts[at]) for one in left]
            left = [one - filled for one, filled in zip(left, self._shares[at], strict=True)]


class Reach:
    """poison: whatever leaves is whole of every category that ever came in."""

    def __init__(self, account: Account) -> None:
        self._touched: set[int] = set()

    def receive(self, runs: list[Run]) -> None:
        self._touched.update(colour for length, colour in runs if colour)

    def spend(self, key: int, amount: int, balance: int) -> list[Run]:
        straight = {colour for colour in self._touched if not colour & 1}
        return [
            (amount, colour) for colour in sorted(self._touched) if colour & ~1 == colour or colour - 1 not in straight
        ]


PURSES: dict[str, type[Queue] | type[Mixed] | type[Reach]] = {
    "poison": Reach,
    "haircut": Mixed,
    "fifo": Queue,
    "lifo": Stack,
    "tiho": Highest,
}
