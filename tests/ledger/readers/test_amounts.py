import decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.chains import to_units
from cointrail.ledger.readers.amounts import amounts, rounded, units
from cointrail.ledger.readers.faults import Faults
from cointrail.ledger.readers.limbs import packed, product, small, split, total

MOST = 2**256 - 1
WORDS = st.one_of(st.integers(0, MOST), st.integers(0, 2**64), st.integers(0, 10**40), st.sampled_from([0, 1, MOST]))


def whole(limbs: Any) -> list[int]:
    return [int.from_bytes(bytes(row)) for row in packed(limbs)]


def read(column: Any, hexadecimal: bool = False) -> list[int | str | None]:
    faults = Faults(len(column))
    limbs, present = amounts(column, "value", faults, hexadecimal)
    values: list[int | str | None] = []
    for row, value in enumerate(whole(limbs)):
        values.append(faults.reason(row) if faults.bad[row] else value if present[row] else None)
    return values


@given(st.lists(WORDS, max_size=30))
@settings(deadline=None)
def test_every_type_gives_the_same_integers(values: list[int]) -> None:
    text = pa.array([str(value) for value in values], pa.string())
    assert read(text) == values
    assert read(text.cast(pa.large_string())) == values
    assert read(text.dictionary_encode()) == values
    assert read(pa.array([value.to_bytes(32) for value in values], pa.binary())) == values
    assert read(pa.array([value.to_bytes(32) for value in values], pa.binary(32))) == values
    assert read(pa.array([hex(value) for value in values], pa.string()), True) == values
    assert read(pa.array([value.to_bytes(32).hex() for value in values], pa.string()), True) == values


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**38 - 1)), max_size=30))
@settings(deadline=None)
def test_decimals_and_integers_agree(values: list[int | None]) -> None:
    exact = [None if value is None else decimal.Decimal(value) for value in values]
    for kind in (pa.decimal128(38, 0), pa.decimal256(76, 0), pa.decimal256(76, 18)):
        assert read(pa.array(exact, kind)) == values
    small_ones = [None if value is None else value % 2**63 for value in values]
    for width in (pa.int64(), pa.uint64()):
        assert read(pa.array(small_ones, width)) == small_ones


@given(st.lists(st.integers(0, 10**28), max_size=30))
@settings(deadline=None)
def test_bigquery_numeric(values: list[int]) -> None:
    column = pa.array([decimal.Decimal(value) for value in values], pa.decimal128(38, 9))
    assert read(column) == values


@given(st.lists(st.floats(0, 1e80), max_size=30))
@settings(deadline=None)
def test_floats_are_rounded_to_whole_units(values: list[float]) -> None:
    column = pa.array(values, pa.float64())
    assert rounded(column)
    expected = [round(value) if value < 2.0**256 else "value does not fit 256 bits" for value in values]
    assert read(column) == expected


def test_what_is_no_amount() -> None:
    text = ["-1", "1.5", "1e18", "abc", "", None, str(2**256), "9" * 90, "007"]
    whole_number = "value is not a whole number of smallest units"
    large = "value does not fit 256 bits"
    assert read(pa.array(text)) == [
        "value is negative", whole_number, whole_number, whole_number, None, None, large, large, 7,
    ]  # fmt: skip
    fractions = pa.array([decimal.Decimal("1.5"), decimal.Decimal(-2), decimal.Decimal(3)], pa.decimal128(38, 9))
    assert read(fractions) == [whole_number, "value is negative", 3]
    assert read(pa.array([-1, 2], pa.int64())) == ["value is negative", 2]
    negative = "value is negative"
    assert read(pa.array([float("nan"), float("inf"), -1.0])) == ["value is not a number"] * 2 + [negative]
    assert read(pa.array([b"\x01" * 33, b"", b"\x02", None])) == ["value has more than 32 bytes", 0, 2, None]
    assert read(pa.array(["0xzz", "0x1", None]), True) == ["value is not a hexadecimal number of 32 bytes", 1, None]


NUMBERS = st.from_regex(r"[0-9]{0,25}(\.[0-9]{0,20})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)
ODD = st.sampled_from(["-1", "-0", "+3", " 7 ", "nan", "inf", "1,000", "1e-05", "0x10", ".5", "5.", "1.50000000000"])


@given(st.lists(st.one_of(NUMBERS, ODD, st.text(max_size=5)), max_size=30), st.integers(0, 30))
@settings(deadline=None)
def test_whole_units_agree_with_the_exact_reader(texts: list[str], decimals: int) -> None:
    faults = Faults(len(texts))
    values = whole(units(pa.array(texts, pa.string()), decimals, "amount", faults))
    for row, text in enumerate(texts):
        try:
            expected = to_units(text, decimals)
        except ValueError:
            assert faults.bad[row]
        else:
            assert not faults.bad[row]
            assert values[row] == expected


def test_whole_units_with_thousands_separators() -> None:
    faults = Faults(4)
    column = pa.array(["1,234,567.89", "1,5", "12,34", "999"])
    assert whole(units(column, 2, "Quantity", faults, grouped=True))[::3] == [123456789, 99900]
    assert faults.bad.tolist() == [False, True, True, False]
    assert faults.reason(1) == "Quantity is not a number"


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1)), max_size=20))
@settings(deadline=None)
def test_products_and_sums(pairs: list[tuple[int, int]]) -> None:
    first = np.array([a for a, _ in pairs], np.uint64)
    second = np.array([b for _, b in pairs], np.uint64)
    assert whole(product(first, second)) == [a * b for a, b in pairs]
    assert whole(total(product(first, second), small(first))) == [a * b + a for a, b in pairs]


@given(st.integers(0, MOST), st.integers(0, MOST))
@settings(deadline=None)
def test_sums_carry(first: int, second: int) -> None:
    limbs = [np.array([split(value)], np.uint64) for value in (first, second)]
    assert whole(total(*limbs)) == [(first + second) % 2**256]


def test_a_column_of_another_type() -> None:
    with pytest.raises(ValueError, match="value: the column has type"):
        read(pa.array([[1]]))
