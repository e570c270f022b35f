"""The one result: a verdict on an address with everything it rests on, so that it can be judged again later."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cointrail.chains import format_time
from cointrail.chains.chain import chain
from cointrail.exposure import Exposure, Part
from cointrail.screening.changing import amount_text, changes, subject
from cointrail.screening.engine import Fired, Judgement
from cointrail.screening.pool import UNATTRIBUTED
from cointrail.screening.rule import Action, Rules
from cointrail.screening.standing import Claim
from cointrail.screening.worth import Worth, decimal, dollars, percent, priced, ratio

LAYOUT = "cointrail/screening/1"


@dataclass(frozen=True, slots=True)
class Screening:
    """A verdict as of a time. `digests` name what it was made from: the same digests and time give the same answer."""

    address: bytes  # 20 bytes
    text: str  # the address as people of the chain write it
    as_of: int
    judged: Judgement
    claims: tuple[Claim, ...]
    exposure: Exposure | None
    rules: Rules
    worth: Worth
    worth_time: int  # the time of the rates: as_of, or the end of the ledger if that was earlier
    ledger: str  # digests
    labels: str
    prices: str | None
    end: int | None = None  # the last second of the ledger; exposures are of all of it, whatever `as_of`
    late: bool = False  # whether the ledger on the disk was added to since

    @property
    def verdict(self) -> Action:
        """clear, unknown, review or block."""
        return self.judged.verdict

    def content(self) -> dict[str, Any]:
        """The result as data: amounts and shares as decimal text, times in UTC, in a fixed order."""
        known = chain(self.worth.chain)
        made = (self.exposure.ledger, self.exposure.labels) if self.exposure else (self.ledger, self.labels)
        return {
            "schema": LAYOUT,
            "subject": {
                "address": self.text,
                "chain": known.name,
                "caip10": f"{known.caip2}:{self.text}",
            },
            "as_of": format_time(self.as_of),
            "verdict": self.judged.verdict,
            "risk_score": self.judged.score,
            "reasons": [_reason(one, self.worth) for one in self.judged.fired],
            "changes": changes(self.judged, self.worth),
            "exposures": _exposures(self.exposure, self.worth, self.worth_time),
            "labels": [label_content(one) for one in self.claims],
            "rules": {
                "name": self.rules.name,
                "version": self.rules.version,
                "in_force": len(self.judged.rules),
            },
            "exposures_to": None if self.end is None else format_time(self.end),
            "digests": {
                "ledger": self.ledger,
                "labels": self.labels,
                "rules": self.rules.digest,
                "prices": self.prices,
                "exposure_ledger": self.exposure.ledger if self.exposure else None,
                "exposure_labels": self.exposure.labels if self.exposure else None,
            },
            "stale": self.late or made != (self.ledger, self.labels),
        }


def label_content(claim: Claim) -> dict[str, Any]:
    """A label as data."""
    label = claim.label
    return {
        "id": claim.id,
        "entity": label.entity,
        "category": claim.category,
        "source_category": label.category,
        "status": str(claim.status),
        "confidence": label.confidence,
        "confidence_level": f"{claim.confidence:g}",
        "source": label.source,
        "url": label.url,
        "network": label.network,
        "valid_from": None if label.valid_from is None else format_time(label.valid_from),
        "valid_to": None if label.valid_to is None else format_time(label.valid_to),
    }


def _reason(one: Fired, worth: Worth) -> dict[str, Any]:
    rule, pool = one.rule, one.pool
    said: dict[str, Any] = {
        "code": f"{rule.kind}.{rule.id}" + (".undecided" if one.undecided else ""),
        "rule": rule.id,
        "kind": rule.kind,
        "severity": rule.severity,
        "action": one.action,
        "direction": one.direction,
        "categories": sorted(_matched(one)),
        "share": decimal(one.share) if rule.kind != "ownership" else None,
        "usd": dollars(one.amount) if pool is not None and pool.asset is None else None,
        "amounts": [
            {"asset": worth.name(key), "symbol": worth.symbol(key), "amount": worth.text(key, units)}
            for key, units in sorted(pool.units(rule.kind, rule.categories).items())
        ]
        if pool is not None
        else [],
        "hops": pool.hops(rule.kind, rule.categories) if pool is not None and rule.categories else None,
        "labels": [claim.id for claim in one.claims],
        "text": _sentence(one, worth),
    }
    return said


def _matched(one: Fired) -> Iterable[str]:
    if one.rule.kind == "ownership":
        return {claim.category for claim in one.claims if claim.category}
    if one.pool is None:
        return ()
    sums = one.pool.direct if one.rule.kind == "counterparty" else one.pool.indirect
    return {name for name in one.rule.categories if sums.get(name)}


def _sentence(one: Fired, worth: Worth) -> str:
    if one.rule.kind == "ownership":
        who = one.claims[0].label
        text = f"{one.rule.title}: {who.entity} ({who.source})"
        return text + ("; the label is under appeal" if one.action != one.rule.action else "")
    if one.pool is None:
        return f"{one.rule.title}: nothing is known of it"
    text = f"{one.rule.title}: {subject(one.rule, one.direction)} is {percent(one.share)}"
    if one.pool.asset is not None and not one.pool.alone:
        text += f", in {worth.symbol(one.pool.asset)} alone, which has no price here"
    text += f" ({amount_text(one.pool.asset, one.amount, worth)})"
    return text + ("; whether that is enough cannot be said without a price" if one.undecided else "")


def _exposures(exposure: Exposure | None, worth: Worth, time: int) -> list[dict[str, Any]]:
    return [_part(part, exposure.policy, worth, time) for part in exposure.parts] if exposure else []


def _part(part: Part, policy: str, worth: Worth, time: int) -> dict[str, Any]:
    rate = worth.rate(part.asset, time)
    both = part.direct + part.indirect
    direct, indirect = worth.text(part.asset, part.direct), worth.text(part.asset, part.indirect)
    least, most = (None if units is None else worth.text(part.asset, units) for units in (part.least, part.most))

    def usd(units: int) -> str | None:
        return None if rate is None else priced(units, rate)

    return {
        "direction": part.direction,
        "asset": worth.name(part.asset),
        "symbol": worth.symbol(part.asset),
        "judged": worth.vouched(part.asset),
        "category": None if part.category in UNATTRIBUTED else part.category,
        # a fact: no policy decides it
        "counterparty": {"low": direct, "point": direct, "high": direct, "policy": None},
        "indirect": {"low": None, "point": indirect, "high": None, "policy": policy},
        "both": {"low": least, "point": worth.text(part.asset, both), "high": most, "policy": policy},
        "total": worth.text(part.asset, part.total),
        "share": ratio(both, part.total) if part.total else None,
        "usd": usd(both),
        "counterparty_usd": usd(part.direct),
        "indirect_usd": usd(part.indirect),
        "total_usd": usd(part.total),
        "hops": part.hops,
    }


def verdicts(screened: Sequence[Screening]) -> dict[str, int]:
    """How many there are of each verdict."""
    out: dict[str, int] = {}
    for one in screened:
        out[one.verdict] = out.get(one.verdict, 0) + 1
    return out
