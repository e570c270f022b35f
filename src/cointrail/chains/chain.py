"""The chains that are known by name, with their native coin. The facts are in `chains.csv`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from cointrail.chains.data import table
from cointrail.errors import InputError

TABLE = "chains.csv"


@dataclass(frozen=True)
class Chain:
    """One chain: its name here, its CAIP-2 id, its native coin and where people look things up."""

    name: str
    caip2: str  # "eip155:1"
    native_symbol: str
    native_name: str
    decimals: int  # of the native coin
    explorer: str  # base URL, no slash at the end


@cache
def chains() -> Mapping[str, Chain]:
    """Every known chain by its name, in the order of the table."""
    known = {
        row["name"]: Chain(
            name=row["name"],
            caip2=row["caip2"],
            native_symbol=row["native_symbol"],
            native_name=row["native_name"],
            decimals=int(row["decimals"]),
            explorer=row["explorer"],
        )
        for row in table("cointrail.chains", TABLE)
    }
    return MappingProxyType(known)


def chain(name: str) -> Chain:
    """The chain called `name` (upper and lower case are the same), or with that CAIP-2 id.

    Raises InputError with the known names for anything else.
    """
    wanted = name.strip().lower()
    for found in chains().values():
        if wanted in (found.name, found.caip2):
            return found
    raise InputError(f"unknown chain {name!r}: use one of {', '.join(chains())}")
