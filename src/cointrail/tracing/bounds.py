"""The least and the most that can have reached every endpoint, under any rule that neither makes nor destroys value.

All stolen value is routed through the networks of `routes`, one for each group of assets whose units pass one for one,
and from one into the next by conversions in proportion, as `converted` says.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from cointrail.tracing.converted import Batch, Conversion, batch, conversions
from cointrail.tracing.exit import Stop
from cointrail.tracing.routes import Routes
from cointrail.tracing.walk import Flow, Move, Seeds, Walk

Item = TypeVar("Item")

DEEP = 12  # conversions one behind another that are followed; what goes in behind them may be all or nothing


@dataclass(frozen=True)
class Bound:
    """What can have ended at one holding, in smallest units of its asset.

    `sharp`: both can really happen, to the rounding of conversions; else they hold, but may be wider than need be.
    """

    holding: int
    stop: Stop
    least: int
    most: int
    sharp: bool = True


def bounds(walk: Walk, reach: Flow, seeds: Seeds) -> list[Bound]:
    """Bounds for every endpoint of a poison reach that was walked without floor and hop limit.

    Value that came back to the theft's own addresses and left again counts as gross: what leaves them is routed
    whole, and coming back is one of the places where it can end. Of what came back to one of them, the bounds say how
    much can still be there when all that leaves it later is taken from that first.
    """
    parts = _Parts(walk, reach, seeds)
    parts.convert()
    found: list[Bound] = []
    for part in sorted(parts.routes):
        spans = parts.routes[part].spans(parts.supply[part])
        sharp = parts.sharp[part]
        for holding, (least, most) in zip(parts.routes[part].places, spans, strict=True):
            bound = Bound(holding, parts.routes[part].stops[holding], least, most, sharp)
            found.append(_still_there(bound, reach.moves) if holding in seeds.sources else bound)
    return sorted((one for one in found if one.most), key=lambda one: (walk.asset(one.holding), one.holding))


class _Parts:
    """All networks, by the first asset of each; `supply` is what conversions bring into them."""

    def __init__(self, walk: Walk, reach: Flow, seeds: Seeds) -> None:
        listed = conversions(reach.moves, seeds)
        kept = [move for move, one in zip(reach.moves, listed, strict=True) if one is None]
        self._all = [one for one in listed if one is not None]
        part = _joined(walk, reach.moves, kept)
        self._giver = {one.number: part[walk.asset(one.move.sender)] for one in self._all}
        self._taker = {one.number: part[walk.asset(one.move.recipient)] for one in self._all}
        moves = _grouped(kept, lambda move: part[walk.asset(move.sender)])
        out, into = _grouped(self._all, self._from), _grouped(self._all, self._to)
        ends = _grouped(reach.endpoints.values(), lambda end: part[walk.asset(end.holding)])
        self.routes = {
            one: Routes(walk, seeds, moves.get(one, []), out.get(one, []), into.get(one, []), ends.get(one, []))
            for one in sorted(set(part.values()))
        }
        self.supply: dict[int, list[Batch]] = {one: [] for one in self.routes}
        self.sharp = dict.fromkeys(self.routes, True)

    def _from(self, one: Conversion) -> int:
        return self._giver[one.number]

    def _to(self, one: Conversion) -> int:
        return self._taker[one.number]

    def convert(self) -> None:
        """Find what every conversion brings, those first that no other leads to."""
        layers = self._layers()
        for number, layer in enumerate(layers):
            found = [
                batch
                for giver, own in sorted(_grouped(layer, self._from).items())
                for batch in self._batches(giver, own, number == DEEP)
            ]
            for one in found:
                self.supply[self._to(one.conversions[0])].append(one)
        self._judge(layers)

    def _layers(self) -> list[list[Conversion]]:
        """The conversions by how many others can lead to them, one behind another; the last layer is all deeper."""
        layers: list[list[Conversion]] = []
        layer = self._all
        while layer and len(layers) < DEEP:
            into = _grouped(layer, self._to)
            deeper = [one for part, coming in into.items() for one in self.routes[part].behind(coming)]
            behind = {one.number for one in deeper}
            layers.append([one for one in layer if one.number not in behind])
            layer = deeper
        return [*layers, layer] if layer else layers

    def _batches(self, giver: int, layer: Sequence[Conversion], deep: bool) -> list[Batch]:
        """What the conversions of one layer bring out of one network."""
        routes, supply = self.routes[giver], self.supply[giver]
        whole = [one for one in layer if routes.whole(one)]
        open_ = [one for one in layer if not routes.whole(one)]
        given = {one.number: (one.move.amount, one.move.amount) for one in whole}
        if deep:
            given |= {one.number: (0, one.move.amount) for one in open_}
        elif open_:
            spans = routes.spans(supply, [[one] for one in open_])
            given |= {one.number: span for one, span in zip(open_, spans, strict=True)}
        groups = [] if deep else [group for group in _grouped(open_, self._to).values() if len(group) > 1]
        together = {one.number for group in groups for one in group}
        totals = routes.spans(supply, groups) if groups else []
        found = [batch([one], [given[one.number]], given[one.number]) for one in layer if one.number not in together]
        for group, total in zip(groups, totals, strict=True):
            found.append(batch(group, [given[one.number] for one in group], total))
        return found

    def _judge(self, layers: Sequence[Sequence[Conversion]]) -> None:
        """Where bounds may be wider than need be: where it is open of more than one conversion how much it brings, or
        of one whose own range is not sharp."""
        depth = {one.number: number for number, layer in enumerate(layers) for one in layer}
        coming = {part: [one for one in batches if one.open] for part, batches in self.supply.items()}

        def known(one: Conversion) -> bool:
            giver, own = self._from(one), depth[one.number]
            later = any(depth[other.number] >= own for batch in coming[giver] for other in batch.conversions)
            return own < DEEP and self.sharp[giver] and not later

        changed = True
        while changed:
            changed = False
            for part, batches in coming.items():
                count = sum(one.open for one in batches)
                if self.sharp[part] and (count > 1 or not all(known(one.conversions[0]) for one in batches)):
                    self.sharp[part], changed = False, True


def _joined(walk: Walk, moves: Sequence[Move], kept: Sequence[Move]) -> dict[int, int]:
    """Every asset with the first of those whose units pass one for one into each other's."""
    part = {walk.asset(holding): walk.asset(holding) for move in moves for holding in (move.sender, move.recipient)}

    def root(asset: int) -> int:
        while part[asset] != asset:
            asset = part[asset]
        return asset

    for pair in sorted({(walk.asset(move.sender), walk.asset(move.recipient)) for move in kept}):
        low, high = sorted(map(root, pair))
        part[high] = low
    return {asset: root(asset) for asset in part}


def _grouped(items: Iterable[Item], of: Callable[[Item], int]) -> dict[int, list[Item]]:
    found: dict[int, list[Item]] = {}
    for one in items:
        found.setdefault(of(one), []).append(one)
    return found


def _still_there(came: Bound, moves: Sequence[Move]) -> Bound:
    """What of the value that came back to a theft's own holding is still there, as it leaves first; what ended on its
    way out, exchanged where the other side is not seen, stays."""
    back = [(move.landed, move.got) for move in moves if move.recipient == came.holding and not move.ended]
    ended = sum(move.got for move in moves if move.recipient == came.holding and move.ended)
    if not back:
        return came
    first = min(key for key, _ in back)
    went = [(move.key, -move.amount) for move in moves if move.sender == came.holding]
    paid = held = 0
    for key, amount in sorted([*went, *back]):  # one to itself goes out first
        held = max(0, held + amount)
        paid += max(0, -amount) if key > first else 0
    return Bound(came.holding, came.stop, max(0, came.least - paid), min(came.most, held + ended), came.sharp)
