"""The tables of the report as CSV: a row for each year, theft, claim, published figure, way of checking, conflict."""

import csv
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any

from cointrail.reports.crime.words import cell

Report = Mapping[str, Any]
Rows = Iterable[Mapping[str, object]]
SUMS = ("value", "least", "most", "n", "missing")


def tables(report: Report) -> dict[str, str]:
    """The CSV files by name."""
    return {
        "years.csv": written(_years(report)),
        "groups.csv": written(_groups(report)),
        "incidents.csv": written(_incidents(report)),
        "claims.csv": written(_claims(report)),
        "published.csv": written(report["published"]),
        "checks.csv": written(_checks(report)),
        "contradictions.csv": written(_contradictions(report)),
        "sensitivity.csv": written(_sensitivity(report)),
    }


def written(rows: Rows) -> str:
    """Rows as CSV, with the columns of all of them in order of first sight."""
    found = list(rows)
    columns = list(dict.fromkeys(name for row in found for name in row))
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(row.get(name)) for name in columns] for row in found)
    return out.getvalue()


def _years(report: Report) -> Rows:
    for row in report["years"]:
        gap = row["gap"]
        told: dict[str, object] = {"year": row["year"], "coverage": gap["coverage"]}
        for name in ("total", "north_korea", "north_korea_sure"):
            told |= {f"{name}_{part}": row[name][part] for part in SUMS}
        told |= {f"share_{part}": row["share"][part] for part in ("value", "least", "most")}
        told |= {name: row[name] for name in ("growth", "north_korea_growth", "north_korea_cumulative")}
        for name in ("total", "north_korea"):
            for time in ("first", "latest"):
                said = gap[name][time] or {}
                told |= {f"published_{name}_{time}": said.get("value"), f"off_{name}_{time}": said.get("off")}
        yield told


def _groups(report: Report) -> Rows:
    for kind, rows in report["groups"].items():
        for row in rows:
            yield {"by": kind} | row


def _incidents(report: Report) -> Rows:
    skipped = ("claims", "won", "numbers", "moments")
    for row in report["incidents"]:
        yield {name: value for name, value in row.items() if name not in skipped} | row["numbers"] | row["moments"]


def _claims(report: Report) -> Rows:
    for row in report["incidents"]:
        winners = set(row["won"].values())
        for place, claim in enumerate(row["claims"]):
            yield {"incident": row["id"], "counts": place in winners} | claim


def _checks(report: Report) -> Rows:
    for row in report["checks"]:
        head = {
            name: row[name] for name in ("id", "says", "by", "about", "bound", "value", "scope", "verdict", "because")
        }
        for way in row["ways"]:
            yield head | {f"way_{name}": value for name, value in way.items()}


def _contradictions(report: Report) -> Rows:
    found = report["contradictions"]
    for kind in ("amounts", "attributions", "dates"):
        for row in found[kind]:
            for claim in row["claims"]:
                yield {"kind": kind, "about": row["id"], "counts": row["counts"]} | claim
    for kind in ("restated", "publishers"):
        for row in found[kind]:
            for one in row["figures"]:
                yield {
                    "kind": kind, "about": f"{row['metric']} of {row['of']} in {row['window']}", "by": one["by"],
                    "value": one["printed"], "said": one["said"], "url": one["url"],
                }  # fmt: skip


def _sensitivity(report: Report) -> Rows:
    for row in report["sensitivity"]["figures"]:
        yield {"figure": row["figure"], "least": row["least"], "most": row["most"]} | row["under"]
