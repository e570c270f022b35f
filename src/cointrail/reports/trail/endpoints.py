"""The table of endpoints: every policy side by side, with the bounds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cointrail.reports.amounts import EXACT, ZERO, ratio
from cointrail.reports.kinds import Kind, kind_of
from cointrail.reports.plain import disguised, plain
from cointrail.reports.policies import REACH_ONLY, ordered
from cointrail.reports.totals import Coin, Figure, coin, figure
from cointrail.reports.trail.tally import place

SHOWN = 500
DETAIL = 120  # characters of the sentence why a trail stopped

Place = tuple[str, str, str, str | None]  # 'chain address', asset, reason, label


@dataclass
class Line:
    """One endpoint: amounts by policy (None: not an endpoint under that policy), bounds where computed."""

    chain: str
    address: str
    coin: Coin
    kind: Kind
    label: str
    odd: str
    detail: str
    amounts: dict[str, Decimal] = field(default_factory=dict)
    least: Figure | None = None
    most: Figure | None = None
    hops: int | None = None
    first: str = ""
    last: str = ""

    def figure(self, name: str) -> Figure | None:
        """The amount under a policy."""
        return figure(self.amounts[name], self.coin) if name in self.amounts else None


def lines(trail: Mapping[str, Any]) -> tuple[list[Line], int]:
    """The endpoints by share of their asset, largest first, cut to what the page shows; and how many there are."""
    names = ordered(trail)
    coins: dict[str, Coin] = {}
    found: dict[Place, Line] = {}
    for name in names:
        for endpoint in trail["policies"][name]["endpoints"]:
            shown = coins.setdefault(endpoint["asset"], coin(trail, endpoint["asset"]))
            key = (
                place(endpoint["chain"], endpoint["address"]),
                endpoint["asset"],
                endpoint["reason"],
                endpoint["label"],
            )
            line = found.setdefault(key, _line(endpoint, shown))
            line.amounts[name] = EXACT.add(line.amounts.get(name, ZERO), Decimal(endpoint["amount"]))
            _meet(line, endpoint)
    for bound in trail["bounds"]:
        key = (place(bound["chain"], bound["address"]), bound["asset"], bound["reason"], bound["label"])
        if key not in found:  # a place that value can have reached though no policy takes it there
            found[key] = _line({**bound, "category": None, "detail": ""}, coin(trail, bound["asset"]))
        found[key].least = figure(Decimal(bound["least"]), found[key].coin)
        found[key].most = figure(Decimal(bound["most"]), found[key].coin)
    ranked = sorted(
        found.values(), key=lambda line: (-_weight(line), line.coin.key, line.chain, line.address, line.kind.key)
    )
    return ranked[:SHOWN], len(ranked)


def _line(endpoint: Mapping[str, Any], shown: Coin) -> Line:
    label = endpoint["label"] or ""
    odd = ", ".join(disguised(label)[:3])
    return Line(
        endpoint["chain"],
        endpoint["address"] or "",
        shown,
        kind_of(endpoint),
        plain(label),
        odd,
        plain(endpoint["detail"], DETAIL),
    )


def _meet(line: Line, endpoint: Mapping[str, Any]) -> None:
    """Fewest hops, first and last time over all policies."""
    hops, first, last = endpoint["hops"], endpoint["first_time"] or "", endpoint["last_time"] or ""
    line.hops = hops if line.hops is None else min(line.hops, hops)
    line.first = min(filter(None, (line.first, first)), default="")
    line.last = max(line.last, last)


def _weight(line: Line) -> float:
    """The largest share of the asset under any policy that conserves value; reach alone comes after all of those."""
    amounts = [value for name, value in line.amounts.items() if name != REACH_ONLY]
    return max((ratio(value, line.coin.whole) or float(value) for value in amounts), default=0.0)
