"""Who pays in what, and where and when it comes out."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from cointrail.drills.mixing.habits import DAY, HOUR, Habits

POPULAR = 30
LATE = 20 * HOUR  # a portfolio is taken out within this


@dataclass(frozen=True)
class Note:
    """One deposit and what becomes of it: `paid` is when it is withdrawn, None for never."""

    pool: int
    made: int
    depositor: int
    paid: int | None
    recipient: int
    relayer: int  # 0: the recipient sends it
    odd: int  # a price of gas in wei that both transactions have; 0: each its own


@dataclass(frozen=True)
class Tie:
    """A direct transfer."""

    time: int
    sender: int
    recipient: int


class Crowd:
    """Makes people; addresses are numbers from 1."""

    def __init__(self, random: Random, habits: Habits, pools: int, relayers: int) -> None:
        self._random, self._habits, self._pools = random, habits, pools
        self._last = 0
        self.relayers = [self.address() for _ in range(relayers)]
        self._popular = [self.address() for _ in range(POPULAR)]
        self.notes: list[Note] = []
        self.ties: list[Tie] = []

    def address(self) -> int:
        """A new address."""
        self._last += 1
        return self._last

    def fill(self, people: int) -> None:
        """Let people come; some of those paid come once more, and strangers deal with each other."""
        random, habits = self._random, self._habits
        for place in range(people):
            known = place < POPULAR // 3
            self._person(
                self._popular[place] if known else self.address(), random.randrange(habits.span), random.random()
            )
        for note in list(self.notes):
            if note.paid is not None and random.random() < habits.again and note.recipient not in self._popular:
                self._person(note.recipient, note.paid + self._waits(habits.wait), random.random())
        depositors = [note.depositor for note in self.notes]
        for note in self.notes:
            if note.paid is not None and random.random() < habits.by_chance:
                other = random.choice(depositors)
                if other != note.recipient:
                    self._deal(other, note.recipient, 1 + int(random.expovariate(0.6)))

    def _person(self, who: int, since: int, kind: float) -> None:
        random, habits = self._random, self._habits
        reuse, linked = random.random() < habits.reuse, random.random() < habits.linked
        careless = reuse or linked
        home = self.address()
        relayer = self.address() if random.random() < habits.own_relayer else 0
        if relayer:
            self._deal(who, relayer, 1)
        split = kind < habits.portfolio
        when = list(self._portfolio(since) if split else self._deposits(since))
        leave = max(time for _, time in when) + self._waits(habits.hurry if careless else habits.wait)
        together = random.random() < 0.7
        for pool, made in when:
            odd = _odd(random) if random.random() < habits.gas else 0
            paid: int | None = made + self._waits(habits.hurry if careless else habits.wait)
            if split:
                paid = leave + random.randrange(LATE)
            if not split and random.random() < habits.kept:
                paid = None
            to = home if together or split else self.address()
            if reuse and random.random() < 0.9:
                to = who
            elif not split and random.random() < habits.popular:
                to = random.choice(self._popular)
            sent = relayer or (random.choice(self.relayers) if random.random() < habits.relayed and not odd else 0)
            self.notes.append(Note(pool, made, who, paid, to, sent, odd))
            if to not in (who, *self._popular):
                if linked:
                    self._deal(who, to, random.randint(3, 8))
                elif random.random() < habits.touching:
                    self._deal(who, to, random.randint(1, 2))

    def _deposits(self, since: int) -> Iterator[tuple[int, int]]:
        random = self._random
        pool, time = random.randrange(self._pools), since
        yield pool, time
        while random.random() < self._habits.more:
            time += random.choice((60, HOUR, DAY, 7 * DAY)) + random.randrange(60)
            yield (pool if random.random() < 0.8 else random.randrange(self._pools)), time

    def _portfolio(self, since: int) -> Iterator[tuple[int, int]]:
        random = self._random
        used: Sequence[int] = random.sample(range(self._pools), min(self._pools, 2 + (random.random() < 0.3)))
        counts = [random.randint(1, 4) for _ in used]
        counts[0] += sum(counts) < 3
        for pool, count in zip(used, counts, strict=True):
            for _ in range(count):
                yield pool, since + random.randrange(LATE)

    def _waits(self, median: int) -> int:
        return 60 + int(median * math.exp(min(self._random.gauss(0, self._habits.spread), 5)))

    def _deal(self, one: int, other: int, count: int) -> None:
        for _ in range(count):
            time = self._random.randrange(self._habits.span)
            self.ties.append(Tie(time, *((one, other) if self._random.random() < 0.5 else (other, one))))


def _odd(random: Random) -> int:
    return random.randrange(20 * 10**9, 200 * 10**9)
