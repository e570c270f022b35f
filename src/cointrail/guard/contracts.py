"""The contracts of Safe itself, by address and code: whom a delegatecall may go to, and what a Safe may run on.

The table is that of npm @safe-global/safe-deployments 1.37.56, which carries a code hash for each address.
"""

from dataclasses import dataclass
from functools import cache

from cointrail.chains import parse_address
from cointrail.chains.data import table

DELEGATE = ("delegate", "unpack", "review")  # uses for which a delegatecall is made at all


@dataclass(frozen=True)
class Pinned:
    """One contract of Safe's: what it is for, and the hash of its running code."""

    use: str  # delegate, unpack, review, singleton, fallback, factory
    contract: str
    version: str
    address: bytes
    code_hash: bytes


@cache
def contracts() -> dict[bytes, Pinned]:
    """All of them by address."""
    return {
        (address := parse_address(row["address"])): Pinned(
            row["use"], row["contract"], row["version"], address, bytes.fromhex(row["code_hash"][2:])
        )
        for row in table("cointrail.guard", "contracts.csv")
    }


def pinned(address: bytes, *uses: str) -> Pinned | None:
    """The contract at an address, if it is one of Safe's for one of these uses."""
    found = contracts().get(address)
    return found if found is not None and (not uses or found.use in uses) else None
