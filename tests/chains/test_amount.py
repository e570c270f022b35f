"""Amounts: exact both ways, and refused when they cannot be."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chains.amount import LIMIT, to_text, to_units

UNITS = st.integers(0, LIMIT - 1)
DECIMALS = st.integers(0, 77)


@pytest.mark.parametrize(
    ("units", "decimals", "text"),
    [
        (1500, 3, "1.5"),
        (0, 18, "0"),
        (1, 18, "0.000000000000000001"),
        (10**18, 18, "1"),
        (5, 0, "5"),
        (1000, 0, "1000"),
        (-15, 1, "-1.5"),
        (LIMIT - 1, 0, str(LIMIT - 1)),
    ],
)
def test_plain_decimals(units: int, decimals: int, text: str) -> None:
    assert to_text(units, decimals) == text


@pytest.mark.parametrize(
    ("text", "decimals", "units"),
    [
        ("1e-05", 18, 10**13),
        ("1E+2", 0, 100),
        ("1500000e-3", 0, 1500),
        ("0.10", 1, 1),
        (" +.5 ", 1, 5),
        ("5.", 0, 5),
        ("-0.0", 0, 0),
        ("0e999999999999", 0, 0),
        ("000001.5000", 1, 15),
        ("182163.956", 18, 182163956 * 10**15),
        (str(LIMIT - 1), 0, LIMIT - 1),
    ],
)
def test_readings(text: str, decimals: int, units: int) -> None:
    assert to_units(text, decimals) == units


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-1", "is negative"),
        ("1.23", "more than 1 decimals"),
        ("1e-2", "more than 1 decimals"),
        ("nan", "is not a number"),
        ("inf", "is not a number"),
        ("", "is not a number"),
        (".", "is not a number"),
        ("e5", "is not a number"),
        ("1,000", "is not a number"),
        ("1_000", "is not a number"),
        ("0x10", "is not a number"),
        ("١", "is not a number"),
        ("1e99", "does not fit 256 bits"),
        (str(LIMIT), "does not fit 256 bits"),
        ("9" * 10_000, "does not fit 256 bits"),
        ("1e-999999999999", "exponent out of range"),
    ],
)
def test_refusals(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        to_units(text, 1)


@given(UNITS, DECIMALS)
def test_text_and_back(units: int, decimals: int) -> None:
    text = to_text(units, decimals)
    assert to_units(text, decimals) == units
    assert "." not in text or not text.endswith("0")


@given(UNITS, DECIMALS, st.integers(-40, 40))
def test_exponents_agree_with_decimal_arithmetic(units: int, decimals: int, shift: int) -> None:
    with localcontext() as context:
        context.prec = 400
        moved = Decimal(units).scaleb(-decimals - shift)
        assert to_units(f"{moved:f}e{shift}", decimals) == units
