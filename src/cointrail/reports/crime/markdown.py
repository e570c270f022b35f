"""The report as Markdown: what a journalist reads, every figure with its range and its sources."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cointrail.reports.crime import sentences
from cointrail.reports.crime.words import NONE, between, dollars, number, percent, signed, under, when, worth
from cointrail.reports.plain import plain

Report = Mapping[str, Any]
LARGEST = 20  # thefts that are listed; all are in incidents.csv
CONFLICTS = 15
SPECIAL = str.maketrans({mark: f"\\{mark}" for mark in "\\|*_`<>[]#"})


def markdown(report: Report) -> str:
    """The whole report as one page of Markdown."""
    parts = (
        _head, _headline, _waterfall, _years, _gaps, _groups, _concentration, _personal, _speed, _projection,
        _sensitivity, _largest, _contradictions, _checks, _methods,
    )  # fmt: skip
    return "\n".join(line for part in parts for line in (*part(report), ""))


def _head(report: Report) -> Iterator[str]:
    told = report["report"]
    yield f"# Crypto theft in {told['year']}"
    yield ""
    yield sentences.basis(report, _text)


def _headline(report: Report) -> Iterator[str]:
    yield "## In short"
    yield ""
    yield from _table(
        ("figure", "value", "from – to", "thefts", "without a known worth", "published by others"),
        (
            (
                row["says"], worth(row), between(row["least"], row["most"], row["unit"]), f"{row['n']:,}",
                f"{row['missing']:,}", _said(row["published"]),
            )
            for row in report["headline"]
        ),
    )  # fmt: skip


def _waterfall(report: Report) -> Iterator[str]:
    yield "## From the claims to the total"
    yield ""
    yield from _table(
        ("step", "dollars", "thefts"), ((row["step"], dollars(row["value"]), row["n"]) for row in report["waterfall"])
    )


def _years(report: Report) -> Iterator[str]:
    yield "## Year by year"
    yield ""
    yield from _table(
        ("year", "total", "thefts", "North Korea", "of medium or high confidence", "share", "since 2016"),
        (
            (
                row["year"], dollars(row["total"]["value"]), row["total"]["n"], dollars(row["north_korea"]["value"]),
                dollars(row["north_korea_sure"]["value"]), percent(row["share"]["value"]),
                dollars(row["north_korea_cumulative"]),
            )
            for row in report["years"]
        ),
    )  # fmt: skip


def _gaps(report: Report) -> Iterator[str]:
    yield "## How far from the published figures, and why"
    yield ""
    yield from _table(
        ("year", "total", "first published", "", "last published", "", "North Korea", "last published", ""),
        (_distance(row["gap"]) for row in report["years"]),
    )
    for row in report["years"]:
        yield ""
        yield f"**{row['year']}**: {_text(row['gap']['coverage'])}."
        for cause in row["gap"]["causes"]:
            sized = f": {dollars(cause['value'])}" if cause["value"] is not None else ""
            detail = f" ({_text(cause['detail'])})" if cause["detail"] else ""
            yield f"- {_text(cause['says'])}{sized}{detail}"


def _distance(gap: Mapping[str, Any]) -> tuple[object, ...]:
    total, nation = gap["total"], gap["north_korea"]
    return (
        gap["year"], dollars(total["value"]), *_published(total["first"]), *_published(total["latest"]),
        dollars(nation["value"]), *_published(nation["latest"]),
    )  # fmt: skip


def _published(one: Mapping[str, Any] | None) -> tuple[str, str]:
    if one is None:
        return NONE, NONE
    said = f"{'by ' if one['by_then'] else ''}{one['said']}" if one["said"] else "undated"
    bound = f"{one['bound']} " if one["bound"] else ""
    return f"{bound}{one['printed']} ({said})", signed(one["off"])


def _groups(report: Report) -> Iterator[str]:
    for name, title in sentences.TITLES.items():
        yield f"## {title}"
        yield ""
        yield from _table(
            ("", "dollars", "share", "thefts"),
            ((row["name"], dollars(row["value"]), percent(row["share"]), row["n"]) for row in report["groups"][name]),
        )
        yield ""
    if report["groups"]["chains"]:
        yield sentences.CHAINS


def _concentration(report: Report) -> Iterator[str]:
    yield "## How much the largest make up"
    yield ""
    yield from _table(
        ("of", "thefts", "top three", "largest", "median", "largest in medians", "Gini"),
        (
            (
                name, row["n"], percent(row["top_three_share"]), dollars(row["largest"]), dollars(row["median"]),
                number(row["largest_over_median"]), number(row["gini"]),
            )
            for name, row in (
                ("all thefts", report["concentration"]["all"]), ("services", report["concentration"]["services"])
            )
        ),
    )  # fmt: skip


def _personal(report: Report) -> Iterator[str]:
    yield "## Taken from persons"
    yield ""
    yield sentences.personal(report)


def _speed(report: Report) -> Iterator[str]:
    yield "## How fast, and what came back"
    yield ""
    yield _text(sentences.told(report))
    yield ""
    yield from _delays(report["speed"])
    yield ""
    yield f"The same of all thefts since the first year. {_text(sentences.told(report, so_far=True))}"
    yield ""
    yield from _delays(report["speed"]["so_far"])
    yield from _others(report["speed"]["published"])
    yield ""
    yield sentences.recovered(report)
    yield ""
    yield from _noted(report["recovery"])
    yield ""
    yield "The same of all thefts since the first year:"
    yield ""
    yield from _noted(report["recovery"]["so_far"])
    yield from _others(report["recovery"]["published"])


def _delays(speed: Mapping[str, Any]) -> Iterator[str]:
    rows = []
    for name, title in sentences.MOMENTS.items():
        for unit in ("hours", "days"):
            row = speed[name][unit]
            passed = (number(row[part]) for part in ("shortest", "median", "longest"))
            rows.append((f"to {title}, in {unit}", f"{row['n']} of {row['of']}", percent(row["share"]), *passed))
    yield from _table(("", "known of", "part of the value", "shortest", "median", "longest"), rows)


def _noted(recovery: Mapping[str, Any]) -> Iterator[str]:
    titles = {"recovered": "recovered", "frozen": "frozen", "made_whole": "customers made whole by others"}
    yield from _table(
        ("", "dollars", "part of the total", "part of those thefts", "told of thefts"),
        (
            (title, dollars(row["value"]), percent(row["share"]), percent(row["of_those"]), row["n"])
            for name, title in titles.items() if (row := recovery[name])
        ),
    )  # fmt: skip


def _others(figures: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What others published, a line each."""
    if figures:
        yield ""
        yield "Published by others, of thefts that they do not list:"
        yield ""
    for one in figures:
        bound = f"{one['bound']} " if one["bound"] else ""
        unit = f" {one['unit']}" if one["unit"] not in ("fraction", "ratio") else ""
        said = f"{bound}{one['printed']}{unit} ({_text(one['by'])}, {when(one)})"
        yield f"- {_text(one['metric'])} in {one['window']}: {said}"


