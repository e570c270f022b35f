"""Endpoints summed by kind and asset: the figures that the page and the terminal share."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from cointrail.reports.amounts import EXACT, ZERO, exact, percent, places, rounded
from cointrail.reports.kinds import Kind, kind_of, kinds
from cointrail.reports.plain import plain, short
from cointrail.reports.policies import REACH_ONLY

SYMBOL = 24  # characters of a symbol that are shown
NAMED = 3  # stolen assets named in one sentence


@lru_cache(1 << 16)  # figures, tables and the terminal read the same ones
def part(text: str) -> Fraction:
    """A share as trail.json writes it: "1/3"."""
    return Fraction(text)


@dataclass(frozen=True)
class Coin:
    """How an asset is shown. `whole` is all of it in the trail, in whole units: stolen, or converted into."""

    key: str
    symbol: str
    chain: str
    decimals: int
    places: int
    whole: Decimal


@dataclass
class Total:
    """What ended in one kind in one asset, under one policy.

    `names` holds the labels by amount; `shares` the parts of what was stolen in each asset.
    """

    kind: Kind
    asset: str
    amount: Decimal = ZERO
    addresses: set[str] = field(default_factory=set)
    names: dict[str, Decimal] = field(default_factory=dict)
    share: Fraction = Fraction(0)
    shares: dict[str, Fraction] = field(default_factory=dict)

    def add(self, endpoint: Mapping[str, Any]) -> None:
        """Count one endpoint in."""
        amount = Decimal(endpoint["amount"])
        self.amount = EXACT.add(self.amount, amount)
        if endpoint["address"]:
            self.addresses.add(f"{endpoint['chain']} {endpoint['address']}")
        if endpoint["label"]:
            name = plain(endpoint["label"])
            self.names[name] = EXACT.add(self.names.get(name, ZERO), amount)
        self._shares(part(endpoint["share"] or "0"), {a: part(text) for a, text in endpoint["shares"].items()})

    def join(self, other: "Total") -> None:
        """Count the addresses, labels and shares of another asset in; amounts of two assets have no sum."""
        self.addresses |= other.addresses
        for name, amount in other.names.items():
            self.names[name] = EXACT.add(self.names.get(name, ZERO), amount)
        self._shares(other.share, other.shares)

    def _shares(self, share: Fraction, shares: Mapping[str, Fraction]) -> None:
        self.share += share
        for asset, one in shares.items():
            self.shares[asset] = self.shares.get(asset, Fraction(0)) + one


def stolen(trail: Mapping[str, Any], policy: str) -> dict[str, Decimal]:
    """Stolen amount by asset, in whole units."""
    return {asset: Decimal(amount) for asset, amount in trail["policies"][policy]["stolen"].items()}


def whole(trail: Mapping[str, Any], policy: str) -> dict[str, Decimal]:
    """All that was in each asset under a policy, in whole units: what was stolen, then what was converted into.

    The latter in the order in which the walk came there; backward, it came from what was got to what was given for it.
    """
    found, entry, came = stolen(trail, policy), trail["policies"][policy], reached(trail, policy)
    side = "asset" if is_backward(trail) else "to_asset"
    walked = [one[side] for one in entry["conversions"]]
    for asset in dict.fromkeys([*(reversed(walked) if is_backward(trail) else walked), *came]):
        if asset in came:
            found[asset] = EXACT.add(found.get(asset, ZERO), Decimal(came[asset]))
    return found


def is_backward(trail: Mapping[str, Any]) -> bool:
    """Whether the trail leads to where value came from."""
    return bool(trail["theft"]["direction"] == "backward")


def reached(trail: Mapping[str, Any], policy: str) -> dict[str, str]:
    """What the walk reached of each asset by conversions: forward what came into it, backward what was given of it."""
    found: dict[str, str] = trail["policies"][policy]["converted_out" if is_backward(trail) else "converted_in"]
    return found


def coin(trail: Mapping[str, Any], asset: str) -> Coin:
    """How an asset of this trail is shown; one that the trail does not describe is shown under its own key."""
    known = trail["assets"].get(asset, {"symbol": asset, "decimals": 18, "chain": "", "contract": None})
    parts = [(trail["policies"][name]["stolen"], reached(trail, name)) for name in trail["policies"]]
    amounts = [EXACT.add(Decimal(taken.get(asset, "0")), Decimal(came.get(asset, "0"))) for taken, came in parts]
    most = max(amounts, default=ZERO)
    symbol = _symbol(trail, known)
    return Coin(asset, symbol, known["chain"], known["decimals"], places(most, known["decimals"]), most)


def _symbol(trail: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """The symbol, with what tells the asset from others of this trail that go by the same one: chain, then contract."""
    same = [one for one in trail["assets"].values() if one["symbol"] == known["symbol"]]
    chains = Counter(one["chain"] for one in same)
    symbol = plain(known["symbol"], SYMBOL)
    marks = [known["chain"]] if len(chains) > 1 else []
    marks += [short(known["contract"])] if chains[known["chain"]] > 1 and known["contract"] else []
    return f"{symbol} ({', '.join(marks)})" if marks else symbol


def by_kind(trail: Mapping[str, Any], policy: str) -> list[Total]:
    """One total for each kind and asset that occurs: stolen assets first, in each the largest first."""
    found: dict[tuple[str, str], Total] = {}
    for endpoint in trail["policies"][policy]["endpoints"]:
        kind = kind_of(endpoint)
        place = kind.key, endpoint["asset"]
        if place not in found:
            found[place] = Total(kind, endpoint["asset"])
        found[place].add(endpoint)
    rank = {key: index for index, key in enumerate(kinds())}
    assets = {asset: index for index, asset in enumerate(whole(trail, policy))}

    def order(total: Total) -> tuple[int, str, Decimal, int]:
        return assets.get(total.asset, len(assets)), total.asset, -total.amount, rank[total.kind.key]

    return sorted(found.values(), key=order)


@dataclass
class Kept:
    """What ended in one kind in all assets: its totals, and its part of the theft where there is one measure."""

    kind: Kind
    totals: list[Total]
    share: Fraction


def over_assets(trail: Mapping[str, Any], policy: str, totals: list[Total]) -> list[Kept]:
    """The totals that `by_kind` gives, over all assets; where there is one measure of the theft, the largest first."""
    found: dict[str, Kept] = {}
    for total in totals:
        kept = found.setdefault(total.kind.key, Kept(total.kind, [], Fraction(0)))
        kept.totals.append(total)
        kept.share += total.share
    rank = {key: index for index, key in enumerate(kinds())}
    measured = one_measure(trail, policy)
    return sorted(found.values(), key=lambda kept: (-kept.share if measured else 0, rank[kept.kind.key]))


def one_measure(trail: Mapping[str, Any], policy: str) -> bool:
    """Whether the shares of all endpoints are of the same thing: the one asset stolen, or the value of the theft."""
    entry = trail["policies"][policy]
    return policy != REACH_ONLY and (entry["value"] is not None or len(entry["stolen"]) == 1)


def of_theft(trail: Mapping[str, Any], policy: str, total: Total) -> list[str]:
    """Which part of the theft (backward: of what is traced) a total is: '12.34 %'; without one measure, '12.34 % of
    the stolen ETH' for each asset.

    Empty where nothing was converted, since the share of the asset says it then, and under poison.
    """
    if policy == REACH_ONLY or not trail["policies"][policy]["converted_in"]:
        return []
    if one_measure(trail, policy):
        return [portion(total.share)]
    parts = sorted(total.shares.items(), key=lambda one: (-one[1], one[0]))
    word = "traced" if is_backward(trail) else "stolen"
    named = [f"{portion(share)} of the {word} {coin(trail, asset).symbol}" for asset, share in parts[:NAMED]]
    return [*named, *([f"{len(parts) - NAMED:,} more"] if len(parts) > NAMED else [])]


def portion(share: Fraction) -> str:
    """An exact fraction as '12.34 %'."""
    return percent(Decimal(share.numerator), Decimal(share.denominator))


class Figure(NamedTuple):
    """An amount to print: rounded for the eye, exact for the record."""

    text: str
    exact: str


def figure(value: Decimal, coin: Coin) -> Figure:
    """The amount in the column of its asset."""
    return Figure(rounded(value, coin.places), exact(value))
