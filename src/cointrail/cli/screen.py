"""`cointrail screen`: a verdict on addresses with everything it rests on."""

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from cointrail.chains import chain, parse_time, read_addresses
from cointrail.cli.exposing import exposing
from cointrail.cli.progress import progress
from cointrail.errors import InputError
from cointrail.prices import read_prices
from cointrail.reports.screening import lines
from cointrail.screening import Screening, Sources
from cointrail.screening.paths import evidence


def screen(
    addresses: Annotated[
        list[str], typer.Argument(metavar="ADDRESS|@FILE...", help="Addresses, or files with one a line.")
    ],
    ledger: Annotated[Path, typer.Option("--ledger", metavar="LEDGER", help="Its transfers and labels.")] = Path(),
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="TIME", help="Labels, rules and prices of then; now.")
    ] = None,
    rules: Annotated[Path | None, typer.Option("--rules", metavar="FILE", help="Risk rules; the shipped ones.")] = None,
    prices: Annotated[
        list[Path] | None,
        typer.Option("--prices", metavar="FILE", help="CSV of asset, time, price in USD; repeatable."),
    ] = None,
    ways: Annotated[
        bool, typer.Option("--paths", help="A way behind each exposure, transaction by transaction.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON, one line for each of several addresses.")
    ] = False,
) -> None:
    """Screen addresses: clear, unknown, review or block, with reasons and what would change it."""
    with progress() as step:
        found = Sources(ledger, exposing(step), rules, read_prices(prices) if prices else None).snapshot
    for gap in found.rules.gaps:
        typer.echo(f"note: {found.rules.name}: {gap}", err=True)
    moment = int(time.time()) if as_of is None else _time(as_of)
    many = len(addresses) > 1 or addresses[0].startswith("@")
    done: list[Screening] = []
    for one in addresses:
        if one.startswith("@"):
            done += [found.screen(raw, moment) for raw in read_addresses(one, chain(found.ledger.chain).parse)]
        else:
            done.append(found.screen_text(one, moment))
    for screened in done:
        said = screened.content()
        if ways:
            said["paths"] = evidence(found, screened.address, said["reasons"])
        if as_json:
            typer.echo(json.dumps(said, indent=None if many else 1, ensure_ascii=False))
        else:
            typer.echo("\n".join(lines(said, brief=many and not ways)))


def _time(text: str) -> int:
    try:
        return parse_time(text)
    except ValueError as error:
        raise InputError(f"--as-of {text[:40]}: {error}") from error
