"""How much of what came to an address, or left it, comes from and goes to each category."""

from cointrail.exposure.answer import Exposure, Part

__all__ = ["Exposure", "Part"]
