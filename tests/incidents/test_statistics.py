"""Statistics against naive versions, and what they say of nothing."""

import statistics as plain_statistics
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.incidents import statistics
from cointrail.incidents.window import window
from tests.incidents.making import of, read, said, theft

amounts = st.lists(st.integers(1, 10**10).map(Decimal), min_size=1, max_size=12)
ranges = st.lists(st.tuples(st.integers(1, 1000), st.integers(0, 1000), st.booleans()), min_size=1, max_size=6)


def near(value: Decimal | None, exact: Fraction) -> bool:
    return value is not None and abs(Fraction(value) - exact) <= Fraction(1, 1_000_000)


@settings(deadline=None)
@given(amounts)
def test_gini_is_the_mean_difference(found: list[Decimal]) -> None:
    whole = sum(map(Fraction, found), Fraction(0))
    naive = sum((abs(Fraction(a) - Fraction(b)) for a in found for b in found), Fraction(0)) / (2 * len(found) * whole)
    assert near(statistics.gini(found), naive)


@settings(deadline=None)
@given(amounts)
def test_median_curve_and_top_share(found: list[Decimal]) -> None:
    assert statistics.median(found) == plain_statistics.median(found)
    ranked = sorted(map(Fraction, found), reverse=True)
    assert near(statistics.top_share(found), Fraction(sum(ranked[:3])) / Fraction(sum(ranked)))
    points = statistics.curve(found)
    assert [n for n, _ in points] == list(range(1, len(found) + 1)) and points[-1][1] == 1
    assert all(near(share, Fraction(sum(ranked[:n])) / Fraction(sum(ranked))) for n, share in points)


@settings(deadline=None)
@given(ranges)
def test_the_ends_of_a_share_are_those_of_all_choices(told: list[tuple[int, int, bool]]) -> None:
    thefts = [
        theft(
            f"t{n}",
            "2025",
            said("usd", low),
            said("usd", low + more),
            *([said("actor", "north korea")] if mine else []),
        )
        for n, (low, more, mine) in enumerate(told)
    ]
    found = read(*thefts)
    part = statistics.by_actor(found, "north korea")
    naive = [
        Fraction(sum(v for v, (_, _, mine) in zip(choice, told, strict=True) if mine), sum(choice))
        for choice in product(*((low, low + more) for low, more, _ in told))
    ]
    low_end, high_end = statistics.share_range(part, found)
    assert near(low_end, min(naive)) and near(high_end, max(naive))


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(0, 10**12)), max_size=20))
def test_groups_add_up(told: list[tuple[str, int]]) -> None:
    found = read(*(theft(f"t{n}", "2025", said("victim", word), said("usd", v)) for n, (word, v) in enumerate(told)))
    sums = statistics.groups(found, lambda one: [one.incident.about("victim")[0].value])
    assert sum(one.value for one in sums.values()) == sum(v for _, v in told) == statistics.total(found).value
    assert sum(one.n for one in sums.values()) == len(told)


def test_of_nothing_there_is_nothing() -> None:
    assert statistics.gini([]) is None and statistics.top_share([]) is None and statistics.median([]) is None
    assert statistics.largest_over_median([]) is None and statistics.ratio(Decimal(1), Decimal(0)) is None
    assert statistics.total([]).n == 0 and statistics.share_range([], []) == (None, None)


def test_a_theft_without_a_worth_counts_and_is_missing() -> None:
    found = read(theft("a", "2025-01-01", said("usd", 5)), theft("b", "2025-02-01"))
    whole = statistics.total(found)
    assert [whole.value, whole.n, whole.missing] == [5, 2, 1]


def test_run_rate_and_growth() -> None:
    found = read(theft("a", "2025-01-10", said("usd", 100)), theft("b", "2025-12-01", said("usd", 900)))
    assert statistics.run_rate(found, 2025, date(2025, 1, 31)) == (Decimal(100) * 365 / 31).quantize(
        Decimal("0.000001")
    )
    assert statistics.run_rate(found, 2025, date(2026, 5, 1)) == 1000
    assert statistics.run_rate(found, 2025, date(2024, 5, 1)) is None
    assert (
        statistics.growth(Decimal(3), Decimal(2)) == Decimal("0.5")
        and statistics.growth(Decimal(3), Decimal(0)) is None
    )


def test_recovered_is_not_made_whole() -> None:
    found = read(theft("a", "2025", said("usd", 9), said("made_whole", 9)), theft("b", "2025", said("recovered", 4)))
    assert [statistics.noted(found, "recovered").value, statistics.noted(found, "recovered").n] == [4, 1]
    assert statistics.noted(found, "made_whole").value == 9


def test_what_was_frozen_may_be_what_came_back() -> None:
    told = theft("a", "2025", said("frozen", 9), said("recovered", 4)), theft("b", "2025", said("frozen", 3))
    assert statistics.both(read(*told), "frozen", "recovered") == 4
    assert statistics.both(read(told[1]), "frozen", "recovered") == 0


def test_a_window_takes_the_first_day_that_a_date_may_be() -> None:
    found = read(theft("a", "2025"), theft("b", "2025-03"), theft("c", "2025-03-31"), theft("d", "2025-04-01"))
    assert [one.id for one in statistics.during(found, window("2025-03"))] == ["b", "c"]
    assert len(of([1, 2])) == 2
