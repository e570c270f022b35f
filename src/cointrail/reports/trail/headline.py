"""The first thing a reader sees: what was stolen, when and from where, and where it is now."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cointrail.reports.amounts import ZERO, percent, ratio, rounded
from cointrail.reports.kinds import Kind
from cointrail.reports.plain import short
from cointrail.reports.policies import REACH_ONLY, Policy, policy
from cointrail.reports.totals import (
    Coin,
    Figure,
    Total,
    by_kind,
    coin,
    figure,
    is_backward,
    of_theft,
    one_measure,
    over_assets,
    portion,
    reached,
    stolen,
    whole,
)
from cointrail.reports.trail.tally import Edge

NAMED = 3  # labels named in a sentence
AMOUNTS = 3  # amounts on one card
CENTS = 2  # decimals of a value in USD
THIN = 0.0005  # narrowest piece of a bar, as a part of the whole


@dataclass(frozen=True)
class Card:
    """One kind of endpoint in one asset: figure, share, a sentence, and its width in the bar (percent).

    `share` is of all that was in the asset, stolen or converted into; `theft` says which part of the theft it is.
    """

    kind: Kind
    coin: Coin
    figure: Figure
    share: str
    theft: list[str]
    sentence: str
    width: float


@dataclass(frozen=True)
class Whole:
    """One kind of endpoint in all assets of a trail with conversions: its part of the theft, and what it is now.

    `share` is '' where the theft has no one measure; then `parts` say which part of each stolen asset it is.
    """

    kind: Kind
    share: str
    parts: list[str]
    amounts: list[tuple[Coin, Figure]]
    more: int
    sentence: str
    width: float


@dataclass(frozen=True)
class Answer:
    """Where the value is, under one policy. `cards` by asset; `wholes` over
    all of them, where there are conversions; `balanced` is None where the policy conserves nothing.

    `value` is what the theft was worth in USD, '' if not known; `turned` are the assets that the walk
    reached by conversions; `turns` is the number of conversions.
    """

    policy: Policy
    stolen: list[tuple[Coin, Figure]]
    value: str
    turned: set[str]
    turns: int
    cards: dict[str, list[Card]]
    wholes: list[Whole]
    balanced: bool | None
    addresses: int
    movements: int
    hops: int
    first: str
    last: str


def answer(trail: Mapping[str, Any], name: str, begun: Mapping[str, Edge]) -> Answer:
    """The headline of one policy; `begun`: by asset, the movements of hop 1 as one."""
    entry = trail["policies"][name]
    taken, in_all = stolen(trail, name), whole(trail, name)
    cards: dict[str, list[Card]] = {}
    totals = by_kind(trail, name)
    for total in totals:
        cards.setdefault(total.asset, []).append(_card(trail, total, in_all.get(total.asset, ZERO), name))
    thefts = [edge for asset, edge in begun.items() if asset in taken]
    return Answer(
        policy=policy(name),
        stolen=[(shown, figure(amount, shown)) for asset, amount in taken.items() for shown in (coin(trail, asset),)],
        value="" if entry["value"] is None else rounded(Decimal(entry["value"]), CENTS),
        turned=set(reached(trail, name)),
        turns=len(entry["conversions"]),
        cards=cards,
        wholes=_wholes(trail, name, totals) if entry["converted_in"] and name != REACH_ONLY else [],
        balanced=entry["balanced"],
        addresses=entry["addresses"],
        movements=entry["movements"],
        hops=entry["max_hops"],
        first=min((edge.first for edge in thefts if edge.first), default=""),
        last=max((edge.last for edge in thefts), default=""),
    )


def _wholes(trail: Mapping[str, Any], name: str, totals: list[Total]) -> list[Whole]:
    """Where the whole theft is, whatever it was converted into."""
    measured, backward = one_measure(trail, name), is_backward(trail)
    found = []
    for kept in over_assets(trail, name, totals):
        joined = Total(kept.kind, "")
        for total in kept.totals:
            joined.join(total)
        amounts = [(shown, figure(one.amount, shown)) for one in kept.totals for shown in (coin(trail, one.asset),)]
        found.append(
            Whole(
                kind=kept.kind,
                share=portion(kept.share) if measured else "",
                parts=[] if measured else of_theft(trail, name, joined),
                amounts=amounts[:AMOUNTS],
                more=max(0, len(amounts) - AMOUNTS),
                sentence=_sentence(joined, backward),
                width=round(100 * max(float(kept.share), THIN), 3) if measured else 0.0,
            )
        )
    return found


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
        theft=of_theft(trail, name, total),
        sentence=_sentence(total, is_backward(trail)),
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
