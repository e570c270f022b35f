"""What is known of one address: of which categories the value is that came to it and left it."""

from dataclasses import dataclass
from typing import Literal

Direction = Literal["source", "destination"]


@dataclass(frozen=True, slots=True)
class Part:
    """What came from one category (or went to it), in one asset. Amounts are in the asset's smallest unit."""

    direction: Direction
    asset: str  # the asset's key, as trails write it
    category: str  # canonical name
    direct: int  # one hop away: the labelled address paid this address, or was paid by it
    indirect: int  # over further hops, under the policy
    total: int  # everything that came (or left) in this asset
    hops: int  # the fewest
    least: int | None = None  # bounds of direct and indirect together; None: not computed
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Exposure:
    """All parts of one address under one policy, and what they were computed from."""

    address: bytes  # 20 bytes
    policy: str
    parts: tuple[Part, ...]  # by direction, asset, category
    ledger: str  # digest of the ledger
    labels: str  # digest of the labels
