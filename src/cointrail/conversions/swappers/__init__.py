"""Swappers: services that take one asset and pay another, on any chain, from what they hold.

Nothing on a chain joins what one took to what it paid. Labels say which addresses are a swapper's; what it paid out
soon after is a candidate, never a link. Only who was told by the swapper knows, and such links are taken from a file.
"""

from cointrail.conversions.swappers.bands import said_rate
from cointrail.conversions.swappers.confirmed import CONFIRMED, Confirmed, ConfirmedFile, read_confirmed
from cointrail.conversions.swappers.legs import Swapper, gates, legs_of, swappers_of
from cointrail.conversions.swappers.placing import Placed, place
from cointrail.conversions.swappers.weighing import weighed

__all__ = [
    "CONFIRMED",
    "Confirmed",
    "ConfirmedFile",
    "Placed",
    "Swapper",
    "gates",
    "legs_of",
    "place",
    "read_confirmed",
    "said_rate",
    "swappers_of",
    "weighed",
]
