"""One pass over the movements: everything the page draws, summed exactly, without keeping the rows."""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from cointrail.reports.amounts import EXACT, ZERO, ratio
from cointrail.reports.kinds import kind_of
from cointrail.reports.totals import stolen

Row = Mapping[str, Any]  # one line of movements.csv; numbers may be strings or numbers, missing values None or ""
LARGEST = 300  # movements listed on the page for one policy ...
SHARED = 450  # ... and for several together
DEEPEST = 7  # hops told apart in the timeline; anything deeper is one class
# Value that reaches these has left the wallets of the trail; all other endpoints are wallets that still hold it.
ARRIVED = frozenset({"label", "stop", "hub", "burned", "returned", "fee", "mint", "reward"})
MOVING = "moving"


@dataclass
class Edge:
    """All movements from one address to another in one asset: exact sum, count, first and last time ('' unknown)."""

    amount: Decimal = ZERO
    count: int = 0
    first: str = ""
    last: str = ""

    def add(self, amount: Decimal, time: str) -> None:
        """Count one movement in."""
        self.amount = EXACT.add(self.amount, amount)
        self.count += 1
        if time:
            self.first = min(self.first or time, time)
            self.last = max(self.last, time)

    def join(self, other: "Edge") -> None:
        """Count the movements of another edge in."""
        self.amount = EXACT.add(self.amount, other.amount)
        self.count += other.count
        self.first = min(filter(None, (self.first, other.first)), default="")
        self.last = max(self.last, other.last)


@dataclass
class View:
    """What one policy says of one asset. Addresses are written 'chain address'; '' is nobody.

    `by_hop` and `by_kind` sum stolen value by (seconds since 1970, class); `left` is what left the theft addresses.
    """

    edges: dict[tuple[str, str], Edge] = field(default_factory=dict)
    depths: dict[str, list[float]] = field(default_factory=dict)  # address -> [sum of hop x share, sum of share]
    by_hop: dict[tuple[int, int], Decimal] = field(default_factory=dict)
    by_kind: dict[tuple[int, str], Decimal] = field(default_factory=dict)
    left: dict[int, Decimal] = field(default_factory=dict)
    untimed: int = 0
    theft: Edge = field(default_factory=Edge)  # the movements of hop 1


@dataclass
class Tally:
    """The sums over all movements: a view for each (policy, asset), and each policy's largest movements."""

    views: dict[tuple[str, str], View] = field(default_factory=dict)
    largest: dict[str, list[Row]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


def place(chain: str, address: str | None) -> str:
    """An address as views write it: 'ethereum 0x…', or '' for nobody."""
    return f"{chain} {address}" if address else ""


def thieves(trail: Mapping[str, Any]) -> set[str]:
    """The theft addresses on every chain of the ledgers."""
    chains = [ledger["chain"] for ledger in trail["ledgers"]]
    return {place(chain, address) for chain in chains for address in trail["theft"]["addresses"]}


def ends(trail: Mapping[str, Any], policy: str, asset: str) -> dict[str, list[Mapping[str, Any]]]:
    """The endpoints of one policy and asset by the address where they are; those at nobody under ''."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for endpoint in trail["policies"][policy]["endpoints"]:
        if endpoint["asset"] == asset:
            found.setdefault(place(endpoint["chain"], endpoint["address"]), []).append(endpoint)
    return found


def rows_each(policies: int) -> int:
    """How many movements are listed for each policy, so that the page stays small."""
    return LARGEST if policies < 2 else SHARED // policies


def tally(trail: Mapping[str, Any], movements: Iterable[Row]) -> Tally:
    """Sum all movements. Memory grows with the pairs of addresses and distinct times, not with the rows.

    :param movements: rows of movements.csv in their order; a policy that is not in the trail is an error of the caller.
    """
    result = Tally(largest={name: [] for name in trail["policies"]}, counts=dict.fromkeys(trail["policies"], 0))
    whole = {name: stolen(trail, name) for name in trail["policies"]}
    kept: dict[str, list[tuple[float, int, Row]]] = {name: [] for name in trail["policies"]}
    backward = trail["theft"]["direction"] == "backward"
    limit = rows_each(len(trail["policies"]))
    where: dict[tuple[str, str], dict[str, str]] = {}
    for number, row in enumerate(movements):
        name, asset = row["policy"], row["asset"]
        if (name, asset) not in result.views:
            result.views[name, asset] = View()
            found = ends(trail, name, asset)
            where[name, asset] = {k: kind_of(e[0]).key for k, e in found.items() if e[0]["reason"] in ARRIVED}
        amount = Decimal(row["stolen"])
        share = ratio(amount, whole[name].get(asset, ZERO)) or float(amount)
        _add(result.views[name, asset], where[name, asset], row, amount, share, backward)
        result.counts[name] += 1
        item = (share, -number, row)
        if len(kept[name]) < limit:
            heapq.heappush(kept[name], item)
        elif item > kept[name][0]:
            heapq.heapreplace(kept[name], item)
    for name, items in kept.items():
        items.sort(key=lambda item: (-item[0], -Decimal(item[2]["stolen"]), -item[1]))
        result.largest[name] = [row for _, _, row in items]
    return result


def _add(view: View, where: Mapping[str, str], row: Row, amount: Decimal, share: float, backward: bool) -> None:
    """Count one movement into its view."""
    chain, time, hop = row["chain"], row["time"] or "", int(row["hop"] or 1)
    pair = (place(chain, row["from"]), place(chain, row["to"]))
    view.edges.setdefault(pair, Edge()).add(amount, time)
    far = pair[0] if backward else pair[1]
    depth = view.depths.setdefault(far, [0.0, 0.0])
    depth[0] += hop * share
    depth[1] += share
    if hop == 1:
        view.theft.add(amount, time)
    if not time:
        view.untimed += 1
        return
    at = seconds(time)
    classes = (at, min(hop, DEEPEST))
    view.by_hop[classes] = EXACT.add(view.by_hop.get(classes, ZERO), amount)
    if hop == 1:
        view.left[at] = EXACT.add(view.left.get(at, ZERO), amount)
    if far in where:
        key = (at, where[far])
        view.by_kind[key] = EXACT.add(view.by_kind.get(key, ZERO), amount)


def seconds(time: str) -> int:
    """Seconds since 1970 of a time in trail.json or movements.csv ('2023-06-03T01:02:03Z')."""
    return int(datetime.fromisoformat(time).timestamp())
