"""`cointrail keys`: who may use the screening API."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cointrail.chains import format_time
from cointrail.errors import InputError
from cointrail.screening.database import DEFAULT, Database, audit, open_database
from cointrail.screening.database import keys as book

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database", metavar="URL", envvar="COINTRAIL_DATABASE", help="sqlite:///PATH or postgresql://USER@HOST/NAME."
    ),
]
SecretOption = Annotated[
    Path | None,
    typer.Option(
        "--secret-file", metavar="FILE", envvar="COINTRAIL_SECRET_FILE", help="What signing secrets are derived from."
    ),
]

WIDE = 300  # columns, on any terminal: ids are for copying, and are never cut

keys = typer.Typer(help="Keys of the screening API, and its audit log.", no_args_is_help=True)


@keys.callback()
def main() -> None:
    """Keys of the screening API, and its audit log."""


@keys.command()
def add(
    name: Annotated[str, typer.Argument(help="Whose key it is.")],
    scope: Annotated[list[str] | None, typer.Option("--scope", help=f"{', '.join(book.SCOPES)}; repeatable.")] = None,
    rate: Annotated[int, typer.Option(help="Requests a second.")] = book.DEFAULT_RATE,
    database: DatabaseOption = None,
    secret_file: SecretOption = None,
) -> None:
    """Make a key and show it, this once."""
    secret = book.master(secret_file or Path(book.MASTER_FILE))
    found = open_database(database or DEFAULT)
    key, text = found.write(lambda connection: book.add(connection, name, scope or list(book.SCOPES), rate))
    typer.echo(f"id: {key.id}")
    typer.echo(f"key: {text}")
    typer.echo(f"signing secret: {book.signing_secret(secret, key.id)}")
    typer.echo("Keep key and secret: they are not shown again.", err=True)


@keys.command("list")
def list_(database: DatabaseOption = None) -> None:
    """All keys, with what they may do; never the keys themselves."""
    table = Table("id", "name", "scopes", "a second", "since", "revoked", box=None)
    for key in _kept(database).read(book.listed):
        revoked = "" if key.revoked is None else format_time(key.revoked)
        table.add_row(key.id, key.name, " ".join(sorted(key.scopes)), str(key.rate), format_time(key.created), revoked)
    Console(highlight=False, markup=False, width=WIDE).print(table)


@keys.command()
def revoke(id_: Annotated[str, typer.Argument(metavar="ID")], database: DatabaseOption = None) -> None:
    """End a key. A running server stops taking it within a second."""
    _kept(database).write(lambda connection: book.revoke(connection, id_))
    typer.echo(f"{id_} is revoked")


@keys.command("audit")
def audit_(database: DatabaseOption = None) -> None:
    """Check that no line of the audit log was changed or is missing; note the digest elsewhere to see a cut end."""
    try:
        lines, last = _kept(database).read(audit.verify)
    except ValueError as error:
        raise InputError(f"the audit log does not fit: {error}") from error
    typer.echo(f"{lines:,} lines fit; the last digest is {last}")


def _kept(database: str | None) -> Database:
    return open_database(database or DEFAULT, make=False)
