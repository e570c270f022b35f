"""What was done to one wallet, and the one table of all who did it to many."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

Kind = Literal["poisoning", "approval", "drain", "emptied", "sweeper"]
KINDS: Mapping[Kind, str] = {
    "poisoning": "look-alikes put before wallets",
    "approval": "wallets that let a drainer take their tokens, and lost none of them here",
    "drain": "tokens taken by a transaction that the owner did not send",
    "emptied": "wallets emptied at once to an address that empties many",
    "sweeper": "wallets whose incoming coin is taken at once",
}
MANY = 3  # wallets that one attacker, token or transaction must have attacked


@dataclass(frozen=True)
class Attack:
    """One attack on one wallet. `lost` is in smallest units by asset ("native", a contract or a code)."""

    kind: Kind
    wallet: str
    by: str  # who attacked: the look-alike, the spender, the collector
    time: int  # of its first movement, seconds
    transactions: tuple[str, ...]
    lost: Mapping[str, int]
    facts: Mapping[str, object] = field(default_factory=dict)  # what the rule saw, by name
    campaigns: tuple[str, ...] = ()  # what it shares with attacks on other wallets

    @property
    def year(self) -> int:
        """In which year it began, UTC."""
        return datetime.fromtimestamp(self.time, UTC).year


@dataclass(frozen=True)
class Campaign:
    """Several wallets attacked by one address, with one token or in one transaction."""

    kind: Kind
    by: str
    wallets: tuple[str, ...]
    attempts: int
    lost: Mapping[str, int]
    first: int  # seconds
    last: int


@dataclass(frozen=True)
class Year:
    """The attacks of one kind that began in one year. `fallen` wallets lost something by them."""

    attempts: int
    wallets: int
    fallen: int
    lost: Mapping[str, int]


def campaigns(attacks: Iterable[Attack]) -> tuple[Campaign, ...]:
    """Of all kinds, the largest first."""
    by: dict[tuple[Kind, str], list[Attack]] = defaultdict(list)
    for one in attacks:
        for name in one.campaigns:
            by[one.kind, name].append(one)
    found = []
    for (kind, name), some in by.items():
        wallets = tuple(sorted({one.wallet for one in some}))
        if len(wallets) >= MANY:
            times = [one.time for one in some]
            found.append(Campaign(kind, name, wallets, len(some), total(some), min(times), max(times)))
    return tuple(sorted(found, key=lambda one: (-len(one.wallets), one.kind, one.by)))


def years(attacks: Iterable[Attack]) -> dict[int, dict[Kind, Year]]:
    """The statistics by year and kind, in order."""
    by: dict[tuple[int, Kind], list[Attack]] = defaultdict(list)
    for one in attacks:
        by[one.year, one.kind].append(one)
    found: dict[int, dict[Kind, Year]] = {}
    order = list(KINDS)
    for (year, kind), some in sorted(by.items(), key=lambda item: (item[0][0], order.index(item[0][1]))):
        fallen = {one.wallet for one in some if one.lost}
        row = Year(len(some), len({one.wallet for one in some}), len(fallen), total(some))
        found.setdefault(year, {})[kind] = row
    return found


def total(attacks: Iterable[Attack]) -> dict[str, int]:
    """What was lost in all, by asset in order."""
    lost: Counter[str] = Counter()
    for one in attacks:
        lost.update(one.lost)
    return dict(sorted(lost.items()))