def _projection(report: Report) -> Iterator[str]:
    row = report["projection"]
    yield "## The next year"
    yield ""
    if row is None:
        yield "Too few years are known to project one."
        return
    yield sentences.projection(row)
    yield ""
    yield sentences.backtest(row)
    yield ""
    yield from _table(
        ("year", "from", "middle", "to", "came", "inside"),
        (
            (one["year"], *(dollars(one[part]) for part in ("low", "middle", "high", "came")), _yes(one["inside"]))
            for one in row["backtest"]
        ),
    )
    yield ""
    yield sentences.pace(report)


def _sensitivity(report: Report) -> Iterator[str]:
    rows = report["sensitivity"]["figures"]
    names = list(rows[0]["under"]) if rows else []
    yield "## What other rules make of it"
    yield ""
    yield from _table(
        ("figure", *names),
        ((row["figure"], *(under(row["figure"], row["under"][name]) for name in names)) for row in rows),
    )
    yield ""
    yield "Totals hang the most on these:"
    yield ""
    yield from _table(
        ("theft", "least", "counts", "most"),
        (
            (row["name"], dollars(row["least"]), dollars(row["counts"]), dollars(row["most"]))
            for row in report["sensitivity"]["hinges"]
        ),
    )


def _largest(report: Report) -> Iterator[str]:
    known = [row for row in report["incidents"] if row["usd"] and not row["left_out"]]
    known.sort(key=lambda row: (-float(row["usd"]), row["id"]))
    yield f"## The {min(LARGEST, len(known))} largest thefts"
    yield ""
    yield from _table(
        ("date", "theft", "dollars", "from – to", "how", "platform", "who", "confidence"),
        (
            (
                row["date"], row["name"], dollars(row["usd"]), between(row["least"], row["most"], "dollars"),
                row["attack"], row["platform"], row["actor"], _sure(row),
            )
            for row in known[:LARGEST]
        ),
    )  # fmt: skip
    left = [row for row in report["incidents"] if row["left_out"]]
    if left:
        yield ""
        yield "Left out of totals:"
        yield from (f"- {_text(row['name'])}, {dollars(row['usd'])}: {_text(row['left_out'])}" for row in left)


