"""Policies: which of a mixed holding's coins leave first.

A purse is what one policy knows about one tainted holding. Stolen value travels in a `Part`: the spans of a movement
that are stolen, as (offset, length, claim) from its first coin on; the claim says which part of the theft the span is.
Policies that do not tell coins apart put it in front.
Amounts are exact integers; every policy but poison hands on exactly what it received.
"""

from bisect import bisect_right
from collections import deque
from operator import itemgetter
from typing import Protocol

from cointrail.tracing.account import Account
from cointrail.tracing.shares import Claim, Claims, Pool, add, cut

Part = list[tuple[int, int, Claim]]


def size(part: Part) -> int:
    """How much of a movement is stolen."""
    return part[0][1] if len(part) == 1 else sum(length for _, length, _ in part)


class Purse(Protocol):
    """The stolen value in one holding."""

    def receive(self, place: int, part: Part) -> None:
        """Take in the stolen part of the inflow at `place`."""

    def spend(self, place: int) -> Part:
        """Give the stolen part of the outflow at `place`."""

    def next(self, after: int) -> int | None:
        """The next outflow that may carry stolen value; None when all that is left stays."""

    @property
    def held(self) -> int:
        """Stolen value in the holding now."""

    def claims(self) -> Claims:
        """The claims on the theft of what is held."""


class Fifo:
    """First in, first out: arithmetic on the line of cumulative flow, no replay.

    The outflow that covers [a, b) of all that ever left consumes the coins at [a, b) of all that ever came in.
    Source of the rule: Clayton's case (1816); RustyTaintChain for its use on coins.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._lots: deque[tuple[int, int, Claim]] = deque()  # [start, end) on the line, ascending
        self.held = 0

    def receive(self, place: int, part: Part) -> None:
        start = self._account.line[place]
        lots = [(start + offset, start + offset + length, claim) for offset, length, claim in part]
        self.held += size(part)
        if self._lots and self._lots[-1][0] >= start:  # more of an inflow of which there is something already
            while self._lots and self._lots[-1][0] >= start:
                lots.append(self._lots.pop())
            lots.sort(key=itemgetter(0))
        self._lots.extend(lots)

    def spend(self, place: int) -> Part:
        start = self._account.line[place]
        end = start + self._account.amounts[place]
        part: Part = []
        while self._lots and self._lots[0][0] < end:
            low, high, claim = self._lots.popleft()
            if high > end:
                claim, rest = cut(claim, end - low, high - low)
                self._lots.appendleft((end, high, rest))
                high = end
            part.append((low - start, high - low, claim))
            self.held -= high - low
        return part

    def claims(self) -> Claims:
        found: Claims = {}
        for low, high, claim in self._lots:
            add(found, claim, self._account.asset, high - low)
        return found

    def next(self, after: int) -> int | None:
        if not self._lots:
            return None
        at = bisect_right(self._account.paid, self._lots[0][0])
        return self._account.outs[at] if at < len(self._account.outs) else None


class Lifo:
    """Last in, first out: a stack, replayed from the first stolen inflow on."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._stack: list[tuple[int, bool, Claim]] = []  # (length, stolen, claim), the oldest first
        self._at = 0  # the first movement that is not in the stack yet
        self.held = 0

    def _absorb(self, place: int) -> None:
        """Put the clean movements before `place` on the stack."""
        account = self._account
        if not self.held:
            self._stack, self._at = [(account.before[place], False, None)], place
            return
        for at in range(self._at, place):
            if account.incoming[at]:
                self._stack.append((account.amounts[at], False, None))
        self._at = place

    def receive(self, place: int, part: Part) -> None:
        if self.held and self._at == place + 1:
            part = self._again(place, part)
        self._absorb(place)
        end = 0
        for offset, length, claim in [*part, (self._account.amounts[place], 0, None)]:
            if offset > end:
                self._stack.append((offset - end, False, None))
            if length:
                self._stack.append((length, True, claim))
            end = offset + length
        self.held += size(part)
        self._at = place + 1

    def _again(self, place: int, part: Part) -> Part:
        """More of an inflow that is on top of the stack already: take it off again, and put both together."""
        whole, offset = part, self._account.amounts[place]
        while offset:
            length, stolen, claim = self._stack.pop()
            offset -= length
            if stolen:
                whole = [*whole, (offset, length, claim)]
                self.held -= length
        self._at = place
        return sorted(whole, key=itemgetter(0))

    def spend(self, place: int) -> Part:
        self._absorb(place)
        self._at = place + 1
        wanted, taken = self._account.amounts[place], []
        while wanted:
            length, stolen, claim = self._stack.pop()
            if length > wanted:
                rest, claim = cut(claim, length - wanted, length)
                self._stack.append((length - wanted, stolen, rest))
                length = wanted
            wanted -= length
            taken.append((length, stolen, claim))
        part: Part = []
        offset = 0
        for length, stolen, claim in reversed(taken):  # the coins keep their order, so that it can be run backward
            if stolen:
                part.append((offset, length, claim))
                self.held -= length
            offset += length
        return part

    def claims(self) -> Claims:
        found: Claims = {}
        for length, stolen, claim in self._stack:
            if stolen:
                add(found, claim, self._account.asset, length)
        return found

    def next(self, after: int) -> int | None:
        return self._account.next_out(after) if self.held else None


