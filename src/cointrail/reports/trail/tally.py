"""One pass over the movements of a policy: everything the page draws, summed exactly, without keeping the rows."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from cointrail.reports.amounts import EXACT, ZERO
from cointrail.reports.conversions import what
from cointrail.reports.groups import groups, weights
from cointrail.reports.kinds import kind_of
from cointrail.reports.totals import is_backward

Row = Mapping[str, Any]  # one line of movements.csv; numbers may be strings or numbers, missing values None or ""
LARGEST = 300  # movements listed on the page for one policy ...
SHARED = 450  # ... and for several together
DEEPEST = 7  # hops told apart in the timeline; anything deeper is one class
# Value that reaches these has left the wallets of the trail; all other endpoints are wallets that still hold it.
ARRIVED = frozenset(
    {"label", "stop", "hub", "mixer", "bridge", "vault", "swap", "order", "burned", "returned", "fee", "mint", "reward"}
)
MOVING, CONVERTED = "moving", "converted"
# What a conversion is known by, in trail.json and in movements.csv.
TOLD = ("tx", "to_tx", "address", "to_address", "asset", "to_asset")
GIVEN = ("tx", "to_tx", "from", "to", "asset", "to_asset")


class Place(NamedTuple):
    """An address in one asset; the address '' is nobody."""

    chain: str
    address: str
    asset: str


@dataclass
class Edge:
    """All movements from one place to another: exact sum, count, first and last time ('' unknown).

    In a conversion `came` is in the asset of the other side; otherwise it is `amount`. `names` are what conversions
    are called.
    """

    amount: Decimal = ZERO
    count: int = 0
    first: str = ""
    last: str = ""
    came: Decimal = ZERO
    names: dict[str, None] = field(default_factory=dict)

    def add(self, amount: Decimal, time: str, came: Decimal | None = None) -> None:
        """Count one movement in."""
        self.amount = EXACT.add(self.amount, amount)
        self.came = EXACT.add(self.came, amount if came is None else came)
        self.count += 1
        if time:
            self.first = min(self.first or time, time)
            self.last = max(self.last, time)

    def join(self, other: "Edge") -> None:
        """Count the movements of another edge in."""
        self.amount = EXACT.add(self.amount, other.amount)
        self.came = EXACT.add(self.came, other.came)
        self.count += other.count
        if other.first:
            self.first = min(self.first or other.first, other.first)
            self.last = max(self.last, other.last)
        if other.names:
            self.names |= other.names


@dataclass
class Web:
    """What one policy says of one group of assets: who paid whom, and by which conversions.

    `depths` is what the mean hop of a place comes from, as [sum of hop x weight, sum of weight]; `starts` is where
    stolen value set out.
    """

    edges: dict[tuple[Place, Place], Edge] = field(default_factory=dict)
    depths: dict[Place, list[float]] = field(default_factory=dict)
    starts: set[Place] = field(default_factory=set)


@dataclass
class View:
    """What one policy says of one asset over time.

    `by_hop` and `by_kind` sum stolen value by (seconds since 1970, class); `left` is what set out in it: from the
    theft, or from a conversion into it.
    """

    by_hop: dict[tuple[int, int], Decimal] = field(default_factory=dict)
    by_kind: dict[tuple[int, str], Decimal] = field(default_factory=dict)
    left: dict[int, Decimal] = field(default_factory=dict)
    untimed: int = 0
    theft: Edge = field(default_factory=Edge)  # the movements of hop 1


@dataclass
class Tally:
    """The sums over the movements of one policy: a view for each asset, a web for each group by its number, the
    largest movements, and how many there are."""

    views: dict[str, View] = field(default_factory=lambda: defaultdict(View))
    webs: dict[int, Web] = field(default_factory=lambda: defaultdict(Web))
    largest: list[Row] = field(default_factory=list)
    count: int = 0


def ends(trail: Mapping[str, Any], policy: str) -> dict[Place, list[Mapping[str, Any]]]:
    """The endpoints of one policy by the place where they are."""
    found: dict[Place, list[Mapping[str, Any]]] = {}
    for end in trail["policies"][policy]["endpoints"]:
        found.setdefault(Place(end["chain"], end["address"] or "", end["asset"]), []).append(end)
    return found


def rows_each(policies: int) -> int:
    """How many movements are listed for each policy, so that the page stays small."""
    return LARGEST if policies < 2 else SHARED // policies


def tally(trail: Mapping[str, Any], name: str, movements: Iterable[Row]) -> Tally:
    """Sum the movements of the policy `name`. Memory grows with the pairs of addresses and distinct times, not with
    the rows.

    :param movements: its rows of movements.csv, in their order.
    """
    result, known = Tally(), _Known(trail, name)
    group = {asset: number for number, members in enumerate(groups(trail)) for asset in members}
    worth, backward = weights(trail), is_backward(trail)
    kept: list[tuple[float, int, Row]] = []
    limit = rows_each(len(trail["policies"]))
    for number, row in enumerate(movements):
        asset = row["asset"]
        step = _step(row, backward)
        weight = float(step.stolen) * worth.get(asset, 1.0)
        _weave(result.webs[group.get(asset, -1)], known, step, weight)
        _time(result.views, known, step)
        result.count += 1
        item = (weight, -number, row)
        if len(kept) < limit:
            heapq.heappush(kept, item)
        elif item > kept[0]:
            heapq.heapreplace(kept, item)
    kept.sort(key=lambda item: (-item[0], -Decimal(item[2]["stolen"]), -item[1]))
    result.largest = [row for _, _, row in kept]
    return result


class _Known:
    """What trail.json says of one policy beyond the rows: where value arrived, and what conversions are."""

    def __init__(self, trail: Mapping[str, Any], name: str) -> None:
        self.backward = is_backward(trail)
        found = ends(trail, name)
        self.kinds = {place: kind_of(here[0]).key for place, here in found.items() if here[0]["reason"] in ARRIVED}
        entry = trail["policies"][name]
        self.conversions = {tuple(one[key] or "" for key in TOLD): one for one in entry["conversions"]}
        self.thieves, self.stolen = set(trail["theft"]["addresses"]), set(entry["stolen"])

    def conversion(self, row: Row) -> Mapping[str, Any] | None:
        """What trail.json says of a row that changes the asset."""
        return self.conversions.get(tuple(row.get(key) or "" for key in GIVEN))

    def again(self, place: Place) -> bool:
        """Whether value that comes here counts when it leaves: the theft's own addresses send it out once more."""
        return place.address in self.thieves and place.asset in self.stolen and place not in self.kinds


