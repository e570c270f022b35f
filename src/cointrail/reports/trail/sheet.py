"""What the page draws and lists of one policy: the part that grows with its movements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cointrail.reports.groups import groups, weights
from cointrail.reports.totals import is_backward
from cointrail.reports.trail.flow import Flow, flow
from cointrail.reports.trail.tally import Edge, Row, ends, tally
from cointrail.reports.trail.timeline import timeline

PICTURED = 4  # groups of assets with pictures; each of them and policy costs about 20 kB


@dataclass(frozen=True)
class Sheet:
    """One policy in few words: small, whatever was moved.

    `graphs`: the boxes and bands of each group of assets, by its number; `times`: the timeline of each asset that
    moved, ready for JSON; `thefts`: by asset, the movements of hop 1 as one; `largest`: the rows that are listed, out
    of `count`.
    """

    graphs: dict[int, Flow]
    times: dict[str, dict[str, Any]]
    thefts: dict[str, Edge]
    largest: list[Row]
    count: int


def sheet(trail: Mapping[str, Any], name: str, movements: Iterable[Row]) -> Sheet:
    """The sheet of the policy `name`, from its rows of movements.csv."""
    sums, backward = tally(trail, name, movements), is_backward(trail)
    here, worth = ends(trail, name), weights(trail)
    conserves = trail["policies"][name]["balanced"] is not None
    drawn = range(min(len(groups(trail)), PICTURED))
    return Sheet(
        graphs={number: flow(sums.webs[number], here, worth, backward) for number in drawn if number in sums.webs},
        times={
            asset: {"drawn": timeline(view, backward, conserves), "untimed": view.untimed}
            for asset, view in sums.views.items()
        },
        thefts={asset: view.theft for asset, view in sums.views.items()},
        largest=sums.largest,
        count=sums.count,
    )
