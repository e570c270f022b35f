"""Where a walk should stop although no label says so: a first reach over the ledger, judging behaviour.

A thief's wallet receives stolen value, perhaps after a life of its own, and passes it on. A service (or a bystander
that a service paid) goes on receiving money from people who have nothing to do with the theft, and has paid many
before. The reach is that of poison, so what is found holds for every policy. It is run until it finds nothing new:
the fewer services leak, the clearer it is who is a stranger.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush

from cointrail.tracing.account import Account
from cointrail.tracing.walk import Seeds, Stop, Walk


@dataclass(frozen=True)
class Behaviour:
    """The thresholds of the hub rule and the dust rule; one setting for all cases.

    A sum counts when it is at least 1/`minor` of the holding's median outflow and 1/`trifle` of what came in with
    stolen value; so dust, gas and spam weigh nothing however often they come.
    """

    degree: int = 50_000  # movements of a holding: a hub without a further look
    minor: int = 20
    trifle: int = 500
    strangers: int = 3  # clean senders after the first stolen arrival
    payees: int = 8  # people paid before the first stolen arrival
    both_payees: int = 5  # ... together with
    both_senders: int = 3  # clean senders before it
    senders: int = 25  # clean senders before it, alone
    dust: int = 4_000  # an outflow below 1/dust of what came in with stolen value ...
    dust_usual: int = 100  # ... and below 1/dust_usual of the mean outflow is not followed
    rounds: int = 8  # reaches at most


@dataclass
class Suspect:
    """What the reach has seen of one holding."""

    arrival: int  # key of the first stolen arrival
    stolen: set[int]  # places of the inflows that were reached
    gross: int = 0  # sum of those inflows, whole


@dataclass(frozen=True)
class Survey:
    """The stops found: holdings that behave like services, and movements too small to follow."""

    hubs: dict[int, str]  # holding -> why
    dust: frozenset[int]  # keys
    reached: int  # holdings in the last reach
    rounds: int


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
    rounds = 0
    while rounds < rule.rounds:
        rounds += 1
        suspects, dust = _reach(walk, seeds, judge, until, rule, hubs, step)
        fresh = {h: why for h, s in suspects.items() if (why := service(walk.account(h), s, None, rule))}
        fresh = {h: why for h, why in fresh.items() if h not in hubs}
        if not fresh:
            break
        hubs.update(fresh)
    return Survey(hubs, frozenset(dust), len(suspects), rounds)


def service(account: Account, suspect: Suspect, before: int | None, rule: Behaviour) -> str | None:
    """Why a holding behaves like a service; None if it does not. Only movements up to place `before` count."""
    end = len(account) if before is None else before
    if len(account) > rule.degree:
        return f"{len(account)} movements"
    if not account.outs:
        return None
    least = max(account.usual_out // rule.minor, suspect.gross // rule.trifle, 1)
    after: Counter[int] = Counter()
    senders: Counter[int] = Counter()
    payees: Counter[int] = Counter()
    for place in range(end):
        key, peer, amount = account.keys[place], account.peers[place], account.amounts[place]
        if account.incoming[place]:
            if place not in suspect.stolen:
                (after if key > suspect.arrival else senders)[peer] += amount
        elif key < suspect.arrival:
            payees[peer] += amount
    strangers = sum(amount >= least for amount in after.values())
    paid = sum(amount >= least for amount in payees.values())
    gave = sum(amount >= least for amount in senders.values())
    if strangers >= rule.strangers:
        return f"{strangers} unrelated senders after stolen value had come"
    if paid >= rule.payees or (paid >= rule.both_payees and gave >= rule.both_senders):
        return f"{paid} people paid and {gave} senders before stolen value came"
    if gave >= rule.senders:
        return f"{gave} senders before stolen value came"
    return None


def _reach(
    walk: Walk,
    seeds: Seeds,
    judge: Callable[[int, int], Stop | None],
    until: int | None,
    rule: Behaviour,
    hubs: dict[int, str],
    step: Callable[[int], None],
) -> tuple[dict[int, Suspect], set[int]]:
    suspects: dict[int, Suspect] = {}
    dust: set[int] = set()
    queue: list[tuple[int, int, int]] = []
    for holding, since in seeds.sources.items():
        account = walk.account(holding)
        first = next((p for p in account.outs if account.keys[p] >= since), None)
        if first is not None:
            heappush(queue, (account.keys[first], holding, first))
    for key, holding in seeds.moves.items():
        if holding not in seeds.sources:
            heappush(queue, (key, holding, walk.account(holding).place(key, incoming=False)))
    online: dict[int, str] = {}
    count = 0
    while queue:
        key, holding, place = heappop(queue)
        if until is not None and key >= until:
            continue
        account = walk.account(holding)
        suspect = suspects.get(holding)
        if suspect is not None or holding in seeds.sources:
            following = account.next_out(place)
            if following is not None:
                heappush(queue, (account.keys[following], holding, following))
        if suspect is not None and seeds.moves.get(key) != holding:
            if holding not in online and (why := service(account, suspect, place, rule)):
                online[holding] = why
            if holding in online:
                continue
            amount = account.amounts[place]
            if amount * rule.dust < suspect.gross and amount * rule.dust_usual < account.mean_out:
                dust.add(key)
                continue
        recipient = account.peers[place]
        if recipient in seeds.sources or recipient in hubs or judge(recipient, key) is not None:
            continue
        count += 1
        if not count % 4096:
            step(count)
        target = walk.account(recipient)
        at = target.place(key, incoming=True)
        seen = suspects.get(recipient)
        if seen is None:
            seen = suspects[recipient] = Suspect(key, set())
            following = target.next_out(at)
            if following is not None:
                heappush(queue, (target.keys[following], recipient, following))
        seen.stolen.add(at)
        seen.gross += target.amounts[at]
    return suspects, dust
