"""`cointrail exposure`: which categories funds came from and went to."""

import json
import re
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cointrail.chains import parse_hash, parse_time
from cointrail.chains.chain import chain
from cointrail.cli.progress import progress
from cointrail.errors import InputError
from cointrail.exposure import DIRECTIONS, Direction, Exposure, Inquiry, bounded, build, look, prove
from cointrail.labels import Labels
from cointrail.ledger import open_ledger
from cointrail.owners import owners
from cointrail.owners.forest import END
from cointrail.reports.exposure import content, proved, show, show_proof
from cointrail.tracing.policies import POLICIES
from cointrail.words import counted

HASH = re.compile(r"(?:0x)?[0-9a-fA-F]{64}")


def exposure(
    ledger: Annotated[Path, typer.Argument(metavar="LEDGER", help="The ledger's folder.")],
    what: Annotated[
        str | None, typer.Argument(metavar="ADDRESS|HASH", help="An address, or a transaction by its hash.")
    ] = None,
    policy: Annotated[str, typer.Option(help=f"One of {', '.join(POLICIES)}.")] = "haircut",
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Only what happened up to this time.")
    ] = None,
    cluster: Annotated[bool, typer.Option("--cluster", help="Of all addresses of the owner of ADDRESS.")] = False,
    bounds: Annotated[bool, typer.Option("--bounds", help="Least and most of each category.")] = False,
    proof: Annotated[
        str | None, typer.Option("--prove", metavar="CATEGORY", help="The transactions that prove this one.")
    ] = None,
    direction: Annotated[str, typer.Option(help=f"With --prove: {' or '.join(DIRECTIONS)}.")] = "source",
    conversions: Annotated[
        bool, typer.Option("--conversions/--no-conversions", help="Follow swaps and wraps, or each asset by itself.")
    ] = True,
    every: Annotated[bool, typer.Option("--all", help="Make the exposures of all addresses.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for other tools.")] = False,
) -> None:
    """Say how much of the funds of an address, a cluster or a transaction came from, and went to, each category."""
    if (what is None) != every:
        raise InputError("give an ADDRESS or HASH, or --all for the whole ledger")
    wanted = _direction(direction)
    until = _time(as_of)
    console = Console(highlight=False)
    with progress() as step:
        opened = open_ledger(ledger, step)
        labels = Labels(ledger)
        if what is None:
            if as_of is not None:
                raise InputError("--as-of is of single addresses: all are made as of the ledger's end")
            made = build(opened, labels, policy, step, conversions)
            many = counted(len(made), "address", "addresses")
            console.print(f"{many} under {policy}: {made.folder}", markup=False, soft_wrap=True)
            return
        inquiry = Inquiry(opened, labels, policy, until, conversions=conversions)
        if proof is not None:
            shown = prove(inquiry, chain(opened.chain).parse(what), proof, wanted)
        else:
            found = _found(inquiry, what, cluster)
            if bounds:
                found = bounded(inquiry, found)
    if as_json:
        typer.echo(json.dumps(proved(shown, opened) if proof is not None else content(found, opened), indent=1))
    elif proof is not None:
        show_proof(shown, opened, console)
    else:
        show(found, opened, console)


def _found(inquiry: Inquiry, what: str, cluster: bool) -> Exposure:
    if HASH.fullmatch(what.strip()):
        return inquiry.transaction(parse_hash(what))
    address = chain(inquiry.ledger.chain).parse(what)
    if not cluster:
        return look(inquiry, address)
    members = owners(inquiry.ledger, inquiry.labels).clusters.members(inquiry.known(address), END)
    return inquiry.cluster(members)


def _direction(text: str) -> Direction:
    for one in DIRECTIONS:
        if text == one:
            return one
    raise InputError(f"--direction {text[:40]}: give {' or '.join(DIRECTIONS)}")


def _time(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return parse_time(text)
    except ValueError as error:
        raise InputError(f"--as-of {text[:40]}: {error}") from error
