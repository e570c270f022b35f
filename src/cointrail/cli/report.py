"""`cointrail report`: the yearly crime report."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cointrail.cli.incidents import AsOf, Claims, RuleSet, day
from cointrail.cli.results import results
from cointrail.errors import InputError
from cointrail.incidents.ledger import ledger
from cointrail.incidents.report import report as compute
from cointrail.incidents.rules import DEFAULT, rule_sets
from cointrail.incidents.store import Store
from cointrail.reports.crime import show_report, write_report


def report(
    year: Annotated[int, typer.Argument(min=2009, max=2100, help="The year.")],
    as_of: AsOf = None,
    rule_set: RuleSet = DEFAULT,
    own_rules: Annotated[
        Path | None, typer.Option("--rules-file", metavar="FILE", help="Rule sets of your own.")
    ] = None,
    claims: Claims = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write page, JSON, Markdown, CSV there.")
    ] = None,
) -> None:
    """Compute what was stolen in a year from what sources say, with ranges, gaps, contradictions and checks."""
    if out is not None:
        results(out)
    whole = ledger(Store(claims) if claims else None)
    found = compute(whole, year, day(as_of), rule_set, sets=rule_sets(own_rules))
    console = Console(highlight=False)
    if not found["incidents"]:
        raise InputError(f"no theft of {year} is known; `cointrail incidents list` shows which are")
    if out is not None:
        files = write_report(found, out)
        console.print(f"{len(files)} files in {out}", markup=False)
    show_report(found, console)
