"""Smaller lists, a function each: DeFiHackLabs, DN Institute, North Korea, bridges, physical attacks."""

import re
from collections.abc import Iterator, Mapping

from cointrail.errors import InputError
from cointrail.incidents.lists.defillama import amount
from cointrail.incidents.lists.draft import Draft, iso, page
from cointrail.incidents.lists.losses import losses
from cointrail.incidents.money import plain
from cointrail.incidents.span import span

Rows = Iterator[tuple[int, Mapping[str, str]]]
HACKLABS = frozenset(("date", "name", "technique", "lost_raw", "links"))
INSTITUTE = frozenset(("file", "date", "title", "target", "entity_types", "attack_types", "loss_usd"))
DPRK = frozenset(("date", "victim", "usd_stolen"))
BRIDGES = frozenset(("bridge", "date", "value"))
PHYSICAL = frozenset(("date_raw", "year", "country", "amount_mentions"))
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
FAR = 31  # days between two dates of one row, from which the earlier one is the theft's
COMBINED = re.compile(r"\s+(?:\+|/|&)\s+")
EXPLORER = re.compile(r"https?://\S*(?:scan\.|explorer)\S*")


def hacklabs(rows: Rows) -> Iterator[Draft]:
    """DeFiHackLabs: the loss is text that anybody wrote."""
    for line, row in rows:
        links = row["links"].split("|")
        draft = Draft("defihacklabs", line, row["name"].strip(), page(next((x for x in links if x), "")))
        day = row["date"]
        if not re.fullmatch(r"\d{8}", day):
            raise InputError(f"{day!r} is no date of the form YYYYMMDD")
        draft.day(iso(day[:4], day[4:6], day[6:]))
        loss(draft, row["lost_raw"])
        draft.term("attack", row["technique"])
        yield draft


def loss(draft: Draft, text: str) -> None:
    """Claims what a text of a loss says, in dollars and in coins."""
    said = text.strip()
    if not said or said.lower() in ("none", "unclear", "unknown", "-", "n/a"):
        draft.odd("no-amount", said)
        return
    found = losses(said)
    if not found:
        draft.odd("loss-unreadable", said[:60])
        return
    if any(one.comma for one in found):
        draft.odd("decimal-comma", said[:60])
    if len(found) > 1:
        draft.odd("several-sums", said[:60])
    dollars = [one for one in found if one.code == "USD"]
    if not dollars and len(found) == 1 and not found[0].code:
        draft.odd("currency-missing", said[:60])
        dollars = found
    if dollars:
        draft.say("usd", plain(dollars[0].value), note=f"written as {said[:60]}")
    for one in found:
        if one.code not in ("USD", ""):
            draft.say("amount", plain(one.value), asset=one.code)
    if not dollars and any(one.code for one in found):
        pegged = [one for one in found if one.dollars]
        if len(pegged) == len(found):
            draft.say(
                "usd", plain(sum((one.value for one in pegged), pegged[0].value * 0)), note="at one dollar a coin"
            )
        else:
            draft.odd("coins-only", said[:60])


def institute(rows: Rows) -> Iterator[Draft]:
    """DN Institute: the day in the name of the article and the one in its head may differ, by years in one case."""
    for line, row in rows:
        draft = Draft("dn-institute", line, (row["target"] or row["title"]).strip())
        named = re.match(r"\d{4}-\d{2}-\d{2}", row["file"])
        days = [text for text in ((named.group(0) if named else ""), row["date"].strip()) if text]
        if not days:
            draft.odd("no-incident", row["file"])
            yield draft
            continue
        if len(set(days)) > 1:
            draft.odd("two-dates", " and ".join(days))
            apart = span(days[0]).distance(span(days[1]))
            days = sorted(set(days)) if apart > FAR else [days[1], days[0]]
        for day in dict.fromkeys(days):
            draft.day(day)
        amount(draft, row["loss_usd"])
        draft.term("platform", *row["entity_types"].split("|"))
        draft.term("attack", *row["attack_types"].split("|"))
        yield draft


def north_korea(rows: Rows) -> Iterator[Draft]:
    """The list of thefts ascribed to North Korea: some dated by the year, some by the day of the attribution."""
    for line, row in rows:
        draft = Draft("dprk", line, row["victim"].strip())
        draft.day(row["date"], span(row["date"]).precision)
        combined(draft, amount(draft, row["usd_stolen"]) is not None)
        draft.say("actor", "north korea", confidence="medium")
        yield draft


def combined(draft: Draft, amounted: bool) -> None:
    """Where the name joins several victims, the amount is kept apart: it is not the loss of any of them."""
    parts = [part for part in COMBINED.split(draft.name) if part]
    if len(parts) > 1 and amounted:
        draft.odd("combined-row", draft.name)
        for raw in draft.claims:
            if raw["field"] == "usd":
                raw["field"], raw["scope"] = "combined", f"{len(parts)} thefts together: {draft.name}"


def bridges(rows: Rows) -> Iterator[Draft]:
    """Bridge hacks, dated dd/mm/yyyy; a first of the month may stand for all of it, as that of Ronin does."""
    for line, row in rows:
        draft = Draft("bridge-hacks", line, row["bridge"].strip())
        parts = row["date"].split("/")
        if len(parts) != 3:
            raise InputError(f"{row['date']!r} is no date of the form dd/mm/yyyy")
        draft.day(iso(parts[2], parts[1], parts[0]), "month" if int(parts[0]) == 1 else "day")
        amount(draft, row["value"])
        draft.say("platform", "bridge")
        draft.say("kind", "service")
        yield draft


def physical(rows: Rows) -> Iterator[Draft]:
    """Attacks on persons: the sums are whatever the description mentions."""
    for line, row in rows:
        draft = Draft("physical", line, f"physical attack, {row['country'].strip() or 'place not told'}")
        text, precision = written_day(row["date_raw"])
        if precision not in ("day", "month") or re.search(r"[&-]|late|early|mid", row["date_raw"].lower()):
            draft.odd("uncertain-date", row["date_raw"])
        draft.day(text or row["year"], precision)
        if row["amount_mentions"].strip():
            draft.odd("mention-is-no-loss", row["amount_mentions"][:60])
            draft.say("mentioned", row["amount_mentions"].strip())
        else:
            draft.odd("no-amount")
        draft.say("kind", "physical")
        draft.say("platform", "physical")
        draft.say("attack", "coercion")
        yield draft


def written_day(text: str) -> tuple[str, str]:
    """`March 14, 2017`, `March 2018`, `Late January, 2023`: the date, and how exact it is; empty where unreadable."""
    said = text.lower()
    year = re.search(r"\b(20\d\d)\b", said)
    month = next((place for place, name in enumerate(MONTHS, 1) if name[:3] in said), None)
    if year is None or month is None:
        return (year.group(1) if year else ""), "year"
    day = re.search(r"\b(\d{1,2})\b", said.replace(year.group(1), ""))
    if day is None:
        return f"{year.group(1)}-{month:02}", "month"
    return iso(year.group(1), str(month), day.group(1)), "day"


def transactions(rows: Iterator[tuple[int, Mapping[str, str]]]) -> Iterator[Draft]:
    """The table of bridge hacks with their transactions: nothing is claimed but that it happened; kept for tracing."""
    for line, row in rows:
        draft = Draft("bridge-transactions", line, row["bridge"])
        draft.odd("no-incident", "transactions and addresses, without a date")
        yield draft
