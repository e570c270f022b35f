"""The tables of conversions: each with both sides, its rule, how sure it is and what shows it; and their sums."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from cointrail.reports.conversions import RATE, UNMEASURED, Sum, certainty, sums, what
from cointrail.reports.groups import weights
from cointrail.reports.plain import plain
from cointrail.reports.totals import Coin, Figure, coin, figure
from cointrail.reports.trail.links import explorer

SHOWN, SHARED = 200, 300  # conversions listed for one policy, and for several together
EVIDENCE = 300  # characters
SUMMED = 60  # lines of the sums


class Side(NamedTuple):
    """One side of a conversion. `moved` is all that was converted, where it is more than the stolen value."""

    chain: str
    address: str
    coin: Coin
    stolen: Figure
    moved: Figure | None
    time: str
    tx: str
    link: str  # address of the transaction in an explorer; '' without one


class Turn(NamedTuple):
    """One conversion."""

    what: str
    rule: str
    gave: Side
    got: Side
    sure: str
    others: int
    rate: str
    evidence: str
    far: bool  # to another chain


class Line(NamedTuple):
    """The sum of the conversions by one rule between two assets."""

    sum: Sum
    gave: Coin
    got: Coin
    stolen: Figure
    came: Figure
    rate: str


def turns(trail: Mapping[str, Any], name: str) -> list[Turn]:
    """The conversions of one policy in chain order; where there are too many, those that carried most."""
    found = trail["policies"][name]["conversions"]
    limit = SHOWN if len(trail["policies"]) < 2 else SHARED // len(trail["policies"])
    worth = weights(trail)
    carried = [float(Decimal(one["stolen"])) * worth.get(one["asset"], 1.0) for one in found]
    largest = sorted(sorted(range(len(found)), key=lambda n: (-carried[n], n))[:limit])
    coins: dict[str, Coin] = {}
    return [_turn(trail, found[number], coins) for number in largest]


def lines(trail: Mapping[str, Any], name: str) -> list[Line]:
    """The conversions of one policy summed."""
    found = []
    for one in sums(trail, name)[:SUMMED]:
        gave, got = coin(trail, one.asset), coin(trail, one.to_asset)
        rate = "; ".join(one.rates) or UNMEASURED
        found.append(Line(one, gave, got, figure(one.stolen, gave), figure(one.came, got), rate))
    return found


def _turn(trail: Mapping[str, Any], one: Mapping[str, Any], coins: dict[str, Coin]) -> Turn:
    for asset in (one["asset"], one["to_asset"]):
        coins.setdefault(asset, coin(trail, asset))
    name, rule = what(one), plain(one["rule"].replace("_", " "))
    return Turn(
        what=name,
        rule="" if rule == name else rule,
        gave=_side(one, "", coins[one["asset"]]),
        got=_side(one, "to_", coins[one["to_asset"]]),
        sure=certainty(one["confidence"]),
        others=one["ambiguous"],
        rate=plain(one["rate"], RATE) if one["rate"] else UNMEASURED,
        evidence=plain(one["evidence"], EVIDENCE),
        far=one["chain"] != one["to_chain"],
    )


def _side(one: Mapping[str, Any], mark: str, shown: Coin) -> Side:
    moved, stolen = Decimal(one[f"{mark}amount"]), Decimal(one[f"{mark}stolen"])
    tx, chain = one[f"{mark}tx"] or "", one[f"{mark}chain"]
    return Side(
        chain=plain(chain),
        address=plain(one[f"{mark}address"] or ""),
        coin=shown,
        stolen=figure(stolen, shown),
        moved=figure(moved, shown) if moved != stolen else None,
        time=one[f"{mark}time"] or "",
        tx=plain(tx),
        link=explorer(chain, tx),
    )
