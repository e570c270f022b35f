"""How often each rule was right where that is known: a file beside the rules, written by `make accuracy`."""

from pathlib import Path

from cointrail.conversions.rate import Rate, rates

RATES = Path(__file__).with_name("rates.csv")


def measured(rule: str) -> tuple[Rate, ...]:
    """Every measurement of a rule, that by hand on real thefts before those on made-up ones."""
    return tuple(one for one in rates(RATES) if one.rule == rule)
