"""What somebody paid into several pools, or took out of them, within a day.

Source: Tutela (2022), multi-denomination reveal: whoever splits an amount over pools of several denominations takes the
same portfolio out again; at least three transactions in at least two pools, each side within 24 hours.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

DAY = 86_400
TRANSACTIONS, POOLS = 3, 2
ALIKE = 20  # sessions of one portfolio: if more people did the same, it says nothing

Portfolio = tuple[tuple[int, int], ...]  # how often each pool, by its number


@dataclass(frozen=True)
class Session:
    """What one address did within a day: pool and place there of each deposit (or withdrawal), in order of time."""

    who: int
    since: int
    items: tuple[tuple[int, int], ...]

    @property
    def portfolio(self) -> Portfolio:
        """How often it used each pool."""
        return tuple(sorted(Counter(pool for pool, _ in self.items).items()))


def sessions(used: Iterable[tuple[int, int, int, int]]) -> list[Session]:
    """The sessions that count: `used` is who, when, in which pool, and its place there."""
    by: dict[int, list[tuple[int, int, int]]] = {}
    for who, time, pool, place in used:
        if who:
            by.setdefault(who, []).append((time, pool, place))
    found = []
    for who, items in by.items():
        items.sort()
        start = 0
        for place in range(1, len(items) + 1):
            if place == len(items) or items[place][0] - items[start][0] > DAY:
                found.append(Session(who, items[start][0], tuple(item[1:] for item in items[start:place])))
                start = place
    return [one for one in found if len(one.items) >= TRANSACTIONS and len({pool for pool, _ in one.items}) >= POOLS]


def matched(deposits: Iterable[Session], withdrawals: Iterable[Session]) -> list[tuple[Session, Session]]:
    """Pairs of a deposit session and a later withdrawal session with one portfolio, where few did the same."""
    known: dict[Portfolio, list[Session]] = {}
    for one in deposits:
        known.setdefault(one.portfolio, []).append(one)
    few: Mapping[Portfolio, list[Session]] = {key: some for key, some in known.items() if len(some) <= ALIKE}
    return [(made, taken) for taken in withdrawals for made in few.get(taken.portfolio, ()) if made.since < taken.since]
