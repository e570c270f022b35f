"""Clues against what a plain look says."""

import tempfile
from collections import Counter
from math import gcd
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.conversions.mixers.pools import gas, ties
from cointrail.conversions.mixers.pools.sessions import DAY, Session, matched, sessions
from cointrail.ledger import open_ledger
from cointrail.ledger.manifest import Declared, Origin
from cointrail.ledger.store import writer
from tests import making
from tests.making import address, row

TRANSFERS = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5), st.sampled_from(["COIN", "0x" + "ab" * 20])))


@settings(max_examples=40, deadline=None)
@given(TRANSFERS)
def test_direct_transfers_are_counted_of_assets_that_count(transfers: list[tuple[int, int, str]]) -> None:
    rows = [row(n + 1, one, other, 7, asset=asset) for n, (one, other, asset) in enumerate(transfers) if one != other]
    expected: Counter[tuple[int, int]] = Counter()
    for one, other, asset in transfers:
        if asset == "COIN" and one != other:
            for left, right in ((one, other), (other, one)):
                if left in (1, 2) and right in (2, 3, 4):
                    expected[left, right] += 1
    if not rows:
        return
    with tempfile.TemporaryDirectory() as folder:
        with writer(Path(folder), "ethereum") as into:
            into.add(making.table(rows), 0)
            into.commit([Origin("0", "test", "", len(rows))], _declared, lambda share: None)
        ledger = open_ledger(folder)
        ids = {ledger.address_id(address(number)) or -number: number for number in range(1, 6)}
        found = ties.ties(ledger, [i for i, n in ids.items() if n in (1, 2) and i > 0],
                          [i for i, n in ids.items() if n in (2, 3, 4) and i > 0])  # fmt: skip
    assert {(ids[a], ids[b]): n for (a, b), n in found.items()} == dict(expected)


def _declared(key: str) -> Declared:
    return Declared(key, key, 0, "named" if key == "COIN" else "unknown")


def test_whoever_has_too_many_movements_is_tied_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = making.ledger(tmp_path / "L", [row(n, 1, 2 + n % 2, 5) for n in range(1, 9)])
    ids = [ledger.address_id(address(number)) or 0 for number in (1, 2, 3)]
    assert ties.ties(ledger, ids[1:], ids[:1]) == {(ids[1], ids[0]): 4, (ids[2], ids[0]): 4}
    monkeypatch.setattr(ties, "MOST", 7)
    assert not ties.ties(ledger, ids[1:], ids[:1]) and not ties.ties(ledger, ids[:1], ids[1:])


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 10**5), st.integers(500_000, 2_500_000), st.integers(200_000, 800_000), st.booleans())
def test_one_price_is_seen_in_both_costs(price: int, made: int, taken: int, other: bool) -> None:
    costs = made * price, taken * (price + 1 if other else price)
    plain = any(
        costs[0] % each == costs[1] % each == 0
        and gas.DEPOSIT_GAS[0] <= costs[0] // each <= gas.DEPOSIT_GAS[1]
        and gas.WITHDRAWAL_GAS[0] <= costs[1] // each <= gas.WITHDRAWAL_GAS[1]
        for each in range(1, price + 2 if price < 3_000 else 2)
    )
    simple = costs[0] // gcd(*costs) < gas.SIMPLE
    if not other:
        assert gas.shared(*costs) or simple
    if price < 3_000 and plain:
        assert gas.shared(*costs) or simple


def test_a_price_that_two_deposits_share_says_nothing() -> None:
    price = 31_234_567_891
    costs = np.array([1_000_003 * price, 1_000_000 * 40_000_000_000, 0], np.int64)
    assert gas.only(costs, 350_001 * price) == 0
    assert gas.only(np.array([*costs, 990_001 * price], np.int64), 350_001 * price) is None
    assert gas.only(costs, 350_001 * 29_876_543_211) is None
    assert gas.only(costs, 0) is None and gas.only(costs, 1 << 64) is None


USED = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3 * DAY), st.integers(0, 2)), max_size=12)


@settings(max_examples=200, deadline=None)
@given(USED)
def test_sessions_are_within_a_day(used: list[tuple[int, int, int]]) -> None:
    every = [(who, time, pool, place) for place, (who, time, pool) in enumerate(used)]
    found = sessions(every)
    when = {place: time for _, time, _, place in every}
    assert len({place for one in found for _, place in one.items}) == sum(len(one.items) for one in found)
    for one in found:
        times = [when[place] for _, place in one.items]
        assert max(times) - min(times) <= DAY and one.since == min(times)
        assert len(times) >= 3 and len({pool for pool, _ in one.items}) >= 2
        assert {used[place][0] for _, place in one.items} == {one.who}
    for who in {1, 2, 3}:  # a day with enough of it is never missed where nothing else is near
        mine = [item for item in every if item[0] == who]
        alone = mine and max(item[1] for item in mine) - min(item[1] for item in mine) <= DAY
        if alone and len(mine) >= 3 and len({item[2] for item in mine}) >= 2:
            assert any(one.who == who and len(one.items) == len(mine) for one in found)


def test_the_same_portfolio_later_is_a_match_if_few_had_it() -> None:
    made = Session(1, 100, ((0, 1), (0, 2), (1, 5)))
    taken = Session(9, 500, ((1, 8), (0, 3), (0, 7)))
    assert matched([made], [taken]) == [(made, taken)]
    assert not matched([made], [Session(9, 50, taken.items)])
    assert not matched([made], [Session(9, 500, ((1, 8), (0, 3), (1, 7)))])
    crowd = [Session(who, 100, made.items) for who in range(21)]
    assert not matched(crowd, [taken]) and len(matched(crowd[:20], [taken])) == 20
