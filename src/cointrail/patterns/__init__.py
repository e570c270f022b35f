"""Patterns on a trail: findings with their evidence, the fingerprint of its laundering, and known cases beside it."""

from cointrail.patterns.finding import Finding
from cointrail.patterns.report import Report, report
from cointrail.patterns.results import content, schema

__all__ = ["Finding", "Report", "content", "report", "schema"]
