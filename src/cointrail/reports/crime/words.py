"""How figures of the report are read: `3.39 billion`, `59.9 %`, `1,400,000,000`."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cointrail.reports.plain import plain

SCALES = ((Decimal(10**12), "trillion"), (Decimal(10**9), "billion"), (Decimal(10**6), "million"))
DIGITS = 3
SMALL = 10
NONE = "–"
PLAIN_NUMBERS = {"incidents", "gini", "largest over median"}
FORMULA = ("=", "+", "@", "\t")  # what a spreadsheet would take for a formula


def dollars(text: str | None) -> str:
    """A sum of dollars to three digits: `3.39 billion`; smaller ones whole."""
    if text is None:
        return NONE
    value = Decimal(text)
    for scale, word in SCALES:
        if abs(value) >= scale:
            return f"{_rounded(value / scale)} {word}"
    return f"{value:,.0f}"


def percent(text: str | None, places: int = 1) -> str:
    """A fraction in percent."""
    return NONE if text is None else f"{Decimal(text) * 100:.{places}f} %"


def signed(text: str | None) -> str:
    """A difference in percent with its sign."""
    return NONE if text is None else f"{Decimal(text) * 100:+.1f} %"


def between(low: str | None, high: str | None, unit: str) -> str:
    """A range, `3.31 to 3.50 billion`, or one figure where the ends are the same."""
    read = percent if unit == "fraction" else dollars
    first, last = read(low), read(high)
    number, _, word = first.partition(" ")
    same = word == last.partition(" ")[2]
    return first if first == last else f"{number if same else first} to {last}"


def number(text: str | None) -> str:
    """A number to two places at most, small ones to four."""
    if text is None:
        return NONE
    value = Decimal(text)
    told = f"{value:,.4f}" if abs(value) < SMALL else f"{value:,.2f}"
    return told.rstrip("0").rstrip(".")


def worth(row: Mapping[str, Any]) -> str:
    """The value of a figure in its unit."""
    return percent(row["value"]) if row["unit"] == "fraction" else dollars(row["value"])


def under(figure: str, value: str | None) -> str:
    """A figure of the sensitivity table, by its name: a share, a plain number, or dollars."""
    if "share" in figure:
        return percent(value)
    return number(value) if figure in PLAIN_NUMBERS else dollars(value)


def when(one: Mapping[str, Any]) -> str:
    """When something was said: `said 2025-12`, `said by 2025-12`, `undated`."""
    return f"said {'by ' if one.get('by_then') else ''}{one['said']}" if one["said"] else "undated"


def cell(value: object, longest: int = 300) -> str:
    """A cell of a CSV file: one visible line that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        value = "; ".join(str(one) for one in value)
    text = plain(str(value), longest)
    return f"'{text}" if text.startswith(FORMULA) else text


def _rounded(value: Decimal) -> str:
    whole = len(str(int(abs(value))))
    return f"{value:,.{max(DIGITS - whole, 0)}f}"
