"""A merged list in two files: incidents, and claims about them by `incident_id`. Either can be read alone."""

import re
from collections.abc import Iterator, Mapping

from cointrail.errors import InputError
from cointrail.incidents.lists.defillama import amount, returned
from cointrail.incidents.lists.draft import Draft, speaker, word
from cointrail.incidents.lists.losses import losses
from cointrail.incidents.money import plain

INCIDENTS = frozenset(("incident_id", "date", "date_precision", "victim", "amount_usd", "amount_basis", "flags"))
CLAIMS = frozenset(("incident_id", "field", "value", "source", "date_of_claim"))
INSIDE = re.compile(r"included in (?P<name>.+?) row")
FIELDS = {"amount_usd": "usd", "attributed_actor": "actor", "date": "date"}
DAY = re.compile(r"\b20\d\d-\d\d-\d\d\b")
Rows = Iterator[tuple[int, Mapping[str, str]]]


def incidents(rows: Rows) -> Iterator[Draft]:
    """One draft a row. The flags say what totals must leave out, and what "returned" is not."""
    for line, row in rows:
        by, url = speaker(row.get("source", ""))
        draft = Draft("merged", line, row["victim"].strip(), url, key=row["incident_id"])
        draft.day(row["date"], row["date_precision"] or "day")
        value = amount(draft, row["amount_usd"])
        if value is not None and row["amount_basis"] not in ("", "single"):
            draft.odd("selected-amount", row["amount_basis"][:80])
        for raw in draft.claims:
            raw["by"] = by or raw["by"]
            if raw["field"] == "usd":
                raw["scope"] = row["amount_basis"]
        _flags(draft, row["flags"])
        returned(draft, value, row.get("returned_or_recovered_usd", ""), house="NOT recovered" in row["flags"])
        for chain in filter(None, row.get("chains", "").split("|")):
            draft.chain(chain)
        draft.term("platform", row.get("platform_type", ""))
        default = row.get("attributed_actor", "").startswith("DPRK") and "DefiLlama" not in row.get("source", "")
        if default:
            draft.odd("default-attack", row.get("attack_type", ""))
        else:
            draft.term("attack", *reversed(row.get("attack_type", "").rstrip(")").split("(")))
        for one in losses(row.get("amount_native", ""))[:1]:
            if one.code and not one.dollars:
                draft.say("amount", plain(one.value), asset=one.code)
        if row.get("attributed_actor"):
            actor(draft, row["attributed_actor"], row.get("attributed_by", ""), by, url)
        yield draft


def claims(rows: Rows) -> Iterator[Draft]:
    """One draft a claim; those of one incident share its key."""
    for line, row in rows:
        key = row["incident_id"]
        when, _, name = key.partition("_")
        by, url = speaker(row["source"])
        draft = Draft("merged-claims", line, name.replace("-", " "), url, key=key)
        said = {"by": by, "said": row["date_of_claim"], "note": row["source"][:200]}
        kind = FIELDS.get(row["field"])
        if kind is None:
            raise InputError(f"unknown field {row['field']!r}: there are {', '.join(FIELDS)}")
        if kind == "actor":
            actor(draft, row["value"], row["source"], by, url)
        elif kind == "date":
            draft.say("date", row["value"], **said)
        elif amount(draft, row["value"]) is not None:
            draft.claims[-1] |= {name: text for name, text in said.items() if text}
        if not draft.dated:
            draft.day(when)
        yield draft


def actor(draft: Draft, text: str, attributed_by: str, by: str, url: str) -> None:
    """Claims who did it: how sure, and whether the source says that it was not."""
    found = word("actor", text)
    if not found:
        draft.odd("unknown-word", f"actor: {text[:80]}")
        return
    said, where = speaker(attributed_by)
    day = DAY.search(attributed_by)
    denies = text.lower().startswith("not ")
    if denies:
        draft.odd("denied-attribution", text)
    unsure = any(mark in text.lower() for mark in ("suspected", "disputed", "low confidence"))
    sure = any(mark in text.lower() for mark in ("convicted", "indicted"))
    draft.say(
        "actor", found, by=said or by, url=where or url, confidence="low" if unsure else "high" if sure else "medium",
        denies="true" if denies else "", note=text[:200], said=day.group(0) if day else "",
    )  # fmt: skip


def _flags(draft: Draft, text: str) -> None:
    inside = INSIDE.search(text)
    if inside:
        draft.odd("double-count", text[:200])
        draft.say("disputed", f"double count: included in {inside['name']}")
    elif text.startswith("exclude_from_period_totals"):
        draft.odd("excluded-from-totals", text[:200])
        draft.say("disputed", text.partition(":")[2].strip() or "excluded from totals of its period")
    elif "USD at time of theft not in source" in text:
        draft.odd("estimated-worth", text)
