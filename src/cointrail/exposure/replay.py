"""Every movement of a ledger, or of a part of it, once and in order, with all categories told apart.

An address that has a category at the time of a movement is that category: what leaves it is of it, what reaches it
stops there and is unknown should the label ever end. Nobody stops value too. All else passes through. On the reversed
ledger the same says where value went. This is the plain form, for any policy and amounts of any width; the compiled
one of `kernel` gives the same for whole ledgers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from cointrail.exposure.carry import Span, carry, laid
from cointrail.exposure.deal import Deal
from cointrail.exposure.purses import CLEAN, PURSES, Purse, Run
from cointrail.exposure.said import FREE, NOBODY
from cointrail.tracing.account import Account


class Movement(NamedTuple):
    """One transfer in walking direction; the key orders it."""

    key: int
    sender: int  # holdings
    recipient: int
    amount: int


class Carried(NamedTuple):
    """A movement, the categories of its value by colour, and over how many hops they came at least.

    Of a link of a settled transaction the amount is the sender's, and `arrived` of `got` is what the recipient has of
    it; else both are the movement's.
    """

    movement: Movement
    runs: tuple[Run, ...]
    hops: dict[int, int]
    arrived: tuple[Run, ...]
    got: int
    stops: bool = False  # nobody sees what became of it


class Given(NamedTuple):
    """An outflow of a settled transaction, all of it."""

    holding: int
    amount: int
    runs: list[Run]
    hops: dict[int, int]


@dataclass
class Came:
    """What came to a holding."""

    total: int = 0
    known: int = 0  # of any category
    amounts: dict[int, int] = field(default_factory=dict)  # by colour
    hops: dict[int, int] = field(default_factory=dict)  # by colour: the fewest

    def add(self, amount: int, runs: Iterable[Run], hops: dict[int, int], whole: bool) -> None:
        """Something more came; `whole`: every run is all of it (poison)."""
        self.total += amount
        known = 0
        for length, colour in runs:
            if colour:
                known = amount if whole else known + length
                self.amounts[colour] = self.amounts.get(colour, 0) + length
                self.hops[colour] = min(self.hops.get(colour, hops[colour]), hops[colour])
        self.known += known


@dataclass
class _State:
    purse: Purse
    balance: int
    through: bool
    hops: dict[int, int] = field(default_factory=dict)  # by colour: the fewest over which it ever came


class Replay:
    """A replay under one policy.

    `code(holding, key)` is the category of whoever holds it then; `tracked(holding, key)` says whether what a holding
    does then matters; `inner(sender, recipient)` whether a movement is no receipt, as it stays with one owner.
    """

    def __init__(
        self,
        policy: str,
        account: Callable[[int], Account],
        code: Callable[[int, int], int],
        through: Callable[[int], bool],
        tracked: Callable[[int, int], bool] = lambda holding, key: True,
        inner: Callable[[int, int], bool] = lambda sender, recipient: sender == recipient,
    ) -> None:
        self._purse, self._whole = PURSES[policy], policy == "poison"
        self._account, self._code, self._through = account, code, through
        self._tracked, self._inner = tracked, inner
        self._states: dict[int, _State] = {}
        self.came: dict[int, Came] = {}

    def move(self, movement: Movement) -> Carried:
        """Play one movement; they must come in walking order."""
        key, sender, recipient, amount = movement
        runs, hops = self._leave(key, sender, amount)
        if not self._inner(sender, recipient):
            came = self.came.setdefault(recipient, Came())
            came.add(amount, runs, hops, self._whole)
        self._arrive(key, recipient, amount, runs, hops)
        known = tuple(run for run in runs if run[1] != CLEAN)
        return Carried(movement, known, hops, known, amount)

    def settle(self, deal: Deal) -> tuple[list[Given], list[Carried]]:
        """Play a transaction of several assets: all outflows, then all inflows."""
        given = [
            Given(holding, amount, *self._leave(deal.key, holding, amount)) for holding, amount, _ in deal.outflows
        ]
        carried: list[Carried] = []
        open_ = dict(deal.inflows)  # of each inflow, what no link explains yet
        spans: dict[int, list[Span]] = {holding: [] for holding in deal.inflows}
        hops: dict[int, dict[int, int]] = {holding: {} for holding in deal.inflows}
        for (_, _, outs), (sender, _, runs, over) in zip(deal.outflows, given, strict=True):
            for out in outs:
                left, arrived = carry(runs, out, self._whole)
                movement = Movement(deal.key, sender, out.holding, out.size)
                known = tuple((length, colour) for _, length, colour in arrived)
                open_[out.holding] = open_.get(out.holding, 0) - out.amount
                if not self._inner(sender, out.holding):
                    self.came.setdefault(out.holding, Came()).add(out.amount, known, over, self._whole)
                if not out.stops:
                    spans[out.holding] += arrived
                    mine = hops[out.holding]
                    for _, _, colour in arrived:
                        mine[colour] = min(mine.get(colour, over[colour]), over[colour])
                carried.append(Carried(movement, left, over, known, out.amount, out.stops))
        for holding, amount in deal.inflows.items():
            if open_[holding] > 0:
                self.came.setdefault(holding, Came()).total += open_[holding]
            self._arrive(deal.key, holding, amount, laid(spans[holding], amount, self._whole), hops[holding])
        return given, carried

    def _leave(self, key: int, sender: int, amount: int) -> tuple[list[Run], dict[int, int]]:
        code = self._code(sender, key)
        runs: list[Run] = []
        hops: dict[int, int] = {}
        if code != NOBODY and self._tracked(sender, key):
            state = self._state(sender)
            runs = state.purse.spend(key, amount, state.balance)
            state.balance -= amount
            hops = {colour: hop + (not state.through) for colour, hop in state.hops.items()}
        if code == FREE:
            return runs, hops
        return ([], {}) if code == NOBODY else ([(amount, 2 * code)], {2 * code: 1})

    def _arrive(self, key: int, recipient: int, amount: int, runs: list[Run], hops: dict[int, int]) -> None:
        code = self._code(recipient, key)
        if code == NOBODY or not self._tracked(recipient, key):
            return
        state = self._state(recipient)
        state.balance += amount
        kept: list[Run] = []
        for length, colour in runs if code == FREE else ():
            place = colour if state.through or not colour else colour | 1
            kept.append((length, place))
            if colour:
                state.hops[place] = min(state.hops.get(place, hops[colour]), hops[colour])
        rest = 0 if self._whole else amount - sum(length for length, _ in kept)
        state.purse.receive([*kept, (rest, CLEAN)] if rest else kept)

    def _state(self, holding: int) -> _State:
        found = self._states.get(holding)
        if found is None:
            account = self._account(holding)
            found = self._states[holding] = _State(self._purse(account), account.opening, self._through(holding))
        return found
