"""One pass over the movements sums everything the page draws."""

from decimal import Decimal

from cointrail.reports.trail.movements import moves
from cointrail.reports.trail.tally import LARGEST, rows_each, tally
from cointrail.reports.trail.timeline import DAY, quiet, step, timeline
from tests.reports import heists


def test_rows_are_read_once_and_summed_exactly() -> None:
    trail, rows = heists.heist(policies=("fifo", "haircut"), assets=("ETH", "USDT"))
    sums = tally(trail, iter(rows))
    assert sums.counts == {name: entry["movements"] for name, entry in trail["policies"].items()}
    for (policy, asset), view in sums.views.items():
        own = [row for row in rows if row["policy"] == policy and row["asset"] == asset]
        assert sum(edge.amount for edge in view.edges.values()) == sum(Decimal(row["stolen"]) for row in own)
        assert sum(edge.count for edge in view.edges.values()) == len(own)
        assert sum(view.by_hop.values()) == sum(edge.amount for edge in view.edges.values())


def test_the_largest_movements_come_first_and_in_their_order() -> None:
    trail, rows = heists.heist(wallets=900, services=100, hops=6)
    sums = tally(trail, rows)
    shown = moves(trail, sums, "fifo")
    amounts = [Decimal(move.stolen.exact.replace(",", "")) for move in shown]
    assert len(shown) == LARGEST < len(rows)
    assert amounts == sorted((Decimal(row["stolen"]) for row in rows), reverse=True)[:LARGEST]


def test_more_policies_list_fewer_rows_each() -> None:
    assert [rows_each(count) for count in (1, 2, 5)] == [300, 225, 90]


def test_the_timeline_ends_with_the_books() -> None:
    trail, rows = heists.heist()
    view = tally(trail, rows).views["fifo", "ETH"]
    drawn = timeline(view, False, True)
    assert drawn is not None
    last = {kind: Decimal(points[-1][1].replace(",", "")) for kind, points in drawn["kinds"]}
    assert sum(last.values()) == Decimal(trail["policies"]["fifo"]["stolen"]["ETH"])
    held = sum(Decimal(end["amount"]) for end in trail["policies"]["fifo"]["endpoints"] if end["reason"] == "unspent")
    assert last["moving"] == held


def test_weeks_without_a_movement_are_dormant() -> None:
    trail, rows = heists.heist()
    gaps = quiet(tally(trail, rows).views["fifo", "ETH"])
    assert [gap.end - gap.start > 10 * DAY for gap in gaps] == [True, True]
    assert gaps[0].length.startswith("18 d")


def test_bars_are_few_whatever_the_span() -> None:
    for span in (0, 59, 3_600, DAY, 200 * DAY, 40 * 365 * DAY):
        assert span / step(span) <= 90
