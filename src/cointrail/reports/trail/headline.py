"""The first thing a reader sees: what was stolen, when and from where, and where it is now."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cointrail.reports.amounts import ZERO, percent, ratio
from cointrail.reports.kinds import Kind
from cointrail.reports.plain import short
from cointrail.reports.policies import REACH_ONLY, Policy, policy
from cointrail.reports.totals import Coin, Figure, Total, by_kind, coin, figure, stolen
from cointrail.reports.trail.tally import Tally

NAMED = 3  # labels named in a sentence
THIN = 0.0005  # narrowest piece of a bar, as a part of the whole


@dataclass(frozen=True)
class Card:
    """One kind of endpoint in one asset: figure, share, a sentence, and its width in the bar (percent)."""

    kind: Kind
    coin: Coin
    figure: Figure
    share: str
    sentence: str
    width: float


@dataclass(frozen=True)
class Answer:
    """Where the value is, under one policy. `cards` by asset; `balanced` is None where the policy conserves nothing."""

    policy: Policy
    stolen: list[tuple[Coin, Figure]]
    cards: dict[str, list[Card]]
    balanced: bool | None
    addresses: int
    movements: int
    hops: int
    first: str
    last: str


def answer(trail: Mapping[str, Any], name: str, sums: Tally) -> Answer:
    """The headline of one policy."""
    entry = trail["policies"][name]
    whole = stolen(trail, name)
    cards: dict[str, list[Card]] = {}
    for total in by_kind(trail, name):
        cards.setdefault(total.asset, []).append(_card(trail, total, whole.get(total.asset, ZERO), name))
    thefts = [view.theft for (key, asset), view in sums.views.items() if key == name and asset in whole]
    return Answer(
        policy=policy(name),
        stolen=[(shown, figure(amount, shown)) for asset, amount in whole.items() for shown in (coin(trail, asset),)],
        cards=cards,
        balanced=entry["balanced"],
        addresses=entry["addresses"],
        movements=entry["movements"],
        hops=entry["max_hops"],
        first=min((edge.first for edge in thefts if edge.first), default=""),
        last=max((edge.last for edge in thefts), default=""),
    )


def sources(trail: Mapping[str, Any]) -> str:
    """The theft addresses in a few words."""
    addresses = [short(address) for address in trail["theft"]["addresses"]]
    if len(addresses) > NAMED:
        return f"{', '.join(addresses[:NAMED])} and {len(addresses) - NAMED:,} more addresses"
    return " and ".join(addresses)


def _card(trail: Mapping[str, Any], total: Total, whole: Decimal, name: str) -> Card:
    shown = coin(trail, total.asset)
    reach = name == REACH_ONLY
    return Card(
        kind=total.kind,
        coin=shown,
        figure=figure(total.amount, shown),
        share="" if reach else percent(total.amount, whole),
        sentence=_sentence(total, trail["theft"]["direction"] == "backward"),
        width=0.0 if reach else round(100 * max(ratio(total.amount, whole), THIN), 3),
    )


def _sentence(total: Total, backward: bool) -> str:
    """'… reached exchanges: Binance, OKX and 3 more, at 12 addresses.'"""
    names = sorted(total.names, key=lambda label: (-total.names[label], label))
    more = [f"{len(names) - NAMED:,} more"] if len(names) > NAMED else []
    listed = _joined([*names[:NAMED], *more])
    count = len(total.addresses)
    where = f"{count:,} address{'es' if count != 1 else ''}" if count else ""
    tail = f": {listed}, at {where}" if listed and where else f", at {where}" if where else ""
    verb = total.kind.origin if backward and total.kind.origin else total.kind.verb
    return f"{verb}{tail}."


def _joined(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
