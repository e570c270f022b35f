"""Endpoints summed by kind and asset: the figures that the page and the terminal share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from cointrail.reports.amounts import EXACT, ZERO, exact, places, rounded
from cointrail.reports.kinds import Kind, kind_of, kinds
from cointrail.reports.plain import plain


@dataclass(frozen=True)
class Coin:
    """How an asset is shown. `whole` is the stolen amount in whole units (zero for an asset that was not stolen)."""

    key: str
    symbol: str
    decimals: int
    places: int
    whole: Decimal


@dataclass
class Total:
    """What ended in one kind in one asset, under one policy. `names` holds the labels by amount."""

    kind: Kind
    asset: str
    amount: Decimal = ZERO
    addresses: set[str] = field(default_factory=set)
    names: dict[str, Decimal] = field(default_factory=dict)

    def add(self, endpoint: Mapping[str, Any]) -> None:
        """Count one endpoint in."""
        amount = Decimal(endpoint["amount"])
        self.amount = EXACT.add(self.amount, amount)
        if endpoint["address"]:
            self.addresses.add(f"{endpoint['chain']} {endpoint['address']}")
        if endpoint["label"]:
            name = plain(endpoint["label"])
            self.names[name] = EXACT.add(self.names.get(name, ZERO), amount)


def stolen(trail: Mapping[str, Any], policy: str) -> dict[str, Decimal]:
    """Stolen amount by asset, in whole units."""
    return {asset: Decimal(amount) for asset, amount in trail["policies"][policy]["stolen"].items()}


def coin(trail: Mapping[str, Any], asset: str) -> Coin:
    """How an asset of this trail is shown; one that the trail does not describe is shown under its own key."""
    known = trail["assets"].get(asset, {"symbol": asset, "decimals": 18})
    amounts = [Decimal(entry["stolen"].get(asset, "0")) for entry in trail["policies"].values()]
    whole = max(amounts, default=ZERO)
    return Coin(asset, plain(known["symbol"], 24), known["decimals"], places(whole, known["decimals"]), whole)


def by_kind(trail: Mapping[str, Any], policy: str) -> list[Total]:
    """One total for each kind and asset that occurs: largest share of its asset first, then in the order of kinds."""
    found: dict[tuple[str, str], Total] = {}
    for endpoint in trail["policies"][policy]["endpoints"]:
        kind = kind_of(endpoint)
        found.setdefault((kind.key, endpoint["asset"]), Total(kind, endpoint["asset"])).add(endpoint)
    whole = stolen(trail, policy)
    rank = {key: index for index, key in enumerate(kinds())}
    assets = {asset: index for index, asset in enumerate(whole)}

    def order(total: Total) -> tuple[int, str, Decimal, int]:
        return assets.get(total.asset, len(assets)), total.asset, -total.amount, rank[total.kind.key]

    return sorted(found.values(), key=order)


class Figure(NamedTuple):
    """An amount to print: rounded for the eye, exact for the record."""

    text: str
    exact: str


def figure(value: Decimal, coin: Coin) -> Figure:
    """The amount in the column of its asset."""
    return Figure(rounded(value, coin.places), exact(value))
