"""How values are written in report.json: sums, shares and times as text, so that nobody rounds them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cointrail.incidents.aggregate import Aggregate, metrics
from cointrail.incidents.claim import Claim
from cointrail.incidents.delays import Delay
from cointrail.incidents.entry import Entry
from cointrail.incidents.money import plain
from cointrail.incidents.statistics import Sum


def text(value: Decimal | None) -> str | None:
    """A number as digits."""
    return None if value is None else plain(value)


def summed(one: Sum) -> dict[str, Any]:
    """A sum with its range, how many thefts it is of, and of how many no worth is known."""
    return {
        "value": plain(one.value), "least": plain(one.least), "most": plain(one.most), "n": one.n,
        "missing": one.missing,
    }  # fmt: skip


def delayed(one: Delay) -> dict[str, Any]:
    """A delay: of how many thefts out of how many and of which worth, shortest, median, longest, and who tells it."""
    return {
        "n": one.n, "of": one.of, "shortest": text(one.shortest), "median": text(one.median),
        "longest": text(one.longest), "worth": plain(one.worth), "share": text(one.share),
        "sources": dict(one.sources),
    }  # fmt: skip


def claimed(claim: Claim) -> dict[str, Any]:
    """A claim. `inferred` says that nobody knows when it was said."""
    told = {
        "field": claim.field, "value": claim.value, "by": claim.by, "url": claim.url,
        "said": claim.said.text if claim.said else None, "inferred": claim.said is None,
    }  # fmt: skip
    more = {
        "scope": claim.scope, "confidence": claim.confidence, "note": claim.note, "asset": claim.asset,
        "chain": claim.chain, "price_time": claim.price_time.text if claim.price_time else "",
        "denies": claim.denies, "by_then": claim.latest,
    }  # fmt: skip
    return told | {name: value for name, value in more.items() if value}


def published(one: Aggregate) -> dict[str, Any]:
    """A published figure. `inferred`: undated, counted as said when its window ended; `by_then`: said by that time."""
    return {
        "by": one.by, "metric": one.metric, "of": one.of, "within": one.within or None, "window": one.window.text,
        "printed": one.figure.text, "value": plain(one.figure.value), "unit": metrics()[one.metric]["unit"],
        "bound": one.bound or None,
        "said": one.said.text if one.said else None, "inferred": one.said is None, "by_then": one.latest,
        "scope": one.scope or None, "evidence": one.evidence, "url": one.url, "note": one.note or None,
    }  # fmt: skip


def theft(one: Entry) -> dict[str, Any]:
    """A theft as it counts, with all claims about it; `won` names the claims that won, by their place among them."""
    claims = one.incident.claims
    places = {id(claim): place for place, claim in enumerate(claims)}
    numbers: Mapping[str, Decimal] = one.numbers
    return {
        "id": one.id, "name": one.incident.name, "date": one.when.text, "precision": one.when.precision,
        "usd": text(one.usd), "least": text(one.least), "most": text(one.most), "kind": one.kind,
        "platform": one.platform, "attack": one.attack, "attacks": list(one.attacks), "chains": list(one.chains),
        "actor": one.actor, "confidence": one.confidence or None, "disputed": one.disputed,
        "numbers": {name: plain(value) for name, value in sorted(numbers.items()) if name != "usd"},
        "moments": {name: when.text for name, when in sorted(one.moments.items())},
        "left_out": one.left_out or None,
        "won": {name: places[id(claim)] for name, claim in sorted(one.won.items())},
        "claims": [claimed(claim) for claim in claims],
    }  # fmt: skip
