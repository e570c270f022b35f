"""The command line: groups of commands, and how errors leave it."""

import sys
from typing import Annotated, Any, NoReturn

import pyarrow as pa
import typer

from cointrail import __version__
from cointrail.cli.asset import assets
from cointrail.cli.demo import demo
from cointrail.cli.label import labels
from cointrail.cli.ledger import ledgers
from cointrail.cli.link import links
from cointrail.cli.trace import trace
from cointrail.errors import InputError

DAMAGED = "a stored file is damaged ({}); `cointrail ledger verify LEDGER` says which"

commands = typer.Typer(
    help="Follow stolen cryptocurrency from the theft to the cash-out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
commands.add_typer(ledgers, name="ledger")
commands.add_typer(labels, name="label")
commands.add_typer(assets, name="asset")
commands.add_typer(links, name="link")
commands.command()(trace)
commands.command()(demo)


def _version(asked: bool) -> None:
    if asked:
        print(f"cointrail {__version__}")
        raise typer.Exit


@commands.callback()
def main(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """Follow stolen cryptocurrency from the theft to the cash-out."""


def app(*arguments: Any) -> None:
    """Run a command. Exit status: 0 done, 1 wrong input (one line on stderr), 2 usage."""
    try:
        commands(*arguments)
    except InputError as error:
        _end(str(error))
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(130)
    except OSError as error:
        if error.filename is None and error.errno is None:  # pyarrow's word for what it cannot decode
            _end(DAMAGED.format(error))
        _end(f"{error.filename or 'file'}: {error.strerror or error}; check path and disk")
    except pa.ArrowException as error:
        _end(DAMAGED.format(error))


def _end(message: str) -> NoReturn:
    print(f"cointrail: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(1)
