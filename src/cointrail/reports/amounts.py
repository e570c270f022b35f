"""Amounts as people read them. Sums are exact; what is printed is rounded, with the exact figure beside it."""

from collections.abc import Iterable
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal

# Sums of uint256 amounts with 77 decimals fit many times over, so that no addition ever rounds.
EXACT = Context(prec=400, Emin=-999_999, Emax=999_999)
ZERO = Decimal(0)
# Decimals shown, by the size of the largest figure in the column (whole units).
PLACES = ((Decimal(10_000), 2), (Decimal(1), 4))
MOST_PLACES = 8
PERCENT_PLACES = 2
LEADING = 17  # digits of a huge fraction that a float can hold


def total(values: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    result = ZERO
    for value in values:
        result = EXACT.add(result, value)
    return result


def places(largest: Decimal, decimals: int) -> int:
    """How many decimals a column is shown with, given its largest figure and the decimals of the asset."""
    wanted = next((shown for limit, shown in PLACES if largest >= limit), MOST_PLACES)
    return min(wanted, decimals)


def exact(value: Decimal) -> str:
    """Every digit, with thousands separators: 1,234.000000000000000001."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(value: Decimal, shown: int) -> str:
    """At most `shown` decimals, all of them written so that columns line up; what is not zero never reads as zero."""
    smallest = Decimal(1).scaleb(-shown)
    if ZERO < value < smallest:
        return f"<{smallest:f}"
    return f"{value.quantize(smallest, ROUND_HALF_EVEN, EXACT):,f}"


def ratio(part: Decimal, whole: Decimal) -> float:
    """Part of whole as a float, 0 when there is no whole. For widths and percentages, never for amounts."""
    return float(part / whole) if whole else 0.0


def percent(part: Decimal, whole: Decimal) -> str:
    """A share as '12.34 %'. Only zero reads 0 and only the whole reads 100; empty when there is no whole."""
    if not whole:
        return ""
    smallest = Decimal(1).scaleb(-PERCENT_PLACES)
    share = EXACT.divide(EXACT.multiply(part, Decimal(100)), whole)
    if ZERO < share < smallest:
        return f"<{smallest} %"
    if Decimal(100) - smallest < share < Decimal(100):
        return f"{share.quantize(smallest, ROUND_DOWN, EXACT)} %"
    return f"{share.quantize(smallest, ROUND_HALF_EVEN, EXACT):,f} %"
