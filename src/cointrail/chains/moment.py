"""Times: whole seconds since 1970-01-01 UTC inside, ISO 8601 in UTC outside."""

import re
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = EPOCH.replace(tzinfo=None)  # the same without a zone to write out
LAST = 253_402_300_799  # 9999-12-31T23:59:59Z
SECOND = timedelta(seconds=1)

SECONDS = re.compile(r"([0-9]{1,20})(?:\.[0-9]*)?")
ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?)?"
    r" ?(?:[Zz]|UTC|GMT|([+-])([0-9]{2}):?([0-9]{2})?)?"
)


def parse_time(text: str) -> int:
    """Seconds since 1970-01-01 UTC, from epoch seconds or an ISO 8601 date or date and time.

    A time without a zone is UTC, a date alone is its first second, parts of a second are cut off. A number is always
    epoch seconds, never a year. Raises ValueError with the reason for anything else, and for times before 1970.
    """
    value = text.strip()
    number = SECONDS.fullmatch(value)
    seconds = int(number[1]) if number else _iso(value)
    if seconds > LAST:
        raise ValueError(f"{text[:40]!r} is after the year 9999: are these milliseconds? give seconds")
    if seconds < 0:
        raise ValueError(f"{text[:40]!r} is before 1970")
    return seconds


def format_time(seconds: int) -> str:
    """ISO 8601 in UTC, to the second: "2022-03-29T21:41:18Z"."""
    return f"{(START + seconds * SECOND).isoformat()}Z"


def _iso(value: str) -> int:
    found = ISO.fullmatch(value)
    if found is None:
        raise ValueError(f"{value[:40]!r} is not a time: give epoch seconds or ISO 8601, such as 2022-03-29T21:41:18Z")
    year, month, day, hour, minute, second, sign, hours, minutes = found.groups(default="0")
    try:
        local = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    except ValueError as error:
        raise ValueError(f"{value[:40]!r} is not a time: {error}") from error
    if int(hours) > 23 or int(minutes) > 59:
        raise ValueError(f"{value[:40]!r} is not a time: its offset from UTC is out of range")
    offset = (int(hours) * 60 + int(minutes)) * 60
    return (local - EPOCH) // SECOND + (offset if sign == "-" else -offset)
