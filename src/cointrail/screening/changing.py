"""What would change a verdict: which reason would have to go, or which threshold be reached."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from cointrail.screening.engine import Fired, Judgement, Near, judge, verdict
from cointrail.screening.rule import RANK, Rule
from cointrail.screening.worth import Worth, dollars, percent

NEAREST = 3  # rules that are listed as not yet reached


def changes(judged: Judgement, worth: Worth) -> list[dict[str, Any]]:
    """What the verdict would be without each reason that alone decides, or else without all that decide together.

    Then the nearest thresholds that would make it graver.
    """
    out = []
    for one in judged.fired:
        rest = _without(one, judged, worth)
        if rest != judged.verdict:
            out.append(_entry([one], rest, judged.verdict, worth))
    top = [one for one in judged.fired if one.action == judged.verdict]
    if not out and len(top) > 1:
        claims = {claim.id for one in top for claim in one.claims}
        left = judge(judged.rules, [one for one in judged.claims if one.id not in claims], judged.pools, worth)
        rest = verdict(other for other in left.fired if not any(_falls(one, other) for one in top))
        if rest != judged.verdict:
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
    conditions = [_condition(one, worth) for one in fired]
    text = f"{' and '.join(conditions)}: it would be {rest}, not {now}"
    return {"rules": [one.rule.id for one in fired], "verdict": rest, "text": text[0].upper() + text[1:]}


def _without(one: Fired, judged: Judgement, worth: Worth) -> str:
    """The verdict if the ground of one reason were gone, and with it whatever rests on the same ground."""
    if one.claims:
        gone = {claim.id for claim in one.claims}
        left = [claim for claim in judged.claims if claim.id not in gone]
        return judge(judged.rules, left, judged.pools, worth).verdict
    return verdict(other for other in judged.fired if not _falls(one, other))


def _falls(one: Fired, other: Fired) -> bool:
    """Whether `other` would not fire either if the amount of `one` were just below its thresholds."""
    if one.rule is other.rule and one.pool is other.pool:
        return True
    same = (one.rule.kind, one.pool, one.rule.categories) == (other.rule.kind, other.pool, other.rule.categories)
    limit, told = one.rule.at_least.share, other.rule.at_least.share
    return same and one.pool is not None and limit is not None and told is not None and told >= limit


def _condition(one: Fired, worth: Worth) -> str:
    limit = one.rule.at_least
    if one.rule.kind == "ownership":
        sources = ", ".join(sorted({claim.label.source for claim in one.claims}))
        return f"if the label of {sources} did not stand"
    if one.pool is None:
        return "if something harmless were known of the address"
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
