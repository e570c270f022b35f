"""Exact maximum flow on integers of any width, and from it the least and the most that can have reached each endpoint.

The network is first made smaller without changing any answer (`_contract`), then all value is routed once, and the
range of each sink is found by re-routing from there. Amounts are exact throughout: Python integers outside the compiled
kernel, rows of 62-bit limbs inside, as many as the supply needs.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cointrail.tracing.flow_kernel import LIMB_BITS, Amounts, Arcs, Scratch, push

LIMB_MASK = (1 << LIMB_BITS) - 1


class Network:
    """A directed graph with integer capacities, built once, solved many times.

    Nodes are 0 to `nodes` - 1. Edges may be parallel, run both ways or form cycles.
    """

    def __init__(self, nodes: int) -> None:
        self.nodes = nodes
        self.tails: list[int] = []
        self.heads: list[int] = []
        self.capacities: list[int] = []

    def add(self, tail: int, head: int, capacity: int) -> int:
        """Add an edge that carries at most `capacity` (smallest units) and return its number, counted from 0."""
        if not (0 <= tail < self.nodes and 0 <= head < self.nodes):
            raise ValueError(f"edge {tail} -> {head}: nodes are numbered 0 to {self.nodes - 1}")
        if capacity < 0:
            raise ValueError(f"edge {tail} -> {head}: capacity {capacity} is negative")
        self.tails.append(tail)
        self.heads.append(head)
        self.capacities.append(capacity)
        return len(self.tails) - 1

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        """The edges in the order they were added: tail, head, capacity."""
        return zip(self.tails, self.heads, self.capacities, strict=True)


@dataclass(frozen=True)
class Range:
    """The least and the most that can have reached one sink, in smallest units; both can really happen."""

    least: int
    most: int


def flow(network: Network, source: int, sink: int) -> int:
    """The maximum flow from `source` to `sink`."""
    supply = _leaving(network, source)
    return _Residual(network, source, [sink], supply).push(source, supply)


def ranges(
    network: Network, source: int, sinks: Sequence[int], supply: int | None = None, asked: Sequence[int] | None = None
) -> list[Range]:
    """The range of what ends in each sink, over all ways to route the whole supply; in the order of `sinks`, or of
    those that are `asked`.

    Exactly `supply` leaves the source: by default the sum of the capacities of its edges, so that each of them carries
    all it can. Every sink absorbs without limit and may also pass value on. Raises ValueError where the whole supply
    cannot be routed, which means that the network was built wrongly.

    The most for one sink is what ends there plus what can be re-routed to it from the others, the least what ends there
    less what can be re-routed to the others. Each search starts from the routing that the one before left.
    """
    if supply is None:
        supply = _leaving(network, source)
    elif supply < 0:
        raise ValueError(f"supply {supply} is negative")
    residual = _Residual(network, source, sinks, supply)
    missing = supply - residual.push(source, supply)
    if missing:
        raise ValueError(f"{missing} of {supply} cannot be routed from node {source} to any of {len(sinks)} sinks")
    found = []
    for sink in sinks if asked is None else asked:
        held = residual.held(sink)
        most = held + residual.push(sink, supply - held, back=True)
        least = most - residual.push(sink, most)
        residual.hold(sink, least)
        found.append(Range(least, most))
    return found


class _Residual:
    """What can still be sent, and sent back, in a network whose sinks are joined to one goal node."""

    def __init__(self, network: Network, source: int, sinks: Sequence[int], supply: int) -> None:
        ends = {source, *sinks}
        if len(ends) != 1 + len(sinks):
            raise ValueError("source and sinks must be different nodes, each named once")
        if not all(0 <= end < network.nodes for end in ends):
            raise ValueError(f"source or sink out of range: nodes are numbered 0 to {network.nodes - 1}")
        capacities, number = _contract(network, ends, supply)
        self.supply, self.limbs, self.number = supply, max(1, -(-supply.bit_length() // LIMB_BITS)), number
        self.goal = nodes = len(set(number))
        # The sinks' edges to the goal come first: the kernel wants their arcs in front, and `edge` is their number.
        self.edge = {sink: edge for edge, sink in enumerate(sinks)}
        tails = np.array([*(number[sink] for sink in sinks), *(tail for tail, _ in capacities)], np.int32)
        heads = np.array([*(nodes for _ in sinks), *(head for _, head in capacities)], np.int32)
        edges = len(tails)
        order = np.argsort(np.concatenate([tails, heads]), kind="stable")
        self.place = np.empty(2 * edges, np.int32)  # arc e is edge e, arc e + edges its mate: where they were put
        self.place[order] = np.arange(2 * edges)
        first = np.zeros(nodes + 2, np.int32)
        first[1:] = np.cumsum(np.bincount(tails, minlength=nodes + 1) + np.bincount(heads, minlength=nodes + 1))
        room = np.zeros((2 * edges, self.limbs), np.int64)
        amounts = [*(supply for _ in sinks), *capacities.values()]
        for limb in range(self.limbs):
            shift = LIMB_BITS * limb
            room[self.place[:edges], limb] = [amount >> shift & LIMB_MASK for amount in amounts]
        head, mate = np.concatenate([heads, tails])[order], self.place[(order + edges) % (2 * edges)]
        self.arcs = Arcs(first, head, mate, room)
        level, turn, queue, path = (np.full(nodes + 1, -1, np.int32) for _ in range(4))
        self.scratch = Scratch(level, turn, queue, path)

    def push(self, node: int, limit: int, back: bool = False) -> int:
        """Send at most `limit` from `node` to the other sinks, or from them to `node` if `back`; return how much."""
        left = self._split(limit)
        push(self.arcs, self.number[node], self.goal, back, left, self.scratch)
        return limit - _join(left[0])

    def held(self, sink: int) -> int:
        """What ends in the sink."""
        return _join(self.arcs.room[self.place[self.edge[sink] + len(self.place) // 2]])

    def hold(self, sink: int, amount: int) -> None:
        """Write down what ends in the sink after value was re-routed to or from it."""
        edge = self.edge[sink]
        self.arcs.room[self.place[edge]] = self._split(self.supply - amount)[0]
        self.arcs.room[self.place[edge + len(self.place) // 2]] = self._split(amount)[0]

    def _split(self, amount: int) -> Amounts:
        return np.array([[amount >> LIMB_BITS * limb & LIMB_MASK for limb in range(self.limbs)]], np.int64)


def _join(limbs: Amounts) -> int:
    return sum(int(limb) << LIMB_BITS * place for place, limb in enumerate(limbs))


def _leaving(network: Network, source: int) -> int:
    return sum(capacity for tail, _, capacity in network if tail == source)


def _contract(network: Network, ends: Collection[int], supply: int) -> tuple[dict[tuple[int, int], int], list[int]]:
    """Merge nodes wherever that changes no answer; return capacities by (tail, head), and each node's new number.

    A node whose one edge out can carry all that can come in is one with the node behind it: a run of receipts. A node
    whose one edge in can carry all that can go out is one with the node before it: a run of payments. No edge need
    carry more than the supply, and parallel edges are one edge. In ledgers four nodes out of five go.
    """
    capacities: dict[tuple[int, int], int] = {}
    for tail, head, capacity in network:
        if tail != head and capacity:
            capacities[tail, head] = min(supply, capacities.get((tail, head), 0) + capacity)
    incoming, outgoing = [0] * network.nodes, [0] * network.nodes
    before, behind = [0] * network.nodes, [0] * network.nodes
    for (tail, head), capacity in capacities.items():
        outgoing[tail] += capacity
        incoming[head] += capacity
        behind[tail] += 1
        before[head] += 1
    # Ends stay apart, and any other node is merged by one of the rules only: by both, its bottleneck would be lost.
    used = [node in ends for node in range(network.nodes)]
    parent = list(range(network.nodes))
    for (tail, head), capacity in capacities.items():
        if behind[tail] == 1 and not used[tail] and capacity >= min(supply, incoming[tail]):
            used[tail] = True
        elif before[head] == 1 and not used[head] and capacity >= min(supply, outgoing[head]):
            used[head] = True
        else:
            continue
        parent[_root(parent, tail)] = _root(parent, head)
    numbers: dict[int, int] = {}
    number = [numbers.setdefault(_root(parent, node), len(numbers)) for node in range(network.nodes)]
    merged: dict[tuple[int, int], int] = {}
    for (tail, head), capacity in capacities.items():
        edge = number[tail], number[head]
        if edge[0] != edge[1]:
            merged[edge] = min(supply, merged.get(edge, 0) + capacity)
    return merged, number


def _root(parent: list[int], node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node
