"""A synthetic theft with known truth, shaped after the published facts of February 2025."""

from cointrail.drills.heist.cast import Tag, labels_csv
from cointrail.drills.heist.make import Heist, heist
from cointrail.drills.heist.traffic import background
from cointrail.drills.heist.truth import Truth, score

__all__ = ["Heist", "Tag", "Truth", "background", "heist", "labels_csv", "score"]
