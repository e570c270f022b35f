"""Haystacks: an annotated case hidden in synthetic traffic, with known truth."""

from cointrail.drills.haystack.background import STYLES, Background, style, text
from cointrail.drills.haystack.case import Case, load
from cointrail.drills.haystack.mix import Haystack, haystack
from cointrail.drills.haystack.truth import Truth, half, reach, score

__all__ = [
    "STYLES",
    "Background",
    "Case",
    "Haystack",
    "Truth",
    "half",
    "haystack",
    "load",
    "reach",
    "score",
    "style",
    "text",
]
