"""Legs: one side of a transfer over a bridge, as the bridge's own contract told it."""

from dataclasses import dataclass

DEPOSIT, WITHDRAWAL = "deposit", "withdrawal"
REFUND, INTERNAL = "refund", "internal"


@dataclass(frozen=True)
class Leg:
    """A deposit into a bridge or a withdrawal from it; amounts in smallest units, "" and None for what is not told.

    `contract` emitted the event (or was called); `vault` takes or pays the value where it is somebody else. `token` is
    the asset on this chain: "" for the native coin. `other_token` and `other_amount` are what the event says of the
    other side. `key` is what links both sides. `status` is "refund", or "internal" for what is no transfer of a user's.
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
    """A deposit and the withdrawal that paid it out, by their places among the legs. `ambiguous`: other candidates."""

    deposit: int
    withdrawal: int
    rule: str
    confidence: float
    ambiguous: int


@dataclass(frozen=True)
class Crossings:
    """All legs of some ledgers, the links between them, and what is strange."""

    legs: list[Leg]
    links: list[Crossing]
    findings: list[Finding]
