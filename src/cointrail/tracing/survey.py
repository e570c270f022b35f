"""Where a walk should stop although no label says so: a first reach over the ledger, judging behaviour.

The reach is that of poison, so what is found holds for every policy. While labels alone keep it small, nothing is
judged: a guess that is not needed can only be wrong. Otherwise it is run until it finds nothing new: the fewer
services leak, the clearer it is who is a stranger.

Output-based chains are not reached: an output has one payer and one use, so only what its address had before tells of a
service, and that is seen without a reach (`stops`).
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush

from cointrail.tracing.account import Account
from cointrail.tracing.behaviour import Behaviour, Suspect, service
from cointrail.tracing.exit import Stop
from cointrail.tracing.walk import Seeds, Walk

ROUNDS = 4096  # movements between two calls of `step`


@dataclass(frozen=True)
class Survey:
    """The stops found: holdings that behave like services, and movements too small to follow."""

    hubs: dict[int, str]  # holding -> why
    dust: frozenset[int]  # keys
    reached: int  # holdings in the last reach
    rounds: int  # 0: the reach was small, and nothing was judged


def survey(
    walk: Walk,
    seeds: Seeds,
    judge: Callable[[int, int], Stop | None],
    until: int | None,
    rule: Behaviour,
    step: Callable[[int], None] = lambda count: None,
) -> Survey:
    """Reach, judge, and reach again until no new hub is found."""
    hubs: dict[int, str] = {}
    reach = _Reach(walk, seeds, judge, until, rule, hubs, step)
    reach.run(most=rule.calm)
    if len(reach.suspects) <= rule.calm:
        return Survey(hubs, frozenset(), len(reach.suspects), 0)
    rounds, found = 0, True
    while found and rounds < rule.rounds:
        rounds += 1
        reach = _Reach(walk, seeds, judge, until, rule, hubs, step)
        reach.run()
        found = reach.judge_all()
    return Survey(hubs, frozenset(reach.dust), len(reach.suspects), rounds)


def begun(walk: Walk, seeds: Seeds) -> int:
    """The key at which a theft began: not `since`, which may be the ledger's start."""
    places = ((walk.account(holding), since) for holding, since in seeds.sources.items())
    left = [account.keys[place] for account, since in places if (place := _first(account, since)) is not None]
    return min([*left, *(key for key, _ in seeds.moves)], default=0)


def _first(account: Account, since: int) -> int | None:
    """The first outflow of a holding from a key on."""
    return next((place for place in account.outs if account.keys[place] >= since), None)


class _Reach:
    """One poison reach. `hubs` are not entered, and those too large to look at are added to it."""

    def __init__(
        self,
        walk: Walk,
        seeds: Seeds,
        judge: Callable[[int, int], Stop | None],
        until: int | None,
        rule: Behaviour,
        hubs: dict[int, str],
        step: Callable[[int], None],
    ) -> None:
        self.walk, self.seeds, self.judge, self.until = walk, seeds, judge, until
        self.rule, self.hubs, self.step = rule, hubs, step
        self.start = begun(walk, seeds)
        self.suspects: dict[int, Suspect] = {}
        self.dust: set[int] = set()
        self.leaving: dict[int, str] = {}  # holdings that behaved like services by the time something left them
        self.queue: list[tuple[int, int, int]] = []  # (key, holding, place of the outflow)

    def run(self, most: int | None = None) -> None:
        """Reach everything; with `most`, judge nothing and stop when more holdings than that are reached."""
        for holding, since in self.seeds.sources.items():
            if not self.walk.by_outputs(holding):
                self._queue(holding, _first(self.walk.account(holding), since))
        for key, holding in self.seeds.moves:
            if holding not in self.seeds.sources and not self.walk.by_outputs(holding):
                self._queue(holding, self.walk.account(holding).place(key, incoming=False))
        count, last = 0, None
        while self.queue and (most is None or len(self.suspects) <= most):
            key, holding, place = heappop(self.queue)
            if (key, holding) == last or (self.until is not None and key >= self.until):
                continue
            last = (key, holding)
            if holding in self.suspects or holding in self.seeds.sources:
                self._queue(holding, self.walk.account(holding).next_out(place))
            if most is None and self._stays(key, holding, place):
                continue
            account = self.walk.account(holding)
            exits = self.walk.exits(account, place)
            if exits is None:
                self._arrive(key, account.peers[place])
            else:
                for out in exits:
                    if out.stop is None:
                        self._arrive(out.key, out.holding)
            count += 1
            if not count % ROUNDS:
                self.step(count)

    def judge_all(self) -> bool:
        """Judge every reached holding by all that the ledger knows of it; whether new hubs were found."""
        before = len(self.hubs)
        for holding, suspect in self.suspects.items():
            account = self.walk.account(holding)
            end = len(account) if self.until is None else bisect_left(account.keys, self.until)
            if why := self.leaving.get(holding) or service(account, suspect, end, self.rule):
                self.hubs.setdefault(holding, why)
        return len(self.hubs) > before

    def _queue(self, holding: int, place: int | None) -> None:
        if place is not None:
            heappush(self.queue, (self.walk.account(holding).keys[place], holding, place))

    def _stays(self, key: int, holding: int, place: int) -> bool:
        """Whether an outflow is not followed: it leaves what looks like a service by now, or it is dust."""
        suspect = self.suspects.get(holding)
        if suspect is None or (key, holding) in self.seeds.moves:
            return False
        account = self.walk.account(holding)
        if holding not in self.leaving and (why := service(account, suspect, place, self.rule)):
            self.leaving[holding] = why
        if holding in self.leaving:
            return True
        amount = account.amounts[place]
        if amount * self.rule.dust < suspect.gross and amount * self.rule.dust_usual < account.mean_out:
            self.dust.add(key)
            return True
        return False

    def _arrive(self, key: int, holding: int) -> None:
        if holding in self.seeds.sources or holding in self.hubs or self.walk.by_outputs(holding):
            return
        if self.judge(holding, key) is not None:
            return
        if (many := self.walk.degree(holding)) > self.rule.degree:
            self.hubs[holding] = f"{many} movements"  # which are not even loaded
            return
        account = self.walk.account(holding)
        place = account.place(key, incoming=True)
        suspect = self.suspects.get(holding)
        if suspect is None:
            suspect = self.suspects[holding] = Suspect(key, self.start)
            self._queue(holding, account.next_out(place))
        suspect.stolen.add(place)
        suspect.gross += account.amounts[place]