def sides(row: Row) -> tuple[Place, Place]:
    """From where to where a row moved value; the asset, and perhaps the chain, may change on the way."""
    start = Place(row["chain"], row["from"] or "", row["asset"])
    return start, Place(row.get("to_chain") or row["chain"], row["to"] or "", row.get("to_asset") or row["asset"])


class _Step(NamedTuple):
    """A row read once: its sides, its hop, its time as text, and the stolen value that left and that arrived, each in
    its own asset; `near` and `far`, `gone` and `landed` are the same as walked. `turned`: the asset changed, or the
    chain."""

    row: Row
    pair: tuple[Place, Place]
    hop: int
    time: str
    stolen: Decimal
    came: Decimal
    turned: bool
    near: Place
    far: Place
    gone: Decimal
    landed: Decimal


def _step(row: Row, backward: bool) -> _Step:
    pair = start, end = sides(row)
    stolen, turned = Decimal(row["stolen"]), bool(row.get("to_asset"))
    came = Decimal(row["to_stolen"]) if turned else stolen
    walked = (end, start, came, stolen) if backward else (start, end, stolen, came)
    return _Step(row, pair, int(row["hop"] or 1), row["time"] or "", stolen, came, turned, *walked)


def _weave(web: Web, known: _Known, step: _Step, weight: float) -> None:
    """Count one movement into its web."""
    edge = web.edges.get(step.pair)
    if edge is None:
        edge = web.edges[step.pair] = Edge()
    edge.add(step.stolen, step.time, step.came)
    if step.turned:
        told = known.conversion(step.row)
        edge.names.setdefault(what(told or {"bridge": None, "rule": step.row.get("rule") or "conversion"}))
    if step.hop == 1:
        web.starts.add(step.near)
    depth = web.depths.get(step.far)
    if depth is None:
        depth = web.depths[step.far] = [0.0, 0.0]
    depth[0] += step.hop * weight
    depth[1] += weight


def _time(views: dict[str, View], known: _Known, step: _Step) -> None:
    """Count one movement into the view of its asset, and what arrives of a conversion into that of the other."""
    hop, near, far = step.hop, step.near, step.far
    view = views[near.asset]
    if hop == 1:
        view.theft.add(step.gone, step.time)
    if not step.time:
        view.untimed += 1
        return
    at, landed = _times(known, step)
    _grow(view.by_hop, (at, min(hop, DEEPEST)), step.gone)
    if hop == 1:
        _grow(view.left, at, step.gone)
    if far.asset != near.asset:
        _grow(view.by_kind, (at, CONVERTED), step.gone)
        view = views[far.asset]
        if not known.again(far):
            _grow(view.left, landed, step.landed)
    if far in known.kinds:
        _grow(view.by_kind, (landed, known.kinds[far]), step.landed)


def _times(known: _Known, step: _Step) -> tuple[int, int]:
    """When a row that has a time began and when it arrived, as walked, in seconds since 1970."""
    at = seconds(step.time)
    told = known.conversion(step.row) if step.turned else None
    landed = seconds(told["to_time"]) if told and told["to_time"] else at
    return (landed, at) if known.backward else (at, landed)


def _grow(sums: dict[Any, Decimal], key: object, amount: Decimal) -> None:
    sums[key] = EXACT.add(sums.get(key, ZERO), amount)


@lru_cache(1 << 16)  # the same movements come under each policy
def seconds(time: str) -> int:
    """Seconds since 1970 of a time in trail.json or movements.csv ('2023-06-03T01:02:03Z')."""
    return int(datetime.fromisoformat(time).timestamp())
