"""The money-flow picture of one policy and group of assets, in few boxes.

Left to right: the theft, wallets by hop, where the value is. A band between two assets is a conversion.
"""

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from cointrail.reports.amounts import EXACT, ZERO, total
from cointrail.reports.kinds import kind_of
from cointrail.reports.plain import target
from cointrail.reports.trail.boxes import ALONE, COLUMNS, Key, Pairs, boxes_of, columns, stages, weigh
from cointrail.reports.trail.tally import Edge, Place, Web

ENDS = 11  # boxes of the last column that stand for one service or wallet; the others share one for each kind and asset

BACK, RETURNED = "back", "returned"

Ends = Mapping[Place, list[Mapping[str, Any]]]
Worth = Mapping[str, float]


@dataclass
class Node:
    """A box: a kind's key (or theft, wallet, back), its column and asset, and its places by what flows through."""

    kind: str
    column: int
    name: str
    asset: str
    places: dict[Place, Decimal] = field(default_factory=dict)


@dataclass
class Flow:
    """The boxes and the bands between them, left being the theft.

    `inside` moved between wallets of one box and is not drawn; `back` went to a wallet further left; both by asset.
    """

    nodes: dict[Key, Node]
    links: dict[tuple[Key, Key], Edge]
    titles: list[str]
    inside: dict[str, Decimal]
    back: dict[str, Decimal]


@dataclass(frozen=True)
class Tail:
    """A band into the last column: from which place, to what kind, under which name, at which place."""

    start: Place
    kind: str
    name: str
    place: Place
    edge: Edge


def flow(web: Web, ends: Ends, worth: Worth, backward: bool) -> Flow:
    """The picture of one web.

    :param ends: endpoints of this policy by the place where they are.
    :param worth: how wide one unit of each asset is drawn.
    """
    edges = {(b, a): turned(edge) for (a, b), edge in web.edges.items()} if backward else web.edges
    pairs = {(a, b): edge for (a, b), edge in edges.items() if (edge.amount or edge.came) and a.address and a != b}
    payers = {start for start, _ in pairs}
    stops = {end for _, end in pairs if not end.address or (end in ends and end not in payers)} - web.starts
    stage = stages(pairs, web.starts, worth)
    column = columns(web, pairs, stops | web.starts, worth)
    boxes = boxes_of(pairs, column, stage, worth)
    inner = {p: e for p, e in pairs.items() if p[1] in column or _staged(p, stage)}
    back = {p: e for p, e in inner.items() if boxes[p[1]] != boxes[p[0]] and boxes[p[1]].column <= boxes[p[0]].column}
    tails = [*_arrivals(pairs, ends, stops, stage, backward), *_holdings(ends, boxes, web.starts)]
    tails += [Tail(start, BACK, "", end, edge) for (start, end), edge in back.items()]
    first, deepest = max(stage.values(), default=0), max(column.values(), default=0)
    last = first + min(deepest, COLUMNS) + 1
    circling = {(a, b): edge for (a, b), edge in edges.items() if a == b}
    shared = {p: e for p, e in inner.items() if boxes[p[0]] == boxes[p[1]]}
    result = Flow({}, {}, _titles(first, deepest, backward), _sums({**circling, **shared}), _sums(back))
    for (start, end), edge in inner.items():
        if boxes[start].column < boxes[end].column:
            _band(result, boxes[start], boxes[end], edge)
            if end not in stage:
                _count(result, boxes[end], end, edge.came)
    for (start, _), edge in pairs.items():
        if start in stage:
            _count(result, boxes[start], start, edge.amount)
    for tail, key in zip(tails, _ends(tails, last, worth), strict=True):
        _band(result, boxes[tail.start], key, tail.edge)
        _count(result, key, tail.place, tail.edge.came)
    return result


def turned(edge: Edge) -> Edge:
    """An edge as walked backward: what came is where the walk set out."""
    if edge.amount == edge.came:
        return edge
    return Edge(edge.came, edge.count, edge.first, edge.last, edge.amount, edge.names)


def _staged(pair: tuple[Place, Place], stage: Mapping[Place, int]) -> bool:
    """Whether a pair is a conversion at the theft's own addresses that is drawn there."""
    start, end = pair
    return start in stage and end in stage and stage[start] < stage[end] and start.asset != end.asset


