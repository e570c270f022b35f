"""Periods that published figures speak of: one year, or from one time to another."""

from dataclasses import dataclass
from datetime import date

from cointrail.errors import InputError
from cointrail.incidents.span import Span, span

TO = ".."


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """All days from `first` to `last`, both included."""

    first: date
    last: date
    text: str

    def __contains__(self, when: Span) -> bool:
        return self.first <= when.first and when.last <= self.last

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def year(self) -> int | None:
        """The year it is, if it is one whole year."""
        whole = self.first == date(self.first.year, 1, 1) and self.last == date(self.first.year, 12, 31)
        return self.first.year if whole else None


def window(text: str) -> Window:
    """Reads `2025`, `2025-07`, or `2025-01..2025-06`. Raises InputError for anything else."""
    start, found, end = text.partition(TO)
    first = span(start.strip())
    last = span(end.strip()) if found else first
    if last.last < first.first:
        raise InputError(f"{text!r} ends before it begins")
    return Window(first.first, last.last, text.strip())


def years(text: str) -> list[Window]:
    """The whole years in a period, in order."""
    asked = window(text)
    whole = [window(str(year)) for year in range(asked.first.year, asked.last.year + 1)]
    return [one for one in whole if one.first >= asked.first and one.last <= asked.last]
