"""The table of endpoints: every policy side by side, with the bounds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cointrail.reports.amounts import EXACT, ZERO, rounded
from cointrail.reports.groups import weight, weights
from cointrail.reports.kinds import Kind, kind_of
from cointrail.reports.plain import disguised, plain
from cointrail.reports.policies import REACH_ONLY, ordered
from cointrail.reports.totals import Coin, Figure, coin, figure, one_measure, part, portion

SHOWN = 500
DETAIL = 120  # characters of the sentence why a trail stopped
TARGET = 120  # characters of where value went on to
ALL = "*"  # in place of a target: all of them
CENTS = 2  # decimals of a value in USD

Spot = tuple[str, str | None, str, str, str | None]  # chain, address, asset, reason, label


@dataclass
class Line:
    """One endpoint: amounts by policy (None: not an endpoint under that policy), bounds where computed.

    `target` is where the value went on to; `share` (of the theft) and `value` (in USD) are those of the first policy,
    '' where they are not known. `rank` is the largest part of the theft under any policy that conserves value.
    """

    chain: str
    address: str
    coin: Coin
    kind: Kind
    label: str
    odd: str
    detail: str
    target: str
    share: str = ""
    value: str = ""
    rank: float = 0.0
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
    worth, coins = weights(trail), dict[str, Coin]()
    found: dict[tuple[Spot, str | None], Line] = {}
    for name in names:
        single = one_measure(trail, name)
        measured = name == names[0] and single and bool(trail["policies"][name]["converted_in"])
        for endpoint in trail["policies"][name]["endpoints"]:
            asset, place = endpoint["asset"], (_spot(endpoint), endpoint["target"])
            if asset not in coins:
                coins[asset] = coin(trail, asset)
            line = found.get(place)
            if line is None:
                line = found[place] = _line(endpoint, coins[asset])
            line.amounts[name] = EXACT.add(line.amounts.get(name, ZERO), Decimal(endpoint["amount"]))
            if name != REACH_ONLY:
                line.rank = max(line.rank, weight(endpoint, worth, single))
            if measured and endpoint["share"] is not None:
                line.share = portion(part(endpoint["share"]))
            if name == names[0] and endpoint["value"] is not None:
                line.value = rounded(Decimal(endpoint["value"]), CENTS)
            _meet(line, endpoint)
    _bound(trail, found)
    ranked = sorted(
        found.values(),
        key=lambda one: (-one.rank, one.coin.key, one.chain, one.address, one.kind.key, one.label, one.target),
    )
    return ranked[:SHOWN], len(ranked)


def _bound(trail: Mapping[str, Any], found: dict[tuple[Spot, str | None], Line]) -> None:
    """Write the bounds to the endpoints. Where one place is several, as a bridge with many targets, the bound is of all
    of them together and has a line of its own; so has a place that no policy takes value to."""
    lines: dict[Spot, list[Line]] = {}
    for (spot, _), one in found.items():
        lines.setdefault(spot, []).append(one)
    for bound in trail["bounds"]:
        spot = _spot(bound)
        here = lines.get(spot, [])
        line = here[0] if len(here) == 1 else None
        if line is None:
            detail = "all of them together" if here else ""
            shape = {**bound, "category": None, "detail": detail, "target": None}
            line = found[spot, ALL] = _line(shape, coin(trail, bound["asset"]))
        line.least, line.most = (figure(Decimal(bound[key]), line.coin) for key in ("least", "most"))


def _spot(one: Mapping[str, Any]) -> Spot:
    return one["chain"], one["address"], one["asset"], one["reason"], one["label"]


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
        plain(endpoint["target"] or "", TARGET),
    )


def _meet(line: Line, endpoint: Mapping[str, Any]) -> None:
    """Fewest hops, first and last time over all policies."""
    hops, first, last = endpoint["hops"], endpoint["first_time"] or "", endpoint["last_time"] or ""
    line.hops = hops if line.hops is None else min(line.hops, hops)
    line.first = min(line.first or first, first or line.first)
    line.last = max(line.last, last)
