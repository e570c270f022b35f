"""The crime report: its sums are those of the catalogue's rows, and what was said when decides what it shows."""

import csv
import json
import time
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from io import StringIO
from typing import Any

import pytest

from cointrail.incidents import catalogue
from cointrail.incidents.ledger import Ledger, ledger
from cointrail.incidents.report import report
from cointrail.incidents.vocabulary import within
from cointrail.reports.crime import validate
from cointrail.reports.crime.markdown import markdown
from cointrail.reports.crime.tables import tables
from tests.incidents.making import said, theft

LEVELS = ("high", "medium", "low")
LIMIT = 5  # seconds for the whole report


@cache
def whole() -> Ledger:
    return ledger()


@cache
def made(year: int, day: date | None = None, rule: str = "primary") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(report(whole(), year, day, rule)))
    return found


def figure(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    rows: list[Mapping[str, Any]] = [row for row in found["headline"] if row["name"] == name]
    return rows[0]


def row(found: Mapping[str, Any], year: int) -> Mapping[str, Any]:
    rows: list[Mapping[str, Any]] = [one for one in found["years"] if one["year"] == year]
    return rows[0]


def naive(rule: str, year: int, actor: str = "", sure: bool = False) -> tuple[Decimal, int]:
    """The highest or lowest worth of every theft of the catalogue of a year, added up by hand."""
    choose = {"highest": max, "lowest": min}[rule]
    value, count = Decimal(0), 0
    for one in catalogue().values():
        if one.about("disputed") or one.about("part_of") or one.when.year != year:
            continue
        denied = {claim.value for claim in one.about("actor") if claim.denies}
        named = [
            (LEVELS.index("low" if within(claim.value) & denied else claim.confidence), claim.value)
            for claim in one.about("actor") if not claim.denies
        ]  # fmt: skip
        level, who = min(named, key=lambda pair: pair[0], default=(9, ""))
        if actor and (not who or actor not in within(who) or (sure and LEVELS[level] == "low")):
            continue
        count += 1
        value += choose([c.number for c in one.about("usd") if c.number is not None], default=Decimal(0))
    return value, count


@pytest.mark.parametrize("rule", ["highest", "lowest"])
@pytest.mark.parametrize("year", [2022, 2024, 2025])
def test_sums_are_those_of_the_catalogue(rule: str, year: int) -> None:
    found = made(year, None, rule)
    for name, actor, sure in (
        ("total", "", False), ("north korea", "north korea", False),
        ("north korea without low confidence", "north korea", True),
    ):  # fmt: skip
        value, count = naive(rule, year, actor, sure)
        assert (Decimal(figure(found, name)["value"]), figure(found, name)["n"]) == (value, count), name


def test_2025_is_near_what_was_published_with_every_difference_told() -> None:
    found = made(2025)
    assert abs(Decimal(row(found, 2025)["gap"]["total"]["latest"]["off"])) < Decimal("0.01")
    assert abs(Decimal(row(found, 2025)["gap"]["north_korea"]["latest"]["off"])) < Decimal("0.04")
    sure = Decimal(figure(found, "north korea without low confidence")["value"])
    assert Decimal("0.04") < 1 - sure / 2_020_000_000 < Decimal("0.07")
    causes = row(found, 2025)["gap"]["causes"]
    parts = [Decimal(one["value"]) for one in causes[:2]]
    assert sum(parts) == Decimal(row(found, 2025)["gap"]["total"]["latest"]["difference"])  # they explain it exactly
    for year in range(2021, 2025):  # the honest gaps of other years
        gap = row(found, year)["gap"]
        assert Decimal(gap["total"]["latest"]["off"]) < 0 and "ten million" in gap["coverage"]


def split(found: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    """The worth of thefts of less than ten million dollars and of the others, by hand."""
    kept = [Decimal(one["usd"]) for one in found["incidents"] if one["usd"] and not one["left_out"]]
    small = [value for value in kept if value < 10_000_000]
    return sum(small, Decimal(0)), sum(kept, Decimal(0)) - sum(small, Decimal(0))


def test_every_gap_has_causes() -> None:
    found = made(2025)
    for year in range(2020, 2025):
        causes = {cause["says"].split(";")[0]: cause for cause in row(found, year)["gap"]["causes"]}
        small = next(cause for says, cause in causes.items() if says.startswith("smaller"))
        assert Decimal(small["value"]) < 0
        assert "others publish other figures of North Korea" in causes
    assert "38 here, 219 there" in {cause["detail"] for cause in row(found, 2022)["gap"]["causes"]}
    small_2025, large_2025 = split(found)
    held, above = split(made(2022))
    expected = held - above * small_2025 / large_2025
    (small,) = [one for one in row(found, 2022)["gap"]["causes"] if one["says"].startswith("smaller")]
    assert abs(Decimal(small["value"]) - expected) < 10_000  # the part is rounded to six places
    assert not [one for one in row(found, 2025)["gap"]["causes"] if one["says"].startswith("smaller")]


def test_bybit_is_shown_as_the_claims_it_is() -> None:
    found = made(2025)
    (bybit,) = [one for one in found["incidents"] if one["id"] == "bybit-2025-02"]
    worth = {claim["value"] for claim in bybit["claims"] if claim["field"] == "usd"}
    assert worth >= {"1400000000", "1460000000", "1500000000"}
    assert found["contradictions"]["amounts"][0]["id"] == "bybit-2025-02"
    share = Decimal(bybit["usd"]) / Decimal(figure(found, "total")["value"])
    assert Decimal("0.38") < share < Decimal("0.45")


def test_what_was_said_then_and_what_is_said_now() -> None:
    then, now = made(2023, date(2024, 2, 1)), made(2023, date(2025, 12, 31))
    printed = [
        [(row(found, year)["gap"][name]["latest"]["printed"], row(found, year)["gap"][name]["latest"]["by_then"])
         for year in (2021, 2022, 2023)]
        for found in (then, now) for name in ("total", "north_korea")
    ]  # fmt: skip
    assert printed == [
        [("3300 million", False), ("3700 million", False), ("1700 million", False)],
        [("428.8 million", False), ("1.7 billion", False), ("1000 million", False)],
        [("3300 million", False), ("3700 million", False), ("1817 million", False)],
        [("506 million", True), ("1100 million", True), ("660 million", True)],
    ]
    assert "660 million (by 2025-12)" in markdown(now) and "1000 million (2024-01)" in markdown(then)
    early = {claim["said"] for one in then["incidents"] for claim in one["claims"] if claim["said"]}
    assert early and max(early) <= "2024-02-01"
    assert any(claim["inferred"] for one in then["incidents"] for claim in one["claims"])


def test_changing_the_rules_changes_the_report() -> None:
    totals = {
        rule: figure(made(2025, None, rule), "total")["value"] for rule in ("primary", "first-published", "lowest")
    }
    assert len(set(totals.values())) == 3
    under = next(one["under"] for one in made(2025)["sensitivity"]["figures"] if one["figure"] == "total")
    assert all(under[rule] == value for rule, value in totals.items())
    low, high = figure(made(2025), "total")["least"], figure(made(2025), "total")["most"]
    assert under["lowest"] == low and under["highest"] == high


def test_the_digest_is_that_of_the_claims() -> None:
    told = {made(year, day)["report"]["claims_sha256"] for year in (2023, 2025) for day in (None, date(2025, 3, 1))}
    assert len(told) == 2  # of the day, not of the year
    one = theft("a", "2025-01-01", said("usd", 5))
    two = theft("a", "2025-01-01", said("usd", 6))
    pair = [report(Ledger({"a": x}, [], [], {}), 2025, asked=[])["report"]["claims_sha256"] for x in (one, two)]
    assert pair[0] != pair[1]


def test_a_year_that_is_not_over_is_no_ground_for_the_next() -> None:
    early, late = made(2025, date(2025, 6, 30)), made(2025, date(2025, 12, 31))
    assert early["projection"]["years"] == [2021, 2022, 2023, 2024] and late["projection"]["years"][-1] == 2025
    assert Decimal(early["run_rate"]["value"]) > Decimal(figure(early, "total")["value"])


@pytest.mark.parametrize("year", [2020, 2023, 2025])
def test_the_waterfall_adds_up(year: int) -> None:
    *steps, last = made(year)["waterfall"]
    assert (
        sum(Decimal(one["value"]) for one in steps)
        == Decimal(last["value"])
        == Decimal(figure(made(year), "total")["value"])
    )


@pytest.mark.parametrize("year", [2010, 2016, 2020, 2023, 2025, 2026])
def test_every_year_keeps_to_the_schema_and_can_be_written(year: int) -> None:
    found = made(year)
    validate(found)
    assert markdown(found).startswith(f"# Crypto theft in {year}\n")
    files = {name: list(csv.DictReader(StringIO(text))) for name, text in tables(found).items()}
    assert len(files["incidents.csv"]) == len(found["incidents"])
    assert (
        len(files["claims.csv"]) == sum(len(one["claims"]) for one in found["incidents"]) == found["methods"]["claims"]
    )
    assert sum(Decimal(one["value"]) for one in found["months"]) == Decimal(figure(found, "total")["value"])


def test_the_two_76_percent_are_kept_apart() -> None:
    said76 = [(one["by"], one["window"], one["within"]) for one in made(2025)["published"] if one["printed"] == "76 %"]
    assert ("Chainalysis", "2025", "service compromises") in said76 and (
        "TRM",
        "2026-01..2026-04",
        "all theft",
    ) in said76
    answers = made(2025)["statements"]
    assert answers["B8"] == ["compares different scopes"] and answers["A10"] == ["compares different scopes"]
    assert answers["A8"] == answers["A9"] == ["cannot be checked"]
    assert answers["I11"] == ["contradicts"] and answers["I7"] == ["contradicts"] and answers["I6"] == ["agrees"]


def test_answers_follow_from_the_ledger_and_are_not_written_down() -> None:
    """With other thefts the same statements get other answers."""
    one = theft("only-2025", "2025-03-01", said("usd", 10**9), said("platform", "centralised exchange"))
    found = report(Ledger({one.id: one}, whole().published, [], {}), 2025)
    assert found["statements"]["A1"] == ["contradicts"] and found["statements"]["A7"] == ["cannot be checked"]


def test_text_of_sources_is_harmless() -> None:
    one = theft(
        "odd", "2025-01-01", said("usd", 5), said("victim", "x"), said("actor", "insider", by="=cmd|'x'!A1 [a](b) <i>")
    )
    found = report(Ledger({one.id: one}, [], [], {}), 2025, asked=[])
    text = markdown(found)
    assert "<i>" not in text.replace("\\<i\\>", "") and "[a](b)" not in text
    assert "\n=cmd" not in tables(found)["claims.csv"] and ",=cmd" not in tables(found)["claims.csv"]


def test_the_full_report_is_ready_in_time() -> None:
    start = time.process_time()
    found = report(ledger(), 2025)
    markdown(found), tables(found)
    assert time.process_time() - start < LIMIT
