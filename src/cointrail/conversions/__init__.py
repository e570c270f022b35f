"""Conversions: what changes asset or chain and stays the same owner's. So far: the two legs of a bridge hop."""

from cointrail.conversions.links import Link, read_pairs, write_links
from cointrail.conversions.match import Joined, match
from cointrail.conversions.reading import read_legs
from cointrail.conversions.score import Score, score

__all__ = ["Joined", "Link", "Score", "match", "read_legs", "read_pairs", "score", "write_links"]
