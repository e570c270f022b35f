"""The same theft in several lists: what speaks for and against it, and decisions that can be taken back."""

from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import incidents as measured
from cointrail.incidents import Claim
from cointrail.incidents.matching import (
    FAR,
    LIKELY,
    NEAR,
    Sketch,
    apart,
    candidates,
    clusters,
    compare,
    cores,
    matches,
    pieces,
    sketch,
    steps,
)  # fmt: skip
from tests.incidents.making import said


def drawn(key: str, name: str, when: str, *more: Claim) -> Sketch:
    return sketch(key, key.split("/")[0], name, [said("date", when), *more])


ONE = drawn("a/1", "Some Finance", "2024-05-01", said("usd", 5_000_000), said("chain", "ethereum"))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (drawn("b/1", "Some Protocol", "2024-05-02", said("usd", 5_010_000)), True),
        (drawn("b/1", "Some", "2024-05-01"), True),
        (drawn("b/1", "SomeFinance", "2024-05-01", said("usd", 5_400_000)), True),
        (drawn("b/1", "Something else aka Some", "2024-05", said("usd", 5_000_000)), True),
        (drawn("b/1", "Quite Other", "2024-05-01", said("usd", 5_000_000), said("chain", "ethereum")), True),
        (drawn("b/1", "Quite Other", "2024-05-01", said("usd", 9_000)), False),
        (drawn("b/1", "Some Finance", "2022-05-01", said("usd", 5_000_000)), False),
        (drawn("b/1", "Some Finance", "2024-06-20", said("usd", 100_000), said("chain", "bsc")), False),
        (drawn("b/1", "Quite Other", "2024-05-01"), False),
    ],
)
def test_what_speaks_for_one_theft(other: Sketch, same: bool) -> None:
    found = compare(ONE, other)
    assert (found.confidence >= LIKELY) == same, found
    assert compare(other, ONE).confidence == found.confidence and found.why


def test_names_without_words_that_say_nothing() -> None:
    assert ("youbit",) in cores("Youbit aka Yapizon") and ("yapizon",) in cores("Youbit aka Yapizon")
    assert set(cores("Roe Finance")) & set(cores("RoeFinance")) and cores("The DAO") == [
        ("the", "dao"),
        ("the", "dao"),
        ("the", "dao"),
    ]


names = st.sampled_from(["Alpha", "Alpha Bridge", "AlphaBridge", "Beta", "Gamma Delta", "Delta"])
rows = st.lists(
    st.tuples(st.sampled_from("abc"), names, st.dates(date(2023, 1, 1), date(2024, 12, 31)), st.integers(1, 10**7)),
    max_size=14,
)


@settings(deadline=None)
@given(rows)
def test_candidates_are_all_that_share_a_name_or_a_sum(told: list[tuple[str, str, date, int]]) -> None:
    found = [drawn(f"{g}/{n}", name, day.isoformat(), said("usd", v)) for n, (g, name, day, v) in enumerate(told)]
    naive = set()
    for left, right in combinations(found, 2):
        words = [{piece for core in one.names for piece in pieces(core)} for one in (left, right)]
        sums = [{step for value in one.sums for step in steps(value)} for one in (left, right)]
        days = apart(left, right)
        near = days <= NEAR or (days <= FAR and set(left.names) & set(right.names))
        if left.group != right.group and near and (words[0] & words[1] or sums[0] & sums[1]):
            naive.add(frozenset((left.key, right.key)))
    assert {frozenset((left.key, right.key)) for left, right in candidates(found)} == naive


@settings(deadline=None)
@given(rows)
def test_a_cluster_holds_each_list_once_and_every_row_stands_once(told: list[tuple[str, str, date, int]]) -> None:
    found = [drawn(f"{g}/{n}", name, day.isoformat(), said("usd", v)) for n, (g, name, day, v) in enumerate(told)]
    groups = clusters(found, matches(found))
    assert sorted(key for group in groups for key in group) == sorted(one.key for one in found)
    for group in groups:
        lists = [key.split("/")[0] for key in group]
        assert len(lists) == len(set(lists))


def test_decisions_win_over_confidence() -> None:
    other = drawn("b/1", "Some Finance", "2024-05-01", said("usd", 5_000_000))
    strange = drawn("b/2", "Quite Other", "2021-01-01")
    found = [ONE, other, strange]
    pairs = matches(found)
    assert clusters(found, pairs) == [["a/1", "b/1"], ["b/2"]]
    apart = {frozenset(("a/1", "b/1")): False}
    assert clusters(found, pairs, apart) == [["a/1"], ["b/1"], ["b/2"]]
    assert clusters(found, pairs, apart | {frozenset(("a/1", "b/2")): True}) == [["a/1", "b/2"], ["b/1"]]


@pytest.mark.skipif(not measured.DATA.is_dir(), reason="no lists of thefts here (COINTRAIL_DATA names the data)")
def test_the_judged_pairs() -> None:
    assert len(measured.judged()) >= 150
    rated, wrong, missed = measured.rates()
    assert rated[-1].precision > 0.98 and rated[-1].recall > 0.95
    assert len(wrong) <= 3 and len(missed) <= 15
