"""Times: the forms that files and people write."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chains.moment import LAST, format_time, parse_time

WHEN = 1648590078  # 2022-03-29T21:41:18Z


@pytest.mark.parametrize(
    "text",
    [
        "1648590078",
        "1648590078.9",
        "2022-03-29T21:41:18Z",
        "2022-03-29 21:41:18",
        "2022-03-29 21:41:18.000 UTC",
        "2022-03-29 21:41:18.999999999+00:00",
        "2022-03-29T23:41:18+02:00",
        "2022-03-29T23:41:18+0200",
        "2022-03-29T16:41:18-05",
        " 2022-03-29t21:41:18z ",
    ],
)
def test_one_moment(text: str) -> None:
    assert parse_time(text) == WHEN


def test_shorter_forms() -> None:
    assert format_time(parse_time("2022-03-29")) == "2022-03-29T00:00:00Z"
    assert format_time(parse_time("2022-03-29 21:41")) == "2022-03-29T21:41:00Z"
    assert parse_time("2022") == 2022  # a number is always seconds
    assert format_time(0) == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not a time"),
        ("yesterday", "is not a time"),
        ("29.03.2022", "is not a time"),
        ("2022-13-01", "is not a time: month"),
        ("2022-02-30", "is not a time: day"),
        ("2022-03-29T25:00:00", "is not a time: hour"),
        ("2022-03-29T21:41:18+24:00", "offset"),
        ("1969-12-31T23:59:59Z", "before 1970"),
        ("-5", "is not a time"),
        ("1648590078000", "milliseconds"),
    ],
)
def test_refusals(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_time(text)


@given(st.integers(0, LAST))
def test_text_and_back(seconds: int) -> None:
    text = format_time(seconds)
    assert parse_time(text) == seconds == parse_time(str(seconds))
    assert datetime.fromisoformat(text) == datetime.fromtimestamp(seconds, UTC)
