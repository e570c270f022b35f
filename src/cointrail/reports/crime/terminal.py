"""What the terminal shows of claims, matches, checks and the report."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cointrail.reports.crime.words import NONE, between, dollars, number, percent
from cointrail.reports.plain import plain
from cointrail.words import counted

COLOURS = {"agrees": "green", "contradicts": "red"}
DETAIL = 160


def show_report(report: Mapping[str, Any], console: Console) -> None:
    """The headline of a report, with ranges."""
    told = report["report"]
    day = f", as known on {told['as_of']}" if told["as_of"] else ""
    table = Table(title=f"Theft in {told['year']}{day}; rules: {told['rules']['name']}", title_justify="left")
    for heading in ("figure", "value", "from – to", "thefts", "no worth known"):
        table.add_column(heading)
    for row in report["headline"]:
        read = percent if row["unit"] == "fraction" else dollars
        ends = between(row["least"], row["most"], row["unit"])
        table.add_row(plain(row["says"]), read(row["value"]), ends, f"{row['n']:,}", f"{row['missing']:,}")
    console.print(table)
    gap = report["years"][-1]["gap"]
    for name, title in (("total", "total"), ("north_korea", "North Korea")):
        last = gap[name]["latest"]
        if last:
            said = f"{last['by']} said {last['printed']} ({'by ' if last['by_then'] else ''}{last['said']})"
            console.print(f"{title}: {said}; this is {percent(last['off'])} off.", markup=False)


def show_list(incidents: Iterable[Mapping[str, Any]], console: Console) -> None:
    """Incidents, a line each: id, date, worth, who."""
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "date", "dollars", "from – to", "kind", "who", ""):
        table.add_column(heading)
    for row in incidents:
        ends = between(row["least"], row["most"], "dollars") if row["least"] != row["most"] else ""
        left = "left out" if row["left_out"] else ""
        table.add_row(plain(row["id"]), row["date"], dollars(row["usd"]), ends, row["kind"], row["actor"], left)
    console.print(table)


def show_incident(row: Mapping[str, Any], console: Console) -> None:
    """One incident with all claims, those that count marked."""
    console.print(Text(f"{plain(row['name'])} ({row['id']}), {row['date']}", style="bold"))
    if row["left_out"]:
        console.print(Text(f"left out of totals: {plain(row['left_out'], DETAIL)}", style="yellow"))
    table = Table(box=None, pad_edge=False)
    for heading in ("", "field", "value", "by", "said", "scope and note", "where"):
        table.add_column(heading, overflow="fold")
    winners = set(row["won"].values())
    for place, one in enumerate(row["claims"]):
        value = f"{'not ' if one.get('denies') else ''}{one['value']} {one.get('asset', '')}".strip()
        more = "; ".join(filter(None, (one.get("confidence"), one.get("scope"), one.get("note"))))
        said = one["said"] or "inferred"
        mark = "→" if place in winners else ""
        cells = (mark, one["field"], value, one["by"], said, more, one["url"])
        table.add_row(*(Text(plain(cell, DETAIL)) for cell in cells))
    console.print(table)


def show_pairs(pairs: Sequence[Mapping[str, Any]], console: Console) -> None:
    """Pairs that may be one theft, with confidence, what was decided, and why."""
    table = Table(box=None, pad_edge=False)
    for heading in ("confidence", "", "left", "right", "why"):
        table.add_column(heading, overflow="fold")
    for row in pairs:
        cells = (f"{row['confidence']:.3f}", row["state"], row["left"], row["right"], row["why"])
        table.add_row(*(Text(plain(cell, DETAIL)) for cell in cells))
    console.print(table)


def show_reading(reading: Any, fresh: bool, console: Console) -> None:
    """What was read of a list: rows, records, quirks by name, bad rows."""
    state = "" if fresh else ", known already"
    counts = f"{counted(reading.rows, 'row')}, {counted(len(reading.records), 'record')}"
    console.print(
        f"{plain(reading.path, DETAIL)}: {reading.origin}, {counts}{state}",
        markup=False,
    )
    for name, many in sorted(reading.quirks().items()):
        detail = f" ({plain(reading.notes[name], DETAIL)})" if name in reading.notes else ""
        console.print(f"  {name}: {many:,}{detail}", markup=False)
    for one in reading.bad:
        console.print(Text(f"  left out: {plain(one, DETAIL)}", style="yellow"))


def show_checks(checks: Sequence[Mapping[str, Any]], console: Console) -> None:
    """Statements with their answers and computations."""
    for row in checks:
        printed = f"{row['bound'] + ' ' if row['bound'] else ''}{row['value']}"
        console.print(Text.assemble((f"{row['id']} ", "bold"), plain(row["says"], DETAIL), f": {printed}"))
        colour = COLOURS.get(row["verdict"], "yellow")
        console.print(Text.assemble("   ", (row["verdict"], colour), f": {plain(row['because'], DETAIL)}"))
        for way in row["ways"]:
            value = number(way["value"]) if "value" in way else plain(way["missing"] or NONE, DETAIL)
            scope = f" [{plain(way['scope'], DETAIL)}]" if way["scope"] != row["scope"] else ""
            console.print(Text(f"   {plain(way['name'], DETAIL)}{scope}: {value} – {way['verdict']}", style="dim"))
