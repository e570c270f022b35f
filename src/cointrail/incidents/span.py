"""Times as sources give them: a year, a month, a day, or a moment; never more exact than what was said."""

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from cointrail.errors import InputError

FORM = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2})"
    r"(?:[T ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:Z|\+00:00)?)?)?)?"
)
EARLIEST = 2009  # the first block of Bitcoin


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A time with its precision: everything from `start` up to and without `end`, both UTC."""

    start: datetime
    end: datetime
    text: str = field(compare=False)

    @property
    def first(self) -> date:
        """The first day in it."""
        return self.start.date()

    @property
    def last(self) -> date:
        """The last day in it."""
        return (self.end - timedelta(seconds=1)).date()

    @property
    def year(self) -> int:
        """The year it begins in."""
        return self.start.year

    @property
    def precision(self) -> str:
        """`year`, `month`, `day` or `moment`: how exactly the source told it."""
        return {4: "year", 7: "month", 10: "day"}.get(len(self.text), "moment")

    def distance(self, other: "Span") -> int:
        """Days between the two, 0 where they may be the same day."""
        if self.end <= other.start:
            return (other.first - self.last).days
        return (self.first - other.last).days if other.end <= self.start else 0


def span(text: str) -> Span:
    """Reads YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm[:ss]Z (UTC). Raises InputError for anything else."""
    found = FORM.fullmatch(text)
    if found is None:
        raise InputError(f"{text!r} is no date: write YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ")
    part = {name: int(value) for name, value in found.groupdict().items() if value is not None}
    try:
        start = datetime(
            part["year"], part.get("month", 1), part.get("day", 1),
            part.get("hour", 0), part.get("minute", 0), part.get("second", 0), tzinfo=UTC,
        )  # fmt: skip
        end = start + _length(part)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{text!r} is no date of the calendar") from error
    if start.year < EARLIEST:
        raise InputError(f"{text!r} is before {EARLIEST}, when there was nothing to steal")
    return Span(start, end, text)


def _length(part: dict[str, int]) -> timedelta:
    if "second" in part:
        return timedelta(seconds=1)
    if "minute" in part:
        return timedelta(minutes=1)
    if "day" in part:
        return timedelta(days=1)
    if "month" in part:
        return timedelta(days=monthrange(part["year"], part["month"])[1])
    return timedelta(days=366 if monthrange(part["year"], 2)[1] == 29 else 365)
