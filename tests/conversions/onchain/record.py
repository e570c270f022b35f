"""What happened on a chain, as the contracts themselves tell it: balances before and after, never logs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

NATIVE = ""  # the asset of the chain's own coin, as in a ledger; a token is its contract in lower case

Holding = tuple[str, str]  # address and asset


@dataclass(frozen=True)
class Conversion:
    """Value that changed its asset and stayed one owner's. Amounts are in smallest units, by asset.

    `kind` is swap, wrap, unwrap, liquidity in, liquidity out, vault in or vault out. What was sold left `owner`, less
    what came back to it; what was bought came to `recipient`. Gas is no part of it.
    """

    kind: str
    owner: str
    recipient: str
    sold: Mapping[str, int]
    bought: Mapping[str, int]


@dataclass(frozen=True)
class Step:
    """One transaction: who sent it, what it changed, what it converted. `sender` paid `fee` wei for it."""

    name: str
    tx: str
    block: int
    time: int
    sender: str
    fee: int
    changes: Mapping[Holding, int]  # what is not 0; of the native coin without the fee
    quote: Sequence[int] = ()  # what the router said before: amounts along the route
    conversions: Sequence[Conversion] = ()
    facts: Mapping[str, object] = field(default_factory=dict)  # what else is known of it, by name

    def gain(self, holder: str, asset: str = NATIVE) -> int:
        """What a holding gained; below 0 what it lost. Fees are left aside."""
        return self.changes.get((holder, asset), 0)


@dataclass(frozen=True)
class Record:
    """A whole world that has happened: where to read it, who is who, and every step that counts."""

    url: str
    chain: str  # "ethereum"
    chain_id: int
    head: int  # number of the last block
    people: Mapping[str, str]  # name to address
    contracts: Mapping[str, str]
    assets: Mapping[str, str]  # name to asset; ETH is NATIVE
    steps: Sequence[Step]
    opening: Mapping[Holding, int]  # balances that differ from 0 at block 0
    closing: Mapping[Holding, int]  # ... at block `head`

    def step(self, name: str) -> Step:
        """The step of that name."""
        [found] = [step for step in self.steps if step.name == name]
        return found


@dataclass(frozen=True)
class Hop:
    """A transfer over a bridge: what was deposited on one chain and, where the other side is a ledger, paid there."""

    bridge: str
    key: tuple[int, int] | str  # Across: origin chain and deposit id; THORChain: the memo
    deposit: Step
    asset: str
    amount: int
    origin: str  # chain
    destination: str
    recipient: str
    fill: Step | None = None
    paid_asset: str = NATIVE
    paid: int = 0
