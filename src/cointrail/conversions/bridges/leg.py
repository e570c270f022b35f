"""Legs: one side of a transfer over a bridge, as the bridge's own contract told it."""

from dataclasses import dataclass, field
from functools import cached_property

from cointrail.conversions.legs import DEPOSIT, WITHDRAWAL

__all__ = ["DEPOSIT", "INTERNAL", "REFUND", "WITHDRAWAL", "Crossing", "Crossings", "Finding", "Leg"]

REFUND, INTERNAL = "refund", "internal"


@dataclass(frozen=True)
class Leg:
    """A deposit into a bridge or a withdrawal from it; amounts in smallest units, "" and None for what is not told.

    `contract` emitted the event (or was called); `vault` takes or pays the value where it is somebody else. `token` is
    the asset on this chain: "" for the native coin. `other_token` and `other_amount` are what the event says of the
    other side. `key` is what links both sides. `status` is "refund", or "internal" for what is no transfer of a user's.
    `order`: it is a payment for an order, or of one, see `orders`. `moved`: a movement of a wallet tells it and no
    event; `position` then is the row's in its transaction, or the output's number. `custodial`: a swapper's, which pays
    out from what it holds; `bridge` then is the swapper.
    """

    side: str
    bridge: str
    chain: str
    tx: bytes
    block: int | None
    time: int | None
    position: int
    contract: bytes
    vault: bytes | None = None
    token: str | None = None
    amount: int | None = None
    sender: bytes | None = None
    recipient: str = ""
    other_chain: str = ""
    other_token: str | None = None
    other_amount: int | None = None
    key: str = ""
    memo: str = ""
    status: str = ""
    moved: bool = False
    order: bool = False
    custodial: bool = False

    @property
    def place(self) -> str:
        """What tells of it."""
        if self.moved:
            return "its wallet's movement"
        return f"event {self.position}" if self.position >= 0 else "the transaction's input"


@dataclass(frozen=True)
class Finding:
    """What is strange about an event or a leg, and where."""

    kind: str
    chain: str
    tx: bytes
    time: int | None
    position: int
    contract: bytes
    bridge: str
    detail: str


@dataclass(frozen=True)
class Crossing:
    """A deposit and the withdrawal that paid it out, by their places among the legs. `ambiguous`: other candidates.

    `said`: who says so, where it is nothing that the chains show; its confidence is 0 where that tells none.
    """

    deposit: int
    withdrawal: int
    rule: str
    confidence: float
    ambiguous: int
    said: str = ""


@dataclass(frozen=True)
class Crossings:
    """All legs of some ledgers, the links between them, and what is strange.

    `candidates` are pairs that may be links and are not sure enough; `notes` say what was left out.
    """

    legs: list[Leg]
    links: list[Crossing]
    findings: list[Finding]
    candidates: list[Crossing] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @cached_property
    def link_of(self) -> dict[int, int]:
        """The place of the link of every leg that has one, by the leg's place."""
        return {leg: n for n, link in enumerate(self.links) for leg in (link.deposit, link.withdrawal)}

    @cached_property
    def candidates_of(self) -> dict[int, list[Crossing]]:
        """The candidates of every leg that has some, by the leg's place, the likeliest first."""
        found: dict[int, list[Crossing]] = {}
        for one in sorted(self.candidates, key=lambda one: -one.confidence):
            for leg in (one.deposit, one.withdrawal):
                found.setdefault(leg, []).append(one)
        return found

    def other(self, place: int) -> Leg | None:
        """The other side of a leg; None where it has no link."""
        if place not in self.link_of:
            return None
        link = self.links[self.link_of[place]]
        return self.legs[link.withdrawal if place == link.deposit else link.deposit]
