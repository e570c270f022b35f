"""`cointrail ledger`: import, info, verify."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cointrail.chains import format_address, format_time, parse_address
from cointrail.cli.interrupted import content, unchanged
from cointrail.cli.progress import progress
from cointrail.conversions.bridges import extended
from cointrail.conversions.mixers.pools import shipped as pools
from cointrail.errors import InputError
from cointrail.labels.freezes import TOPICS
from cointrail.ledger import open_ledger
from cointrail.ledger.assets import registry
from cointrail.ledger.importer import Imported, import_files, import_node
from cointrail.ledger.manifest import NAME, load
from cointrail.ledger.readers import Options
from cointrail.ledger.verify import verify as check
from cointrail.reports.plain import plain
from cointrail.words import counted

DEFAULT_CHAIN = "ethereum"
NAMED = 12  # assets that are named

ledgers = typer.Typer(help="Transfers on disk: import, look, verify.", no_args_is_help=True)
Folder = Annotated[Path, typer.Argument(metavar="LEDGER", help="The ledger's folder.")]


@ledgers.command("import")
def import_(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH...", help="Files or folders to read.")] = None,
    into: Annotated[Path, typer.Option("--into", metavar="LEDGER", help="The ledger's folder, new or old.")] = ...,  # type: ignore[assignment]
    format: Annotated[
        str,
        typer.Option(
            help="auto, csv (with --map), ethereum-etl, aws, bigquery, cryo or etherscan; of chains like Bitcoin"
            " bitcoin-blocks, bitcoin-etl, bitcoin-core or aws-bitcoin."
        ),
    ] = "auto",
    chain: Annotated[str | None, typer.Option(help="The chain; ethereum unless the ledger says otherwise.")] = None,
    map_: Annotated[
        str | None,
        typer.Option("--map", help="time=COL,block=COL,tx=COL,from=COL,to=COL,amount=COL[,asset=COL] of a CSV."),
    ] = None,
    asset: Annotated[
        str | None, typer.Option(help="The asset of all rows: a symbol, a contract, or a code; else the native coin.")
    ] = None,
    decimals: Annotated[int | None, typer.Option(help="Decimals of an asset that the registry does not know.")] = None,
    wrapped: Annotated[
        list[str] | None,
        typer.Option(metavar="CONTRACT", help="A contract that wraps the native coin as WETH does; may be repeated."),
    ] = None,
    bridges: Annotated[
        list[Path] | None, typer.Option("--bridges", metavar="FILE", help="YAML with more bridges; may be repeated.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse a file with any bad row.")] = False,
    rpc: Annotated[str | None, typer.Option(metavar="URL", help="Read from a JSON-RPC node instead.")] = None,
    from_block: Annotated[
        int | None, typer.Option(help="First block to read from the node, or the height of the first of raw blocks.")
    ] = None,
    to_block: Annotated[int | None, typer.Option(help="Last block to read from the node.")] = None,
    approvals: Annotated[
        bool, typer.Option("--approvals", help="Keep who let whom take tokens, for `cointrail protect`.")
    ] = False,
) -> None:
    """Import transfers: all of them or, if anything is unusable, nothing. Importing twice is importing once."""
    wrappers = tuple(format_address(parse_address(contract)) for contract in wrapped or ())
    name = chain or (load(into).chain if (into / NAME).is_file() else DEFAULT_CHAIN)
    wanted = extended(bridges or ()).wanted().also(pools().topics).also(frozenset(TOPICS))  # freezes become labels
    if approvals:  # there are nearly as many of them as of transfers, and traces need none
        from cointrail.guard.protect import topics  # slow to load

        wanted = wanted.also(topics())
    with unchanged(lambda: content(into / NAME)), progress() as step:  # the ledger is another with its manifest
        if rpc is not None:
            if paths:
                raise InputError("give files or --rpc, not both")
            if from_block is None or to_block is None:
                raise InputError("--rpc needs --from-block and --to-block")
            if not 0 <= from_block <= to_block:  # said before the node is asked anything
                asked = f"--from-block {from_block} --to-block {to_block}"
                raise InputError(f"{asked}: the first must not be after the last, nor below 0")
            done = import_node(rpc, from_block, to_block, into, name, step, wanted, wrappers)
        else:
            if not paths:
                raise InputError("nothing to import: give files, folders, or --rpc URL")
            columns = _columns(map_) if map_ is not None else None
            options = Options(
                registry(into, name), format, name, columns, asset, decimals, strict, wanted, wrappers, from_block
            )
            done = import_files(paths, into, options, step)
    _say(into, done)


def _columns(text: str) -> dict[str, str]:
    columns = {}
    for item in text.split(","):
        key, equals, column = item.partition("=")
        if not equals or not key.strip() or not column.strip():
            raise InputError(f"--map: {item!r} is not KEY=COLUMN")
        if key.strip() in columns:
            raise InputError(f"--map: {key.strip()} is given twice")
        columns[key.strip()] = column.strip()
    return columns


def _some(symbols: list[str]) -> str:
    return ", ".join(plain(one) for one in symbols[:NAMED]) + (", …" if len(symbols) > NAMED else "")


def _say(into: Path, done: Imported) -> None:
    console = Console(highlight=False, soft_wrap=True)
    place, held = escape(str(into)), counted(done.transfers, "transfer")
    for warning in done.warnings:
        console.print(f"[yellow]note:[/] {escape(warning)}")
    if done.again:
        console.print(f"Nothing to do: imported before. {place} holds {held}.")
        return
    console.print(f"{counted(done.rows, 'row')} read, {done.added:,} new; {place} holds {held}.")
    if done.events:
        console.print(f"{counted(done.events, 'new event')} kept for conversions.")
    if done.bad:
        console.print(f"[yellow]{counted(done.bad, 'bad row')}[/] left out; see {escape(str(done.quarantine))}")


@ledgers.command()
def info(
    ledger: Folder, as_json: Annotated[bool, typer.Option("--json", help="As JSON, for other tools.")] = False
) -> None:
    """Say what a ledger holds, and its digest."""
    with progress() as step:
        opened = open_ledger(ledger, step)
        digest = opened.digest
        events = opened.events
    times, blocks = opened.times, opened.blocks
    said = {
        "chain": opened.chain,
        "transfers": opened.transfers,
        "digest": digest,
        "first_block": blocks[0] if blocks else None,
        "last_block": blocks[1] if blocks else None,
        "first_time": format_time(times[0]) if times else None,
        "last_time": format_time(times[1]) if times else None,
        "addresses": sum(part.rows for part in opened.manifest.addresses),
        "assets": len(opened.assets),
        "unverified_assets": sum(not asset.verified for asset in opened.assets),
        "events": len(events),
        "events_digest": events.digest,
        "segments": len(opened.manifest.segments),
        "order": opened.manifest.order,
        "exact": opened.manifest.exact,
        "sources": [
            {"name": s.name, "format": s.format, "rows": s.rows, "bad": s.bad, "sha256": s.sha256}
            for s in opened.manifest.sources
        ],
    }
    if as_json:
        print(json.dumps(said, indent=1))
        return
    table = Table(show_header=False, box=None)
    table.add_column()
    table.add_column(overflow="fold")
    for key, value in said.items():
        if key not in ("sources", "events_digest"):
            shown = f"{value:,}" if type(value) is int else str(value)
            if key == "assets":
                shown += f": {_some([asset.symbol for asset in opened.assets])}"
            table.add_row(key.replace("_", " "), "-" if value is None else shown)
    for source in opened.manifest.sources:
        table.add_row("source", escape(f"{source.name} ({source.format}, {source.rows:,} rows, {source.bad} bad)"))
    Console(highlight=False).print(table)


@ledgers.command()
def verify(ledger: Folder) -> None:
    """Recompute every checksum, the order of all rows and the content digest."""
    with unchanged(), progress() as step:
        digest = check(ledger, step)
    print(f"{ledger}: sound; digest {digest}")
