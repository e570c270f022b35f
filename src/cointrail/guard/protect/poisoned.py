"""Address poisoning in a ledger: look-alikes put before its wallets, and payouts that fell for one.

The rule itself is that of the patterns (`patterns.rules.poisoning`): after dealings with B a look-alike of B turns up
by a payment of nothing, of next to nothing, or in a counterfeit token. A strange address agrees with one of `known`
others in so many digits by chance with probability known * 16**-digits; over all strangers that came to a wallet by
spam this is how many look-alikes chance alone would have made.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cointrail.chains.likeness import HEX, LEADING, TRAILING, same_ends
from cointrail.patterns.rules.poisoning import Met
from cointrail.patterns.surroundings import Approach

CAMPAIGN = 3  # wallets that one token or one transaction must poison


@dataclass
class Watched:
    """What is remembered of one wallet."""

    met: Met
    dealt: set[str] = field(default_factory=set)  # whom it really paid or was paid by
    spam: set[str] = field(default_factory=set)  # who came by nothing or by counterfeit tokens alone


@dataclass(frozen=True)
class Poisoning:
    """A look-alike that was put before a wallet. `lost` is what the wallet then paid it, by asset in smallest units."""

    wallet: str
    twin: str
    original: str
    leading: int
    trailing: int
    time: int
    transactions: tuple[str, ...]
    forms: tuple[str, ...]
    lost: Mapping[str, int]
    chance: float  # look-alikes of this many digits that chance alone would have made before this wallet

    @property
    def digits(self) -> int:
        """How many digits agree."""
        return self.leading + self.trailing


@dataclass(frozen=True)
class Campaign:
    """Several wallets poisoned by one token or in one transaction."""

    by: str
    wallets: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """All that was found, in the order of time."""

    poisonings: tuple[Poisoning, ...]
    campaigns: tuple[Campaign, ...]
    wallets: int

    def years(self) -> dict[int, dict[str, Any]]:
        """By year: attempts, wallets, payouts that fell for one, and what they lost by asset."""
        found: dict[int, dict[str, Any]] = {}
        targets: dict[int, set[str]] = defaultdict(set)
        for one in self.poisonings:
            year = datetime.fromtimestamp(one.time, UTC).year
            row = found.setdefault(year, {"look_alikes": 0, "wallets": 0, "fallen": 0, "lost": Counter()})
            targets[year].add(one.wallet)
            row["look_alikes"] += 1
            row["wallets"] = len(targets[year])
            row["fallen"] += bool(one.lost)
            row["lost"].update(one.lost)
        return {year: {**row, "lost": dict(sorted(row["lost"].items()))} for year, row in sorted(found.items())}


def poisoned(
    movements: Iterable[Approach], wallet: str | None = None, leading: int = LEADING, trailing: int = TRAILING
) -> Report:
    """What of a ledger's movements, in their order, is poisoning; of one wallet only where it is named."""
    watched: dict[str, Watched] = defaultdict(lambda: Watched(Met(leading, trailing)))
    paid: dict[tuple[str, str], list[Approach]] = defaultdict(list)
    for one in movements:
        real = bool(one.amount) and not one.fake
        for own, other in ((one.sender, one.recipient), (one.recipient, one.sender)):
            if own == other or len(other) != HEX + 2 or (wallet is not None and own != wallet):
                continue
            seen = watched[own]
            seen.met.look(one, other)
            (seen.dealt if real and other not in seen.met.twins else seen.spam).add(other)
            if real and own == one.sender and other in seen.met.twins:
                paid[own, other].append(one)
    found = [poisoning for own, seen in watched.items() for poisoning in _of(own, seen, paid)]
    found.sort(key=lambda one: (one.time, one.wallet, one.twin))
    return Report(tuple(found), _campaigns(watched), len(watched))


def _of(wallet: str, seen: Watched, paid: Mapping[tuple[str, str], Sequence[Approach]]) -> list[Poisoning]:
    found = []
    strangers = len(seen.spam - seen.dealt)
    for twin, (original, steps) in seen.met.twins.items():
        lead, trail = same_ends(twin, original)
        lost: Counter[str] = Counter()
        # a tiny payment to the look-alike that came from the wallet is the spam itself, made to seem the wallet's
        for one in paid.get((wallet, twin), ()):
            if one not in steps:
                lost[one.asset or "native"] += one.amount
        forms = dict.fromkeys("counterfeit token" if s.fake else "tiny" if s.amount else "zero value" for s in steps)
        chance = strangers * len(seen.dealt) * 16.0 ** -(lead + trail)
        hashes = tuple(dict.fromkeys(step.tx for step in steps if step.tx))
        found.append(
            Poisoning(wallet, twin, original, lead, trail, steps[0].time, hashes, tuple(forms), dict(lost), chance)
        )
    return found


def _campaigns(watched: Mapping[str, Watched]) -> tuple[Campaign, ...]:
    by: dict[str, set[str]] = defaultdict(set)
    for wallet, seen in watched.items():
        for _, steps in seen.met.twins.values():
            for step in steps:
                key = f"token {step.asset}" if step.fake else f"transaction {step.tx}" if step.tx else ""
                if key:
                    by[key].add(wallet)
    large = [Campaign(key, tuple(sorted(wallets))) for key, wallets in by.items() if len(wallets) >= CAMPAIGN]
    return tuple(sorted(large, key=lambda one: (-len(one.wallets), one.by)))


def content(report: Report) -> dict[str, Any]:
    """A report as JSON."""
    return {
        "wallets": report.wallets,
        "poisonings": [
            {
                "wallet": one.wallet, "look_alike": one.twin, "original": one.original, "leading": one.leading,
                "trailing": one.trailing, "time": one.time, "transactions": list(one.transactions),
                "forms": list(one.forms), "lost": {asset: str(amount) for asset, amount in one.lost.items()},
                "chance": one.chance,
            }
            for one in report.poisonings
        ],
        "campaigns": [{"by": one.by, "wallets": list(one.wallets)} for one in report.campaigns],
        "years": {
            str(year): {**row, "lost": {asset: str(amount) for asset, amount in row["lost"].items()}}
            for year, row in report.years().items()
        },
    }  # fmt: skip
