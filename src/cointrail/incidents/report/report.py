"""`report` puts the parts together: the data of `report.json`, complete for every page and chart."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from typing import Any

from cointrail.chains.data import table
from cointrail.incidents import statistics
from cointrail.incidents.aggregate import ALL, Aggregate
from cointrail.incidents.check import Answer, Check, answer, checks
from cointrail.incidents.entry import Entry, counted, entries
from cointrail.incidents.figures import Figures
from cointrail.incidents.formula import decimal
from cointrail.incidents.ledger import Ledger
from cointrail.incidents.money import plain
from cointrail.incidents.projection import Projection, project
from cointrail.incidents.report import contradictions, gaps, sections, sensitivity
from cointrail.incidents.report.plain import claimed, published, summed, text, theft
from cointrail.incidents.rules import DEFAULT, Rules, rule_sets, rules
from cointrail.incidents.vocabulary import PACKAGE
from cointrail.incidents.window import window

VERSION = 1
SPEED = (
    "to first move", "to disclosure", "to final deposit", "fastest first move", "moved before disclosure",
    "laundered before disclosure",
)  # fmt: skip
RECOVERY = ("recovered share", "frozen share")
FIRST = 2016  # the first year of the series
NATION, PERSONAL = "north korea", "personal wallets"


def report(
    ledger: Ledger,
    year: int,
    as_of: date | None = None,
    name: str = DEFAULT,
    asked: Sequence[Check] | None = None,
    sets: Mapping[str, Rules] | None = None,
) -> dict[str, Any]:
    """The report of a year: as was known at the end of a day, under a named rule set.

    Without a day, as is known now. `asked` are the statements to be checked, those shipped where it is None. The same
    ledger, day and rule set give the same report.
    """
    known = dict(sets or rule_sets())
    chosen = known[name] if name in known else rules(name)
    day = as_of or datetime.now(UTC).date()
    everything = entries(ledger.incidents, chosen, as_of)
    counts = counted(everything)
    when = window(str(year))
    mine = statistics.during(counts, when)
    so_far = [one for one in counts if one.when.year <= year]
    of_year = statistics.during(everything, when)
    figures = [one for one in ledger.published if as_of is None or one.known(as_of)]
    # a year that is not over says nothing about what a year brings
    thefts = {past: found for past, found in sections.thefts_by_year(counts).items() if date(past, 12, 31) <= day}

    @cache
    def projected(next_year: int) -> Projection | None:
        return project(thefts, next_year)

    functions = Figures(figures, counts, everything, projected).functions()
    answers = [answer(one, functions) for one in (checks() if asked is None else asked)]
    services = statistics.of_services(mine)
    readings = {
        rule: statistics.during(counted(entries(ledger.incidents, one, as_of)), when) for rule, one in known.items()
    }
    return {
        "report": {
            "version": VERSION, "year": year, "as_of": as_of.isoformat() if as_of else None,
            "claims_sha256": digest(everything, figures), "rules": _ruled(chosen) | {"name": chosen.name},
            "coverage": gaps.coverage(year),
        },
        "headline": headline(mine, services, figures, year),
        "years": [row | {"gap": gaps.gap(int(row["year"]), counts, everything, figures)}
                  for row in sections.yearly(counts, FIRST, max(year, FIRST))],
        "months": sections.monthly(mine, year),
        "groups": sections.by_word(mine),
        "concentration": {"all": sections.concentration(mine), "services": sections.concentration(services)},
        "personal": sections.personal(mine),
        "speed": sections.speed(mine) | {
            "so_far": sections.speed(so_far), "published": _about(figures, SPEED, year),
        },
        "recovery": sections.recovery(mine) | {
            "so_far": sections.recovery(so_far), "published": _about(figures, RECOVERY, year),
        },
        "run_rate": sections.pace(counts, year, day),
        "projection": sections.projection(projected(year + 1), thefts, year),
        "waterfall": sensitivity.waterfall(of_year),
        "sensitivity": {"figures": sensitivity.sensitivity(readings), "hinges": sensitivity.hinges(mine)},
        "incidents": [theft(one) for one in of_year],
        "contradictions": {
            "amounts": contradictions.amounts(of_year), "attributions": contradictions.attributions(of_year),
            "dates": contradictions.dates(of_year), "restated": contradictions.restated(figures),
            "publishers": contradictions.between(figures),
        },
        "checks": [answered(one) for one in answers],
        "statements": statements(answers),
        "published": [published(one) for one in figures],
        "methods": methods(of_year, known),
    }  # fmt: skip


def digest(known: Sequence[Entry], figures: Sequence[Aggregate]) -> str:
    """SHA-256 of all claims and published figures that were known: equal ones are computed from equal claims."""
    whole = sha256()
    for one in sorted(known, key=lambda one: one.id):
        told = [one.id, [claimed(claim) for claim in one.incident.claims]]
        whole.update(json.dumps(told, sort_keys=True).encode())
    for line in sorted(json.dumps(published(one), sort_keys=True) for one in figures):
        whole.update(line.encode())
    return whole.hexdigest()


def headline(
    mine: Sequence[Entry], services: Sequence[Entry], figures: Sequence[Aggregate], year: int
) -> list[dict[str, Any]]:
    """The figures that are quoted, each with its range, and what others published about the same, in order of time."""
    nation = statistics.by_actor(mine, NATION)
    persons = statistics.of_kind(mine, "personal", "physical")
    inside = statistics.by_actor(services, NATION)
    of_services = [one for one in figures if one.within == "service compromises"]
    all_theft = [one for one in figures if one.within == ALL]
    return [
        _sum("total", "all theft", mine, figures, ("stolen", "all theft"), year),
        _sum("north korea", "attributed to North Korea", nation, figures, ("stolen", NATION), year),
        _sum("north korea without low confidence", "the same, of medium or high confidence", sections.sure(nation), [],
             ("stolen", NATION), year),
        _share("share of north korea", "North Korea's part of all theft", nation, mine, all_theft, ("share", NATION),
               year),
        _share("share of north korea in services", "North Korea's part of service compromises", inside, services,
               of_services, ("share", NATION), year),
        _sum("services", "service compromises", services, figures, ("stolen", "service compromises"), year),
        _sum("personal", "taken from persons", persons, figures, ("stolen", PERSONAL), year),
        _share("share of personal", "part taken from persons", persons, mine, all_theft, ("share", PERSONAL), year),
    ]  # fmt: skip


def answered(one: Answer) -> dict[str, Any]:
    """A statement with its answer and every computation."""
    check = one.check
    return {
        "id": check.id, "says": check.says, "by": check.by, "about": check.about, "value": check.value,
        "bound": check.bound or None, "scope": check.scope, "note": check.note or None, "verdict": one.verdict,
        "because": one.because,
        "ways": [
            {
                "name": each.way.name, "formula": each.way.formula, "scope": each.way.scope, "verdict": each.verdict,
                "echo": each.echo, "missing": each.missing or None,
                **({} if each.value is None else {
                    "value": plain(each.value.number), "least": plain(decimal(each.value.least)),
                    "most": plain(decimal(each.value.most)),
                }),
            }
            for each in one.outcomes
        ],
    }  # fmt: skip


def statements(answers: Sequence[Answer]) -> dict[str, list[str]]:
    """The answers of each statement by its id: of one with several parts, all of them."""
    found: dict[str, list[str]] = {}
    for one in answers:
        found.setdefault(one.check.id, []).append(one.verdict)
    return found


def methods(mine: Sequence[Entry], known: Mapping[str, Rules]) -> dict[str, Any]:
    """Definitions, rule sets, and how much of the year's claims is inferred."""
    claims = [claim for one in mine for claim in one.incident.claims]
    return {
        "definitions": {row["name"]: row["definition"] for row in table(PACKAGE, "definitions.csv")},
        "rules": {one.name: _ruled(one) for one in known.values()},
        "claims": len(claims), "undated": sum(claim.said is None for claim in claims),
        "sources": len({claim.by for claim in claims}), "pages": len({claim.url for claim in claims}),
    }  # fmt: skip


