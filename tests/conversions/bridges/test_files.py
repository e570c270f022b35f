"""Legs as rows: a token has one name on both sides."""

from dataclasses import replace

import pytest

from cointrail.conversions.bridges import Crossings, Leg, crossings
from cointrail.conversions.bridges.files import leg_rows, link_rows, tokens
from cointrail.conversions.bridges.joining import join
from cointrail.conversions.bridges.leg import REFUND
from cointrail.conversions.legs import COLUMNS
from tests.conversions.bridges.test_decode import TABLE
from tests.conversions.bridges.test_joining import deposit, paid
from tests.conversions.bridges.test_pairs import CASES, events, over

NEAR, FAR = "0x" + "aa" * 20, "0x" + "bb" * 20


def joined(*legs: Leg) -> Crossings:
    links, findings = join(TABLE, legs, ["ethereum", "base"])
    return Crossings(list(legs), links, findings)


@pytest.mark.parametrize("bridge", CASES)
def test_both_sides_of_a_link_name_one_token(bridge: str) -> None:
    found = over(bridge, *events(bridge))
    [link] = found.links
    names = tokens(found)
    told = any(found.legs[place].token is not None for place in (link.deposit, link.withdrawal))
    assert (names[link.deposit] == names[link.withdrawal]) == told
    assert told or bridge == "wormhole"  # which tells neither token nor amount in whole


def test_a_promised_token_is_the_name() -> None:
    assert tokens(joined(deposit(1), paid(deposit(1)), deposit(2))) == [f"base:{FAR}"] * 3


def test_what_was_paid_back_is_the_token_that_was_paid_in() -> None:
    one = deposit(1)
    back = replace(paid(one), chain=one.chain, other_chain="", status=REFUND, token=one.token, amount=one.amount)
    assert len(joined(one, back).links) == 1
    assert tokens(joined(one, back, deposit(2))) == [f"ethereum:{NEAR}"] * 2 + [f"base:{FAR}"]


def test_tokens_that_links_join_are_one_also_where_there_is_no_link() -> None:
    one, two = (replace(deposit(n), other_token=None) for n in (1, 2))
    forged = replace(paid(two, token=FAR), recipient="0x" + "11" * 20)
    assert tokens(joined(one, paid(one, token=FAR), two, forged)) == [f"base:{FAR}"] * 4
    assert tokens(joined(two, forged)) == [f"ethereum:{NEAR}", f"base:{FAR}"]
    third = replace(deposit(3, "base"), other_token=None, token=FAR)
    gone = paid(third, token="0x" + "cc" * 20)
    assert set(tokens(joined(one, paid(one, token=FAR), third, gone))) == {f"base:{FAR}"}


def test_what_only_one_side_tells_and_what_neither_does() -> None:
    one = replace(deposit(1), other_token=None, token="")
    assert tokens(joined(one, paid(one, token=None))) == ["ethereum:native"] * 2
    assert tokens(joined(replace(one, token=None), paid(one, token=""))) == ["base:native"] * 2
    assert tokens(joined(replace(one, token=None), paid(one, token=None))) == ["ethereum:unknown", "base:unknown"]


def test_rows_have_the_columns_and_only_legs_that_can_be_matched() -> None:
    found = over("polygon-pos", *events("polygon-pos"))
    [row] = leg_rows(found)  # what the far side commits tells no amount
    assert len(row) == len(COLUMNS) and dict(zip(COLUMNS, row, strict=True))["side"] == "deposit"
    assert len(link_rows(found)) == 1
    assert leg_rows(crossings([])) == []
