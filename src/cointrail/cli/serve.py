"""`cointrail serve`: the screening API."""

import logging
from pathlib import Path
from typing import Annotated

import typer

from cointrail.cli.exposing import apart, exposing
from cointrail.cli.keys import DatabaseOption, SecretOption
from cointrail.cli.progress import progress
from cointrail.prices import read_prices
from cointrail.screening import Sources


def serve(
    ledger: Annotated[Path, typer.Option("--ledger", metavar="LEDGER", help="Its transfers and labels.")],
    host: Annotated[str, typer.Option(help="Where to listen; only this machine unless told otherwise.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0: one that is free.")] = 8080,
    database: DatabaseOption = None,
    rules: Annotated[Path | None, typer.Option("--rules", metavar="FILE", help="Risk rules; the shipped ones.")] = None,
    prices: Annotated[
        list[Path] | None,
        typer.Option("--prices", metavar="FILE", help="CSV of asset, time, price in USD; repeatable."),
    ] = None,
    secret_file: SecretOption = None,
) -> None:
    """Serve the screening API until interrupted. `cointrail keys add` makes the keys."""
    from cointrail.screening import http
    from cointrail.screening.database import DEFAULT, keys, open_database

    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    with progress() as step:
        sources = Sources(ledger, exposing(step), rules, read_prices(prices) if prices else None, apart)
    for gap in sources.snapshot.rules.gaps:
        typer.echo(f"note: {sources.snapshot.rules.name}: {gap}", err=True)
    secret = keys.master(secret_file or Path(keys.MASTER_FILE))
    app = http.make_app(sources, open_database(database or DEFAULT), secret)
    with http.listening(host, port) as place:
        typer.echo(f"http://{host}:{place.getsockname()[1]}/openapi.json says what can be asked", err=True)
        http.serve(app, place)
