"""Contracts that wrap the native coin in the manner of WETH9: they tell minting and burning by events of their own.

The facts are in `wrapped.csv`. A wrapper that also emits a Transfer when it mints is not in it: its movements are read
from that, and would count twice.
"""

from functools import cache

from cointrail.chains.address import parse_address
from cointrail.chains.chain import chain
from cointrail.chains.data import table

TABLE = "wrapped.csv"


@cache
def wrapped(name: str) -> frozenset[bytes]:
    """The contracts of a chain, as addresses; InputError for an unknown chain."""
    known = chain(name).name
    rows = table("cointrail.chains", TABLE)
    return frozenset(parse_address(row["contract"]) for row in rows if row["chain"] == known)