def _ruled(one: Rules) -> dict[str, Any]:
    return {"meaning": one.meaning, "order": list(one.order), "least": one.least}


def _sum(
    name: str, says: str, found: Sequence[Entry], figures: Sequence[Aggregate], subject: tuple[str, str], year: int
) -> dict[str, Any]:
    return {"name": name, "says": says, "unit": "dollars"} | summed(statistics.total(found)) | {
        "published": _published(figures, subject, year)
    }  # fmt: skip


def _share(
    name: str, says: str, part: Sequence[Entry], whole: Sequence[Entry], figures: Sequence[Aggregate],
    subject: tuple[str, str], year: int,
) -> dict[str, Any]:  # fmt: skip
    low, high = statistics.share_range(part, whole)
    value = statistics.ratio(statistics.total(part).value, statistics.total(whole).value)
    return {
        "name": name, "says": says, "unit": "fraction", "value": text(value), "least": text(low), "most": text(high),
        "n": len(part), "of": len(whole), "missing": sum(one.usd is None for one in whole),
        "published": _published(figures, subject, year),
    }  # fmt: skip


def _about(figures: Sequence[Aggregate], metrics: Sequence[str], year: int) -> list[dict[str, Any]]:
    """What others published of the year about things that the ledger knows of few thefts."""
    return [row for metric in metrics for row in _published(figures, (metric, ALL), year)]


def _published(figures: Sequence[Aggregate], subject: tuple[str, str], year: int) -> list[dict[str, Any]]:
    when = window(str(year))
    found = [
        one for one in figures
        if (one.metric, one.of) == subject and when.first <= one.window.first and one.window.last <= when.last
    ]  # fmt: skip
    return [published(one) for one in sorted(found, key=lambda one: ((one.said or one.window).last, one.by))]
