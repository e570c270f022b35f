"""What the assets of a ledger are called, how many decimals they have, and what they were worth."""

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from cointrail.chains import Asset, Registry, to_text
from cointrail.chains import chain as known
from cointrail.chains.asset import NATIVE
from cointrail.prices import Prices

KEPT = 4096  # rates in memory
CENT = 100
DOLLAR = "USD"  # what a ledger calls dollars that its sources count in


class Worth:
    """Assets by the key that exposures call them, and their rates in US dollars."""

    def __init__(self, chain: str, assets: Iterable[Asset], prices: Prices | None = None) -> None:
        self.chain = chain
        self._assets = {NATIVE: next(iter(Registry(chain)))} | {asset.key: asset for asset in assets}
        listed = list(self._assets.values())
        self._assets |= {asset.symbol: asset for asset in listed if asset.key == NATIVE}
        written = known(chain).address  # contracts as people of the chain write them
        self._assets |= {written(bytes.fromhex(asset.contract[2:])): asset for asset in listed if asset.contract}
        self._prices = prices
        self.rate = lru_cache(KEPT)(self._rate)

    def asset(self, key: str) -> Asset | None:
        """The asset of that key, None for one that the ledger does not hold."""
        return self._assets.get(key)

    def vouched(self, key: str) -> bool:
        """Whether the chain, the shipped registry or the user vouches for the asset."""
        asset = self._assets.get(key)
        return asset is not None and asset.verified

    def name(self, key: str) -> str:
        """What a rule calls the asset: its contract or code, of the native coin the symbol."""
        asset = self._assets.get(key)
        return asset.key or asset.symbol if asset else key

    def named(self, name: str | None) -> Asset | None:
        """The asset that somebody named by contract, code or the native coin's symbol; without a name, that coin."""
        return self._assets.get(NATIVE if name is None else name.lower() if name[:2].lower() == "0x" else name)

    def _rate(self, key: str, time: int) -> Fraction | None:
        """US dollars for one smallest unit, None without a price."""
        asset = self._assets.get(key)
        if asset is not None and asset.key == DOLLAR:
            return Fraction(1, 10**asset.decimals)
        if asset is None or self._prices is None:
            return None
        return self._prices.value(self.chain, asset, 1, time)

    def text(self, key: str, units: int) -> str:
        """An amount in whole units; of an asset that is not known in its smallest ones."""
        asset = self._assets.get(key)
        return to_text(units, asset.decimals if asset else 0)

    def symbol(self, key: str) -> str:
        """For reading only."""
        asset = self._assets.get(key)
        return asset.symbol if asset else key

    def whole(self, key: str, units: int) -> Fraction:
        """An amount in whole units, exactly."""
        asset = self._assets.get(key)
        return Fraction(units, 10 ** (asset.decimals if asset else 0))


def dollars(value: Fraction) -> str:
    """US dollars as text, rounded to a cent (half to even)."""
    return priced(1, value)


def priced(units: int, rate: Fraction) -> str:
    """What so many units are worth, in US dollars as text, rounded to a cent (half to even)."""
    cents, rest = divmod(units * rate.numerator * CENT, rate.denominator)
    cents += 2 * rest > rate.denominator or (2 * rest == rate.denominator and cents % 2)
    return f"{cents // CENT}.{cents % CENT:02d}"


def percent(share: Fraction) -> str:
    """A share as people read it: "12.3 %"; a tiny one is never shown as none, nor a part as all."""
    if 0 < share < Fraction(1, 10_000):
        return "<0.01 %"
    if Fraction(9_999, 10_000) < share < 1:
        return ">99.99 %"
    text = f"{round(share * 10_000) / 100:.2f}".rstrip("0").rstrip(".")
    return f"{text} %"


def decimal(share: Fraction) -> str:
    """A share as a decimal of six places, rounded down."""
    return ratio(share.numerator, share.denominator)


def ratio(part: int, whole: int) -> str:
    """The share that a part is of a whole, as a decimal of six places, rounded down."""
    millionths = part * 1_000_000 // whole
    return f"{millionths // 1_000_000}.{millionths % 1_000_000:06d}"
