"""What is known of one address: of which categories the value is that came to it and left it."""

from dataclasses import dataclass
from typing import Literal

Direction = Literal["source", "destination"]
Subject = Literal["address", "cluster", "transaction"]

ONE_ASSET = (
    "Exposure is followed within one asset: what was swapped or bridged is of no category behind the swap, and assets"
    " that nobody vouches for do not count."
)

CONVERTED = (
    "Exposure is followed through swaps and wraps within this ledger, in the units of what each holder got; what stays"
    " an owner's own is no receipt. It is not followed over bridges, through orders that are settled in another"
    " transaction, nor beyond vaults, and swaps of which the ledger shows one side end there: what is behind those is"
    " unknown. Assets that nobody vouches for do not count."
)


def note(conversions: bool) -> str:
    """What an answer does not say."""
    return CONVERTED if conversions else ONE_ASSET


@dataclass(frozen=True, slots=True)
class Part:
    """What came from one category (or went to it), in one asset. Amounts are in the asset's smallest unit.

    The category `unknown` is the rest of `total`: no label says where it came from (or went); it is no sign of being
    clean. Its amount is `indirect`, its `hops` are 0.
    """

    direction: Direction
    asset: str  # the asset's key, as trails write it
    category: str  # canonical name
    direct: int  # one hop away: the labelled address paid this address, or was paid by it
    indirect: int  # over further hops, under the policy
    total: int  # everything that came (or left) in this asset
    hops: int  # the fewest
    least: int | None = None  # bounds of direct and indirect together; None: not computed
    most: int | None = None

    @property
    def amount(self) -> int:
        """Direct and indirect together."""
        return self.direct + self.indirect


@dataclass(frozen=True, slots=True)
class Exposure:
    """All parts of one address under one policy, and what they were computed from.

    Of a cluster or a transaction the same; `address` is then a member of the cluster, or empty.
    """

    address: bytes  # 20 bytes
    policy: str
    parts: tuple[Part, ...]  # by direction, asset, category
    ledger: str  # digest of the ledger
    labels: str  # digest of the labels
    subject: Subject = "address"
    members: int = 1  # addresses of the cluster
    transaction: bytes = b""  # hash
    until: int | None = None  # seconds: only what happened up to then counts; None: all
    note: str = ONE_ASSET
