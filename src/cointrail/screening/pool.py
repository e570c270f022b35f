"""Exposures as rules measure them: everything that has a price in one pool of dollars, every other asset in its own."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from cointrail.exposure import Exposure, Part
from cointrail.screening.rule import Direction
from cointrail.screening.worth import Worth

UNATTRIBUTED = frozenset({"unknown", "unattributed", "unlabelled"})  # no category, but the want of one
NOTHING = Fraction(0)
Sums = dict[str, Fraction]


def _sums() -> Sums:
    return defaultdict(Fraction)


@dataclass(slots=True)
class Pool:
    """What came (or went) in one measure: dollars, or the smallest units of one asset."""

    direction: Direction
    asset: str | None  # None: dollars
    total: Fraction = NOTHING
    direct: Sums = field(default_factory=_sums)  # by category
    indirect: Sums = field(default_factory=_sums)
    parts: list[Part] = field(default_factory=list)
    alone: bool = True  # no other pool in this direction: its shares are shares of everything

    def hops(self, kind: str, categories: Iterable[str]) -> int | None:
        """The fewest hops to any of these categories."""
        fewest = (part.hops for part in self.parts if part.category in categories and _units(part, kind))
        return 1 if kind == "counterparty" else min(fewest, default=None)

    def units(self, kind: str, categories: Iterable[str]) -> dict[str, int]:
        """What is of these categories in smallest units, by asset."""
        found: dict[str, int] = defaultdict(int)
        for part in self.parts:
            if part.category in categories and (units := _units(part, kind)):
                found[part.asset] += units
        return found

    def amount(self, kind: str, categories: Iterable[str]) -> Fraction:
        """What is of these categories, directly (`counterparty`) or over further hops (`indirect`)."""
        sums = self.direct if kind == "counterparty" else self.indirect
        return sum((sums[one] for one in categories if one in sums), NOTHING)

    def unattributed(self) -> Fraction:
        """What nobody can tell the category of."""
        known = sum(self.direct.values(), NOTHING) + sum(self.indirect.values(), NOTHING)
        return max(NOTHING, self.total - known)


def pools(exposure: Exposure | None, worth: Worth, time: int) -> list[Pool]:
    """The pools of an address, valued at one time; empty where nothing is known to have moved."""
    found: dict[tuple[str, str | None], Pool] = {}
    counted: set[tuple[str, str]] = set()
    for part in exposure.parts if exposure else ():
        if not worth.vouched(part.asset):
            continue  # anybody can issue a token and send it to anybody: it says nothing of who got it
        rate = worth.rate(part.asset, time)
        key = (part.direction, part.asset if rate is None else None)
        pool = found.get(key)
        if pool is None:
            pool = found[key] = Pool(*key)
        _count(pool, part, rate, counted)
    for direction in {pool.direction for pool in found.values()}:
        mine = [pool for pool in found.values() if pool.direction == direction]
        for pool in mine:
            pool.alone = len(mine) == 1
    return [pool for _, pool in sorted(found.items(), key=lambda item: (item[0][0], item[0][1] or ""))]


def _count(pool: Pool, part: Part, rate: Fraction | None, counted: set[tuple[str, str]]) -> None:
    each = Fraction(1) if rate is None else rate
    if (part.direction, part.asset) not in counted:  # every part of an asset repeats its total
        counted.add((part.direction, part.asset))
        pool.total += part.total * each
    if part.category in UNATTRIBUTED:
        return
    pool.parts.append(part)
    if part.direct:
        pool.direct[part.category] += part.direct * each
    if part.indirect:
        pool.indirect[part.category] += part.indirect * each


def _units(part: Part, kind: str) -> int:
    return part.direct if kind == "counterparty" else part.indirect
