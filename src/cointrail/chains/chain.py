"""The chains that are known by name, with their native coin. The facts are in `chains.csv`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal, cast

from cointrail.chains import bitcoin, tron
from cointrail.chains.address import family_of, format_address, parse_any
from cointrail.chains.data import table
from cointrail.errors import InputError

TABLE = "chains.csv"
Family = Literal["evm", "utxo", "tron"]
TAKEN = {"evm": {"evm"}, "tron": {"tron", "evm"}, "utxo": {"utxo"}}  # how addresses of a chain may be written
KINDS = {"evm": "an EVM chain", "tron": "Tron", "utxo": "Bitcoin or its kin"}


@dataclass(frozen=True)
class Chain:
    """One chain: its name here, its CAIP-2 id, its native coin, how it keeps value, where people look things up."""

    name: str
    caip2: str  # "eip155:1"
    native_symbol: str
    native_name: str
    decimals: int  # of the native coin
    family: Family
    explorer: str  # base URL, no slash at the end

    @property
    def number(self) -> int:
        """What nodes with Ethereum's interface say as their chain's id; 0 for chains that have none."""
        namespace, _, reference = self.caip2.partition(":")
        return 0 if namespace == "bip122" else int(reference, 0)

    @property
    def by_outputs(self) -> bool:
        """Whether value is kept in outputs that are spent whole, not in accounts."""
        return self.family == "utxo"

    def parse(self, text: str) -> bytes:
        """The 20 bytes of an address that somebody wrote; InputError where it is none, or one of another kind of
        chain, which would stand for bytes that nobody meant."""
        raw = parse_any(text)
        if (found := family_of(text)) not in TAKEN[self.family]:
            raise InputError(f"{text.strip()[:100]} is an address of {KINDS[found]}, and this is {self.name}")
        return raw

    def address(self, raw: bytes, script: bytes | None = None) -> str:
        """An address as people of the chain write it, from its 20 bytes; on output-based chains from its script too."""
        if self.family == "evm":
            return format_address(raw)
        if self.family == "tron":
            return tron.address(raw)
        return bitcoin.address(self.name, raw, script)

    def hash(self, raw: bytes) -> str:
        """The id of a transaction as people of the chain write it, from its 32 bytes."""
        return f"0x{raw.hex()}" if self.family == "evm" else raw.hex()


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
            family=cast(Family, row["family"]),
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
