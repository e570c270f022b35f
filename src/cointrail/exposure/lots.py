"""Which movements explain how much of an arrival: the flow of one category through a replay, taken apart into paths.

In every holding the coins of the category leave in the order in which they came, whatever the policy: the policy says
how much of each movement is of the category, and this is one way in which these amounts can have come about. Under
fifo it is the way. Where value changed its asset, what passes is scaled, so that amounts on the way are fractions.
"""

from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from cointrail.exposure.replay import Carried, Movement


@dataclass
class _Node:
    """A movement that carried the category."""

    carried: Carried
    left: int  # of the category, in the sender's asset
    amount: int  # what arrived of it, in the recipient's
    fresh: int = 0  # of what left, straight from an address of the category
    before: list[tuple[int, int]] = field(default_factory=list)  # nodes that it is made of, with amounts

    def leaving(self, arriving: "Width") -> "Width":
        """How much left for so much that arrived."""
        return arriving if self.left == self.amount else arriving * Fraction(self.left, self.amount)

    def arriving(self, leaving: "Width") -> "Width":
        """How much arrived of so much that left."""
        return leaving if self.left == self.amount else leaving * Fraction(self.amount, self.left)


@dataclass(frozen=True)
class Link:
    """A movement on a path; `left` of the sender's asset and `came` of the recipient's are of the category."""

    carried: Carried
    left: int
    came: int


Width = Fraction | int
Chain = tuple[int, list[Link]]  # amount; the movements from the labelled address on


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
        left, amount = (
            sum(length for length, colour in runs if colour >> 1 == self._code)
            for runs in (carried.runs, carried.arrived)
        )
        if not amount:
            return
        number = len(self._nodes)
        through = self._waiting.get(movement.sender)
        node = _Node(carried, left, amount)
        if through is None:
            node.fresh = left
        elif self._whole:
            node.before = [(max((one for one, _ in through), key=lambda one: self._nodes[one].amount), left)]
        else:
            self._consume(through, node)
        self._nodes.append(node)
        if self._kept(movement) and not carried.stops:
            self._waiting.setdefault(movement.recipient, deque()).append([number, amount])

    def _consume(self, waiting: deque[list[int]], node: _Node) -> None:
        wanted = node.left
        while wanted and waiting:
            one, left = waiting[0]
            taken = min(left, wanted)
            node.before.append((one, taken))
            wanted -= taken
            waiting[0][1] -= taken
            if left == taken:
                waiting.popleft()
        node.fresh = wanted

    def chains(self, holdings: Collection[int], owner: Collection[int], most: int) -> list[Chain]:
        """The paths to some holdings, the widest first, at most so many; what each adds is no part of those before.

        What came there, went on and came again is two receipts: the path of the second goes on where the first came by
        its widest path, and takes nothing from the paths of the first. What came from a holding of the same `owner` is
        none.
        """
        ends: dict[int, Width] = {
            n: node.amount
            for n, node in enumerate(self._nodes)
            if node.carried.movement.recipient in holdings and node.carried.movement.sender not in owner
        }
        fresh: list[Width] = [node.fresh for node in self._nodes]
        edges: list[list[list[Width]]] = [[[*one] for one in node.before] for node in self._nodes]
        widest, first = self._widths(fresh, edges, {})
        again = {end: widest[end] for end in ends}
        found: list[tuple[Width, list[int]]] = []
        while ends and len(found) < most:
            width, step = self._widths(fresh, edges, again)
            end = max(ends, key=lambda n: (min(ends[n], width[n]), -n))
            amount = min(ends[end], width[end])
            if not amount:
                break
            path, at, passing = [end], end, amount
            while step[at] >= 0 and (at == end or at not in again):
                passing = self._nodes[at].leaving(passing)
                edges[at][step[at]][1] -= 0 if self._whole else passing
                at = self._nodes[at].before[step[at]][0]
                path.append(at)
            if at != end and at in again:
                while first[at] >= 0:
                    at = self._nodes[at].before[first[at]][0]
                    path.append(at)
            elif not self._whole:
                fresh[at] -= self._nodes[at].leaving(passing)
            ends[end] -= ends[end] if self._whole else amount
            if not ends[end]:
                del ends[end]
            found.append((amount, path))
        return self._told(found)

    def _told(self, found: list[tuple[Width, list[int]]]) -> list[Chain]:
        """Paths in whole units: together as much as they are, rounded down."""
        told: list[Chain] = []
        whole, before = Fraction(0), 0
        for amount, path in sorted(found, key=lambda one: -one[0]):
            whole += amount
            links = [Link(node.carried, node.left, node.amount) for node in (self._nodes[n] for n in reversed(path))]
            if int(whole) > before:
                told.append((int(whole) - before, links))
            before = int(whole)
        return sorted(told, key=lambda one: -one[0])

    def _widths(
        self, fresh: list[Width], edges: list[list[list[Width]]], again: Mapping[int, Width]
    ) -> tuple[list[Width], list[int]]:
        """How much can come to each node along one path, in the units that arrive, and over which edge; -1: it starts
        there. Through nodes of `again` so much can pass at once as is told there, whatever was taken of it."""
        width: list[Width] = []
        step = [-1] * len(fresh)
        for number, (node, own) in enumerate(zip(self._nodes, edges, strict=True)):
            best = fresh[number]
            for place, (_, left) in enumerate(own):
                before = node.before[place][0]
                through = min(left, again.get(before, width[before]))
                if through > best:
                    best, step[number] = through, place
            width.append(node.arriving(best))
        return width, step