def _arrivals(pairs: Pairs, ends: Ends, stops: Set[Place], stage: Mapping[Place, int], backward: bool) -> list[Tail]:
    """Movements into an end: a service, nobody, or the theft addresses again."""
    nobody = "mint" if backward else "fee"
    payers = Counter(end for _, end in pairs)
    names = {place: _name(here, place) for place, here in ends.items()}
    found = []
    for (start, end), edge in pairs.items():
        if end in stage:
            if not _staged((start, end), stage):
                found.append(Tail(start, RETURNED, "", end, edge))
        elif end in stops and (here := ends.get(end)):
            parts = [_held(one) for one in here] if payers[end] == 1 and start.asset == end.asset else []
            if parts and total(part.amount for part in parts) == edge.amount:
                # All of it came from one wallet, so that it is known how much of that is which end.
                for one, part in zip(here, parts, strict=True):
                    share = replace(edge, amount=part.amount, came=part.came)
                    found.append(Tail(start, kind_of(one).key, _name([one], end), end, share))
                continue
            found.append(Tail(start, kind_of(here[0]).key, names[end], end, edge))
        elif end in stops:
            found.append(Tail(start, nobody, "", end, edge))
    return found


def _holdings(ends: Ends, boxes: Mapping[Place, Key], starts: Set[Place]) -> list[Tail]:
    """What stayed with a wallet that also paid on."""
    return [
        Tail(place, kind_of(one).key, _name([one], place), place, edge)
        for place, here in ends.items()
        if place in boxes
        for one in here
        if (edge := _held(one)).amount and not (place in starts and one["reason"] == RETURNED)
    ]


def _held(end: Mapping[str, Any]) -> Edge:
    amount = Decimal(end["amount"])
    return Edge(amount, came=amount)


def _name(here: list[Mapping[str, Any]], place: Place) -> str:
    """What an end goes by: its label, where the value went on to, or else its address."""
    targets = {one["target"] for one in here if one["target"]}
    label: str = here[0]["label"] or ""
    if not targets:
        return label or place.address
    onward = target(targets.pop()) if len(targets) == 1 else f"{len(targets):,} targets"
    return f"{label} → {onward}" if label else f"→ {onward}"


def _ends(tails: list[Tail], last: int, worth: Worth) -> list[Key]:
    """The box of each tail in the last column: the largest have their own, the others share one for kind and asset."""
    size: dict[Key, float] = {}
    keys = [Key(tail.kind, last, tail.name, tail.place.asset) for tail in tails]
    for tail, key in zip(tails, keys, strict=True):
        size[key] = size.get(key, 0.0) + weigh(tail.edge, tail.start, worth)
    ranked = sorted(size, key=lambda key: (-size[key], key))
    rest: dict[tuple[str, str], list[Key]] = {}
    for key in ranked[ENDS:]:
        rest.setdefault((key.kind, key.asset), []).append(key)
    # A box that would hold only one is that one.
    shared = {key for found in rest.values() if len(found) > ALONE for key in found}
    return [key._replace(name="") if key in shared else key for key in keys]


def _band(result: Flow, start: Key, end: Key, edge: Edge) -> None:
    band = result.links.get((start, end))
    if band is None:
        band = result.links[start, end] = Edge()
        for key in (start, end):
            _node(result, key)
    band.join(edge)


def _count(result: Flow, key: Key, place: Place, amount: Decimal) -> None:
    places = _node(result, key).places
    places[place] = EXACT.add(places.get(place, ZERO), amount)


def _node(result: Flow, key: Key) -> Node:
    found = result.nodes.get(key)
    if found is None:
        found = result.nodes[key] = Node(*key)
    return found


def _sums(pairs: Pairs) -> dict[str, Decimal]:
    """What a set of edges carried, by the asset that they set out in."""
    sums: dict[str, Decimal] = {}
    for (start, _), edge in pairs.items():
        sums[start.asset] = EXACT.add(sums.get(start.asset, ZERO), edge.amount)
    return sums


def _titles(first: int, deepest: int, backward: bool) -> list[str]:
    """What stands above each column, left to right as seen from the theft."""
    hops = [f"Hop {number}" for number in range(1, min(deepest, COLUMNS) + 1)]
    if deepest > COLUMNS:
        hops[-1] = f"Hops {COLUMNS}–{deepest}"
    start = ["Traced back from" if backward else "Theft", *["Converted there"] * first]
    return [*start, *hops, "Where it came from" if backward else "Where it is"]
