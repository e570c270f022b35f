"""What the page's script draws from: a picture and a timeline for each policy and asset."""

from collections.abc import Mapping
from typing import Any

from cointrail.reports.kinds import kinds
from cointrail.reports.policies import policy
from cointrail.reports.totals import Coin, coin
from cointrail.reports.trail.flow import flow
from cointrail.reports.trail.layout import GAP
from cointrail.reports.trail.picture import Book, picture
from cointrail.reports.trail.tally import Tally, ends, thieves
from cointrail.reports.trail.timeline import timeline

PICTURED = 4  # assets with pictures; each asset and policy costs about 20 kB


def data(trail: Mapping[str, Any], names: list[str], pictured: list[Coin], sums: Tally) -> dict[str, Any]:
    """What the page's script draws from."""
    backward = trail["theft"]["direction"] == "backward"
    views, book = {}, Book()
    for name in names:
        conserves = trail["policies"][name]["balanced"] is not None
        for index, shown in enumerate(pictured):
            view = sums.views.get((name, shown.key))
            if view is not None and view.edges:
                graph = flow(view, ends(trail, name, shown.key), thieves(trail), backward)
                views[f"{name} {index}"] = {
                    "flow": picture(graph, shown, backward, book) if graph.links else None,
                    "time": timeline(view, backward, conserves),
                    "untimed": view.untimed,
                    "conserves": conserves,
                }
    return {
        "policies": names,
        "names": {name: policy(name).title for name in names},
        "assets": [shown.symbol for shown in pictured],
        "titles": {kind.key: kind.title for kind in kinds().values()},
        "backward": backward,
        "gap": GAP,
        "addresses": book.addresses,
        "views": views,
    }


def pictured(trail: Mapping[str, Any], names: list[str], sums: Tally) -> tuple[list[Coin], int]:
    """The assets that get pictures: the stolen ones as named, then any other that moved; and how many get none."""
    found = [asset for name in names for asset in trail["policies"][name]["stolen"]]
    found += sorted(asset for _, asset in sums.views)
    assets = list(dict.fromkeys(found))
    return [coin(trail, asset) for asset in assets[:PICTURED]], max(0, len(assets) - PICTURED)
