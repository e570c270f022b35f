"""Exposures, one at a time and all at once, are those of a plain replay of the whole ledger."""

import pytest
from hypothesis import given, settings

from cointrail.errors import InputError
from cointrail.exposure import Exposures, Inquiry, build
from cointrail.exposure.purses import PURSES
from tests.exposure.naive import exposures
from tests.exposure.worlds import PEOPLE, World, answers, plain, worlds
from tests.making import address

LARGE = 10**24  # wei of a million ETH: balances take two words


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_every_policy_gives_what_a_replay_of_the_whole_ledger_gives(world: World) -> None:
    ledger, labels = world.opened()
    for policy in PURSES:
        asked = Inquiry(ledger, labels, policy)
        stored = build(ledger, labels, policy)
        sides = {
            "source": exposures(world.rows, world.said, policy),
            "destination": exposures(world.rows, world.said, policy, backward=True),
        }
        for one in range(1, PEOPLE + 1):
            if ledger.address_id(address(one)) is None:
                continue
            found = asked.address(address(one))
            assert stored.of(address(one)) == found, policy
            for side, answer in answers(found).items():
                assert plain(answer) == plain(sides[side][one]), (policy, side, one)


@settings(max_examples=40, deadline=None)
@given(worlds(LARGE), worlds(2**63 + 1))
def test_amounts_of_two_words_are_as_exact(world: World, other: World) -> None:
    for each in (world, other):
        ledger, labels = each.opened()
        stored = Exposures.open(ledger.path, labels, build(ledger, labels).policy)
        for backward, side in enumerate(("source", "destination")):
            expected = exposures(each.rows, each.said, "haircut", bool(backward))
            for one in range(1, PEOPLE + 1):
                if ledger.address_id(address(one)) is not None:
                    assert plain(answers(stored.of(address(one)))[side]) == plain(expected[one])


@settings(max_examples=20, deadline=None)
@given(worlds())
def test_the_books_balance(world: World) -> None:
    ledger, labels = world.opened()
    for policy in ("haircut", "fifo", "lifo", "tiho"):
        for one in range(1, PEOPLE + 1):
            if ledger.address_id(address(one)) is None:
                continue
            for side in ("source", "destination"):
                own = [
                    part
                    for part in Inquiry(ledger, labels, policy).address(address(one)).parts
                    if part.direction == side
                ]
                assert sum(part.amount for part in own) == (own[0].total if own else 0)


def test_a_policy_that_does_not_exist_is_refused() -> None:
    ledger, labels = World([(1, 2, 3)], []).opened()
    with pytest.raises(InputError, match="unknown policy"):
        Inquiry(ledger, labels, "random")
