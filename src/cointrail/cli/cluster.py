"""`cointrail cluster`: which addresses one owner controls."""

from functools import reduce
from operator import and_
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cointrail.chains import parse_hash
from cointrail.chains.chain import chain
from cointrail.cli.progress import progress
from cointrail.conversions.links import write_csv
from cointrail.errors import InputError
from cointrail.labels import Labels
from cointrail.ledger import Ledger, open_ledger
from cointrail.owners import owners
from cointrail.owners.change import OF_TERMS, RULES
from cointrail.owners.forest import END
from cointrail.owners.guards import MOST
from cointrail.owners.moment import behind, cited
from cointrail.reports.clusters import COLUMNS, REFUSED, explain, members, refused, show, show_one


def cluster(
    ledger: Annotated[Path, typer.Argument(metavar="LEDGER", help="The ledger's folder.")],
    address: Annotated[str | None, typer.Argument(metavar="ADDRESS", help="Only the cluster of this one.")] = None,
    as_of: Annotated[
        int | None, typer.Option("--as-of", metavar="BLOCK", help="As it was known after this block.")
    ] = None,
    explain_: Annotated[
        tuple[str, str] | None, typer.Option("--explain", metavar="A B", help="Why these two have one owner.")
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="TX", help="As if this transaction joined nothing; repeatable."),
    ] = None,
    most: Annotated[
        int,
        typer.Option("--most", help="Never join two clusters of more than so many addresses each; 0: join any."),
    ] = MOST,
    paid: Annotated[
        int, typer.Option("--paid", help="Payments into a deposit address that make a customer; 2 is much surer.")
    ] = 1,
    change: Annotated[
        list[str] | None,
        typer.Option(
            "--change",
            metavar="RULE",
            help=f"Join change too, by one of {', '.join(RULES)}; risky. Repeatable: change is what all of them find.",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write all members as CSV.")] = None,
    refusals: Annotated[
        Path | None, typer.Option("--refused", metavar="FILE", help="Write the merges that were refused as CSV.")
    ] = None,
) -> None:
    """Say which addresses one owner controls, by which transactions; inferred, and never through a CoinJoin."""
    if most < 0:
        raise InputError(f"--most {most}: give a number of addresses, or 0 for any")
    if paid < 1:
        raise InputError(f"--paid {paid}: give a number of payments from 1")
    named = list(dict.fromkeys(change or ()))
    for name in named:
        if name not in RULES:
            raise InputError(f"--change {name[:40]}: no rule; there are {', '.join(RULES)}")
    with progress() as step:
        step("owners", 0)  # what labels say is looked up first, which takes seconds where they are many
        opened = open_ledger(ledger, step)
        if (unknown := OF_TERMS.intersection(named)) and not opened.manifest.terms:
            raise InputError(
                f"--change {min(unknown)}: {ledger} knows no terms of transactions; import raw blocks, or its files"
                " once more"
            )
        rule = reduce(and_, (RULES[name] for name in named)) if named else None
        found = owners(opened, Labels(ledger), most=most or None, change=rule, paid=paid, step=step)
    console = Console(highlight=False, soft_wrap=True)
    before = END if as_of is None else behind(opened, as_of)
    one = None if address is None else _id(opened, address)
    if without:
        if one is None:
            raise InputError("--without takes the cluster of one address apart: give the ADDRESS too")
        found.clusters.without(one, [_number(opened, text) for text in without])
    if explain_ is not None:
        first, last = (_id(opened, text) for text in explain_)
        explain(found, first, last, before, console)
    elif one is not None:
        show_one(found, one, before, console)
    else:
        show(found, before, console)
    for path, header, rows in (
        (out, COLUMNS, members(found, one, before)),
        (refusals, REFUSED, refused(found, before)),
    ):
        if path is not None:
            with progress() as step:
                step("writing", 0)
                write_csv(path, header, rows)
            console.print(f"written: {path}", markup=False)


def _id(ledger: Ledger, text: str) -> int:
    found = ledger.address_id(chain(ledger.chain).parse(text))
    if found is None:
        raise InputError(f"{text[:80]} is not in this ledger: check the address, or import what it did")
    return found


def _number(ledger: Ledger, text: str) -> int:
    raw = parse_hash(text)
    rows = ledger.index.transactions(raw)
    for segment, ordinal in rows:
        number = int(ledger.index.first_tx[segment]) + ordinal
        if cited(ledger, [number])[number].hash == raw:
            return number
    raise InputError(f"--without {text[:80]}: no transaction of this ledger")
