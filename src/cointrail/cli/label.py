"""`cointrail label`: sourced claims about addresses."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cointrail.labels import import_labels
from cointrail.ledger.manifest import load

labels = typer.Typer(help="Sourced claims about addresses.", no_args_is_help=True)


@labels.callback()
def main() -> None:
    """Sourced claims about addresses."""


@labels.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="TagPack YAML or CSV files.")],
    into: Annotated[Path, typer.Option("--into", metavar="LEDGER", help="The ledger that keeps them.")],
    strict: Annotated[bool, typer.Option("--strict", help="Refuse a file with any bad row.")] = False,
) -> None:
    """Import labels, so that traces stop at services and name them."""
    load(into)
    done = import_labels(files, into, strict=strict)
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{done.labels:,} labels new, {done.known:,} known already, {done.skipped:,} of other networks.")
    if done.bad:
        console.print(f"[yellow]{done.bad:,} bad rows[/] were left out; see {escape(str(done.quarantine))}")
    if done.unknown:
        shown = ", ".join(sorted(done.unknown)[:8])
        console.print("note: a walk does not stop at these categories, which are not known: " + shown, markup=False)
