"""The walk: follows stolen value movement by movement, in chain order, over the holdings it touches and no others."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple

from cointrail.tracing.account import Account, Index
from cointrail.tracing.exit import Exit, Stop, carry
from cointrail.tracing.policies import POLICIES, Part, Purse, size
from cointrail.tracing.shares import Claims, Pool, add

ROUNDS = 4096  # movements between two calls of `step`


class Move(NamedTuple):
    """One transfer, net transfer or conversion that carried stolen value; sender and recipient in walking direction.

    `amount` and `stolen` are in the sender's asset. `came` of `got` arrived in the recipient's, at the key `landed`.
    """

    key: int  # place in the walk's order, negated when walking backward
    sender: int  # holdings
    recipient: int
    amount: int  # of which is stolen
    stolen: int
    hop: int
    ended: bool = False  # the walk stopped where it arrived
    rule: str = ""  # of settlement or of bridges; "" for a plain transfer
    got: int = 0
    came: int = 0
    landed: int = 0
    crossing: int = -1


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
    claims: Claims = field(default_factory=dict)  # which part of the theft it is

    def gain(self, amount: int, hop: int, key: int, claims: Claims) -> None:
        """Something more ended here."""
        self.hops = min(self.hops, hop) if self.arrivals else hop
        self.amount += amount
        self.arrivals += 1
        self.first = key if self.first is None else min(self.first, key)
        self.last = key if self.last is None else max(self.last, key)
        for asset, units in claims.items():
            self.claims[asset] = self.claims.get(asset, 0) + units


@dataclass(slots=True)
class Visit:
    """When and over how many hops stolen value came to a holding."""

    hop: int
    first: int
    last: int
    count: int

    def again(self, hop: int, key: int) -> None:
        self.hop, self.last, self.count = min(self.hop, hop), key, self.count + 1


Place = tuple[int, str, str | None, str | None]  # holding, reason, label, target


@dataclass
class Flow:
    """What a walk under one policy found; amounts by holding are in the asset of that holding."""

    policy: str
    moves: list[Move] = field(default_factory=list)
    endpoints: dict[Place, Endpoint] = field(default_factory=dict)
    stolen: dict[int, int] = field(default_factory=dict)  # by asset
    begun: dict[int, int] = field(default_factory=dict)  # by asset: key of the first movement that was stolen
    returned: dict[int, int] = field(default_factory=dict)  # by asset: came back to the theft's own addresses
    left: dict[int, int] = field(default_factory=dict)  # by asset: was converted into others
    came: dict[int, int] = field(default_factory=dict)  # by asset: came from the conversion of others

    def end(self, holding: int, stop: Stop) -> Endpoint:
        place = (holding, stop.reason, stop.label, stop.target)
        found = self.endpoints.get(place)
        if found is None:
            found = self.endpoints[place] = Endpoint(holding, stop)
        return found


@dataclass(frozen=True)
class Seeds:
    """Where the stolen value starts, in keys and holdings of the walk.

    `sources`: holdings from which everything leaves stolen, from that key on. `moves`: outflows that are stolen whole,
    as (key, holding that they leave).
    """

    sources: Mapping[int, int]
    moves: Collection[tuple[int, int]]


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
    known of the address; None: it goes on. `passages(account, place)` says where an outflow goes if not just to the
    other side of its movement; without it, no transaction is settled and no bridge is crossed. `joined(holding)` says
    whether the transaction that a holding is hides whose value goes where, so that value stops there.
    """

    def __init__(
        self,
        index: Index,
        accounts: dict[int, Account],
        backward: bool,
        judge: Callable[[int, int], Stop | None],
        limits: Limits = NO_LIMITS,
        passages: Callable[[Account, int], Sequence[Exit] | None] | None = None,
        joined: Callable[[int], Stop | None] = lambda holding: None,
    ) -> None:
        self.joined = joined
        self._index, self._accounts, self._backward = index, accounts, backward
        self._judge, self._limits, self._passages = judge, limits, passages
        # asked millions of times: without a call in between
        self.asset, self.through, self.by_outputs = index.asset, index.through, index.by_outputs
        self.seat, self.fee, self.degree = index.seat, index.fee, index.degree
        # where the outflow at a place goes, all of it; None: just to the other side of its movement
        self.exits: Callable[[Account, int], Sequence[Exit] | None] = passages or (lambda account, place: None)

    def account(self, holding: int) -> Account:
        found = self._accounts.get(holding)
        if found is None:
            net = self._passages is not None
            found = self._accounts[holding] = Account(self._index, holding, self._backward, net)
        return found

    def follow(self, policy: str, seeds: Seeds, step: Callable[[int], None] = lambda count: None) -> Flow:
        """Walk to the end. The sum over all endpoints is the sum of what was stolen, for every policy but poison."""
        run = _Run(self, policy, seeds, self._limits, self._judge)
        return run.go(step)

    def moves_on(self, holding: int, key: int) -> bool:
        """Whether anything leaves a holding from a key on."""
        account = self.account(holding)
        return bool(account.outs) and account.keys[account.outs[-1]] >= key

    @property
    def backward(self) -> bool:
        return self._backward


