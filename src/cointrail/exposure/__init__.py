"""How much of an address's funds comes from, and goes to, each category, directly and over others."""

from cointrail.exposure.answer import Direction, Exposure, Part
from cointrail.exposure.deal import Deals
from cointrail.exposure.inquiry import DIRECTIONS, Inquiry
from cointrail.exposure.look import look
from cointrail.exposure.proof import Path, Proof, prove
from cointrail.exposure.store import Exposures, build
from cointrail.exposure.within import bounded

__all__ = [
    "DIRECTIONS",
    "Deals",
    "Direction",
    "Exposure",
    "Exposures",
    "Inquiry",
    "Part",
    "Path",
    "Proof",
    "bounded",
    "build",
    "look",
    "prove",
]
