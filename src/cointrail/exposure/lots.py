"""Which movements explain how much of an arrival: the flow of one category through a replay, taken apart into paths.

In every holding the coins of the category leave in the order in which they came, whatever the policy: the policy says
how much of each movement is of the category, and this is one way in which these amounts can have come about. Under
fifo it is the way.
"""

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from cointrail.exposure.replay import Carried, Movement


@dataclass
class _Node:
    """A movement that carried the category."""

    movement: Movement
    amount: int  # of the category
    fresh: int  # of that, straight from an address of the category
    before: list[tuple[int, int]] = field(default_factory=list)  # nodes that it is made of, with amounts


Chain = tuple[int, list[tuple[Movement, int]]]  # amount; the movements from the labelled address on, with their parts


class Lots:
    """Hears of movements in order, and remembers those that carried one category."""

    def __init__(self, code: int, kept: Callable[[Movement], bool], whole: bool) -> None:
        """`kept(movement)`: what arrives goes on from there. `whole`: parts are whole movements (poison)."""
        self._code, self._kept, self._whole = code, kept, whole
        self._nodes: list[_Node] = []
        self._waiting: dict[int, deque[list[int]]] = {}  # holding -> [node, what of it has not left]

    def __call__(self, carried: Carried) -> None:
        """One more movement."""
        movement = carried.movement
        mine = [run for run in carried.runs if run[1] >> 1 == self._code]
        amount = sum(length for length, _ in mine)
        if not amount:
            return
        number = len(self._nodes)
        through = self._waiting.get(movement.sender)
        node = _Node(movement, amount, 0)
        if through is None:
            node.fresh = amount
        elif self._whole:
            node.before = [(max((one for one, _ in through), key=lambda one: self._nodes[one].amount), amount)]
        else:
            self._consume(through, node)
        self._nodes.append(node)
        if self._kept(movement):
            self._waiting.setdefault(movement.recipient, deque()).append([number, amount])

    def _consume(self, waiting: deque[list[int]], node: _Node) -> None:
        wanted = node.amount
        while wanted and waiting:
            one, left = waiting[0]
            taken = min(left, wanted)
            node.before.append((one, taken))
            wanted -= taken
            waiting[0][1] -= taken
            if left == taken:
                waiting.popleft()
        node.fresh = wanted

    def chains(self, holdings: Collection[int], most: int) -> list[Chain]:
        """The paths to some holdings, the widest first, at most so many; what each adds is no part of those before.

        What came there, went on and came again is two receipts: the path of the second goes on where the first came by
        its widest path, and takes nothing from the paths of the first.
        """
        ends = {
            n: node.amount
            for n, node in enumerate(self._nodes)
            if node.movement.recipient in holdings and node.movement.sender not in holdings
        }
        again = frozenset(ends)
        fresh = [node.fresh for node in self._nodes]
        edges = [list(map(list, node.before)) for node in self._nodes]
        _, first = self._widths(fresh, edges, frozenset())
        whole = [list(node.before) for node in self._nodes]
        found: list[Chain] = []
        while ends and len(found) < most:
            width, step = self._widths(fresh, edges, again)
            end = max(ends, key=lambda n: (min(ends[n], width[n]), -n))
            amount = min(ends[end], width[end])
            if not amount:
                break
            path, at = [end], end
            while step[at] >= 0 and (at == end or at not in again):
                edges[at][step[at]][1] -= amount * (not self._whole)
                at = edges[at][step[at]][0]
                path.append(at)
            if at != end and at in again:
                while first[at] >= 0:
                    at = whole[at][first[at]][0]
                    path.append(at)
            elif not self._whole:
                fresh[at] -= amount
            ends[end] -= ends[end] if self._whole else amount
            if not ends[end]:
                del ends[end]
            found.append((amount, [(self._nodes[n].movement, self._nodes[n].amount) for n in reversed(path)]))
        return sorted(found, key=lambda one: -one[0])

    def _widths(
        self, fresh: list[int], edges: list[list[list[int]]], again: Collection[int]
    ) -> tuple[list[int], list[int]]:
        """How much can come to each node along one path, and over which edge; -1: it starts there. Through nodes of
        `again` all of their amount can pass, whatever was taken of it."""
        width, step = list(fresh), [-1] * len(fresh)
        for number, own in enumerate(edges):
            for place, (one, left) in enumerate(own):
                through = min(left, self._nodes[one].amount if one in again else width[one])
                if through > width[number]:
                    width[number], step[number] = through, place
        return width, step
