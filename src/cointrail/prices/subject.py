"""What a row of a price file is about: a coin, or a token's contract on one chain or on any."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from cointrail.chains.address import asset_key, format_address, parse_address
from cointrail.chains.chain import chain as known_chain
from cointrail.chains.chain import chains
from cointrail.chains.data import table
from cointrail.chains.wrapped import wrapped as wrappers
from cointrail.errors import InputError

PACKAGE = "cointrail.prices"
ANYWHERE = ""  # the chain of a coin, and of a contract that the file gives without a chain
EVM = "eip155"  # the CAIP-2 namespace whose chains are in the table of chains

CAIP2 = re.compile(r"[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}")
SLIP44 = re.compile(r"slip44:([0-9]{1,10})")
ERC20 = re.compile(r"erc20:(0[xX][0-9a-fA-F]{40})")


class Subject(NamedTuple):
    """`code` is a coin's symbol, with no chain, or 0x and 40 lower-case digits of a token's contract."""

    chain: str
    code: str


@dataclass(frozen=True)
class Coin:
    """A coin that a price file may call by its symbol, and the chain it comes from."""

    symbol: str
    home: str
    slip44: str  # its number in SLIP-44, "" where it has none
    also: str  # an earlier symbol of the same coin


def native(chain: str) -> Coin | None:
    """The coin that is a chain's native one, None for a chain or coin that the tables do not know.

    A symbol is not enough: the coin of a test network is called ETH as well. On a chain other than its home it is the
    same coin only if symbol and name are the same in the table of chains.
    """
    known = _named().get(chain.strip().lower())
    if known is None:
        return _homes().get(chain.strip().lower())
    here = chains()[known]
    coin = _symbols().get(here.native_symbol.upper())
    home = chains().get(coin.home) if coin else None
    return coin if home and (home.native_symbol, home.native_name) == (here.native_symbol, here.native_name) else None


def wrapped(chain: str, contract: str) -> Coin | None:
    """The coin that this token is one to one, since its own contract pays it out to any holder at any time.

    Staked and custodial forms are not that: their price is their own.
    """
    return native(chain) if Subject(place(chain), contract) in _wrapped() else None


def place(chain: str) -> str:
    """The name of a chain: names and CAIP-2 ids of known chains become the name, others stay as they are."""
    text = chain.strip().lower()
    return _named().get(text, text)


def parse_subject(text: str, chain: str = "") -> Subject:
    """What the columns `asset` and `chain` of a row mean; raises InputError with the reason."""
    asset, where = text.strip(), chain.strip()
    if "/" in asset:
        place_text, _, reference = asset.partition("/")
        return _caip19(place_text, reference, where)
    if ":" in asset:
        place_text, _, asset = asset.rpartition(":")
        where = _agreed(place_text, where)
    if (key := asset_key(asset)).startswith("0x"):
        if where and known_chain(where).by_outputs:
            raise InputError(f"{known_chain(where).name} has no tokens with contracts: leave the chain out")
        return Subject(known_chain(where).name if where else ANYWHERE, key)
    coin = _symbols().get(asset.upper())
    if coin is None:
        raise InputError(f"{asset[:40]!r} is not the symbol of a native coin: give a token by its contract")
    return _coin(coin, where)


def _caip19(place_text: str, reference: str, where: str) -> Subject:
    where = _agreed(place_text, where)
    if found := ERC20.fullmatch(reference):
        return Subject(known_chain(where).name, format_address(parse_address(found[1])))
    number = SLIP44.fullmatch(reference)
    coin = _numbers().get(str(int(number[1]))) if number else None
    if coin is None or not CAIP2.fullmatch(place_text):
        shown = f"{place_text}/{reference}"[:80]
        raise InputError(f"{shown!r} is no asset known here: give CHAIN/erc20:0x…, or CHAIN/slip44:N of a native coin")
    return _coin(coin, where if place_text.startswith(f"{EVM}:") else "")


def _coin(coin: Coin, where: str) -> Subject:
    """The coin, if it is the native one of the chain that the row names."""
    if where and native(where) != coin:
        raise InputError(f"{coin.symbol} is not the native coin of {where[:40]!r}: leave the chain out")
    return Subject(ANYWHERE, coin.symbol)


def _agreed(one: str, other: str) -> str:
    if other and place(one) != place(other):
        raise InputError(f"the columns asset and chain name two chains, {one[:40]!r} and {other[:40]!r}: give one")
    return one


@cache
def _named() -> Mapping[str, str]:
    """The name of every known chain by its name and by its CAIP-2 id."""
    return MappingProxyType({text: one.name for one in chains().values() for text in (one.name, one.caip2)})


@cache
def _coins() -> tuple[Coin, ...]:
    return tuple(Coin(row["symbol"], row["home"], row["slip44"], row["also"]) for row in table(PACKAGE, "coins.csv"))


@cache
def _symbols() -> Mapping[str, Coin]:
    """Coins by every symbol, in upper case."""
    return MappingProxyType({text: coin for coin in _coins() for text in (coin.symbol, coin.also) if text})


@cache
def _homes() -> Mapping[str, Coin]:
    return MappingProxyType({coin.home: coin for coin in _coins()})


@cache
def _numbers() -> Mapping[str, Coin]:
    return MappingProxyType({coin.slip44: coin for coin in _coins() if coin.slip44})


@cache
def _wrapped() -> frozenset[Subject]:
    """Those whose events the ledger reads, and in wrapped.csv the others."""
    read = {Subject(name, format_address(contract)) for name in chains() for contract in wrappers(name)}
    return frozenset(read | {Subject(row["chain"], row["contract"].lower()) for row in table(PACKAGE, "wrapped.csv")})
