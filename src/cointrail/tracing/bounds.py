"""The least and the most that can have reached every endpoint, under any rule that neither makes nor destroys value.

All stolen value is routed through the time-expanded network: a node for every movement of a reached holding, a hold
edge between two of them that carries at most the balance, and a movement edge that carries at most the amount.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cointrail.tracing.exit import Stop
from cointrail.tracing.flow import Network, ranges
from cointrail.tracing.walk import RETURNED, TIME, UNSPENT, Flow, Move, Seeds, Walk

SOURCE = 0
CUT = ("floor", "hops", "dust", "returned", "unspent", "time")  # reasons that no address is known for


@dataclass(frozen=True)
class Bound:
    """What can have ended at one holding, in smallest units of its asset."""

    holding: int
    stop: Stop
    least: int
    most: int


def bounds(walk: Walk, reach: Flow, seeds: Seeds, step: Callable[[float], None] = lambda share: None) -> list[Bound]:
    """Bounds for every endpoint of a poison reach that was walked without floor and hop limit.

    Value that came back to the theft's own addresses and left again counts as gross: what leaves them is routed
    whole, and coming back is one of the places where it can end. Of what came back to one of them, the bounds say how
    much can still be there when all that leaves it later is taken from that first. Assets into which stolen value was
    converted have none: how much of it came depends on what left the other asset. What a bridge or an order gives back
    whole is a movement like any other that arrives later.
    """
    found: list[Bound] = []
    assets = sorted({walk.asset(move.sender) for move in reach.moves} - set(reach.came))
    for place, asset in enumerate(assets):
        found += _of_asset(walk, reach, seeds, asset)
        step((place + 1) / len(assets))
    return found


def _of_asset(walk: Walk, reach: Flow, seeds: Seeds, asset: int) -> list[Bound]:
    moves = [move for move in reach.moves if walk.asset(move.sender) == asset]
    ends = [end for end in reach.endpoints.values() if walk.asset(end.holding) == asset]
    stops = {end.holding: end.stop for end in ends if end.stop.reason not in CUT}
    late = {end.holding for end in ends if end.stop.reason == "time"}
    events = _events(walk, moves, seeds)
    nodes = {event: number for number, event in enumerate(sorted(events), SOURCE + 1)}
    places: dict[int, list[int]] = {}
    for holding, place in nodes:
        places.setdefault(holding, []).append(place)
    for holding, own in places.items():
        passing = walk.through(holding) and not walk.backward  # what stays in it is its fee, a movement like any other
        if _after(walk, holding, own[-1]) and not passing:
            stops.setdefault(walk.seat(holding), TIME if walk.seat(holding) in late else UNSPENT)
    for end in ends:
        if end.stop.reason == "dust":
            stops.setdefault(end.holding, end.stop)
    kept = [move for move in moves if walk.asset(move.recipient) == asset]
    stops |= {walk.seat(move.recipient): RETURNED for move in kept if move.recipient in seeds.sources}
    sinks = {holding: len(nodes) + 1 + n for n, holding in enumerate(sorted(stops))}
    again = len(nodes) + 1 + len(sinks)  # was stolen once more on its way
    converted = again + 1  # left as another asset
    network = Network(converted + 1)
    for holding, own in places.items():
        for place, following in zip(own, [*own[1:], None], strict=True):
            head = nodes[holding, following] if following is not None else sinks.get(walk.seat(holding))
            if head is not None:
                network.add(nodes[holding, place], head, _after(walk, holding, place))
    for move in moves:
        tail = SOURCE
        if move.sender not in seeds.sources:
            tail = nodes[move.sender, _leaving(walk, move)]
            if (move.key, move.sender) in seeds.moves and not _is_fee(walk, move):
                network.add(tail, again, move.amount)
                tail = SOURCE
        if walk.asset(move.recipient) != asset:
            head = converted
        elif move.recipient in seeds.sources or move.ended:
            head = sinks[walk.seat(move.recipient)]
        else:
            head = nodes[move.recipient, walk.account(move.recipient).place(move.landed, incoming=True)]
        network.add(tail, head, move.amount)
    order = sorted(stops)
    solved = ranges(network, SOURCE, [*(sinks[holding] for holding in order), again, converted])
    found = [Bound(h, stops[h], r.least, r.most) for h, r in zip(order, solved, strict=False)]
    found = [_still_there(bound, kept) if bound.holding in seeds.sources else bound for bound in found]
    return [bound for bound in found if bound.most]


def _still_there(came: Bound, moves: list[Move]) -> Bound:
    """What of the value that came back to a theft's own holding is still there, as it leaves first."""
    first = min(move.landed for move in moves if move.recipient == came.holding)
    went = [(move.key, -move.amount) for move in moves if move.sender == came.holding]
    back = [(move.landed, move.amount) for move in moves if move.recipient == came.holding]
    paid = held = 0
    for key, amount in sorted([*went, *back]):  # one to itself goes out first
        held = max(0, held + amount)
        paid += max(0, -amount) if key > first else 0
    return Bound(came.holding, came.stop, max(0, came.least - paid), min(came.most, held))


def _events(walk: Walk, moves: list[Move], seeds: Seeds) -> set[tuple[int, int]]:
    """The movements at which stolen value can be in a holding: (holding, place)."""
    events = set()
    for move in moves:
        if move.sender not in seeds.sources:
            events.add((move.sender, _leaving(walk, move)))
        same = walk.asset(move.recipient) == walk.asset(move.sender)
        if same and move.recipient not in seeds.sources and not move.ended:
            events.add((move.recipient, walk.account(move.recipient).place(move.landed, incoming=True)))
    return events


def _is_fee(walk: Walk, move: Move) -> bool:
    """Whether a move is the fee of a transaction between outputs, which has no row of its own."""
    return walk.through(move.sender) and not walk.backward and move.recipient == walk.fee(move.sender)


def _leaving(walk: Walk, move: Move) -> int:
    """The place of a move in the holding that it leaves; a fee leaves with the last row."""
    account = walk.account(move.sender)
    return len(account) - 1 if _is_fee(walk, move) else account.place(move.key, incoming=False)


def _after(walk: Walk, holding: int, place: int) -> int:
    """The balance after a movement: the most stolen value that can have stayed."""
    account = walk.account(holding)
    return account.before[place] + (account.amounts[place] if account.incoming[place] else -account.amounts[place])
