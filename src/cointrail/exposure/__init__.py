"""How much of an address's funds comes from, and goes to, each category, directly and over others."""

from cointrail.exposure.answer import Direction, Exposure, Part
from cointrail.exposure.inquiry import Inquiry
from cointrail.exposure.store import Exposures, build

__all__ = ["Direction", "Exposure", "Exposures", "Inquiry", "Part", "build"]
