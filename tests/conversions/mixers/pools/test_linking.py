"""Chances by running sums against pair by pair; claims against all their sets."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.conversions.mixers.pools.claims import MANY, fitted
from cointrail.conversions.mixers.pools.clues import Clues
from cointrail.conversions.mixers.pools.history import history
from cointrail.conversions.mixers.pools.linking import Linking
from cointrail.conversions.mixers.pools.weights import AGES, BIT, GAS, NAMES, WHICH, WHO
from tests.conversions.mixers.pools.made import Act, acted, chances, served

LATER = st.sampled_from([0, 1, 50, *(age // 2 for age in AGES), *AGES])
ACTS = st.lists(st.builds(Act, st.booleans(), st.integers(1, 3), LATER), min_size=2, max_size=14)


@settings(max_examples=150, deadline=None)
@given(ACTS, st.booleans(), st.data(), st.integers(0, 4))
def test_chances_are_those_of_pair_by_pair(acts: list[Act], told: bool, data: st.DataObject, rounds: int) -> None:
    deposits, withdrawals = acted(acts, told)
    whole = history(deposits, withdrawals)
    windows = whole.windows()
    pairs = [(w, whole.deposits[d].depositor, d) for w, v in enumerate(windows) for d in range(v.first, v.behind)]
    some = st.lists(st.sampled_from(pairs), max_size=5) if pairs else st.just([])
    who = {(w, one): BIT[data.draw(st.sampled_from(WHO))] for w, one, _ in data.draw(some)}
    which = {(w, d): BIT[data.draw(st.sampled_from(WHICH))] for w, _, d in data.draw(some)}
    clues = Clues(who, which)
    weights = {name: data.draw(st.floats(-2, 6)) for name in NAMES}
    fast = Linking(whole, windows, clues, weights, rounds)
    slow = chances(whole, windows, clues, weights, rounds if rounds == 0 else _rounds(fast, rounds))
    for number, window in enumerate(windows):
        row, missing = fast.row(number)
        expected = [slow[number][d] for d in range(window.first, window.behind)]
        np.testing.assert_allclose(row, expected, rtol=1e-6, atol=1e-12)
        assert abs(row.sum() + missing - 1) < 1e-9
    for place in range(len(whole.deposits)):
        column = fast.column(place)
        plain = np.array([slow[n].get(place, 0.0) for n in range(len(windows))])
        np.testing.assert_allclose(column, plain / max(1, plain.sum()), rtol=1e-6, atol=1e-12)


def _rounds(fast: Linking, most: int) -> int:
    """How many rounds it took until nothing changed any more."""
    return min(most, fast.rounds)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(1e-3, 1e4), min_size=1, max_size=7), st.integers(1, 5))
def test_claims_are_served_as_all_sets_of_them_say(odds: list[float], deposits: int) -> None:
    np.testing.assert_allclose(fitted(np.array(odds), deposits), served(odds, deposits), rtol=1e-7)


def test_claims_on_one_deposit_exclude_each_other() -> None:
    three = np.full(3, 1e6)
    share = three * fitted(three, 1)
    np.testing.assert_allclose(share / (1 + share), 1 / 3, rtol=1e-4)
    many = np.full(MANY + 1, 1e6)
    share = many * fitted(many, 10)
    assert (share > 0).all() and fitted(many, 10).max() < 1


def test_a_single_candidate_is_certain() -> None:
    deposits, withdrawals = acted([Act(True, 1, 5), Act(False, 2, 5)], told=True)
    whole = history(deposits, withdrawals)
    for clues in (Clues({}, {}), Clues({(0, 1): BIT[WHO[0]]}, {(0, 0): BIT[GAS]})):
        row, missing = Linking(whole, whole.windows(), clues).row(0)
        np.testing.assert_allclose(row, [1.0])
        assert missing == 0
