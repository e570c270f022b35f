"""What would change a verdict: which reason would have to go, or which threshold be reached."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from cointrail.screening.engine import Fired, Judgement, Near, verdict
from cointrail.screening.rule import RANK, Rule
from cointrail.screening.worth import Worth, dollars, percent

NEAREST = 3  # rules that are listed as not yet reached


def changes(judged: Judgement, worth: Worth) -> list[dict[str, Any]]:
    """What the verdict would be without each reason that alone decides, or else without all that decide together.

    Then the nearest thresholds that would make it graver.
    """
    out = []
    for one in judged.fired:
        rest = verdict(other for other in judged.fired if other is not one)
        if rest != judged.verdict:
            out.append(_entry([one], rest, judged.verdict, worth))
    top = [one for one in judged.fired if one.action == judged.verdict]
    if not out and len(top) > 1:
        rest = verdict(other for other in judged.fired if other not in top)
        out.append(_entry(top, rest, judged.verdict, worth))
    return out + [_worse(near, judged.verdict, worth) for near in _nearest(judged)]


def amount_text(pool_asset: str | None, amount: Fraction, worth: Worth) -> str:
    """An amount of a pool as people read it."""
    if pool_asset is None:
        return f"{dollars(amount)} USD"
    return f"{worth.text(pool_asset, int(amount))} {worth.symbol(pool_asset)}"


def subject(rule: Rule, direction: str | None) -> str:
    """What a rule measures, in words: "indirect mixer share of what came in"."""
    side = {"source": "of what came in", "destination": "of what went out"}.get(direction or "", "")
    if rule.kind == "unknown":
        return f"share {side} that cannot be attributed"
    word = "direct" if rule.kind == "counterparty" else "indirect"
    return f"{word} {' or '.join(sorted(rule.categories))} share {side}"


def _entry(fired: Sequence[Fired], rest: str, now: str, worth: Worth) -> dict[str, Any]:
    conditions = [_without(one, worth) for one in fired]
    text = f"{' and '.join(conditions)}: it would be {rest}, not {now}"
    return {"rules": [one.rule.id for one in fired], "verdict": rest, "text": text[0].upper() + text[1:]}


def _without(one: Fired, worth: Worth) -> str:
    limit = one.rule.at_least
    if one.rule.kind == "ownership":
        sources = ", ".join(sorted({claim.label.source for claim in one.claims}))
        return f"if the label of {sources} did not stand"
    if one.pool is None:
        return "if anything were known of the address"
    if one.undecided:
        return (
            f"if a price told what {amount_text(one.pool.asset, one.amount, worth)} were worth, and it were too little"
        )
    what = subject(one.rule, one.direction)
    told = []
    if limit.share is not None:
        told.append(f"below {percent(limit.share)} {what} (now {percent(one.share)})")
    if limit.usd is not None:
        told.append(f"below {dollars(limit.usd)} USD (now {amount_text(one.pool.asset, one.amount, worth)})")
    if limit.units is not None:
        told.append(f"below {_units(one.rule)}")
    return " or ".join(told) or f"without any {what} (now {percent(one.share)})"


def _units(rule: Rule) -> str:
    units = rule.at_least.units or {}
    return " and ".join(f"{float(n):g} {key}" for key, n in sorted(units.items()))


def _nearest(judged: Judgement) -> Iterable[Near]:
    worse = [one for one in judged.near if RANK[one.rule.action] > RANK[judged.verdict]]
    return sorted(worse, key=lambda one: (-_closeness(one), one.rule.id, one.pool.direction))[:NEAREST]


def _closeness(near: Near) -> Fraction:
    limit = near.rule.at_least
    parts = [near.share / limit.share] if limit.share else []
    if limit.usd and near.pool.asset is None:
        parts.append(near.amount / limit.usd)
    return min(parts, default=Fraction(0))


def _worse(near: Near, now: str, worth: Worth) -> dict[str, Any]:
    limit, what = near.rule.at_least, subject(near.rule, near.pool.direction)
    told = []
    if limit.share is not None:
        told.append(f"at {percent(limit.share)} or more {what} (now {percent(near.share)})")
    if limit.usd is not None:
        told.append(f"at {dollars(limit.usd)} USD or more (now {amount_text(near.pool.asset, near.amount, worth)})")
    if limit.units is not None:
        told.append(f"at {_units(near.rule)} or more")
    text = f"{' and '.join(told)}: it would be {near.rule.action}, not {now}"
    return {"rules": [near.rule.id], "verdict": near.rule.action, "text": text[0].upper() + text[1:]}
