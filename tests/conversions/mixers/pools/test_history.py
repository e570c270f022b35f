"""Anonymity sets against all ways in which deposits can have become withdrawals."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.conversions.mixers.pools.history import counted, history
from tests.conversions.mixers.pools.made import DEPOSIT, WITHDRAWAL, Act, acted, possible

ACTS = st.lists(st.builds(Act, st.booleans(), st.integers(1, 3), st.integers(0, 10**6)), min_size=1, max_size=9)


@settings(max_examples=150, deadline=None)
@given(ACTS)
def test_the_deposits_that_can_have_become_a_withdrawal(acts: list[Act]) -> None:
    deposits, withdrawals = acted(acts, told=True)
    found = history(deposits, withdrawals)
    able = possible(deposits, withdrawals)
    if not found.whole:  # more came out than went in, so something is not here
        assert not deposits or not able
        return
    said = {(w, d) for w, window in enumerate(found.windows()) for d in range(window.first, window.behind)}
    assert said == able
    for window, taken in zip(found.windows(), found.withdrawals, strict=True):
        before = sum(one.row < taken.row for one in deposits)
        gone = sum(one.row < taken.row for one in withdrawals)
        assert (window.left, window.unseen) == (before - gone, 0)


@settings(max_examples=150, deadline=None)
@given(ACTS)
def test_without_events_nothing_is_surely_gone(acts: list[Act]) -> None:
    deposits, withdrawals = acted(acts, told=False)
    found = history(deposits, withdrawals)
    assert not found.whole
    for number, (window, taken) in enumerate(zip(found.windows(), found.withdrawals, strict=True)):
        before = sum(one.row < taken.row for one in deposits)
        assert (window.first, window.behind) == (0, before)
        assert window.size > 0 and window.size >= number + 1  # as many were made as were withdrawn, at least


def test_events_tell_how_many_deposits_came_before() -> None:
    deposits = [replace(DEPOSIT, row=row, leaf=70 + row) for row in range(3)]
    found = history(deposits, [replace(WITHDRAWAL, row=9)])
    assert not found.whole
    assert [(window.unseen, window.size) for window in found.windows()] == [(70, 73)]
    gap = history(
        [*deposits, replace(DEPOSIT, row=5, leaf=80)], [replace(WITHDRAWAL, row=4), replace(WITHDRAWAL, row=9)]
    )
    assert [window.unseen for window in gap.windows()] == [70, 77]


def test_a_token_that_is_only_sent_to_a_pool_is_no_deposit() -> None:
    first, second = replace(DEPOSIT, row=1, leaf=0), replace(DEPOSIT, row=5, leaf=1)
    sent, late = replace(DEPOSIT, row=3), replace(DEPOSIT, row=8)
    assert counted([late, second, sent, first]) == [first, second, late]
    missed = replace(DEPOSIT, row=5, leaf=2)  # an event that the source does not have
    assert counted([first, sent, missed]) == [first, sent, missed]
    assert counted([first, sent, replace(sent, row=4), missed]) == [first, sent, missed]
