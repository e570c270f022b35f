"""A row of a list on its way to claims: what it says, and what is odd about it."""

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from cointrail.chains.data import table
from cointrail.errors import InputError
from cointrail.incidents import vocabulary
from cointrail.incidents.span import span

PACKAGE = "cointrail.incidents.lists"
PAGE = re.compile(r"https?://[^\s|;,)\]]+")
LONGEST_NAME = 80
LATER = "by import"  # said at the latest when the list was imported


@cache
def quirks() -> dict[str, str]:
    """What can be odd about a list, by name, and what is done about it."""
    return {row["name"]: row["meaning"] for row in table(PACKAGE, "quirks.csv")}


@cache
def keeper(name: str) -> dict[str, str]:
    """Who keeps a list, and where."""
    return next(row for row in table_of_lists() if row["name"] == name)


@cache
def table_of_lists() -> list[dict[str, str]]:
    """Every list that is known: its name, who keeps it, where."""
    return table(PACKAGE, "lists.csv")


@dataclass(slots=True)
class Draft:
    """One row: the list it is from, its line, a name, claims and figures as raw text, quirks with what was seen."""

    origin: str
    line: int
    name: str
    page: str = ""
    key: str = ""  # an id the list itself gives
    claims: list[dict[str, str]] = field(default_factory=list)
    quirks: dict[str, str] = field(default_factory=dict)
    figures: list[dict[str, str]] = field(default_factory=list)

    def say(self, name: str, value: str, **more: str) -> None:
        """Adds a claim of the list's keeper; `by`, `url` and other keys may be given."""
        who = keeper(self.origin)
        raw = {"field": name, "value": value, "by": who["by"], "url": self.page or who["url"]}
        self.claims.append(raw | {key: text for key, text in more.items() if text})

    def figure(
        self, metric: str, of: str, window: str, value: str, by: str, url: str, note: str = "", later: bool = False
    ) -> None:
        """Adds a figure that somebody published about a period; `later`: one that took the place of another."""
        raw = {
            "by": by, "metric": metric, "of": of, "window": window, "value": value,
            "url": url or keeper(self.origin)["url"], "evidence": "repository", "note": note[:300],
        }  # fmt: skip
        kept = {name: text for name, text in raw.items() if text}
        self.figures.append(kept | ({"said": LATER} if later else {}))

    def odd(self, quirk: str, seen: str = "") -> None:
        """Notes a quirk. KeyError for one that has no name in quirks.csv."""
        assert quirks()[quirk]
        self.quirks.setdefault(quirk, seen)

    def day(self, text: str, precision: str = "day") -> None:
        """Claims a date, told by year, month or day. Raises InputError when it is none."""
        text = {"day": text, "month": text[:7], "year": text[:4]}[precision]
        told = span(text)
        if told.precision != "day":
            self.odd(f"{told.precision}-precision", text)
        self.say("date", text)

    def term(self, name: str, *texts: str) -> None:
        """Claims attack, platform or actor in our words, from the first of the list's texts that has one."""
        for text in texts:
            found = word(name, text)
            if found:
                self.say(name, found)
                return
        said = " / ".join(filter(None, texts))
        if said:
            self.odd("unknown-word", f"{name}: {said[:100]}")

    def chain(self, text: str) -> None:
        """Claims a chain."""
        try:
            self.say("chain", vocabulary.network(text))
        except InputError:
            self.odd("unknown-word", f"chain: {text[:100]}")

    @property
    def dated(self) -> bool:
        """Whether a date is claimed: without one a row is no incident."""
        return any(raw["field"] == "date" for raw in self.claims)

    @property
    def slug(self) -> str:
        """An id within the list: the list's own, or name and date."""
        when = next((raw["value"] for raw in self.claims if raw["field"] == "date"), "")
        text = self.key or f"{self.name[:LONGEST_NAME]}-{when}"
        return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or f"row-{self.line}"


def word(name: str, text: str) -> str:
    """Our word for a list's: the first phrase of terms.csv that the text contains; empty where none does."""
    said = text.lower()
    return next((row["word"] for row in _terms() if row["field"] == name and row["phrase"] in said), "")


def page(text: str) -> str:
    """The first address of a page in a text; empty where there is none."""
    found = PAGE.search(text)
    return found.group(0).rstrip(".") if found else ""


def speaker(text: str) -> tuple[str, str]:
    """Who a note about a source speaks of, and where it can be read; empty where nothing says so."""
    said = text.lower()
    row = next((row for row in table_of_pages() if row["phrase"] in said), None)
    own = page(text)
    if own or row:
        return (row["by"] if row else own.split("/")[2].removeprefix("www.")), own or (row["url"] if row else "")
    site = re.search(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[^\s;,)]*)?", said)
    return (site.group(0).split("/")[0], f"https://{site.group(0)}") if site else ("", "")


@cache
def table_of_pages() -> list[dict[str, str]]:
    """Phrases in notes about sources, with the name and the page they stand for."""
    return table(PACKAGE, "pages.csv")


@cache
def _terms() -> list[dict[str, str]]:
    return table(PACKAGE, "terms.csv")


def located(path: Path, line: int) -> str:
    """A place in a file, as errors name it."""
    return f"{path}, line {line}"


def iso(year: str, month: str, day: str) -> str:
    """A day as YYYY-MM-DD. Raises InputError when the calendar has none such."""
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError as error:
        raise InputError(f"{year}-{month}-{day} is no day of the calendar") from error
