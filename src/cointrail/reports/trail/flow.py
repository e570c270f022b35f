"""The money-flow picture of one policy and asset: theft, wallets by hop, and where the value is, in few boxes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cointrail.reports.amounts import EXACT, ZERO
from cointrail.reports.kinds import kind_of
from cointrail.reports.trail.boxes import ALONE, COLUMNS, Key, boxes_of, columns
from cointrail.reports.trail.layers import Pair
from cointrail.reports.trail.tally import Edge, View

ENDS = 11  # boxes of the last column that stand for one service or wallet; the others share one for each kind

BACK = "back"

Ends = Mapping[str, list[Mapping[str, Any]]]


@dataclass
class Node:
    """A box: a kind's key (or theft, wallet, back), its column, and its addresses by what flows through."""

    kind: str
    column: int
    name: str
    places: dict[str, Decimal] = field(default_factory=dict)


@dataclass
class Flow:
    """The boxes and the bands between them, left being the theft.

    `inside` moved between wallets of one box and is not drawn; `back` went to a wallet further left.
    """

    nodes: dict[Key, Node]
    links: dict[tuple[Key, Key], Edge]
    titles: list[str]
    inside: Decimal = ZERO
    back: Decimal = ZERO


@dataclass(frozen=True)
class Tail:
    """A band into the last column: from which address, to what kind, under which name, at which address."""

    start: str
    kind: str
    name: str
    place: str
    edge: Edge


def flow(view: View, ends: Ends, thieves: set[str], backward: bool) -> Flow:
    """The picture of one view.

    :param ends: endpoints of this policy and asset by address ('' for those at nobody).
    :param thieves: theft addresses. All addresses are written 'chain address'.
    """
    edges = {((b, a) if backward else (a, b)): edge for (a, b), edge in view.edges.items()}
    pairs = {(a, b): edge for (a, b), edge in edges.items() if edge.amount and a and a != b}
    payers = {start for start, _ in pairs}
    stops = {end for _, end in pairs if not end or (end in ends and end not in payers)} - thieves
    column = columns(view, pairs, stops | thieves)
    boxes = boxes_of(pairs, column, thieves)
    inner = {pair: edge for pair, edge in pairs.items() if pair[1] in column}
    back = {p: e for p, e in inner.items() if boxes[p[1]] != boxes[p[0]] and boxes[p[1]][1] <= boxes[p[0]][1]}
    tails = [*_arrivals(pairs, ends, stops, thieves, backward), *_holdings(ends, boxes, thieves)]
    tails += [Tail(start, BACK, "", end, edge) for (start, end), edge in back.items()]
    last = min(max(column.values(), default=0), COLUMNS) + 1
    result = Flow({}, {}, _titles(max(column.values(), default=0), backward))
    result.back = _sum(back.values())
    circling = [edge for (a, b), edge in view.edges.items() if a == b]
    result.inside = _sum([*circling, *(edge for (a, b), edge in inner.items() if boxes[a] == boxes[b])])
    for (start, end), edge in inner.items():
        if boxes[start][1] < boxes[end][1]:
            _band(result, boxes[start], boxes[end], edge)
            _count(result, boxes[end], end, edge.amount)
    for (start, _), edge in pairs.items():
        if start in thieves:
            _count(result, boxes[start], start, edge.amount)
    for tail, key in zip(tails, _ends(tails, last), strict=True):
        _band(result, boxes[tail.start], key, tail.edge)
        _count(result, key, tail.place, tail.edge.amount)
    return result


def _arrivals(pairs: Mapping[Pair, Edge], ends: Ends, stops: set[str], thieves: set[str], backward: bool) -> list[Tail]:
    """Movements into an end: a service, nobody, or the theft addresses again."""
    nobody = "mint" if backward else "fee"
    found = []
    for (start, end), edge in pairs.items():
        if end in thieves:
            found.append(Tail(start, "returned", "", end, edge))
        elif end in stops and (here := ends.get(end)):
            found.append(Tail(start, kind_of(here[0]).key, here[0]["label"] or end, end, edge))
        elif end in stops:
            found.append(Tail(start, nobody, "", end, edge))
    return found


def _holdings(ends: Ends, boxes: Mapping[str, Key], thieves: set[str]) -> list[Tail]:
    """What stayed with a wallet that also paid on."""
    return [
        Tail(address, kind_of(one).key, one["label"] or address, address, edge)
        for address, here in ends.items()
        if address in boxes
        for one in here
        if (edge := Edge(Decimal(one["amount"]))).amount and not (address in thieves and one["reason"] == "returned")
    ]


def _ends(tails: list[Tail], last: int) -> list[Key]:
    """The box of each tail in the last column: the largest have their own, the others share one for each kind."""
    size: dict[Key, Decimal] = {}
    for tail in tails:
        key = (tail.kind, last, tail.name)
        size[key] = EXACT.add(size.get(key, ZERO), tail.edge.amount)
    ranked = sorted(size, key=lambda key: (-size[key], key))
    rest: dict[str, list[Key]] = {}
    for key in ranked[ENDS:]:
        rest.setdefault(key[0], []).append(key)
    # A box that would hold only one is that one.
    shared = {key for keys in rest.values() if len(keys) > ALONE for key in keys}
    keys = ((tail.kind, last, tail.name) for tail in tails)
    return [(key[0], last, "") if key in shared else key for key in keys]


def _band(result: Flow, start: Key, end: Key, edge: Edge) -> None:
    for key in (start, end):
        result.nodes.setdefault(key, Node(*key))
    result.links.setdefault((start, end), Edge()).join(edge)


def _count(result: Flow, key: Key, address: str, amount: Decimal) -> None:
    places = result.nodes.setdefault(key, Node(*key)).places
    places[address] = EXACT.add(places.get(address, ZERO), amount)


def _sum(edges: Iterable[Edge]) -> Decimal:
    whole = ZERO
    for edge in edges:
        whole = EXACT.add(whole, edge.amount)
    return whole


def _titles(deepest: int, backward: bool) -> list[str]:
    """What stands above each column, left to right as seen from the theft."""
    titles = [f"Hop {number}" for number in range(1, min(deepest, COLUMNS) + 1)]
    if deepest > COLUMNS:
        titles[-1] = f"Hops {COLUMNS}–{deepest}"
    return ["Traced back from" if backward else "Theft", *titles, "Where it came from" if backward else "Where it is"]