class _Mixed:
    """A purse in which stolen coins are not told apart."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._pool = Pool(account.asset)

    @property
    def held(self) -> int:
        return self._pool.amount

    def receive(self, place: int, part: Part) -> None:
        for _, length, claim in part:
            self._pool.put(length, claim)

    def _take(self, length: int) -> Part:
        return [(0, length, self._pool.take(length))] if length else []

    def next(self, after: int) -> int | None:
        return self._account.next_out(after) if self._pool.amount else None

    def claims(self) -> Claims:
        found: Claims = {}
        add(found, self._pool.claims, self._account.asset, self._pool.amount)
        return found


class Haircut(_Mixed):
    """Every outflow carries the stolen share of the balance.

    Rounded up to the unit, so that no share is ever rounded away however thin it is spread; the last outflow, which
    empties the holding, makes up for it. Never more than the movement, nor than what is held.
    """

    def spend(self, place: int) -> Part:
        return self._take(-(-self.held * self._account.amounts[place] // self._account.before[place]))


class Tiho(_Mixed):
    """Taint in, highest out: stolen value goes to the largest outflows first.

    The outflows between two inflows of an account are its outputs, as those of one transaction are on a chain of
    outputs; the earlier of two equal ones comes first. Source of the idea: Tironsakkul et al., arXiv 1906.05754.
    """

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self._shares: dict[int, int] = {}

    def receive(self, place: int, part: Part) -> None:
        self._shares = {}
        super().receive(place, part)

    def spend(self, place: int) -> Part:
        if place not in self._shares:
            self._share(place)
        return self._take(self._shares[place])

    def _share(self, place: int) -> None:
        account, run, end = self._account, [], place
        while end < len(account) and not account.incoming[end]:
            run.append(end)
            end += 1
        left, self._shares = self.held, {}
        for at in sorted(run, key=lambda at: (-account.amounts[at], at)):
            self._shares[at] = min(left, account.amounts[at])
            left -= self._shares[at]


class Poison:
    """Everything that leaves a holding after stolen value came in is stolen, whole: a reach, not an amount."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.held = 0  # the whole balance after the last movement that mattered

    def receive(self, place: int, part: Part) -> None:
        self.held = self._account.before[place] + self._account.amounts[place]

    def spend(self, place: int) -> Part:
        self.held = self._account.before[place] - self._account.amounts[place]
        return [(0, self._account.amounts[place], None)]

    def next(self, after: int) -> int | None:
        return self._account.next_out(after)

    def claims(self) -> Claims:
        return {}


POLICIES: dict[str, type[Fifo] | type[Lifo] | type[Haircut] | type[Tiho] | type[Poison]] = {
    "poison": Poison,
    "haircut": Haircut,
    "fifo": Fifo,
    "lifo": Lifo,
    "tiho": Tiho,
}
CONSERVING = ("haircut", "fifo", "lifo", "tiho")  # those that hand on exactly what they received
