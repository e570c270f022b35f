"""`cointrail patterns`: what the movements of a trail have in common with known ways of laundering."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cointrail.chains import parse_time
from cointrail.cli.progress import progress
from cointrail.errors import InputError
from cointrail.ledger import open_ledger
from cointrail.patterns import content, report
from cointrail.prices import read_prices
from cointrail.reports.patterns import show


def patterns(
    folder: Annotated[Path, typer.Argument(metavar="TRAIL_DIR", help="What `cointrail trace ... --out DIR` wrote.")],
    policy: Annotated[str | None, typer.Option(help="Which policy's movements; the first of the trail.")] = None,
    ledger: Annotated[
        list[Path] | None,
        typer.Option("--ledger", metavar="LEDGER", help="A ledger of the trace, for fees, look-alikes and labels."),
    ] = None,
    prices: Annotated[
        list[Path] | None,
        typer.Option("--prices", metavar="FILE", help="CSV of asset, time, price in USD; repeatable."),
    ] = None,
    theft_time: Annotated[
        str | None, typer.Option("--theft-time", metavar="TIME", help="When the theft was, if traced from wallets.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="List all findings and days.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Find patterns of laundering on a trail, compute its fingerprint, and lay known cases beside it."""
    known = read_prices(prices) if prices else None
    with progress() as step:
        opened = [open_ledger(path, step) for path in ledger or []]
        step("patterns", 0)
        found = content(report(folder, policy, opened, known, _time(theft_time)))
    if as_json:
        typer.echo(json.dumps(found, indent=1, ensure_ascii=False))
    else:
        show(found, Console(highlight=False), every)


def _time(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return parse_time(text)
    except ValueError as error:
        raise InputError(f"--theft-time {text[:40]}: {error}") from error
