"""Risk rules and what they say of an address: a verdict with reasons, for one address or over a whole history."""

from cointrail.screening.reading import default_rules, read_rules
from cointrail.screening.rule import Rule, Rules
from cointrail.screening.screening import Screening
from cointrail.screening.sources import Expose, Exposures, Snapshot, Sources

__all__ = [
    "Expose",
    "Exposures",
    "Rule",
    "Rules",
    "Screening",
    "Snapshot",
    "Sources",
    "default_rules",
    "read_rules",
]
