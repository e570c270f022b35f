"""Amounts of money as text, in whole numbers and in fractions."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from cointrail.screening.worth import decimal, dollars, priced, ratio

UNITS = st.integers(0, 2**256)
RATES = st.fractions(0, 10**6) | st.sampled_from([Fraction(1, 200), Fraction(3, 200), Fraction(1, 10**18)])


@given(UNITS, RATES)
def test_what_units_are_worth_is_rounded_as_the_exact_product(units: int, rate: Fraction) -> None:
    cents = round(units * rate * 100)  # half to even
    assert priced(units, rate) == dollars(units * rate) == f"{cents // 100}.{cents % 100:02d}"


def test_half_a_cent_goes_to_the_even_one() -> None:
    assert [priced(n, Fraction(1, 200)) for n in (1, 3, 5)] == ["0.00", "0.02", "0.02"]


@given(UNITS, UNITS)
def test_a_share_is_rounded_down(part: int, rest: int) -> None:
    whole = part + rest or 1
    millionths = int(Fraction(part, whole) * 10**6)
    expected = f"{millionths // 10**6}.{millionths % 10**6:06d}"
    assert ratio(part, whole) == decimal(Fraction(part, whole)) == expected