def _contradictions(report: Report) -> Iterator[str]:
    found = report["contradictions"]
    yield "## Contradictions"
    yield from _listed("About what a theft was worth", map(_worths, found["amounts"][:CONFLICTS]))
    yield from _listed("About who did it", map(_attributions, found["attributions"]))
    yield from _listed("Figures that were restated", map(_restated, found["restated"]))
    yield from _listed("Publishers who do not agree", map(_publishers, found["publishers"]))


def _listed(title: str, rows: Iterable[str]) -> Iterator[str]:
    yield from ("", f"### {title}", "", *(f"- {row}" for row in rows))


def _worths(row: Mapping[str, Any]) -> str:
    said = "; ".join(f"{dollars(one['value'])} {_who(one)}" for one in row["claims"])
    return f"**{_text(row['name'])}**, {dollars(row['counts'])} counts: {said}"


def _attributions(row: Mapping[str, Any]) -> str:
    said = "; ".join(f"{'not ' if one.get('denies') else ''}{one['value']} {_who(one)}" for one in row["claims"])
    return f"**{_text(row['name'])}**, {_text(row['counts'])} counts: {said}"


def _restated(row: Mapping[str, Any]) -> str:
    said = " → ".join(f"{one['printed']} ({when(one)})" for one in row["figures"])
    return f"{_text(row['by'])}, {row['metric']} of {_text(row['of'])} in {row['window']}: {said}"


def _publishers(row: Mapping[str, Any]) -> str:
    said = "; ".join(f"{_text(one['by'])} {one['printed']}" for one in row["figures"])
    return f"{row['metric']} of {_text(row['of'])} in {row['window']}: {said}"


def _checks(report: Report) -> Iterator[str]:
    yield "## What others said, computed"
    for row in report["checks"]:
        yield ""
        printed = f"{row['bound'] + ' ' if row['bound'] else ''}{row['value']}"
        verdict = f"**{_text(row['verdict'])}**: {_text(row['because'])}."
        yield f"**{row['id']}** {_text(row['says'])}: {printed} ({_text(row['by'])}). {verdict}"
        for way in row["ways"]:
            value = f"{number(way['value'])}" if "value" in way else _text(way["missing"])
            scope = f", of {_text(way['scope'])}" if way["scope"] != row["scope"] else ""
            yield f"- {_text(way['name'])}{scope}: {value} – {_text(way['verdict'])}. `{way['formula']}`"


def _methods(report: Report) -> Iterator[str]:
    told = report["methods"]
    yield "## Methods"
    yield ""
    yield sentences.claims(report)
    yield ""
    yield from (f"- **{_text(name)}**: {_text(says)}" for name, says in told["definitions"].items())
    yield ""
    yield from (f"- rule set **{_text(name)}**: {_text(one['meaning'])}" for name, one in told["rules"].items())


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(_text(one) for one in row) + " |"


def _text(value: object) -> str:
    """Text that is shown as it is: what Markdown would take for a mark is escaped."""
    return plain(str(value), 400).translate(SPECIAL)


def _said(figures: Sequence[Mapping[str, Any]]) -> str:
    return "; ".join(f"{one['by']} {one['printed']} ({one['window']}, {when(one)})" for one in figures)


def _who(claim: Mapping[str, Any]) -> str:
    return f"([{_text(claim['by'])}]({claim['url'].replace(')', '%29')}), {claim['said'] or 'undated'})"


def _sure(row: Mapping[str, Any]) -> str:
    return (row["confidence"] or "") + (", disputed" if row["disputed"] else "")


def _yes(value: bool) -> str:
    return "yes" if value else "no"
