"""`cointrail asset`: tokens that the user vouches for."""

from pathlib import Path
from typing import Annotated

import typer

from cointrail.ledger.assets import add, read
from cointrail.ledger.manifest import load

assets = typer.Typer(help="Tokens that you vouch for, beside the shipped registry.", no_args_is_help=True)


@assets.callback()
def main() -> None:
    """Tokens that you vouch for, beside the shipped registry."""


@assets.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV with the columns contract, symbol, decimals.")],
    into: Annotated[Path, typer.Option("--into", metavar="LEDGER", help="The ledger that keeps them.")],
) -> None:
    """Vouch for tokens, so that they are traced. Do it before importing files with amounts in whole units."""
    print(f"{add(into, load(into).chain, read(file)):,} tokens of yours are kept with {into}.")
