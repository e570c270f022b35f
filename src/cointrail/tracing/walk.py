"""The walk: follows stolen value movement by movement, in chain order, over the holdings it touches and no others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple

from cointrail.ledger.index import Index
from cointrail.tracing.account import Account
from cointrail.tracing.policies import POLICIES, Part, Purse, size

ROUNDS = 4096  # movements between two calls of `step`


@dataclass(frozen=True)
class Stop:
    """Why value is not followed beyond where it arrived."""

    reason: str  # label, stop, hub, unspent, time, hops, floor, fee, burned, returned, opening, mint
    label: str | None = None
    category: str | None = None
    detail: str | None = None


class Move(NamedTuple):
    """One transfer that carried stolen value."""

    key: int  # place in the walk's order: the row, negated when walking backward
    sender: int  # holdings; in walking direction
    recipient: int
    amount: int  # of which is stolen
    stolen: int
    hop: int
    ended: bool = False  # the walk stopped where it arrived


@dataclass
class Endpoint:
    """Where stolen value stopped, and why."""

    holding: int
    stop: Stop
    amount: int = 0
    arrivals: int = 0
    hops: int = 0  # the fewest
    first: int | None = None  # keys of the first and the last arrival
    last: int | None = None

    def add(self, amount: int, hop: int, key: int | None = None) -> None:
        self.hops = min(self.hops, hop) if self.arrivals else hop
        self.amount += amount
        self.arrivals += 1
        if key is not None:
            self.first = key if self.first is None else self.first
            self.last = key


@dataclass(slots=True)
class Visit:
    """When and over how many hops stolen value came to a holding."""

    hop: int
    first: int
    last: int
    count: int

    def again(self, hop: int, key: int) -> None:
        self.hop, self.last, self.count = min(self.hop, hop), key, self.count + 1


@dataclass
class Flow:
    """What a walk under one policy found; amounts by holding are in the asset of that holding."""

    policy: str
    moves: list[Move] = field(default_factory=list)
    endpoints: dict[tuple[int, str, str | None], Endpoint] = field(default_factory=dict)  # holding, reason, label
    stolen: dict[int, int] = field(default_factory=dict)  # by asset id
    returned: dict[int, int] = field(default_factory=dict)  # by asset id: came back to the theft's own addresses

    def end(self, holding: int, stop: Stop) -> Endpoint:
        found = self.endpoints.get((holding, stop.reason, stop.label))
        if found is None:
            found = self.endpoints[holding, stop.reason, stop.label] = Endpoint(holding, stop)
        return found


@dataclass(frozen=True)
class Seeds:
    """Where the stolen value starts, in keys and holdings of the walk.

    `sources`: holdings from which everything leaves stolen, from that key on. `moves`: transfers that are stolen
    whole, with the holding that they leave.
    """

    sources: Mapping[int, int]
    moves: Mapping[int, int]


@dataclass(frozen=True)
class Limits:
    """Where a walk is cut off."""

    floor: Mapping[int, int]  # asset id -> least stolen amount of a movement that is followed; absent: 0
    hops: int | None = None
    until: int | None = None  # no movement from this key on


NO_LIMITS = Limits({})


class Walk:
    """The ledger as seen by the walks of one trace, in one direction.

    `accounts` is shared between walks. `judge(holding, key)` says whether value that arrives there stops for what is
    known of the address; None: it goes on.
    """

    def __init__(
        self,
        index: Index,
        accounts: dict[int, Account],
        backward: bool,
        judge: Callable[[int, int], Stop | None],
        limits: Limits = NO_LIMITS,
    ) -> None:
        self._index, self._accounts, self._backward = index, accounts, backward
        self._judge, self._limits = judge, limits

    def account(self, holding: int) -> Account:
        found = self._accounts.get(holding)
        if found is None:
            found = self._accounts[holding] = Account(self._index, holding, self._backward)
        return found

    def follow(self, policy: str, seeds: Seeds, step: Callable[[int], None] = lambda count: None) -> Flow:
        """Walk to the end. The sum over all endpoints is the sum of what was stolen, for every policy but poison."""
        run = _Run(self, policy, seeds, self._limits, self._judge)
        return run.go(step)

    def degree(self, holding: int) -> int:
        """How many movements a holding has."""
        return self._index.degree(holding)

    def moves_on(self, holding: int, key: int) -> bool:
        """Whether anything leaves a holding from a key on."""
        account = self.account(holding)
        return bool(account.outs) and account.keys[account.outs[-1]] >= key

    def asset(self, holding: int) -> int:
        return int(self._index.holding_asset[holding])


class _Run:
    """The state of one walk."""

    def __init__(
        self, walk: Walk, policy: str, seeds: Seeds, limits: Limits, judge: Callable[[int, int], Stop | None]
    ) -> None:
        self.walk, self.seeds, self.limits, self.judge = walk, seeds, limits, judge
        self.flow = Flow(policy)
        self.purse_of = POLICIES[policy]
        self.purses: dict[int, Purse] = {}
        self.visits: dict[int, Visit] = {}
        self.returns: dict[int, Visit] = {}  # what came back to the theft's own holdings
        self.queue: list[tuple[int, int, int]] = []  # (key, holding, place of the outflow)
        self.waiting: dict[int, int] = {}  # holding -> key it is queued for
        self.returned: dict[int, int] = dict.fromkeys(seeds.sources, 0)

    def go(self, step: Callable[[int], None]) -> Flow:
        for holding, since in self.seeds.sources.items():
            account = self.walk.account(holding)
            first = next((p for p in account.outs if account.keys[p] >= since), None)
            self._queue(holding, first)
        for key, holding in self.seeds.moves.items():
            if holding not in self.seeds.sources:
                heappush(self.queue, (key, holding, self.walk.account(holding).place(key, incoming=False)))
        count, last = 0, None
        until = self.limits.until
        while self.queue:
            key, holding, place = heappop(self.queue)
            if self.waiting.get(holding) == key:
                del self.waiting[holding]
            if (key, holding) == last or (until is not None and key >= until):
                continue
            last = (key, holding)
            self._pass_on(key, holding, place)
            count += 1
            if not count % ROUNDS:
                step(count)
        self._settle()
        return self.flow

    def _queue(self, holding: int, place: int | None) -> None:
        if place is not None:
            key = self.walk.account(holding).keys[place]
            self.waiting[holding] = key
            heappush(self.queue, (key, holding, place))

    def _pass_on(self, key: int, holding: int, place: int) -> None:
        account = self.walk.account(holding)
        amount = account.amounts[place]
        part: Part
        if holding in self.seeds.sources:
            again = min(self.returned[holding], amount)  # what came back leaves once more: not stolen twice
            self.returned[holding] -= again
            part, fresh = [(0, amount)], amount - again
            following = account.next_out(place)
        else:
            purse = self.purses.get(holding)
            part = purse.spend(place) if purse else []
            fresh = 0
            if self.seeds.moves.get(key) == holding:
                part, fresh = [(0, amount)], amount - size(part)
            following = purse.next(place) if purse else None
        if fresh:
            asset = self.walk.asset(holding)
            self.flow.stolen[asset] = self.flow.stolen.get(asset, 0) + fresh
        if part:
            self._deliver(key, holding, account.peers[place], amount, part)
        if following is not None and holding not in self.waiting:
            self._queue(holding, following)

    def _deliver(self, key: int, sender: int, recipient: int, amount: int, part: Part) -> None:
        stolen = size(part)
        visit = self.visits.get(sender)
        hop = visit.hop + 1 if visit else 1
        if recipient in self.seeds.sources:
            self.flow.moves.append(Move(key, sender, recipient, amount, stolen, hop))
            self.returned[recipient] += stolen
            asset = self.walk.asset(recipient)
            self.flow.returned[asset] = self.flow.returned.get(asset, 0) + stolen
            self._seen(self.returns, recipient, hop, key)
            return
        stop = self.judge(recipient, key)
        if stop is None and self.limits.floor and stolen < self.limits.floor.get(self.walk.asset(recipient), 0):
            stop = FLOOR
        if stop is None and self.limits.hops is not None and hop >= self.limits.hops:
            stop = HOPS
        self.flow.moves.append(Move(key, sender, recipient, amount, stolen, hop, stop is not None))
        if stop is not None:
            self.flow.end(recipient, stop).add(stolen, hop, key)
            return
        account = self.walk.account(recipient)
        purse = self.purses.get(recipient)
        if purse is None:
            purse = self.purses[recipient] = self.purse_of(account)
        self._seen(self.visits, recipient, hop, key)
        place = account.place(key, incoming=True)
        purse.receive(place, part)
        if recipient not in self.waiting:
            self._queue(recipient, purse.next(place))

    @staticmethod
    def _seen(visits: dict[int, Visit], holding: int, hop: int, key: int) -> None:
        if holding in visits:
            visits[holding].again(hop, key)
        else:
            visits[holding] = Visit(hop, key, key, 1)

    def _settle(self) -> None:
        """What is still held is an endpoint too."""
        until = self.limits.until
        for holding, purse in self.purses.items():
            if purse.held:
                cut = until is not None and self.walk.moves_on(holding, until)
                self._stays(holding, TIME if cut else UNSPENT, purse.held, self.visits[holding])
        for holding, amount in self.returned.items():
            if amount:
                self._stays(holding, RETURNED, amount, self.returns[holding])

    def _stays(self, holding: int, stop: Stop, amount: int, visit: Visit) -> None:
        end = self.flow.end(holding, stop)
        end.amount, end.hops, end.arrivals = amount, visit.hop, visit.count
        end.first, end.last = visit.first, visit.last


FLOOR = Stop("floor", detail="the stolen part of the movement was below the least value to follow")
HOPS = Stop("hops", detail="the longest chain of movements to follow was reached")
TIME = Stop("time", detail="still held where the walk was cut off in time; the holding moves on later")
UNSPENT = Stop("unspent", detail="still held at the end of the ledger")
RETURNED = Stop("returned", detail="came back to an address of the theft and is still there")
