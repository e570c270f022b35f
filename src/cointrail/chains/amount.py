"""Amounts between text in whole units and exact integers in smallest units. Nothing is ever rounded."""

import re

LIMIT = 2**256  # an amount on an EVM chain is a uint256
LIMIT_DIGITS = 78  # decimal digits of the limit
EXPONENT_DIGITS = 9  # longer exponents are nobody's amount, and would cost time to parse

NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?)([0-9]+))?")


def to_text(value: int, decimals: int) -> str:
    """The exact plain decimal of `value` smallest units of an asset with `decimals` decimals.

    No exponent, no zeros at the end: to_text(1500, 3) is "1.5", to_text(0, 18) is "0".
    """
    sign = "-" if value < 0 else ""
    digits = str(abs(value)).rjust(decimals + 1, "0")
    whole, part = digits[: len(digits) - decimals], digits[len(digits) - decimals :].rstrip("0")
    return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"


def to_units(text: str, decimals: int) -> int:
    """The smallest units of an amount written in whole units, exactly: to_units("1e-05", 18) is 10**13.

    Exponents are read, thousands separators are not. Raises ValueError with the reason when the text is no number, is
    negative, has more decimals than the asset, or does not fit 256 bits.
    """
    found = NUMBER.fullmatch(text.strip())
    if found is None or not (found[2] or found[3]):
        raise ValueError(f"{text[:80]!r} is not a number")
    sign, whole, part, direction, exponent = found.groups(default="")
    digits = (whole + part).lstrip("0")
    if not digits:
        return 0  # however it is written, "-0.0e5" too
    if sign == "-":
        raise ValueError(f"{text[:80]!r} is negative")
    exponent = exponent.lstrip("0")
    if len(exponent) > EXPONENT_DIGITS:
        raise ValueError(f"{text[:80]!r} has an exponent out of range")
    significant = digits.rstrip("0")
    shift = int(exponent or "0") * (-1 if direction == "-" else 1) + decimals - len(part)
    shift += len(digits) - len(significant)
    if shift < 0:
        raise ValueError(f"{text[:80]!r} has more than {decimals} decimals")
    if len(significant) + shift > LIMIT_DIGITS:
        raise ValueError(f"{text[:80]!r} does not fit 256 bits")
    units = int(significant + "0" * shift)
    if units >= LIMIT:
        raise ValueError(f"{text[:80]!r} does not fit 256 bits")
    return units
