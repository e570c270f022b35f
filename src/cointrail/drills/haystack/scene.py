"""What every part of the hay works on: the case's wallets and when they act, fresh addresses, blocks."""

from dataclasses import dataclass, field

import numpy as np

from cointrail.drills.columns import Bools, Ints
from cointrail.drills.draw import popular
from cointrail.drills.haystack.background import Background
from cointrail.drills.haystack.case import Case

BLOCKS_A_DAY = 7200  # one every 12 seconds
USD, FAKE, FAKE_TWO = 0, 1, 2  # rows of the table's asset keys
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Flow:
    """Transfers of one part; `group` >= 0 joins rows of this part into one transaction (same group, same block)."""

    block: Ints
    sender: Ints
    recipient: Ints
    amount: Ints
    asset: int = USD
    group: Ints | None = None


@dataclass
class Scene:
    """The stage, filled by the parts. Addresses are numbers: the case's first, then whatever `fresh` hands out."""

    case: Case
    background: Background
    rng: np.random.Generator
    first: int  # first block of the ledger
    last: int
    wallets: Ints  # the case's wallets that are no terminals
    arrival: Ints  # per case address: block of its first movement in the case
    through: Ints  # per case address: cents that the case moves through it
    count: int  # addresses so far
    crowd: Ints  # unrelated wallets, most popular first
    twins: list[tuple[int, int]] = field(default_factory=list)  # (look-alike, original)
    hot: list[int] = field(default_factory=list)  # hot wallets of operators
    flows: dict[str, list[Flow]] = field(default_factory=dict)

    def fresh(self, size: int) -> Ints:
        """`size` addresses never seen before."""
        self.count += size
        return np.arange(self.count - size, self.count)

    def people(self, size: int, new: float = 0.0) -> Ints:
        """Unrelated wallets by popularity; a share `new` of them is used once and never again."""
        chosen = self.crowd[popular(self.rng, size, len(self.crowd), self.background.skew)]
        once: Bools = self.rng.random(size) < new
        chosen[once] = self.fresh(int(once.sum()))
        return chosen

    def add(self, part: str, flow: Flow) -> None:
        """Take over the transfers of a part; those that would leave the ledger's range are dropped."""
        inside = (flow.block >= self.first) & (flow.block <= self.last) & (flow.sender != flow.recipient)
        if not inside.all():
            group = None if flow.group is None else flow.group[inside]
            flow = Flow(
                flow.block[inside], flow.sender[inside], flow.recipient[inside], flow.amount[inside], flow.asset, group
            )
        self.flows.setdefault(part, []).append(flow)

    def rows(self) -> int:
        """How many transfers there are so far."""
        return sum(len(flow.block) for flows in self.flows.values() for flow in flows)


def stage(case: Case, background: Background) -> Scene:
    """An empty scene around the case."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([background.seed, 0x4A])))
    size = len(case.addresses)
    arrival, received, sent = np.full(size, NEVER), np.zeros(size, np.int64), np.zeros(size, np.int64)
    for ends in (case.sender, case.recipient):
        np.minimum.at(arrival, ends, case.block)
    np.add.at(received, case.recipient, case.amount)
    np.add.at(sent, case.sender, case.amount)
    people = max(200, int(background.transfers / background.crowd_degree))
    return Scene(
        case=case,
        background=background,
        rng=rng,
        first=int(case.block[0]) - background.days_before * BLOCKS_A_DAY,
        last=int(case.block[-1]) + background.days_after * BLOCKS_A_DAY,
        wallets=np.setdiff1d(np.flatnonzero(arrival < NEVER), case.terminals),
        arrival=arrival,
        through=np.maximum(received, sent),
        count=size + people,
        crowd=np.arange(size, size + people),
    )
