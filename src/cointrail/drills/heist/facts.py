"""The published facts that shape the synthetic theft; each is a row of `facts.csv` with its source."""

from decimal import Decimal
from functools import cache

from cointrail.drills.data import rows

ETHER = 10**18  # wei


@cache
def _facts() -> dict[str, Decimal]:
    return {row["name"]: Decimal(row["value"]) for row in rows("cointrail.drills.heist", "facts.csv")}


def fact(name: str) -> int:
    """A fact that is a whole number, in its own unit."""
    value = _facts()[name]
    assert value == int(value), name
    return int(value)


def wei(name: str) -> int:
    """A fact that is an amount of ETH (or of a token with 18 decimals), in smallest units."""
    return int(_facts()[name] * ETHER)
