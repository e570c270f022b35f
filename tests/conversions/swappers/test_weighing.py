"""What a swapper may have paid out: the pairs that fit, against plain code, and how sure they are."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.conversions.bridges.leg import DEPOSIT, WITHDRAWAL, Crossing, Crossings, Leg
from cointrail.conversions.swappers import weighing
from cointrail.conversions.swappers.weighing import FEE, RULES, SLACK, WINDOW, weighed

NAME = "swapper"
WORTH = {"BTC": 30_000.0, "USDT": 1.0, "TRX": 0.1}
Coin = tuple[str, str]  # chain and symbol


def leg(side: str, number: int, time: int, coin: Coin, amount: int, name: str = NAME) -> Leg:
    chain, symbol = coin
    tx = number.to_bytes(32, "big")
    return Leg(side, name, chain, tx, 1, time, 0, b"", token=symbol, amount=amount, moved=True, custodial=True)


def coin(one: Leg) -> tuple[str, float] | None:
    return None if one.token == "?" else (one.token or "", float(one.amount or 0))


def worth(one: Leg) -> float | None:
    price = WORTH.get(one.token or "")
    return None if price is None else price * (one.amount or 0)


def unpriced(one: Leg) -> float | None:
    return None


BTC, ETHER_USDT, TRON_USDT, TRX = ("bitcoin", "BTC"), ("ethereum", "USDT"), ("tron", "USDT"), ("tron", "TRX")
UNKNOWN = ("tron", "?")
Moves = st.lists(
    st.tuples(
        st.booleans(),
        st.integers(0, 3 * WINDOW),
        st.sampled_from([BTC, ETHER_USDT, TRON_USDT, TRX, UNKNOWN]),
        st.integers(1, 60_000),
    ),
    max_size=25,
)


def naive(legs: list[Leg], prices: bool) -> set[tuple[int, int, str]]:
    """Every pair that fits, one by one."""
    found = set()
    for at, one in enumerate(legs):
        for place, other in enumerate(legs):
            if one.side != DEPOSIT or other.side != WITHDRAWAL or (one.chain, one.token) == (other.chain, other.token):
                continue
            assert one.time is not None and other.time is not None and one.amount and other.amount
            if not 0 <= other.time - one.time <= WINDOW:
                continue
            mine, its = (worth(each) if prices else None for each in (one, other))
            if one.token == other.token != "?":
                if 1 - FEE <= other.amount / one.amount <= 1:
                    found.add((at, place, "swapper-amount"))
            elif mine is not None and its is not None:
                if 1 - FEE - SLACK <= its / mine <= 1 + SLACK:
                    found.add((at, place, "swapper-value"))
            else:
                found.add((at, place, "swapper-time"))
    return found


@settings(max_examples=150, deadline=None)
@given(Moves, st.booleans())
def test_the_pairs_that_fit_are_those_of_plain_code(moves: list[tuple[bool, int, Coin, int]], prices: bool) -> None:
    legs = [
        leg(DEPOSIT if into else WITHDRAWAL, n, time, which, amount)
        for n, (into, time, which, amount) in enumerate(moves)
    ]
    names: dict[object, int] = {}
    value = worth if prices else unpriced
    sides = []
    for into in (True, False):
        mine = [n for n, one in enumerate(legs) if (one.side == DEPOSIT) == into]
        places = sorted(mine, key=lambda n: legs[n].time or 0)
        sides.append(weighing._side(legs, places, names, coin, value))
    _, _, left, right, rule, share = weighing._fitting(sides[0], sides[1], WINDOW)
    told = {
        (int(sides[0].places[a]), int(sides[1].places[b]), RULES[r]) for a, b, r in zip(left, right, rule, strict=True)
    }
    borders = (1, 1 - FEE, 1 + SLACK, 1 - FEE - SLACK)  # where floating point may decide
    differ = [_ratio(legs, pair) for pair in told ^ naive(legs, prices)]
    assert all(any(abs(ratio - border) < 1e-9 for border in borders) for ratio in differ)
    assert np.all(share >= 0)


def _ratio(legs: list[Leg], pair: tuple[int, int, str]) -> float:
    one, other = legs[pair[0]], legs[pair[1]]
    if pair[2] == "swapper-amount":
        return (other.amount or 0) / (one.amount or 1)
    return (worth(other) or 0) / (worth(one) or 1)


def one_of(
    legs: list[Leg], links: list[Crossing] | None = None, prices: bool = True
) -> dict[tuple[int, int], Crossing]:
    found, notes = weighed(Crossings(legs, links or [], []), range(len(legs)), coin, worth if prices else unpriced)
    assert not notes
    return {(one.deposit, one.withdrawal): one for one in found}


def test_chances_of_one_deposit_sum_to_no_more_than_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weighing, "PLAUSIBLE", 0.0)  # however unlikely
    legs = [leg(DEPOSIT, 0, WINDOW, BTC, 10)]
    legs += [leg(WITHDRAWAL, n, WINDOW + 600 * n, TRON_USDT, 289_000 + 2_000 * n) for n in range(1, 6)]
    found = one_of(legs)
    assert len(found) == 5 and sum(one.confidence for one in found.values()) <= 1
    assert max(one.ambiguous for one in found.values()) <= 4


def test_what_the_swapper_paid_all_day_makes_each_payout_less_likely() -> None:
    payout = [leg(DEPOSIT, 0, 2 * WINDOW, BTC, 10), leg(WITHDRAWAL, 1, 2 * WINDOW + 900, TRON_USDT, 297_000)]
    before = [leg(WITHDRAWAL, n, 2 * WINDOW - 400 * n, TRON_USDT, 297_000) for n in range(2, 150)]
    calm, busy = one_of(payout)[0, 1], one_of([*payout, *before])[0, 1]
    assert busy.confidence < calm.confidence


def test_a_payout_that_another_deposit_explains_better_is_less_likely() -> None:
    mine = [leg(DEPOSIT, 0, WINDOW, BTC, 10), leg(WITHDRAWAL, 1, WINDOW + 900, TRON_USDT, 297_000)]
    other = leg(DEPOSIT, 2, WINDOW + 60, BTC, 10)
    assert one_of([*mine, other])[0, 1].confidence < one_of(mine)[0, 1].confidence


def test_only_what_is_asked_for_is_given_and_the_rest_of_its_time_is_weighed() -> None:
    legs = [leg(DEPOSIT, 0, 9 * WINDOW, BTC, 10), leg(WITHDRAWAL, 1, 9 * WINDOW + 900, TRON_USDT, 297_000)]
    legs += [leg(DEPOSIT, 2, 9 * WINDOW + 60, BTC, 10), leg(DEPOSIT, 3, 0, BTC, 10)]
    legs.append(leg(WITHDRAWAL, 4, 900, TRON_USDT, 297_000))
    [one] = weighed(Crossings(legs, [], []), {0}, coin, worth)[0]
    assert (one.deposit, one.withdrawal, one.ambiguous) == (0, 1, 1)


def test_what_is_confirmed_is_out_of_it() -> None:
    legs = [leg(DEPOSIT, 0, WINDOW, BTC, 10), leg(DEPOSIT, 1, WINDOW, BTC, 10)]
    legs += [leg(WITHDRAWAL, n, WINDOW + 600 + n, TRON_USDT, 297_000) for n in (2, 3)]
    found = one_of(legs, [Crossing(0, 2, "confirmed", 0.0, 0, "somebody")])
    assert set(found) == {(1, 3)}


def test_swappers_are_apart_and_legs_without_a_time_are_left_out() -> None:
    legs = [
        leg(DEPOSIT, 0, WINDOW, BTC, 10),
        leg(WITHDRAWAL, 1, WINDOW + 900, TRON_USDT, 297_000, name="another"),
        replace(leg(WITHDRAWAL, 2, 0, TRON_USDT, 297_000), time=None),
    ]
    assert not one_of(legs)


def test_of_too_many_pairs_the_time_is_halved_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    legs = [leg(DEPOSIT, 0, 9 * WINDOW, BTC, 10)]
    legs += [leg(WITHDRAWAL, n, 9 * WINDOW + 7_200 * n, TRON_USDT, 287_000 + 1_500 * n) for n in range(1, 9)]
    monkeypatch.setattr(weighing, "PAIRS", 4)
    monkeypatch.setattr(weighing, "PLAUSIBLE", 0.0)
    found, notes = weighed(Crossings(legs, [], []), {0}, coin, worth)
    assert {one.withdrawal for one in found} == {1, 2, 3} and "within 6 h" in notes[0]


def test_too_many_pairs_are_told_and_not_weighed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weighing, "PAIRS", 3)
    legs = [leg(DEPOSIT, n, WINDOW, BTC, 10) for n in range(3)]
    legs += [leg(WITHDRAWAL, n, WINDOW + 600, TRON_USDT, 297_000) for n in range(3, 6)]
    found, notes = weighed(Crossings(legs, [], []), range(6), coin, worth)
    assert not found and "more than 3 pairs" in notes[0] and "none is weighed" in notes[0]
