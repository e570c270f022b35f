"""How sure a source is of a label: the grades of the GraphSense TagPack format, with their levels."""

import re
from functools import cache

from cointrail.chains.data import table

TABLE = "confidence.csv"
NUMBER = re.compile(r"(?:100|[0-9]{1,2})(?:\.[0-9]{1,6})?")
UNGRADED = "unknown"  # a label without a grade ranks like one whose grade is unknown


@cache
def grades() -> dict[str, float]:
    """The level of each grade, 0 (nothing) to 100 (certain)."""
    return {row["grade"]: float(row["level"]) for row in table("cointrail.labels", TABLE)}


def level(confidence: str | None) -> float:
    """The level of a grade or of a number from 0 to 100; words that are no grade rank last, at 0."""
    known = grades().get((confidence or UNGRADED).strip().lower())
    if known is not None:
        return known
    return min(float(confidence), 100.0) if confidence and NUMBER.fullmatch(confidence.strip()) else 0.0
