"""One pass over the movements sums everything the page draws."""

from decimal import Decimal

import pytest

from cointrail.reports.groups import groups, weights
from cointrail.reports.totals import coin
from cointrail.reports.trail.movements import moves
from cointrail.reports.trail.tally import CONVERTED, LARGEST, MOVING, rows_each, seconds, tally
from cointrail.reports.trail.timeline import DAY, quiet, step, timeline
from tests.reports import heists, turns
from tests.reports.story import key


def test_rows_are_read_once_and_summed_exactly() -> None:
    trail, rows = heists.heist(policies=("fifo", "haircut"), assets=("ETH", "USDT"))
    for policy, entry in trail["policies"].items():
        sums = tally(trail, policy, (row for row in rows if row["policy"] == policy))
        assert sums.count == entry["movements"] and set(sums.views) == {"ETH", "USDT"}
        for asset, view in sums.views.items():
            own = [row for row in rows if row["policy"] == policy and row["asset"] == asset]
            web = sums.webs[["ETH", "USDT"].index(asset)]
            assert sum(edge.amount for edge in web.edges.values()) == sum(Decimal(row["stolen"]) for row in own)
            assert sum(edge.count for edge in web.edges.values()) == len(own)
            assert sum(view.by_hop.values()) == sum(edge.amount for edge in web.edges.values())


@pytest.mark.parametrize("several", [False, True])
def test_a_conversion_leaves_one_asset_and_comes_into_another(several: bool) -> None:
    trail, rows = turns.converted(several=several)
    sums = tally(trail, "haircut", rows)
    entry = trail["policies"]["haircut"]
    web = sums.webs[0]
    crossing = {pair: edge for pair, edge in web.edges.items() if pair[0].asset != pair[1].asset}
    assert sum(edge.count for edge in crossing.values()) == len(entry["conversions"])
    for asset in trail["assets"]:
        gone = sum(edge.amount for (start, _), edge in crossing.items() if start.asset == asset)
        came = sum(edge.came for (_, end), edge in crossing.items() if end.asset == asset)
        assert gone == Decimal(entry["converted_out"].get(asset, "0"))
        assert came == Decimal(entry["converted_in"].get(asset, "0"))
        points = sums.views[asset].by_kind
        assert sum(amount for (_, kind), amount in points.items() if kind == CONVERTED) == gone
    assert {name for edge in crossing.values() for name in edge.names} >= {
        "swap",
        "wrap",
        "mixed",
        "Across",
        "Stargate",
    }


def test_assets_joined_by_conversions_share_a_picture_drawn_to_their_rates() -> None:
    trail, _ = turns.converted(several=True)
    found = groups(trail)
    assert [len(group) for group in found] == [6, 1]
    worth = weights(trail)
    ether, staked = key("ethereum", "ETH"), key("ethereum", "stETH")
    entry = trail["policies"]["haircut"]
    between = [one for one in entry["conversions"] if (one["asset"], one["to_asset"]) == (staked, ether)]
    sold = sum(Decimal(one["stolen"]) for one in between)
    got = sum(Decimal(one["to_stolen"]) for one in between)
    assert worth[ether] / worth[staked] == pytest.approx(float(sold / got))
    assert worth[found[0][0]] * float(coin(trail, found[0][0]).whole) == pytest.approx(1)


def test_a_bridge_hop_arrives_when_it_arrives() -> None:
    trail, rows = turns.converted()
    hop = next(one for one in trail["policies"]["haircut"]["conversions"] if one["bridge"] == "Stargate")
    view = tally(trail, "haircut", rows).views[hop["to_asset"]]
    assert hop["to_time"] != hop["time"]
    assert view.left[seconds(hop["to_time"])] == Decimal(hop["to_stolen"])
    assert seconds(hop["time"]) not in view.left


@pytest.mark.parametrize("several", [False, True])
def test_the_timeline_of_every_asset_ends_with_its_books(several: bool) -> None:
    trail, rows = turns.converted(several=several)
    sums = tally(trail, "haircut", rows)
    for asset in trail["assets"]:
        drawn = timeline(sums.views[asset], False, True)
        assert drawn is not None
        last = {kind: Decimal(points[-1][1].replace(",", "")) for kind, points in drawn["kinds"]}
        ends = [end for end in trail["policies"]["haircut"]["endpoints"] if end["asset"] == asset]
        held = sum(Decimal(end["amount"]) for end in ends if end["reason"] in ("unspent", "rounding"))
        assert last[MOVING] == held, asset


def test_the_largest_movements_come_first_and_in_their_order() -> None:
    trail, rows = heists.heist(wallets=900, services=100, hops=6)
    shown = moves(trail, tally(trail, "fifo", rows).largest)
    amounts = [Decimal(move.stolen.exact.replace(",", "")) for move in shown]
    assert len(shown) == LARGEST < len(rows)
    assert amounts == sorted((Decimal(row["stolen"]) for row in rows), reverse=True)[:LARGEST]


def test_more_policies_list_fewer_rows_each() -> None:
    assert [rows_each(count) for count in (1, 2, 5)] == [300, 225, 90]


def test_the_timeline_ends_with_the_books() -> None:
    trail, rows = heists.heist()
    view = tally(trail, "fifo", rows).views["ETH"]
    drawn = timeline(view, False, True)
    assert drawn is not None
    last = {kind: Decimal(points[-1][1].replace(",", "")) for kind, points in drawn["kinds"]}
    assert sum(last.values()) == Decimal(trail["policies"]["fifo"]["stolen"]["ETH"])
    held = sum(Decimal(end["amount"]) for end in trail["policies"]["fifo"]["endpoints"] if end["reason"] == "unspent")
    assert last["moving"] == held


def test_weeks_without_a_movement_are_dormant() -> None:
    trail, rows = heists.heist()
    gaps = quiet(tally(trail, "fifo", rows).views["ETH"])
    assert [gap.end - gap.start > 10 * DAY for gap in gaps] == [True, True]
    assert gaps[0].length.startswith("18 d")


def test_bars_are_few_whatever_the_span() -> None:
    for span in (0, 59, 3_600, DAY, 200 * DAY, 40 * 365 * DAY):
        assert span / step(span) <= 90
