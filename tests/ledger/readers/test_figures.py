from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.chains import parse_time
from cointrail.ledger.readers.faults import Faults
from cointrail.ledger.readers.figures import integers, seconds

MOMENTS = st.datetimes(datetime(1960, 1, 1), datetime(2100, 1, 1))
TIMES = st.one_of(
    st.builds(lambda moment, form: moment.strftime(form), MOMENTS, st.sampled_from([
        "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S.%f UTC", "%Y-%m-%dT%H:%M:%S+02:00", "%Y-%m-%d",
    ])),
    st.integers(0, 10**13).map(str),
    st.sampled_from(["2023-02-30 00:00:00", "2023-01-01 24:00:00", "2023-01-01 00:00:60", "", " 5 ", "x", "1.5", "-1"]),
)  # fmt: skip


def read(convert: Any, column: Any) -> list[Any]:
    faults = Faults(len(column))
    values = convert(column, "time", faults).to_pylist()
    return [faults.reason(row) if faults.bad[row] else value for row, value in enumerate(values)]


@given(st.lists(TIMES, max_size=20))
@settings(deadline=None)
def test_texts_agree_with_the_exact_reader(texts: list[str]) -> None:
    for text, found in zip(texts, read(seconds, pa.array(texts, pa.string())), strict=True):
        try:
            expected = parse_time(text) if text else None
        except ValueError:
            assert isinstance(found, str)
        else:
            assert found == expected


def test_timestamps_of_every_unit() -> None:
    moment = datetime(2023, 6, 2, 21, 49, 23, 999_000)
    for unit in ("s", "ms", "us", "ns"):
        for zone in (None, "UTC", "Europe/Berlin"):
            column = pa.array([moment, None], pa.timestamp(unit)).cast(pa.timestamp(unit, "UTC")).cast(
                pa.timestamp(unit, zone) if zone else pa.timestamp(unit)
            )  # fmt: skip
            assert read(seconds, column) == [1685742563, None]
    assert read(seconds, pa.array([date(2023, 6, 2)])) == [int(datetime(2023, 6, 2, tzinfo=UTC).timestamp())]


def test_numbers_are_epoch_seconds() -> None:
    late, early = "time is after the year 9999 (milliseconds?)", "time is before 1970"
    assert read(seconds, pa.array([1685742563, 1685742563000, None])) == [1685742563, late, None]
    assert read(seconds, pa.array([1685742563.7])) == [1685742563]
    assert read(seconds, pa.array([5], pa.uint32())) == [5]
    assert read(seconds, pa.array([-5], pa.timestamp("s"))) == [early]


def test_whole_numbers() -> None:
    wrong = "time is not a whole number"
    assert read(integers, pa.array(["7", "", None, "3.0", "3.5", "-1", "0x7", "9" * 19])) == [
        7, None, None, 3, wrong, wrong, wrong, wrong,
    ]  # fmt: skip
    assert read(integers, pa.array([7.0, None, 3.5])) == [7, None, wrong]
    assert read(integers, pa.array([2**64 - 1, 7], pa.uint64())) == [wrong, 7]
    assert read(integers, pa.array([True, False, None])) == [1, 0, None]
    assert read(integers, pa.array([-3])) == ["time is negative"]
