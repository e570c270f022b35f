"""Patterns as data: what `cointrail patterns --json` prints, as `patterns.schema.json` describes it."""

import json
from functools import cache
from importlib import resources
from typing import Any

from cointrail import __version__
from cointrail.chains import format_time
from cointrail.patterns.finding import Finding
from cointrail.patterns.fingerprint import Feature
from cointrail.patterns.fingerprint.comparison import UNTESTED, Comparison, Weight
from cointrail.patterns.fingerprint.waves import Day
from cointrail.patterns.rates import measured
from cointrail.patterns.report import Report
from cointrail.patterns.rules import RULES

LAYOUT = "cointrail/patterns/1"
DIGITS = 6


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what `content` gives."""
    text = resources.files("cointrail.patterns").joinpath("patterns.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def content(report: Report) -> dict[str, Any]:
    """All of a report. Amounts are exact decimals as text; shares and ratios are rounded numbers."""
    record = report.record
    return {
        "schema": LAYOUT,
        "version": __version__,
        "policy": record.policy,
        "theft_time": None if record.start is None else format_time(record.start),
        "days_from": None if record.begun is None else format_time(record.begun),
        "measure": record.worth.measure,
        "notes": list(record.notes),
        "rules": [_rule(rule, report) for rule in RULES],
        "findings": [_finding(one) for one in report.found.findings],
        "features": [_feature(one) for one in report.features],
        "days": [_day(one) for one in report.days],
        "comparisons": [_comparison(one) for one in report.comparisons],
        "comparisons_note": UNTESTED,
    }


def _rule(rule: str, report: Report) -> dict[str, Any]:
    return {
        "rule": rule,
        "findings": sum(1 for one in report.found.findings if one.rule == rule),
        "not_computed": report.found.missing.get(rule),
        "rates": [str(rate) for rate in measured(rule)],
    }


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "time": None if one.time is None else format_time(one.time),
        "addresses": list(one.addresses),
        "transactions": list(one.transactions),
        "detail": one.detail,
        "evidence": dict(one.numbers),
        "confidence": one.confidence,
        "share": None if one.share is None else _rounded(float(one.share)),
    }


def _feature(one: Feature) -> dict[str, Any]:
    kind = one.kind
    return {
        "id": one.id,
        "name": kind.name,
        "family": kind.family,
        "unit": kind.unit,
        "meaning": kind.meaning,
        "value": _rounded(one.value),
        "parts": {name: _rounded(part) for name, part in one.parts.items()},
        "share": _rounded(min(1.0, one.share)),
        "n": one.n,
        "why": one.why or None,
    }


def _day(one: Day) -> dict[str, Any]:
    ended = {kind: _rounded(share) for kind, share in one.ended.items()}
    return {"day": one.day, "wave": one.wave, "movements": one.movements, "moved": _rounded(one.moved), "ended": ended}


def _comparison(one: Comparison) -> dict[str, Any]:
    return {
        "case": one.case,
        "title": one.title,
        "attribution": one.said,
        "verdict": one.verdict,
        "why": one.why,
        "ratio": _rounded(one.ratio),
        "families": list(one.families),
        "against": _weight(one.against) if one.against else None,
        "weights": [_weight(weight) for weight in one.weights],
    }


def _weight(one: Weight) -> dict[str, Any]:
    return {
        "feature": one.feature,
        "family": one.family,
        "ratio": _rounded(one.ratio),
        "value": _rounded(one.value),
        "expected": one.expected,
        "source": one.source,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
