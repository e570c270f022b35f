"""What the page shows of the report's rows: what counts first, what moves a range, safe links, words for a claim."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from cointrail.reports.crime.words import NONE
from cointrail.reports.plain import plain

Report = Mapping[str, Any]
Row = Mapping[str, Any]
LONGEST = 2000  # characters of an address that is linked
MARKS = {"agrees": "good", "contradicts": "bad"}
SUMS = {"usd", "recovered", "frozen", "made_whole"}
WORDS = {"usd": "worth", "actor": "who", "attack": "how"}
COUNTED = {"amount", "victims"}


def figures(report: Report) -> list[dict[str, Any]]:
    """The headline, each figure with what others published of the same year and of parts of it."""
    year = str(report["report"]["year"])
    return [
        {**one, "same": [said for said in one["published"] if said["window"] == year],
         "parts": [said for said in one["published"] if said["window"] != year]}
        for one in report["headline"]
    ]  # fmt: skip


def hinges(report: Report) -> list[dict[str, Any]]:
    """The thefts that a total hangs on, with the claims that say the least and the most."""
    thefts = {one["id"]: one for one in report["incidents"]}
    return [
        {**one, "low": _saying(thefts[one["id"]], one["least"]), "high": _saying(thefts[one["id"]], one["most"])}
        for one in report["sensitivity"]["hinges"]
    ]


def largest(report: Report, most: int = 10) -> list[Row]:
    """The largest thefts that count."""
    known = [one for one in report["incidents"] if one["usd"] and not one["left_out"]]
    return sorted(known, key=lambda one: (-Decimal(one["usd"]), one["id"]))[:most]


def verdicts(report: Report) -> list[tuple[str, int]]:
    """How many statements got each answer, the most frequent first; `within x %` is one answer."""
    found = Counter("within x %" if mark(one["verdict"]) == "near" else one["verdict"] for one in report["checks"])
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


def mark(verdict: str) -> str:
    """The class of an answer."""
    return MARKS.get(verdict, "near" if verdict.startswith("within") else "open")


def digits(value: object) -> str:
    """A decimal number in full with separators, as `1,460,000,000`; what is no number stays as it is."""
    try:
        return NONE if value is None else f"{Decimal(str(value)):,f}"
    except InvalidOperation:
        return plain(str(value))


def claimed(claim: Row) -> str:
    """What a claim says, in words."""
    denied = "not " if claim.get("denies") else ""
    unit = "dollars" if claim["field"] in SUMS else claim.get("asset", "")
    counted = claim["field"] in SUMS or claim["field"] in COUNTED
    value = digits(claim["value"]) if counted else plain(claim["value"], 200)
    return " ".join(filter(None, (f"{denied}{value}", plain(unit) if unit else "")))


def field(name: str) -> str:
    """What a claim is about, as people call it."""
    return WORDS.get(name, plain(name).replace("_", " "))


def linked(address: str | None) -> str:
    """The address of a source if it can be followed in a browser, else nothing."""
    if not address or len(address) > LONGEST or not address.isprintable() or " " in address:
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in ("http", "https") and parts.hostname else ""


def _saying(theft: Row, value: str | None) -> Sequence[Row]:
    if value is None:
        return []
    return [one for one in theft["claims"] if one["field"] == "usd" and Decimal(one["value"]) == Decimal(value)]
