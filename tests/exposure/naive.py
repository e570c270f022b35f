"""The slow reference: the whole ledger replayed with plain dictionaries, fractions and lists of single coins.

A row is (sender, recipient, amount); `said(address, row)` is the category of an address at a row, as its place in the
order of categories, or None. Nobody is address 0.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

Row = tuple[int, int, int]
Said = Callable[[int, int], int | None]


@dataclass
class Answer:
    """What came to one address."""

    total: int = 0
    unknown: int = 0
    direct: Counter[int] = field(default_factory=Counter)  # by category
    indirect: Counter[int] = field(default_factory=Counter)
    hops: dict[int, int] = field(default_factory=dict)


def exposures(rows: list[Row], said: Said, policy: str, backward: bool = False) -> dict[int, Answer]:
    """What came to every address, or with `backward` went from it, by category."""
    lowest: Counter[int] = Counter()
    balance: Counter[int] = Counter()
    for sender, recipient, amount in rows:
        balance[sender] -= amount
        lowest[sender] = min(lowest[sender], balance[sender])
        balance[recipient] += amount
    opening = Counter({one: -low for one, low in lowest.items()})
    numbers = [number for number, row in enumerate(rows) if row[2]]  # what moves nothing plays no part
    rows = [row for row in rows if row[2]]
    if backward:
        opening = Counter({one: opening[one] + balance[one] for one in balance})
        rows = [(recipient, sender, amount) for sender, recipient, amount in rows[::-1]]
        numbers.reverse()
    return _Replay(rows, numbers, opening, said, policy).answers


class _Replay:
    def __init__(self, rows: list[Row], numbers: list[int], opening: Counter[int], said: Said, policy: str) -> None:
        self.rows, self.policy = rows, policy
        self.answers: dict[int, Answer] = defaultdict(Answer)
        self.balance = Counter(opening)
        self.held: dict[int, Counter[int]] = defaultdict(Counter)  # address -> category -> amount (poison: 1)
        self.coins: dict[int, list[int | None]] = {}
        if policy in ("fifo", "lifo"):
            self.coins = defaultdict(list, {one: [None] * amount for one, amount in opening.items()})
        self.hops: dict[tuple[int, int], int] = {}
        self.shares: dict[int, dict[int, int]] = {}  # tiho: row -> category -> amount
        for place, (sender, recipient, amount) in enumerate(rows):
            self.move(place, sender, recipient, amount, said(sender, numbers[place]), said(recipient, numbers[place]))

    def move(self, place: int, sender: int, recipient: int, amount: int, own: int | None, other: int | None) -> None:
        coins: list[int | None] = []
        if self.policy in ("fifo", "lifo"):
            coins = self.pull(sender, amount)
            parts = Counter(one for one in coins if one is not None)
        else:
            parts = self.share(place, sender, amount)
        self.balance[sender] -= amount
        hops = {one: self.hops[sender, one] + 1 for one in parts}
        if own is not None or not sender:
            parts, hops = (Counter({own: amount}), {own: 1}) if own is not None else (Counter(), {})
            coins = [own] * len(coins)
        if sender != recipient:
            answer = self.answers[recipient]
            answer.total += amount
            answer.unknown += amount - (
                max(parts.values(), default=0) if self.policy == "poison" else sum(parts.values())
            )
            for one, part in parts.items():
                (answer.direct if own is not None else answer.indirect)[one] += part
                answer.hops[one] = min(answer.hops.get(one, hops[one]), hops[one])
        self.balance[recipient] += amount
        if other is not None or not recipient:
            parts, coins = Counter(), [None] * len(coins)
        for one, part in parts.items():
            self.held[recipient][one] = 1 if self.policy == "poison" else self.held[recipient][one] + part
            self.hops[recipient, one] = min(self.hops.get((recipient, one), hops[one]), hops[one])
        if self.policy in ("fifo", "lifo"):
            self.coins[recipient] += coins

    def pull(self, sender: int, amount: int) -> list[int | None]:
        pile = self.coins[sender]
        cut = amount if self.policy == "fifo" else len(pile) - amount
        first, rest = pile[:cut], pile[cut:]
        self.coins[sender] = rest if self.policy == "fifo" else first
        return first if self.policy == "fifo" else rest

    def share(self, place: int, sender: int, amount: int) -> Counter[int]:
        held = self.held[sender]
        if self.policy == "poison":
            return Counter(dict.fromkeys(held, amount))
        if self.policy == "tiho":
            if place not in self.shares:
                self.look_ahead(place, sender)
            parts = Counter(self.shares[place])
        else:
            parts, before, upto = Counter(), 0, 0
            for one in sorted(held):
                upto += held[one]
                together = ceil(Fraction(upto * amount, self.balance[sender]))
                parts[one], before = together - before, together
        for one in list(parts):
            held[one] -= parts[one]
            if not parts[one]:
                del parts[one]
        return parts

    def look_ahead(self, place: int, sender: int) -> None:
        """Fill the largest of the outflows up to the next inflow, with the first categories first."""
        run = []
        for at in range(place, len(self.rows)):
            if self.rows[at][0] == sender:
                run.append(at)
            if self.rows[at][1] == sender:
                break
        run.sort(key=lambda at: (-self.rows[at][2], at))
        room = {at: self.rows[at][2] for at in run}
        for at in run:
            self.shares[at] = {}
        for one in sorted(self.held[sender]):
            left = self.held[sender][one]
            for at in run:
                part = min(left, room[at])
                self.shares[at][one] = part
                room[at] -= part
                left -= part