class Arrival(NamedTuple):
    """Stolen value on its way: where it goes, the part of the inflow it will be, claims too small for a unit."""

    move: Move
    part: Part
    stray: Claims
    stop: Stop | None


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
        self.coming: list[tuple[int, int, Arrival]] = []  # over bridges: (key, number, what arrives)
        self.sent = 0
        self.returned = {holding: Pool(walk.asset(holding)) for holding in seeds.sources}
        self.moves = frozenset(seeds.moves)

    def go(self, step: Callable[[int], None]) -> Flow:
        for holding, since in self.seeds.sources.items():
            account = self.walk.account(holding)
            first = next((p for p in account.outs if account.keys[p] >= since), None)
            self._queue(holding, first)
        for key, holding in self.moves:
            if holding not in self.seeds.sources:
                heappush(self.queue, (key, holding, self.walk.account(holding).place(key, incoming=False)))
        count, last = 0, None
        until = self.limits.until
        while self.queue or self.coming:
            if self.coming and (not self.queue or self.coming[0][0] <= self.queue[0][0]):
                self._arrive(heappop(self.coming)[2])
                continue
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
            pool = self.returned[holding]
            again = min(pool.amount, amount)  # what came back leaves once more: not stolen twice
            fresh = amount - again
            part = [(0, again, pool.take(again))] if again else []
            part += [(again, fresh, None)] if fresh else []
            following = account.next_out(place)
        else:
            purse = self.purses.get(holding)
            part = purse.spend(place) if purse else []
            fresh = 0
            if (key, holding) in self.moves:
                fresh = amount - size(part)
                part = _filled(part, amount)
            following = purse.next(place) if purse else None
        if fresh:
            self.flow.begun.setdefault(account.asset, key)
            self.flow.stolen[account.asset] = self.flow.stolen.get(account.asset, 0) + fresh
        if part:
            self._send(account, place, part)
        if following is not None and holding not in self.waiting:
            self._queue(holding, following)

    def _send(self, account: Account, place: int, part: Part) -> None:
        """Deliver the stolen part of an outflow to wherever it goes."""
        key, sender = account.keys[place], account.holding
        visit = self.visits.get(sender)
        hop = visit.hop + (not self.walk.through(sender)) if visit else 1
        exits = self.walk.exits(account, place)
        if exits is None:
            amount, stolen = account.amounts[place], size(part)
            plain = Move(key, sender, account.peers[place], amount, stolen, hop, False, "", amount, stolen, key)
            self._arrive(Arrival(plain, part, {}, None))
            return
        for out in exits:
            asset = self.walk.asset(out.holding)
            same = asset == account.asset and out.size == out.amount
            stolen, arrived, stray = carry(part, out, account.asset, same)
            if not stolen:
                continue
            came = size(arrived)
            if not same:
                self.flow.left[account.asset] = self.flow.left.get(account.asset, 0) + stolen
                self.flow.came[asset] = self.flow.came.get(asset, 0) + came
            move = Move(
                key,
                sender,
                out.holding,
                out.size,
                stolen,
                hop,
                False,
                out.rule,
                out.amount,
                came,
                out.key,
                out.crossing,
            )
            arrival = Arrival(move, arrived, stray, out.stop)
            if out.key > key:  # over a bridge: others may spend from there before it arrives
                self.sent += 1
                heappush(self.coming, (out.key, self.sent, arrival))
            else:
                self._arrive(arrival)

    def _arrive(self, arrival: Arrival) -> None:
        move, part, stray, stop = arrival
        recipient, key = move.recipient, move.landed
        if stray:
            self.flow.end(self.walk.seat(recipient), ROUNDING).gain(0, move.hop, key, stray)
        if not part:
            self.flow.moves.append(_ended(move))
            return
        if recipient in self.returned and stop is None:
            self.flow.moves.append(move)
            self._return(move, part)
            return
        if stop is None:
            stop = self.walk.joined(recipient) if self.walk.through(recipient) else self._stops(move)
        if stop is not None:
            self.flow.moves.append(_ended(move))
            self.flow.end(self.walk.seat(recipient), stop).gain(move.came, move.hop, key, self._claims(recipient, part))
            return
        self.flow.moves.append(move)
        account = self.walk.account(recipient)
        purse = self.purses.get(recipient)
        if purse is None:
            purse = self.purses[recipient] = self.purse_of(account)
        self._seen(self.visits, recipient, move.hop, key)
        place = account.place(key, incoming=True)
        purse.receive(place, part)
        following = purse.next(place)  # by another exit, earlier coins of an inflow may come after later ones
        queued = self.waiting.get(recipient)
        if queued is None or (following is not None and account.keys[following] < queued):
            self._queue(recipient, following)

    def _stops(self, move: Move) -> Stop | None:
        """Why value is not followed beyond the holding where a move arrives."""
        if stop := self.judge(move.recipient, move.landed):
            return stop
        if self.limits.floor and move.came < self.limits.floor.get(self.walk.asset(move.recipient), 0):
            return FLOOR
        return HOPS if self.limits.hops is not None and move.hop >= self.limits.hops else None

    def _return(self, move: Move, part: Part) -> None:
        """Value came back to the theft's own holdings, and leaves first."""
        pool = self.returned[move.recipient]
        for _, length, claim in part:
            pool.put(length, claim)
        self.flow.returned[pool.asset] = self.flow.returned.get(pool.asset, 0) + move.came
        self._seen(self.returns, move.recipient, move.hop, move.landed)

    def _claims(self, holding: int, part: Part) -> Claims:
        found: Claims = {}
        for _, length, claim in part:
            add(found, claim, self.walk.asset(holding), length)
        return found

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
            if purse.held and not self.walk.backward and self.walk.through(holding):
                self._pay_fee(holding, purse)
            elif purse.held:
                cut = until is not None and self.walk.moves_on(holding, until)
                self._stays(holding, TIME if cut else UNSPENT, purse.held, purse.claims(), self.visits[holding])
        for holding, pool in self.returned.items():
            if pool.amount:
                claims: Claims = {}
                add(claims, pool.claims, pool.asset, pool.amount)
                self._stays(holding, RETURNED, pool.amount, claims, self.returns[holding])

    def _stays(self, holding: int, stop: Stop, amount: int, claims: Claims, visit: Visit) -> None:
        end = self.flow.end(self.walk.seat(holding), stop)
        end.gain(amount, visit.hop, visit.first, claims)
        end.arrivals += visit.count - 1
        end.last = visit.last if end.last is None else max(end.last, visit.last)

    def _pay_fee(self, holding: int, purse: Purse) -> None:
        """What the outputs of a transaction leave of its inputs is its fee, the last to be paid."""
        account, visit = self.walk.account(holding), self.visits[holding]
        key, nobody = account.keys[-1], self.walk.fee(holding)
        paid, stolen = account.held, purse.held
        self.flow.moves.append(Move(key, holding, nobody, paid, stolen, visit.hop, True, "", paid, stolen, key))
        self.flow.end(nobody, FEE).gain(stolen, visit.hop, key, purse.claims())


def _ended(move: Move) -> Move:
    """The same move where the walk stopped; half the price of `_replace`."""
    return Move(*move[:6], True, *move[7:])


def _filled(part: Part, amount: int) -> Part:
    """A part made whole: what it leaves out of a movement is freshly stolen."""
    out: Part = []
    at = 0
    for offset, length, claim in [*part, (amount, 0, None)]:
        if offset > at:
            out.append((at, offset - at, None))
        if length:
            out.append((offset, length, claim))
        at = offset + length
    return out


FLOOR = Stop("floor", detail="the stolen part of the movement was below the least value to follow")
HOPS = Stop("hops", detail="the longest chain of movements to follow was reached")
TIME = Stop("time", detail="still held where the walk was cut off in time; the holding moves on later")
UNSPENT = Stop("unspent", detail="still held at the end of the ledger")
ROUNDING = Stop("rounding", detail="worth less than the smallest unit of what it was converted into")
FEE = Stop("fee", detail="paid to the network")
RETURNED = Stop("returned", detail="came back to an address of the theft and is still there")
