"""The page of the crime report: whole, harmless, offline, the same every time, and usable by everybody."""

import base64
import hashlib
import re
import time
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from cointrail.incidents.ledger import Ledger, ledger
from cointrail.incidents.report import report
from cointrail.reports.crime import write_report
from cointrail.reports.crime.charts import charts
from cointrail.reports.crime.page import SECTIONS, page
from cointrail.reports.crime.page.rows import digits, linked
from cointrail.reports.crime.words import dollars
from tests.incidents.making import said, theft
from tests.reports.browser import DARK, barriers, driven, render
from tests.reports.heists import HOSTILE

LIMIT = 5  # seconds for the report with its page
CHARTS = {"sums", "parts", "actors", "waterfall", "bubbles", "attacks", "concentration", "projection"}
VOID = {"meta", "link", "br", "img", "input", "hr"}
SORTED = """
const button = (n) => document.querySelectorAll(".thefts thead th button")[n];
const cells = (n) => [...document.querySelectorAll(".thefts tbody tr")].map((row) => row.cells[n]);
button(2).click();
const worth = cells(2).filter((one) => one.title).map((one) => parseFloat(one.title.replaceAll(",", "")));
const first = document.querySelector(".thefts tbody th").textContent;
button(7).click();
const claims = cells(7).map((one) => parseInt(one.textContent));
const falls = (list) => list.every((one, n) => !n || list[n - 1] >= one);
return { worth: worth.length, sorted: falls(worth), first, claims: falls(claims) };
"""
COLOURS = """
const colour = (one, name) => getComputedStyle(document.querySelector(one))[name];
return [colour("body", "backgroundColor"), colour("svg .c0", "fill"), colour("svg text", "fill")];
"""


