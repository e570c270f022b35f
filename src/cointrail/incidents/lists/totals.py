"""Lists of yearly totals: figures of publishers about periods, one or two a row (value and number)."""

import re
from collections.abc import Iterator, Mapping

from cointrail.errors import InputError
from cointrail.incidents.lists.draft import Draft, speaker
from cointrail.incidents.money import money

DPRK = frozenset(("year", "source", "usd_stolen", "incidents"))
PUBLISHED = frozenset(("publisher", "year", "metric", "value_musd", "count", "note", "source"))
SUBJECTS = {"dprk": "north korea", "total": "all theft", "top10": "the ten largest"}
REVISED = re.compile(r"(?:later|revised) (?P<value>\d+(?:\.\d+)?)(?: / \d+(?:\.\d+)?)?(?: \((?P<count>\d+)\))?")
BETWEEN = re.compile(r"(\d{4})-(\d{4}(?:-\d{2})?)")
INSIDE = re.compile(r"(\d{4})-(\d{2})\.\.(\d{2})")
Rows = Iterator[tuple[int, Mapping[str, str]]]


def north_korea(rows: Rows) -> Iterator[Draft]:
    """Yearly totals of North Korea by publisher, in dollars."""
    for line, row in rows:
        draft = Draft("dprk-totals", line, f"{row['source']} of {row['year']}")
        _figures(draft, row["source"], "dprk", row["year"], row["usd_stolen"], row["incidents"])
        yield draft


def published(rows: Rows) -> Iterator[Draft]:
    """Totals by publisher in millions; what was revised stands in the note."""
    for line, row in rows:
        draft = Draft("published-totals", line, f"{row['publisher']} of {row['year']}")
        value = f"{row['value_musd']} million" if row["value_musd"] else ""
        _figures(draft, row["publisher"], row["metric"], row["year"], value, row["count"], row["note"])
        later = REVISED.search(row["note"])
        if later:
            draft.odd("revision-in-note", row["note"][:80])
            revised = f"{later['value']} million"
            _figures(
                draft, row["publisher"], row["metric"], row["year"], revised, later["count"] or "", row["note"], True
            )
        yield draft


def _figures(
    draft: Draft, who: str, metric: str, year: str, value: str, count: str, note: str = "", later: bool = False
) -> None:
    if metric not in SUBJECTS:
        raise InputError(f"unknown metric {metric!r}: there are {', '.join(SUBJECTS)}")
    by, url = speaker(who)
    for name, text in (("stolen", value), ("incidents", count)):
        if text and not money(text.split()[0]):
            draft.odd("zero-amount", f"{name} {text}")
        elif text:
            draft.figure(name, SUBJECTS[metric], _window(year), text, by or who.strip(), url, note, later)


def _window(text: str) -> str:
    """`2017-2023` and `2025-01..09` as periods are written here."""
    inside, between = INSIDE.fullmatch(text), BETWEEN.fullmatch(text)
    if inside:
        return f"{inside[1]}-{inside[2]}..{inside[1]}-{inside[3]}"
    return f"{between[1]}..{between[2]}" if between else text
