"""How amounts of different assets are added: by US dollars, or by the rates of the trail's own conversions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

from cointrail.chains import Asset
from cointrail.chains.data import table
from cointrail.prices import Prices

PACKAGE = "cointrail.patterns"
DECLARED = "USD"  # an asset that the user declared to be dollars


@dataclass(frozen=True)
class Dollar:
    """A token that stands for a US dollar."""

    freezable: bool  # whether its issuer can freeze what an address holds


@cache
def dollars() -> dict[tuple[str, str], Dollar]:
    """Known dollar tokens by chain and contract in lower case."""
    return {
        (row["chain"], row["contract"].lower()): Dollar(row["freezable"] == "yes")
        for row in table(PACKAGE, "dollars.csv")
    }


@dataclass(frozen=True)
class Worth:
    """Weights of assets in one measure, and what the theft comes to in it."""

    units: Mapping[str, Fraction]  # by asset: one smallest unit, in the measure
    whole: Fraction  # of the theft, of the assets that have a weight
    unweighed: tuple[str, ...] = ()  # stolen assets that could not be added to the others
    measure: str = ""  # what one is
    symbols: Mapping[str, str] = field(default_factory=dict)
    assets: Mapping[str, Asset] = field(default_factory=dict)
    chains: Mapping[str, str] = field(default_factory=dict)  # of the assets
    prices: Prices = field(default_factory=Prices)

    def share(self, parts: Iterable[tuple[str, int]]) -> Fraction | None:
        """The part of the theft that amounts come to; None where none of them has a weight."""
        known = [self.units[asset] * amount for asset, amount in parts if asset in self.units]
        return sum(known, Fraction(0)) / self.whole if known and self.whole else None

    def dollars(self, asset: str, amount: int, time: int | None) -> Fraction | None:
        """US dollars of an amount at a time; None where that is not known."""
        one, chain = self.assets.get(asset), self.chains.get(asset, "")
        if one is None or not one.verified:
            return None
        if one.key == DECLARED or (chain, one.key.lower()) in dollars():
            return Fraction(amount, 10**one.decimals)
        return None if time is None else self.prices.value(chain, one, amount, time)

    def freezable(self, asset: str) -> bool:
        """Whether an issuer could freeze the asset where it lay."""
        one = self.assets.get(asset)
        known = dollars().get((self.chains.get(asset, ""), one.key.lower())) if one else None
        return known is not None and known.freezable


def weigh(
    stolen: Mapping[str, int],
    rates: Mapping[tuple[str, str], Fraction],
    assets: Mapping[str, Asset],
    chains: Mapping[str, str],
    prices: Prices,
    time: int | None,
) -> Worth:
    """Dollars where all stolen assets have them at the time of the theft; else units of the asset most was stolen in.

    `rates` says what one smallest unit of an asset became of another, over the conversions of the trail.
    """
    names = {name: asset.symbol or name for name, asset in assets.items()}
    bare = Worth({}, Fraction(0), (), "USD", names, assets, chains, prices)
    priced = {name: bare.dollars(name, 10**asset.decimals, time) for name, asset in assets.items()}
    if stolen and all(priced.get(name) for name in stolen):
        units = {n: value / 10 ** assets[n].decimals for n, value in priced.items() if value}
        return _worth(_spread(units, rates), stolen, "USD", bare)
    if not stolen:
        return bare
    hub = _hub(stolen, rates)
    return _worth(_spread({hub: Fraction(1, 10 ** assets[hub].decimals)}, rates), stolen, names[hub], bare)


def _hub(stolen: Mapping[str, int], rates: Mapping[tuple[str, str], Fraction]) -> str:
    """The stolen asset that most of the others were turned into; of equals the first by name."""
    joined = {name: sum(1 for pair in rates if name in pair) for name in stolen}
    return min(stolen, key=lambda name: (-joined[name], name))


def _spread(units: dict[str, Fraction], rates: Mapping[tuple[str, str], Fraction]) -> dict[str, Fraction]:
    """Weights of further assets, by what was paid or got for them, as far as conversions lead."""
    known = dict(units)
    for _ in range(len(rates)):
        fresh: dict[str, Fraction] = {}
        for (given, got), rate in sorted(rates.items()):
            if got in known and given not in known:
                fresh.setdefault(given, known[got] * rate)
            if given in known and got not in known and rate:
                fresh.setdefault(got, known[given] / rate)
        if not fresh:
            break
        known |= fresh
    return known


def _worth(units: dict[str, Fraction], stolen: Mapping[str, int], measure: str, bare: Worth) -> Worth:
    whole = sum((units[name] * amount for name, amount in stolen.items() if name in units), Fraction(0))
    lost = tuple(sorted(bare.symbols[name] for name in stolen if name not in units))
    return Worth(units, whole, lost, measure, bare.symbols, bare.assets, bare.chains, bare.prices)