class Reader(HTMLParser):
    """Elements with their attributes; complains where one is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@cache
def found(year: int) -> dict[str, Any]:
    return report(ledger(), year)


@cache
def made(year: int) -> str:
    return page(found(year))


def hostile() -> dict[str, Any]:
    """A report of thefts whose sources write what strangers may write."""
    thefts = [
        theft(f"odd-{n}", f"2025-0{n % 9 + 1}-11", said("usd", 10**n + 7, by=text[:200], note=text[:200]),
              said("usd", 10**n + 9, scope=text[:200]), said("victim", text[:1900]),
              said("attack", "phishing", by=text[:100]))
        for n, text in enumerate(HOSTILE)
    ]  # fmt: skip
    made = report(Ledger({one.id: one for one in thefts}, [], [], {}), 2025, asked=[])
    for row, text in zip(
        made["incidents"], HOSTILE, strict=True
    ):  # names and addresses are checked on reading: past it
        row["name"], row["actor"], row["claims"][1]["url"] = text, text, "javascript:alert(1)"
    return made


@pytest.mark.parametrize("year", [2010, 2016, 2021, 2024, 2025, 2026])
def test_every_year_has_all_sections_and_charts(year: int) -> None:
    reader = Reader(made(year))
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert len(ids) == len(set(ids)) and set(SECTIONS) <= set(ids)
    anchors = {link[1:] for _, a in reader.elements if (link := a.get("href") or "").startswith("#")}
    assert anchors <= set(ids)
    drawn = {one.removeprefix("chart-") for one in ids if one and one.startswith("chart-")}
    assert drawn == CHARTS if year >= 2021 and year != 2026 else drawn <= CHARTS
    figures = [one for one, _ in reader.elements if one in ("figure", "figcaption", "svg")]
    assert figures.count("figure") == figures.count("figcaption") == figures.count("svg") == len(drawn)
    assert all(a.get("role") == "img" and a.get("aria-label") for one, a in reader.elements if one == "svg")


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    files = [write_report(report(ledger(), 2025), tmp_path / name) for name in ("one", "two")]
    first, second = ((folder[0].parent / "report.html").read_bytes() for folder in files)
    assert first == second and (tmp_path / "one" / "report.html") in files[0]


def test_every_figure_claim_and_answer_is_there() -> None:
    text, told = made(2025), found(2025)
    for one in told["headline"]:
        assert one["says"] in text.replace("&#39;", "'")
    for row in told["years"]:
        assert text.count(f">{dollars(row['total']['value'])}<") >= 3, row["year"]  # in chart and tables
    assert text.count("<details>") == len(told["incidents"])
    assert text.count('class="quiet">') >= sum(len(one["claims"]) for one in told["incidents"])
    sources = {linked(claim["url"]) for one in told["incidents"] for claim in one["claims"]}
    links = {a.get("href") for tag, a in Reader(text).elements if tag == "a"}
    assert sources - {""} <= links
    for row in told["checks"]:
        assert f"<small>{row['id']}</small>" in text and row["verdict"] in text
        assert all(way["formula"][:40].replace('"', "&#34;") in text for way in row["ways"])
    for said_so in ("3.31 to 3.50 billion", "Gini", "nine of ten simulated years", "first-published", "T. Monahan"):
        assert said_so in text, said_so


def test_bubbles_are_the_thefts_with_a_worth() -> None:
    known = [one for one in found(2025)["incidents"] if float(one["usd"] or 0) > 0 and not one["left_out"]]
    assert len(re.findall(r'<circle class="bubble', made(2025))) == len(known)
    radius = sorted(map(float, re.findall(r'<circle class="bubble[^>]* r="([\d.]+)"', made(2025))), reverse=True)
    first, second = sorted((float(one["usd"]) for one in known), reverse=True)[:2]
    assert (radius[0] / radius[1]) ** 2 == pytest.approx(first / second, rel=0.02)  # areas, drawn to a tenth


@pytest.mark.parametrize("year", [2021, 2024, 2025])
def test_a_colour_of_an_attack_means_the_same_in_both_charts(year: int) -> None:
    drawn = charts(found(year))
    one, other = ({name: style for style, name in drawn[chart].key} for chart in ("bubbles", "attacks"))  # type: ignore[union-attr]
    coloured = {name for name, style in one.items() if style.startswith("c")}
    assert len(coloured) > 3 and all(one[name] == other[name] for name in coloured)


@pytest.mark.parametrize("year", [2021, 2022, 2024, 2025])
def test_parts_of_the_columns_add_up(year: int) -> None:
    """What is drawn of each year is as high as its total is on the scale."""
    chart = charts(found(year))["actors"]
    assert chart is not None
    heights: dict[str, float] = {}
    for x, height in re.findall(
        r'<rect class="part [^"]*" x="([\d.]+)" y="[\d.]+" width="[\d.]+" height="([\d.]+)"', chart.picture
    ):
        heights[x] = heights.get(x, 0) + float(height)
    totals = [float(row["total"]["value"]) for row in found(year)["years"]]
    scale = max(heights.values()) / max(totals)
    assert list(heights.values()) == pytest.approx([total * scale for total in totals], abs=0.5)


@pytest.mark.parametrize("make", [lambda: made(2025), lambda: page(hostile())], ids=["catalogue", "hostile"])
def test_nothing_is_loaded_and_sources_learn_nothing(make: Any) -> None:
    text = make()
    reader = Reader(text)
    loading = {"src", "srcset", "action", "poster", "data", "background", "formaction", "ping", "xlink:href"}
    assert not [one for one in reader.elements if loading & one[1].keys()]
    for tag, attributes in reader.elements:
        link = attributes.get("href")
        if link is None or link.startswith("#"):
            continue
        if tag == "link":
            assert link == "data:,"
            continue
        assert tag == "a" and re.match(r"https?://", link), link
        assert {"noopener", "noreferrer"} <= set((attributes.get("rel") or "").split())
    style = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert len(style) == 1 and "url(" not in style[0] and "@import" not in style[0]
    policy = next(a["content"] or "" for _, a in reader.elements if a.get("http-equiv"))
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert len(scripts) == 1 and f"script-src 'sha256-{digest}';" in policy and "default-src 'none'" in policy


def test_text_of_sources_does_nothing() -> None:
    text = page(hostile())
    reader = Reader(text)
    assert {tag for tag, _ in reader.elements}.isdisjoint({"img", "iframe", "object", "embed", "form", "input"})
    assert not [name for _, attributes in reader.elements for name in attributes if name.startswith("on")]
    assert "javascript:" not in "".join(a.get("href") or "" for _, a in reader.elements)
    assert "\u202e" not in text and "\u2028" not in text and "⟨U+202E⟩" in text
    assert "&lt;/script&gt;" in text and "x" * 500 not in text


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "//host/x", "https://", "http://[", "https://a b", "x\ny", None],
)  # fmt: skip
def test_only_addresses_of_the_web_are_linked(address: str | None) -> None:
    assert linked(address) == ""


def test_numbers_are_shown_in_full() -> None:
    assert [digits(one) for one in ("1460000000", "401346.768858404", None, "about")] == [
        "1,460,000,000", "401,346.768858404", "–", "about",
    ]  # fmt: skip


def test_a_year_known_to_the_month_is_drawn_in_its_middle() -> None:
    thefts = [theft("a", "2025-03", said("usd", 10**6)), theft("b", "2025-03-15", said("usd", 10**6))]
    text = page(report(Ledger({one.id: one for one in thefts}, [], [], {}), 2025, date(2026, 1, 1), asked=[]))
    places = re.findall(r'<circle class="bubble (?:[a-z0-9 ]+)" cx="([\d.]+)"', text)
    assert len(places) == 2 and len(set(places)) == 1


def test_the_report_with_its_page_is_ready_in_time(tmp_path: Path) -> None:
    start = time.process_time()
    write_report(report(ledger(), 2025), tmp_path)
    assert time.process_time() - start < LIMIT


def test_axe_finds_what_is_wrong(tmp_path: Path) -> None:
    control = tmp_path / "control.html"
    control.write_text(
        "<!doctype html><html><title>x</title><body><main><h1>x</h1><img src='data:,'></main></body></html>"
    )
    assert {rule for rule, _ in barriers(control, tmp_path)} == {"html-has-lang", "image-alt"}


@pytest.mark.parametrize("flags", [(), (DARK,)], ids=["light", "dark"])
def test_axe_passes_the_page(tmp_path: Path, flags: tuple[str, ...]) -> None:
    target = tmp_path / "report.html"
    target.write_text(made(2024), "utf-8")
    assert barriers(target, tmp_path, *flags) == []


def test_a_browser_shows_it_offline_in_both_themes_and_sorts(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text(made(2025), "utf-8")
    seen = render(target, tmp_path)
    assert (seen.requests, seen.console) == ([], [])
    told = driven(target, tmp_path, SORTED)
    assert told["worth"] > 150 and told["sorted"] and told["claims"] and told["first"] == "Bybit"
    narrow = "const page=document.documentElement; return [page.scrollWidth, page.clientWidth]"
    wide, seen_width = driven(target, tmp_path, narrow, 420)
    assert wide <= seen_width
    light, dark = driven(target, tmp_path, COLOURS), driven(target, tmp_path, COLOURS, 1400, DARK)
    assert light[0] == "rgb(255, 255, 255)" and all(one != other for one, other in zip(light, dark, strict=True))


def test_what_a_reader_of_dark_pages_prints_is_light() -> None:
    style = re.findall(r"<style>(.*?)</style>", made(2025), re.DOTALL)[0]
    dark = re.findall(r"@media([^{]*)\{[^{]*\{[^}]*color-scheme:dark", style)
    assert [one.strip() for one in dark] == ["screen and (prefers-color-scheme:dark)"]


def test_hostile_text_draws_without_complaint(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text(page(hostile()), "utf-8")
    seen = render(target, tmp_path)
    assert (seen.requests, seen.console) == ([], [])
    assert "<img" not in seen.dom
