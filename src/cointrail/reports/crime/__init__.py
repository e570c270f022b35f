"""The yearly crime report for people: files that are written, and what the terminal shows."""

from cointrail.reports.crime.schema import validate
from cointrail.reports.crime.terminal import (
    show_checks,
    show_incident,
    show_list,
    show_pairs,
    show_reading,
    show_report,
)
from cointrail.reports.crime.write import write_report

__all__ = [
    "show_checks",
    "show_incident",
    "show_list",
    "show_pairs",
    "show_reading",
    "show_report",
    "validate",
    "write_report",
]
