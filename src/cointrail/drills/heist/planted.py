"""The patterns that a heist holds because its script makes them: what a detector of patterns should find.

It is the script that is told, not what its movements happen to look like. Others may be there by chance.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

LENGTH = 3  # wallets that peel in a row
REST = 3 * 86_400  # seconds


@dataclass(frozen=True)
class Planted:
    """Addresses of wallets, by the pattern that they take part in."""

    peelers: frozenset[bytes]  # paid a part to a service and passed on the rest
    chained: frozenset[bytes]  # those of them of whom at least three did so in a row
    tranches: frozenset[bytes]  # filled others with one amount
    resting: frozenset[bytes]  # left alone for at least three days, and emptied afterwards
    poisoned: frozenset[tuple[bytes, bytes]]  # wallet and look-alike: spam between them


def chained(onward: Mapping[int, int]) -> Iterator[int]:
    """The wallets that stand in a chain of at least three; `onward` says to whom each passed on the rest."""
    reached = set(onward.values())
    for first in onward.keys() - reached:
        chain, seen = [first], {first}
        while (after := onward.get(chain[-1])) in onward and after not in seen:
            assert after is not None
            chain.append(after)
            seen.add(after)
        if len(chain) >= LENGTH:
            yield from chain


def rested(rests: Iterable[tuple[int, int, int]], seconds: int, last: int) -> Iterator[int]:
    """The wallets that were left alone long enough; `rests` are wallet, block it got value and block it wakes."""
    for wallet, since, until in rests:
        if (until - since) * seconds >= REST and until <= last:
            yield wallet
