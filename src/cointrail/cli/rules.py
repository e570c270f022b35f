"""`cointrail rules`: risk rules checked, and tried on history."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cointrail.chains import format_time
from cointrail.cli.exposing import exposing
from cointrail.cli.progress import progress
from cointrail.prices import read_prices
from cointrail.screening import Rules, Sources, default_rules, read_rules
from cointrail.screening.backtest import Backtest, backtest, read_truth

rules = typer.Typer(help="Risk rules: check them, try them on history.", no_args_is_help=True)


@rules.callback()
def main() -> None:
    """Risk rules: check them, try them on history."""


@rules.command()
def check(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Risk rules, YAML; the shipped ones.")] = None,
) -> None:
    """Say what a rule file means, or what is wrong with it."""
    found = read_rules(file) if file else default_rules()
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{found.name} {found.version}: {len(found.rules)} rules, {_times(found)}", markup=False)
    console.print(f"SHA-256 {found.digest}")
    for rule in found.rules:
        what = f"{rule.kind} {', '.join(sorted(rule.categories))} {' and '.join(rule.directions)}".strip()
        console.print(f"  {rule.action:8}{rule.severity:8} {rule.id}: {what}", markup=False)
    for gap in found.gaps:
        console.print(f"note: {gap}", markup=False)


@rules.command("backtest")
def test(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Risk rules, YAML.")],
    ledger: Annotated[Path, typer.Argument(metavar="LEDGER", help="Its whole history is judged.")],
    truth: Annotated[
        Path | None, typer.Option("--truth", metavar="CSV", help="address, and illicit (yes, no) or category.")
    ] = None,
    prices: Annotated[
        list[Path] | None,
        typer.Option("--prices", metavar="FILE", help="CSV of asset, time, price in USD; repeatable."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """How many alerts rules would have raised over history, and which were wrong, by rule."""
    known = read_truth(truth) if truth else {}
    with progress() as step:
        found = Sources(ledger, exposing(step), file, read_prices(prices) if prices else None).snapshot
        done = backtest(found, known, step)
    if as_json:
        typer.echo(json.dumps(done.content(), indent=1, ensure_ascii=False))
    else:
        _show(done)


def _show(done: Backtest) -> None:
    console = Console(highlight=False)
    verdicts = ", ".join(f"{number:,} {name}" for name, number in sorted(done.verdicts.items()))
    console.print(f"{done.every.alerts:,} of {done.addresses:,} addresses raise an alert. At the end: {verdicts}.")
    if done.known:
        console.print(
            f"The truth is known of {done.known:,}: {done.every.right:,} alerts are right, {done.every.wrong:,} wrong,"
            f" {done.missed:,} addresses were missed."
        )
    else:
        console.print("Nothing says which of them are wrong (open): give --truth.")
    table = Table("rule", "alerts", "right", "wrong", "open", "undecided", "first", box=None)
    table.columns[0].no_wrap = True
    for one in done.tallies.values():
        first = "" if one.first is None else format_time(one.first)[:10]
        figures = (one.alerts, one.right, one.wrong, one.unknown, one.undecided)
        table.add_row(one.rule, *(f"{figure:,}" for figure in figures), first)
    console.print(table)


def _times(found: Rules) -> str:
    if found.valid_from is None and found.valid_to is None:
        return "at all times"
    begin = "ever" if found.valid_from is None else format_time(found.valid_from)
    return f"from {begin}" + ("" if found.valid_to is None else f" until {format_time(found.valid_to)}")
