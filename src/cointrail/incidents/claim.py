"""One source saying one thing about one theft, and when it said so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

from cointrail.errors import InputError
from cointrail.incidents import vocabulary
from cointrail.incidents.money import count, money
from cointrail.incidents.span import Span, span

REQUIRED = ("field", "value", "by", "url")
OPTIONAL = ("said", "scope", "confidence", "price_time", "note", "asset", "chain", "denies")
SOURCES = ("http", "https")
LONGEST = 2_000  # characters of a text
BY = "by "  # before a date: at that time at the latest
SAID_UNSURE = "medium"  # confidence of an attribution whose source does not say how sure it is


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed, by whom, where to read it, and since when.

    `value` is the text as given, in our own words where the field has a table; `number` and `when` are it as a number
    or as a time, where it is one. `said` is None where nobody knows: then it counts as said at the incident, inferred.
    """

    field: str
    value: str
    by: str
    url: str
    number: Decimal | None = None
    when: Span | None = None
    said: Span | None = None
    latest: bool = False  # said is the latest time at which it was said, not the time
    scope: str = ""
    confidence: str = ""
    price_time: Span | None = None
    note: str = ""
    asset: str = ""
    chain: str = ""
    denies: bool = False
    where: str = ""  # file and line

    def known(self, day: date, incident: Span | None) -> bool:
        """Whether it had been said by the end of that day; without a date of its own, whether the theft was over.

        Nobody can have told of a time that was still to come.
        """
        said = self.said or incident
        return (said is None or said.last <= day) and (self.when is None or self.when.first <= day)


def claim(raw: Mapping[str, str], where: str, today: date) -> Claim:
    """Makes a claim of its text. Raises InputError, beginning with `where`, when it says nothing that can be kept."""
    try:
        return _claim(raw, where, today)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def _claim(raw: Mapping[str, str], where: str, today: date) -> Claim:
    check_keys(raw, "a claim", REQUIRED, OPTIONAL)
    if long := [name for name, text in raw.items() if len(text) > LONGEST]:
        raise InputError(f"{long[0]} is longer than {LONGEST} characters")
    field, text = raw["field"], raw["value"].strip()
    if field not in vocabulary.fields():
        raise InputError(f"unknown field {field!r}: there are {', '.join(vocabulary.fields())}")
    form = vocabulary.fields()[field]["form"]
    number = when = None
    if form in ("dollars", "quantity"):
        number = money(text)
    elif form == "count":
        number = Decimal(count(text))
    elif form in ("period", "moment"):
        when = past(span(text), today)
    elif form == "chain":
        text = vocabulary.network(text)
    elif form == "asset":
        text = vocabulary.asset(text)
    elif form in vocabulary.FILES:
        text = vocabulary.word(form, text)
    if form == "quantity" and not raw.get("asset"):
        raise InputError("an amount without its asset: name it, or claim usd")
    said, latest = said_at(raw.get("said", ""), today)
    return Claim(
        field, text, raw["by"].strip(), source(raw["url"]), number, when, said, latest,
        raw.get("scope", ""), confidence(raw.get("confidence", ""), field),
        span(raw["price_time"]) if raw.get("price_time") else None, raw.get("note", ""),
        vocabulary.asset(raw["asset"]) if raw.get("asset") else "",
        vocabulary.network(raw["chain"]) if raw.get("chain") else "", denial(raw.get("denies", ""), field), where,
    )  # fmt: skip


def check_keys(raw: Mapping[str, str], what: str, required: Sequence[str], optional: Sequence[str]) -> None:
    """Raises InputError for a claim that lacks a key, or has one that nobody knows."""
    for name in required:
        if not raw.get(name, "").strip():
            raise InputError(f"{what} without {'source: name its url' if name == 'url' else name}")
    known = (*required, *optional)
    if strange := [name for name in raw if name not in known]:
        raise InputError(f"unknown key {strange[0]!r}: there are {', '.join(known)}")


def said_at(text: str, today: date) -> tuple[Span | None, bool]:
    """When something was said, and whether that is only the latest it can have been: `2025-12` or `by 2025-12`."""
    text = text.strip()
    return (past(span(text.removeprefix(BY)), today), text.startswith(BY)) if text else (None, False)


def past(when: Span, today: date) -> Span:
    """The time, if it has begun. Raises InputError when it is still to come."""
    if when.first > today:
        raise InputError(f"{when.text} is in the future")
    return when


def source(text: str) -> str:
    """An address where the source can be read. Raises InputError when it is none."""
    text = text.strip()
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise InputError(f"{text!r} is no address of a page") from error
    if parts.scheme not in SOURCES or not parts.netloc or any(mark.isspace() for mark in text):
        raise InputError(f"{text!r} is no address of a page: it begins with https:// and names where to read it")
    return text


def confidence(text: str, field: str) -> str:
    """How sure the source is. Raises InputError when the word is none of the three."""
    if text and text not in vocabulary.CONFIDENCE:
        raise InputError(f"{text!r} is no confidence: use one of {', '.join(vocabulary.CONFIDENCE)}")
    return text or (SAID_UNSURE if field == "actor" else "")


def denial(text: str, field: str) -> bool:
    """Whether the source says that it was not so. Raises InputError when the word is neither true nor false."""
    if text not in ("", "true", "false"):
        raise InputError(f"denies is true or false, not {text!r}")
    if text == "true" and field != "actor":
        raise InputError("only an actor can be denied: another value is a claim of its own")
    return text == "true"
