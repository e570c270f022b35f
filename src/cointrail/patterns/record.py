"""A trail read back from its folder: the movements of one policy, as rules look at them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from cointrail.chains import to_text
from cointrail.patterns.worth import Worth

# An address at which a trail ended for one of these reasons is a service or the like, and no wallet of the trail.
STOPS = {"label", "stop", "hub", "mixer", "bridge", "vault", "burned", "swap", "order"}

BETWEEN = "tx:"  # how a transaction of an output-based chain is named where an address would stand
CRUMBS = 100  # a holding is empty when it has less than the most it had over this

Spot = tuple[str, str, str]  # chain, address, asset


@dataclass(frozen=True, slots=True)
class Step:
    """A movement that carried stolen value; amounts in smallest units."""

    number: int  # place in the trail
    chain: str
    block: int | None
    time: int | None  # seconds since 1970
    tx: str | None
    sender: str | None
    recipient: str | None  # None: nobody, a fee
    asset: str
    amount: int
    stolen: int
    hop: int  # fewest movements from the theft up to this one
    rule: str = ""  # by which it was read; empty for a plain movement
    to_chain: str = ""  # the other side of a conversion; empty where the asset stayed the same
    to_asset: str = ""
    to_stolen: int = 0

    @property
    def plain(self) -> bool:
        """Whether it went from one address to another in the same asset."""
        return not self.to_asset and self.sender is not None and self.recipient is not None

    @property
    def source(self) -> Spot:
        """Where it came from."""
        return self.chain, self.sender or "", self.asset

    @property
    def target(self) -> Spot:
        """Where it arrived."""
        return self.to_chain or self.chain, self.recipient or "", self.to_asset or self.asset


@dataclass(frozen=True)
class Spell:
    """What came into a holding and what left it, from when it was empty until it was so again."""

    spot: Spot
    came: list[Step]
    left: list[Step]

    @property
    def paid(self) -> list[Step]:
        """What left in plain movements to somebody else."""
        return [step for step in self.left if step.plain]


@dataclass(frozen=True)
class Record:
    """One policy's movements in chain order, the endpoints, and what the trail says of its assets and ledgers."""

    policy: str
    steps: tuple[Step, ...]
    ends: tuple[Mapping[str, Any], ...]  # as in trail.json
    decimals: Mapping[str, int]  # by asset, as the trail names it
    stolen: Mapping[str, int]  # by asset
    victims: frozenset[str]  # addresses that the theft left, or that held its proceeds when the trace began
    thefts: frozenset[str]  # the transactions of the theft, where the trace was told
    worth: Worth
    start: int | None = None  # when the theft was, if it was told or follows from its transactions
    last: int | None = None  # the end of the ledgers
    notes: tuple[str, ...] = field(default=())

    @cached_property
    def stops(self) -> frozenset[str]:
        """Addresses at which the trail stopped because they are no wallets."""
        return frozenset(end["address"] for end in self.ends if end["reason"] in STOPS and end["address"])

    @cached_property
    def paid(self) -> Mapping[Spot, tuple[Step, ...]]:
        """What left each holding in plain movements to somebody, in order."""
        return _grouped((step.source, step) for step in self.steps if step.plain and step.sender != step.recipient)

    @cached_property
    def left(self) -> Mapping[Spot, tuple[Step, ...]]:
        """All that left each holding, conversions and fees too."""
        return _grouped((step.source, step) for step in self.steps if step.sender != step.recipient or step.to_asset)

    @cached_property
    def came(self) -> Mapping[Spot, tuple[Step, ...]]:
        """What arrived at each holding, conversions too."""
        return _grouped((s.target, s) for s in self.steps if s.recipient and (s.sender != s.recipient or s.to_asset))

    @property
    def begun(self) -> int | None:
        """The time that days are counted from: of the theft, else of the first movement."""
        return self.start if self.start is not None else next((s.time for s in self.steps if s.time is not None), None)

    def wallet(self, address: str | None) -> bool:
        """Whether an address is a wallet that the trail went through or came to rest at: no service, nobody's not."""
        return bool(address) and address not in self.stops and address not in self.relays

    @cached_property
    def relays(self) -> frozenset[str]:
        """Addresses that passed on what they got in the same transaction: contracts such as routers, no wallets.

        On output-based chains the transaction itself stands between its inputs and outputs, and is no contract.
        """
        came = {(s.tx, s.target) for s in self.steps if s.tx and s.plain and s.sender != s.recipient}
        return frozenset(
            step.sender
            for step in self.steps
            if step.plain and step.sender and (step.tx, step.source) in came and not step.sender.startswith(BETWEEN)
        )

    @cached_property
    def spells(self) -> Mapping[int, Spell]:
        """For every movement that came into a holding, by its number, the spell it belongs to."""
        return {step.number: spell for spot in self.came for spell in self._spells(spot) for step in spell.came}

    def _spells(self, spot: Spot) -> list[Spell]:
        moves = [(s.number, s, True) for s in self.came[spot]] + [(s.number, s, False) for s in self.left.get(spot, ())]
        found: list[Spell] = []
        held = most = 0
        for _, step, comes in sorted(moves, key=lambda move: move[0]):
            if comes and (not found or (found[-1].left and held * CRUMBS <= most)):
                found.append(Spell(spot, [], []))
                most = held
            held += (step.to_stolen if step.to_asset else step.stolen) if comes else -step.stolen
            most = max(most, held)
            if found:
                (found[-1].came if comes else found[-1].left).append(step)
        return found

    def held(self, spot: Spot, before: int) -> int:
        """Stolen value that a holding had before a movement, by the movement's number."""
        came = sum(s.to_stolen if s.to_asset else s.stolen for s in self.came.get(spot, ()) if s.number < before)
        return came - sum(s.stolen for s in self.left.get(spot, ()) if s.number < before)

    def share(self, steps: Iterable[Step]) -> Fraction | None:
        """The part of the theft that movements carried, each whole: what passed twice counts twice."""
        return self.worth.share((step.asset, step.stolen) for step in steps)

    def text(self, amount: int, asset: str) -> str:
        """An amount as exact text in whole units."""
        return to_text(amount, self.decimals[asset])

    def said(self, amount: int, asset: str) -> str:
        """An amount with its asset, as a sentence names it."""
        return f"{self.text(amount, asset)} {self.worth.symbols.get(asset, asset)}"


def _grouped(pairs: Iterable[tuple[Spot, Step]]) -> Mapping[Spot, tuple[Step, ...]]:
    found: dict[Spot, list[Step]] = defaultdict(list)
    for spot, step in pairs:
        found[spot].append(step)
    return {spot: tuple(steps) for spot, steps in found.items()}
