"""Assets: the native coin, the verified tokens by contract, and what the user declares. Never matched by symbol."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from cointrail.chains.address import format_address, parse_address
from cointrail.chains.chain import Chain, chain
from cointrail.chains.data import table
from cointrail.errors import InputError

NATIVE = ""  # the key of a chain's native coin
MOST_DECIMALS = 77  # 10**77 is the largest power of ten that fits 256 bits

Origin = Literal["native", "registry", "user", "named", "unknown"]


@dataclass(frozen=True)
class Asset:
    """One asset of one chain.

    `key` is "" for the native coin, 0x and 40 lower-case digits for a token's contract, else the code the user gave.
    `origin` says who vouches for it: the chain, the shipped registry, the user (a contract or a code), or nobody.
    """

    key: str
    symbol: str
    decimals: int
    origin: Origin
    name: str = ""
    form_of: str = ""  # symbol of the coin that this token wraps or stakes, such as ETH for stETH

    @property
    def verified(self) -> bool:
        """Whether somebody vouches for symbol and decimals."""
        return self.origin != "unknown"

    @property
    def contract(self) -> str | None:
        """The token's contract, None for native coins and named assets."""
        return self.key if self.key.startswith("0x") else None


class Registry:
    """The verified assets of one chain: native coin, shipped tokens, and `extra` ones that the user declared."""

    def __init__(self, chain: str, extra: Iterable[Asset] = ()) -> None:
        """Raises InputError for an unknown chain and for an extra asset that contradicts the chain's own facts."""
        self._assets = dict(_shipped(chain.strip().lower()))
        for asset in extra:
            self._add(asset)

    def get(self, key: str) -> Asset | None:
        """The verified asset with this key, None when nobody vouches for it."""
        found = self._assets.get(key)
        if found is None and key[:2].lower() == "0x":
            found = self._assets.get(key.lower())
        return found

    def by_symbol(self, symbol: str) -> Asset | None:
        """The one verified asset of that symbol; for what a user typed, never for what a file or a chain says.

        The exact spelling wins over a different case; a symbol that means two assets gives None.
        """
        exact = [asset for asset in self if asset.symbol == symbol]
        found = exact or [asset for asset in self if asset.symbol.lower() == symbol.lower()]
        return found[0] if len(found) == 1 else None

    def __iter__(self) -> Iterator[Asset]:
        return iter(self._assets.values())

    def __len__(self) -> int:
        return len(self._assets)

    def _add(self, asset: Asset) -> None:
        key = asset.key
        if key[:2].lower() == "0x":
            key = format_address(parse_address(key))
            asset = Asset(key, asset.symbol, asset.decimals, asset.origin, asset.name, asset.form_of)
        if not 0 <= asset.decimals <= MOST_DECIMALS:
            raise InputError(f"asset {asset.symbol!r} has {asset.decimals} decimals: give 0 to {MOST_DECIMALS}")
        known = self._assets.get(key)
        if known is not None and known.decimals != asset.decimals:
            raise InputError(
                f"asset {known.symbol} ({key or 'native coin'}) has {known.decimals} decimals, not {asset.decimals}:"
                " leave its decimals out"
            )
        if known is None:
            self._assets[key] = asset


@cache
def _shipped(name: str) -> dict[str, Asset]:
    native: Chain = chain(name)
    assets = {NATIVE: Asset(NATIVE, native.native_symbol, native.decimals, "native", native.native_name)}
    for row in table("cointrail.chains", f"tokens/{native.name}.csv"):
        key = row["contract"].lower()
        assets[key] = Asset(key, row["symbol"], int(row["decimals"]), "registry", row["name"], row["form_of"])
    return assets
