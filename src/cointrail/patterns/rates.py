"""How often each rule was right where that is known: a file beside the rules, written by `make accuracy`."""

from pathlib import Path

from cointrail.conversions.rate import Rate, rate

RATES = Path(__file__).with_name("rates.csv")
UNMEASURED = "was never measured"


def measured(rule: str) -> Rate | None:
    """The least favourable measurement of a rule on enough cases; None where there is none."""
    return rate(rule, path=RATES)
