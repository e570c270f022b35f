"""`cointrail trace`: the main job."""

from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console

from cointrail.chains import asset_key, parse_time, read_addresses, read_hashes
from cointrail.cli.progress import progress
from cointrail.cli.publishing import publish
from cointrail.cli.results import results
from cointrail.conversions.bridges import extended
from cointrail.conversions.swappers import read_confirmed
from cointrail.errors import InputError
from cointrail.ledger import open_ledger
from cointrail.prices import Prices, read_prices
from cointrail.reports import show
from cointrail.tracing import Settings, Theft
from cointrail.tracing import trace as follow
from cointrail.tracing.behaviour import Behaviour
from cointrail.tracing.policies import POLICIES
from cointrail.tracing.theft import Direction


def trace(
    ledgers: Annotated[list[Path], typer.Argument(metavar="LEDGER...", help="Folders of ledgers, one a chain.")],
    from_: Annotated[
        str | None, typer.Option("--from", metavar="ADDRESS|@file", help="Address the theft left; @file has many.")
    ] = None,
    tx: Annotated[str | None, typer.Option(metavar="HASH|@file", help="The transactions of the theft.")] = None,
    since: Annotated[str | None, typer.Option(help="Only what happened from this time on (ISO 8601 or epoch).")] = None,
    until: Annotated[str | None, typer.Option(help="Only what happened up to this time.")] = None,
    direction: Annotated[str, typer.Option(help="forward (where did it go) or backward (where from).")] = "forward",
    policy: Annotated[
        list[str] | None, typer.Option(help=f"{', '.join(POLICIES)}, or all; repeatable; fifo by default.")
    ] = None,
    bounds: Annotated[bool, typer.Option("--bounds", help="Least and most at every endpoint.")] = False,
    min_value: Annotated[
        str | None, typer.Option(help="Do not follow stolen parts below so many whole units of any asset.")
    ] = None,
    max_hops: Annotated[int | None, typer.Option(help="Follow at most so many movements in a row.")] = None,
    stop_at: Annotated[
        list[str] | None, typer.Option(metavar="ADDRESS|@file", help="Addresses at which to stop; repeatable.")
    ] = None,
    asset: Annotated[
        list[str] | None, typer.Option(metavar="CONTRACT", help="Follow this unverified asset too; repeatable.")
    ] = None,
    conversions: Annotated[
        bool, typer.Option("--conversions/--no-conversions", help="Go on through swaps and over bridges.")
    ] = True,
    coinjoins: Annotated[
        bool,
        typer.Option("--through-coinjoins", help="Go on through CoinJoins, where whose output is whose is a guess."),
    ] = False,
    keyed_only: Annotated[
        bool, typer.Option("--keyed-only", help="Cross bridges by their own keys alone, by nothing else that fits.")
    ] = False,
    confirmed: Annotated[
        list[Path] | None,
        typer.Option(
            "--confirmed", metavar="FILE", help="CSV of deposit_tx, withdrawal_tx that a swapper confirmed; repeatable."
        ),
    ] = None,
    prices: Annotated[
        list[Path] | None,
        typer.Option("--prices", metavar="FILE", help="CSV of asset, time, price in USD; repeatable."),
    ] = None,
    bridges: Annotated[
        list[Path] | None, typer.Option("--bridges", metavar="FILE", help="YAML with more bridges; repeatable.")
    ] = None,
    hubs: Annotated[
        bool, typer.Option("--hubs/--no-hubs", help="Stop where an address behaves like a service.")
    ] = True,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the results go.")] = ...,  # type: ignore[assignment]
) -> None:
    """Follow stolen value through one ledger or several, to where it stopped, with exact amounts."""
    named = [each for name in policy or ["fifo"] for each in (POLICIES if name == "all" else [name])]
    settings = Settings(
        policies=tuple(dict.fromkeys(named)),
        min_value=min_value,
        max_hops=max_hops,
        stop_at=tuple(address for item in stop_at or [] for address in read_addresses(item)),
        bounds=bounds,
        conversions=conversions,
        coinjoins=coinjoins,
        keyed_only=keyed_only,
        confirmed=read_confirmed(confirmed or ()),
        bridges=extended(bridges or ()),
        prices=read_prices(prices) if prices else Prices(),
        behaviour=Behaviour() if hubs else None,
    )
    theft = Theft(
        addresses=tuple(read_addresses(from_)) if from_ else (),
        transactions=tuple(read_hashes(tx)) if tx else (),
        since=_time("--since", since),
        until=_time("--until", until),
        direction=_direction(direction),
        assets=tuple(map(asset_key, asset or [])),
    )
    results(out)
    with progress() as step:
        trail = follow([open_ledger(ledger, step) for ledger in ledgers], theft, settings=settings, step=step)
        content = publish(trail, out, step)
    show(content, Console(highlight=False), out)


def _time(option: str, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return parse_time(text)
    except ValueError as error:
        raise InputError(f"{option} {text}: {error}") from error


def _direction(text: str) -> Direction:
    if text in ("forward", "backward"):
        return cast(Direction, text)
    raise InputError(f"--direction {text}: give forward or backward")
