"""Made-up thefts for tests: claims from short words."""

from datetime import date

from cointrail.incidents import Claim, Incident
from cointrail.incidents.claim import claim
from cointrail.incidents.entry import Entry, entries
from cointrail.incidents.rules import rules

TODAY = date(2026, 6, 1)
URL = "https://some.example/page"


def said(field: str, value: object, by: str = "Someone", **more: str) -> Claim:
    """A claim, checked like any other."""
    return claim({"field": field, "value": str(value), "by": by, "url": URL} | more, "test", TODAY)


def theft(name: str, when: str, *claims: Claim) -> Incident:
    """A theft with a date and other claims."""
    return Incident(name, name, (said("date", when), *claims), "test")


def read(*thefts: Incident, rule: str = "primary", day: date | None = None) -> list[Entry]:
    """The thefts as a rule set reads them."""
    return entries({one.id: one for one in thefts}, rules(rule), day)


def of(values: list[int], year: int = 2025) -> list[Entry]:
    """Thefts of these values."""
    return read(*(theft(f"t{n}", f"{year}-01-01", said("usd", value)) for n, value in enumerate(values)))
