"""The network that stolen value of assets of equal units can take: through holdings in time, to where it ends.

A node for every movement of a reached holding, a hold edge between two of them that carries at most the balance, and a
movement edge that carries at most the amount. What leaves by a conversion leaves the network, what comes by one is a
supply of its own.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property

from cointrail.tracing.converted import Batch, Conversion, Span
from cointrail.tracing.exit import Stop
from cointrail.tracing.flow import Network, ranges
from cointrail.tracing.walk import RETURNED, TIME, UNSPENT, Endpoint, Move, Seeds, Walk

SOURCE, AGAIN, LEFT = range(3)  # all supply; what was stolen once more on its way; what left by conversions
FIXED = 3
CUT = ("floor", "hops", "dust", "returned", "unspent", "time", "rounding")  # reasons that no address is known for

Edge = tuple[int, int, int]  # tail, head, capacity


class Routes:
    """The network of one group of assets. `stops`: why value ends at each holding where it can.

    `moves` are those that keep their units; `leaving` and `coming` the conversions out of the group and into it.
    """

    def __init__(
        self,
        walk: Walk,
        seeds: Seeds,
        moves: Sequence[Move],
        leaving: Sequence[Conversion],
        coming: Sequence[Conversion],
        ends: Sequence[Endpoint],
    ) -> None:
        self._walk, self._seeds = walk, seeds
        coming = [one for one in coming if one.move.got]
        landing = [*moves, *(one.move for one in coming)]
        departing = [*moves, *(one.move for one in leaving)]
        events = {(move.sender, self._leaving(move)) for move in departing if move.sender not in seeds.sources}
        events |= {self._arriving(move) for move in landing if not self._ends(move)}
        nodes = {event: number for number, event in enumerate(sorted(events), FIXED)}
        places: dict[int, list[int]] = {}
        for holding, place in nodes:
            places.setdefault(holding, []).append(place)
        self.stops = self._stops(places, landing, ends)
        self.places = sorted(self.stops)
        sinks = {holding: FIXED + len(nodes) + number for number, holding in enumerate(self.places)}
        self._nodes, self._sinks = FIXED + len(nodes) + len(sinks), [sinks[holding] for holding in self.places]
        self._edges: list[Edge] = []
        for holding, own in places.items():
            for place, following in zip(own, [*own[1:], None], strict=True):
                last = nodes[holding, following] if following is not None else sinks.get(walk.seat(holding))
                if last is not None:
                    self._edges.append((nodes[holding, place], last, self._after(holding, place)))
        for move in departing:
            if self._again(move):
                self._edges.append((nodes[move.sender, self._leaving(move)], AGAIN, move.amount))

        def tail(move: Move) -> int:
            return SOURCE if self._fresh(move) else nodes[move.sender, self._leaving(move)]

        def head(move: Move) -> int:
            return sinks[walk.seat(move.recipient)] if self._ends(move) else nodes[self._arriving(move)]

        self._edges += [(tail(move), head(move), move.amount) for move in moves]
        self._tails = {one.number: tail(one.move) for one in leaving}
        self._heads = {one.number: head(one.move) for one in coming}
        self._out = leaving

    def whole(self, conversion: Conversion) -> bool:
        """Whether all that leaves by a conversion is stolen, whatever came before."""
        return self._tails[conversion.number] == SOURCE

    def behind(self, coming: Collection[Conversion]) -> list[Conversion]:
        """The conversions out of here that value can reach which comes by any of `coming`."""
        heads = [self._heads[one.number] for one in coming if one.number in self._heads]
        reached = _reached(heads, self._following, 1)
        return [one for one in self._out if self._tails[one.number] in reached]

    @cached_property
    def _following(self) -> dict[int, list[Edge]]:
        return _by_end(self._edges, 0)

    @cached_property
    def _preceding(self) -> dict[int, list[Edge]]:
        return _by_end(self._edges, 1)

    def spans(self, batches: Sequence[Batch], leaving: Sequence[Sequence[Conversion]] = ()) -> list[Span]:
        """Least and most at each of `places`, or where given, by each group of conversions of `leaving`.

        More supply makes neither of the two smaller; so the least is found with the least supply, and the most with
        the most.
        """
        low = self._ranges(batches, leaving, 0)
        fixed = all(one.total[0] == one.total[1] for one in batches)
        high = low if fixed else self._ranges(batches, leaving, 1)
        return [(least, most) for (least, _), (_, most) in zip(low, high, strict=True)]

    def _ranges(self, batches: Sequence[Batch], leaving: Sequence[Sequence[Conversion]], side: int) -> list[Span]:
        """The ranges where every batch supplies its least (side 0) or its most (side 1).

        For conversions only what can lead to them counts: whatever leaves that, the rest of the network can take in, as
        it took in all the coins that stolen ones are among.
        """
        first = self._nodes + len(batches)
        own = {one.number: first + number for number, group in enumerate(leaving) for one in group}
        groups = list(range(first, first + len(leaving)))
        kept = _reached((self._tails[number] for number in own), self._preceding, 0) | {SOURCE}
        network = Network(first + len(leaving))

        def add(tail: int, head: int, capacity: int) -> None:
            network.add(tail, head if not groups or head in kept else LEFT, capacity)

        edges = (edge for node in sorted(kept) for edge in self._following.get(node, ())) if groups else self._edges
        for edge in edges:
            add(*edge)
        for one in self._out:
            if not groups or self._tails[one.number] in kept:
                network.add(self._tails[one.number], own.get(one.number, LEFT), one.move.amount)
        for number, one_batch in enumerate(batches, self._nodes):
            network.add(SOURCE, number, one_batch.total[side] - sum(least for least, _ in one_batch.spans))
            for conversion, (least, most) in zip(one_batch.conversions, one_batch.spans, strict=True):
                if conversion.number in self._heads:
                    add(SOURCE, self._heads[conversion.number], least)
                    add(number, self._heads[conversion.number], most - least)
        ends = [] if groups else self._sinks
        found = ranges(network, SOURCE, [*ends, AGAIN, LEFT, *groups], asked=groups or ends)
        return [(one.least, one.most) for one in found]

    def _stops(
        self, places: dict[int, list[int]], landing: Sequence[Move], ends: Sequence[Endpoint]
    ) -> dict[int, Stop]:
        walk = self._walk
        stops = {end.holding: end.stop for end in ends if end.stop.reason not in CUT}
        late = {end.holding for end in ends if end.stop.reason == "time"}
        for holding, own in places.items():
            passing = walk.through(holding) and not walk.backward  # what stays in it is its fee, a movement like any
            if self._after(holding, own[-1]) and not passing:
                stops.setdefault(walk.seat(holding), TIME if walk.seat(holding) in late else UNSPENT)
        for end in ends:
            if end.stop.reason == "dust":
                stops.setdefault(end.holding, end.stop)
        sources = self._seeds.sources
        back = {walk.seat(move.recipient) for move in landing if move.recipient in sources and not move.ended}
        return stops | dict.fromkeys(back, RETURNED)

    def _fresh(self, move: Move) -> bool:
        """Whether a move is stolen whole as it leaves."""
        return move.sender in self._seeds.sources or self._again(move)

    def _again(self, move: Move) -> bool:
        """Whether a move is stolen whole from where stolen value may be already."""
        seeded = (move.key, move.sender) in self._seeds.moves
        return seeded and move.sender not in self._seeds.sources and not self._is_fee(move)

    def _ends(self, move: Move) -> bool:
        return move.ended or move.recipient in self._seeds.sources

    def _arriving(self, move: Move) -> tuple[int, int]:
        return move.recipient, self._walk.account(move.recipient).place(move.landed, incoming=True)

    def _is_fee(self, move: Move) -> bool:
        """Whether a move is the fee of a transaction between outputs, which has no row of its own."""
        walk = self._walk
        return walk.through(move.sender) and not walk.backward and move.recipient == walk.fee(move.sender)

    def _leaving(self, move: Move) -> int:
        """The place of a move in the holding that it leaves; a fee leaves with the last row."""
        account = self._walk.account(move.sender)
        return len(account) - 1 if self._is_fee(move) else account.place(move.key, incoming=False)

    def _after(self, holding: int, place: int) -> int:
        """The balance after a movement: the most stolen value that can have stayed."""
        account = self._walk.account(holding)
        return account.before[place] + (account.amounts[place] if account.incoming[place] else -account.amounts[place])


def _by_end(edges: Iterable[Edge], end: int) -> dict[int, list[Edge]]:
    """Edges by their tails (end 0) or heads (end 1)."""
    found: dict[int, list[Edge]] = {}
    for edge in edges:
        found.setdefault(edge[end], []).append(edge)
    return found


def _reached(starts: Iterable[int], edges: Mapping[int, Sequence[Edge]], end: int) -> set[int]:
    """The nodes that can be reached from some, those included, over the far `end` of the edges of each."""
    reached = set(starts)
    open_ = [*reached]
    while open_:
        for edge in edges.get(open_.pop(), ()):
            if edge[end] not in reached:
                reached.add(edge[end])
                open_.append(edge[end])
    return reached
