"""Sums of money, exact: decimal text in, Decimal out, never a float on the way."""

import re
from decimal import Decimal

from cointrail.errors import InputError

PLAIN = re.compile(r"-?\d{1,30}(?:\.\d{1,18})?")
MILLION = Decimal(1_000_000)


def money(text: str) -> Decimal:
    """Reads a sum written with digits and at most one point. Raises InputError when it is negative or no number."""
    if not PLAIN.fullmatch(text):
        raise InputError(f"{text!r} is no sum: write digits with at most one point, without signs and separators")
    value = Decimal(text)
    if value < 0:
        raise InputError(f"{text} is negative: nobody can lose less than nothing")
    return value


def plain(value: Decimal) -> str:
    """A sum as digits: no exponent, no zeros behind the point."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(text: str) -> int:
    """Reads a whole number of things. Raises InputError when it is negative or no whole number."""
    value = money(text)
    if value != int(value):
        raise InputError(f"{text} is no whole number")
    return int(value)
