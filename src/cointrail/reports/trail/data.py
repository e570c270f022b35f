"""What the page's script draws from: a picture for each policy and group of assets, a timeline for each asset."""

from collections.abc import Mapping, Set
from typing import Any

from cointrail.reports.groups import groups, weights
from cointrail.reports.kinds import kinds
from cointrail.reports.policies import policy
from cointrail.reports.totals import Coin, coin, is_backward
from cointrail.reports.trail.layout import GAP
from cointrail.reports.trail.picture import Book, picture
from cointrail.reports.trail.sheet import PICTURED, Sheet

TIMED = 6  # assets with timelines
NAMED = 4  # assets that name a group


def data(trail: Mapping[str, Any], timed: list[Coin], sheets: Mapping[str, Sheet]) -> dict[str, Any]:
    """What the page's script draws from, of policies in the order of their sheets."""
    names, backward = list(sheets), is_backward(trail)
    worth, book, found = weights(trail), Book(), groups(trail)
    flows: dict[str, Any] = {}
    times: dict[str, Any] = {}
    for name, sheet in sheets.items():
        for number, graph in sheet.graphs.items():
            if graph.links:
                coins = {asset: coin(trail, asset) for asset in found[number]}
                flows[f"{name} {number}"] = picture(graph, coins, worth, backward, book)
        for number, shown in enumerate(timed):
            if shown.key in sheet.times:
                times[f"{name} {number}"] = sheet.times[shown.key]
    return {
        "policies": names,
        "names": {name: policy(name).title for name in names},
        "conserves": {name: trail["policies"][name]["balanced"] is not None for name in names},
        "assets": [shown.symbol for shown in timed],
        "groups": group_names(trail),
        "titles": {kind.key: kind.title for kind in kinds().values()},
        "backward": backward,
        "gap": GAP,
        "addresses": book.addresses,
        "flows": flows,
        "times": times,
    }


def group_names(trail: Mapping[str, Any]) -> list[str]:
    """What the groups that have pictures are called: 'stETH + ETH + 2 more'."""
    called = []
    for group in groups(trail)[:PICTURED]:
        symbols = [coin(trail, asset).symbol for asset in group]
        more = [f"{len(symbols) - NAMED} more"] if len(symbols) > NAMED else []
        called.append(" + ".join([*symbols[:NAMED], *more]))
    return called


def timed(trail: Mapping[str, Any], moved: Set[str]) -> list[Coin]:
    """The assets that have timelines, in the order of the trail: those that moved, the largest where they are many."""
    worth = weights(trail)
    coins = [coin(trail, asset) for asset in worth if asset in moved]
    largest = sorted(coins, key=lambda one: -float(one.whole) * worth[one.key])[:TIMED]
    return [one for one in coins if one in largest]


def undrawn(trail: Mapping[str, Any], timed: list[Coin]) -> tuple[int, int]:
    """How many groups have no picture, and how many assets no timeline."""
    found = groups(trail)
    return max(0, len(found) - PICTURED), sum(map(len, found)) - len(timed)
