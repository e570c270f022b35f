"""Which assets conversions join, and how amounts of them compare: for one picture, and for ranks."""

from collections.abc import Mapping
from decimal import Decimal
from heapq import heappop, heappush
from itertools import count
from typing import Any

from cointrail.reports.amounts import EXACT, ZERO, ratio
from cointrail.reports.policies import REACH_ONLY
from cointrail.reports.totals import part, whole

Rates = dict[tuple[str, str], tuple[int, float]]  # (from, to) -> number of conversions, units of `to` for one of `from`


def assets(trail: Mapping[str, Any]) -> list[str]:
    """All assets that stolen value was in: the stolen ones as named, then those that were converted into."""
    return list(dict.fromkeys(asset for name in trail["policies"] for asset in whole(trail, name)))


def groups(trail: Mapping[str, Any]) -> list[list[str]]:
    """The assets that conversions join, each group in the order of `assets`; an asset without any is its own group."""
    home = {asset: asset for asset in assets(trail)}

    def root(asset: str) -> str:
        while home.setdefault(asset, asset) != asset:
            asset = home[asset]
        return asset

    for entry in trail["policies"].values():
        for one in entry["conversions"]:
            home[root(one["to_asset"])] = root(one["asset"])
    found: dict[str, list[str]] = {}
    for asset in home:
        found.setdefault(root(asset), []).append(asset)
    return list(found.values())


def weights(trail: Mapping[str, Any]) -> dict[str, float]:
    """What one whole unit of each asset counts in widths and ranks, for no figure that is printed.

    The first asset of a group counts by its share. Another counts as much as what was given for it in the conversions
    of the trail, taken along the most frequent ones: no price is needed, and none is assumed. What no rate reaches
    counts by its own share.
    """
    rates, sizes = _rates(trail), _sizes(trail)
    found: dict[str, float] = {}
    order = count()
    for group in groups(trail):
        waiting = [(0, next(order), group[0], _alone(sizes, group[0]))]
        while waiting:
            _, _, asset, value = heappop(waiting)
            if asset in found:
                continue
            found[asset] = value
            for other in group:
                if other not in found and (asset, other) in rates:
                    times, rate = rates[asset, other]
                    heappush(waiting, (-times, next(order), other, value / rate))
        for asset in group:
            found.setdefault(asset, _alone(sizes, asset))
    return found


def weight(endpoint: Mapping[str, Any], worth: Mapping[str, float], measured: bool) -> float:
    """How much of the theft an endpoint is, for ranking only: its share where all shares have one measure (see
    `one_measure`), else its amount by `weights`."""
    if measured and endpoint["share"] is not None:
        return float(part(endpoint["share"]))
    return float(Decimal(endpoint["amount"])) * worth.get(endpoint["asset"], 1.0)


def _alone(sizes: Mapping[str, Decimal], asset: str) -> float:
    return ratio(Decimal(1), sizes.get(asset, ZERO)) or 1.0


def _sizes(trail: Mapping[str, Any]) -> dict[str, Decimal]:
    """The most that any policy has in each asset."""
    found: dict[str, Decimal] = {}
    for name in trail["policies"]:
        for asset, amount in whole(trail, name).items():
            found[asset] = max(found.get(asset, ZERO), amount)
    return found


def _rates(trail: Mapping[str, Any]) -> Rates:
    """How many units of one asset were got for one unit of another, over all conversions between the two."""
    gave: dict[tuple[str, str], list[Decimal]] = {}
    times: dict[tuple[str, str], int] = {}
    # Reach counts the same coins again and again: its rates are used where there are no others.
    conserving = [name for name in trail["policies"] if name != REACH_ONLY] or list(trail["policies"])
    for name in conserving:
        for one in trail["policies"][name]["conversions"]:
            pair = (one["asset"], one["to_asset"])
            sums = gave.setdefault(pair, [ZERO, ZERO])
            sums[0] = EXACT.add(sums[0], Decimal(one["stolen"]))
            sums[1] = EXACT.add(sums[1], Decimal(one["to_stolen"]))
            times[pair] = times.get(pair, 0) + 1
    found: Rates = {}
    for (start, end), (gone, came) in gave.items():
        forth, back = ratio(came, gone), ratio(gone, came)
        if forth and back:
            for pair, rate in (((start, end), forth), ((end, start), back)):
                if times[start, end] > found.get(pair, (0, 0.0))[0]:
                    found[pair] = (times[start, end], rate)
    return found
