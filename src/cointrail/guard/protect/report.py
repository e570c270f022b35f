"""What was found, as an object and as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cointrail.conversions.rate import Rate, rates
from cointrail.guard.protect.attack import KINDS, Attack, Campaign, Kind, Year, campaigns, years

RATES = Path(__file__).with_name("rates.csv")
SURE = 10  # matching digits above which nothing was told apart


@dataclass(frozen=True)
class Report:
    """All attacks in the order of time. `beside`: where one wallet was asked for, attacks on others by the same."""

    attacks: tuple[Attack, ...]
    wallets: int
    digest: str  # of the ledger
    unseen: tuple[str, ...]
    beside: tuple[Attack, ...] = ()

    @property
    def campaigns(self) -> tuple[Campaign, ...]:
        """Attacks on many wallets, of all kinds."""
        return campaigns((*self.attacks, *self.beside))

    @property
    def years(self) -> dict[int, dict[Kind, Year]]:
        """Statistics by year and kind."""
        return years(self.attacks)


def rated(one: Attack) -> Rate | None:
    """How often the rule behind an attack was right where the truth is known: the least favourable measurement."""
    known = [rate for rate in rates(RATES) if rate.rule == rule(one)]
    return min(known, key=lambda rate: (rate.precision, rate.recall or 0.0), default=None)


def rule(one: Attack) -> str:
    """What was measured as one: look-alikes by how many digits agree, takings by whether anything came back."""
    if one.kind == "poisoning":
        return f"poisoning, {digits(one) if digits(one) < SURE else f'{SURE} or more'} digits"
    return f"{one.kind}, something came back" if one.facts.get("returned") else one.kind


def digits(one: Attack) -> int:
    """How many digits of a look-alike agree."""
    return int(str(one.facts["leading"])) + int(str(one.facts["trailing"]))


def content(report: Report) -> dict[str, Any]:
    """A report as JSON: the shape is in docs/guard.md."""
    return {
        "ledger": report.digest,
        "wallets": report.wallets,
        "unseen": list(report.unseen),
        "attacks": [_attack(one) for one in report.attacks],
        "campaigns": [
            {**asdict(one), "wallets": list(one.wallets), "lost": _sums(one.lost)} for one in report.campaigns
        ],
        "years": {
            str(year): {kind: {**asdict(row), "lost": _sums(row.lost)} for kind, row in kinds.items()}
            for year, kinds in report.years.items()
        },
        "kinds": dict(KINDS),
    }


def _attack(one: Attack) -> dict[str, Any]:
    rate = rated(one)
    return {
        "kind": one.kind,
        "wallet": one.wallet,
        "by": one.by,
        "time": one.time,
        "transactions": list(one.transactions),
        "lost": _sums(one.lost),
        "facts": dict(one.facts),
        "campaigns": list(one.campaigns),
        "rate": None if rate is None else asdict(rate),
    }


def _sums(lost: Mapping[str, int]) -> dict[str, str]:
    return {asset: str(amount) for asset, amount in lost.items()}
