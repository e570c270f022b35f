"""How likely a candidate is said to be, in bands: how often each was right is measured and kept with the rules."""

from cointrail.conversions.rate import Rate, rate
from cointrail.conversions.swappers.weighing import RULES

BANDS = (0, 20, 50, 80, 100)  # per cent


def band(confidence: float) -> int:
    """The lower end of the band of a confidence, in per cent."""
    return max(least for least in BANDS[:-1] if confidence * 100 >= least)


def banded(rule: str, least: int) -> str:
    """What the rate of a rule is kept under, of candidates said to be in the band from `least` per cent."""
    return f"{rule}@{least}"


def said_rate(rule: str, confidence: float, bridge: str) -> Rate | None:
    """How often candidates of a rule were right: at swappers those said to be about as likely as this one."""
    return rate(banded(rule, band(confidence))) if rule in RULES else rate(rule, bridge)
