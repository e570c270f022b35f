"""Mixing pools: contracts that take and pay out one fixed amount, and hide which payment in is which payment out."""

from cointrail.conversions.mixers.pools.table import Pool, Table, shipped

__all__ = ["Pool", "Table", "shipped"]
