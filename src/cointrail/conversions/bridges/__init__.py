"""Bridges as data: legs from events by a table, links between legs by the bridges' own keys."""

from cointrail.conversions.bridges.crossings import crossings, crossings_of
from cointrail.conversions.bridges.decode import decode
from cointrail.conversions.bridges.leg import Crossing, Crossings, Finding, Leg
from cointrail.conversions.bridges.table import Table, extended, shipped
from cointrail.conversions.bridges.unkeyed import unkeyed

__all__ = [
    "Crossing",
    "Crossings",
    "Finding",
    "Leg",
    "Table",
    "crossings",
    "crossings_of",
    "decode",
    "extended",
    "shipped",
    "unkeyed",
]
