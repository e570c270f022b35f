"""Delays: of how many thefts, by whom they are told, and no more exact than the times they come from."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.incidents import delays
from tests.incidents.making import read, said, theft

START = datetime(2025, 3, 1, tzinfo=UTC)
minutes = st.lists(st.none() | st.integers(-600, 600), min_size=1, max_size=8)


def test_delays_are_told_no_more_exactly_than_times_were() -> None:
    exact = theft(
        "a", "2025-02-21", said("stolen_at", "2025-02-21T14:16:00Z"), said("disclosed", "2025-02-21T15:46:00Z")
    )
    coarse = theft("b", "2025-03-01", said("disclosed", "2025-03-04"))
    month = theft("c", "2025-04", said("disclosed", "2025-04-20"))
    found = read(exact, coarse, month)
    hours, days = delays.delay(found, "disclosed"), delays.delay_days(found, "disclosed")
    assert [hours.n, hours.of, hours.median] == [1, 3, Decimal("1.5")]
    assert [days.n, days.shortest, days.longest] == [2, 0, 3]


@settings(deadline=None)  # the first reads tables
@given(minutes)
def test_delays_are_those_counted_by_hand(told: list[int | None]) -> None:
    thefts = [
        theft(f"t{n}", "2025-03-01", said("usd", n + 1), said("stolen_at", _at(0)),
              *([] if passed is None else [said("first_move", _at(passed), by=f"source {n % 2}")]))
        for n, passed in enumerate(told)
    ]  # fmt: skip
    found = delays.delay(read(*thefts), "first_move")
    known = [(n, passed) for n, passed in enumerate(told) if passed is not None and passed >= 0]
    assert [found.n, found.of, found.worth] == [len(known), len(told), sum(n + 1 for n, _ in known)]
    assert sum(found.sources.values()) == len(known) and list(found.sources.values()) == sorted(
        found.sources.values(), reverse=True
    )
    if known:
        assert found.longest is not None
        assert abs(found.longest - Decimal(max(passed for _, passed in known)) / 60) < Decimal("0.000001")


@settings(deadline=None)  # the first reads tables
@given(st.lists(st.tuples(st.integers(-600, 600), st.booleans()), min_size=1, max_size=8))
def test_what_moved_first_is_counted_where_it_can_be_told(told: list[tuple[int, bool]]) -> None:
    """Told at noon or on the day: a movement of that day is before the minute, and cannot be told from the day."""
    noon = START + timedelta(hours=12)
    thefts = [
        theft(f"t{n}", "2025-03-01", said("first_move", f"{noon + timedelta(minutes=passed):%Y-%m-%dT%H:%MZ}"),
              said("disclosed", "2025-03-01" if coarse else f"{noon:%Y-%m-%dT%H:%MZ}"))
        for n, (passed, coarse) in enumerate(told)
    ]  # fmt: skip
    found = delays.moved_before(read(*thefts), "disclosed")
    exact = [passed for passed, coarse in told if not coarse and passed]
    assert [found.yes, found.n, found.of] == [sum(one < 0 for one in exact), len(exact), len(told)]


def _at(passed: int) -> str:
    return f"{START + timedelta(minutes=600 + passed):%Y-%m-%dT%H:%MZ}"
