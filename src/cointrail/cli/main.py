"""The command line: groups of commands, and how errors leave it."""

import gc
import sys
from typing import Annotated, Any, ClassVar, NoReturn

import typer

from cointrail import __version__
from cointrail.cli.later import Later, Place
from cointrail.errors import InputError

YOUNG = 2_000_000  # new objects between two looks for cycles: a trace makes millions that hold none and stay to the end
DAMAGED = "a stored file is damaged ({}); `cointrail ledger verify LEDGER` says which"


class Commands(Later):
    """Everything that can follow `cointrail`."""

    places: ClassVar[dict[str, Place]] = {
        "ledger": Place("cointrail.cli.ledger", "ledgers", "Transfers on disk: import, look, verify."),
        "label": Place("cointrail.cli.label", "labels", "Sourced claims about addresses."),
        "asset": Place("cointrail.cli.asset", "assets", "Tokens that you vouch for, beside the shipped registry."),
        "link": Place("cointrail.cli.link", "links", "Join deposits into bridges with the withdrawals that paid them."),
        "mixers": Place("cointrail.cli.mixers", "mixers", "CoinJoins and mixing pools: which, and how well they hide."),
        "cluster": Place("cointrail.cli.cluster", "cluster", "Which addresses one owner controls, and why."),
        "trace": Place("cointrail.cli.trace", "trace", "Follow stolen value through a ledger, with exact amounts."),
        "exposure": Place(
            "cointrail.cli.exposure", "exposure", "Which categories funds came from and went to, with proof."
        ),
        "patterns": Place("cointrail.cli.patterns", "patterns", "Find patterns of laundering on a trail."),
        "screen": Place("cointrail.cli.screen", "screen", "Screen addresses: a verdict with its reasons."),
        "rules": Place("cointrail.cli.rules", "rules", "Risk rules: check them, try them on history."),
        "serve": Place("cointrail.cli.serve", "serve", "Serve the screening API."),
        "keys": Place("cointrail.cli.keys", "keys", "Keys of the screening API, and its audit log."),
        "incidents": Place("cointrail.cli.incidents", "incidents", "Reported thefts: import lists, look, match."),
        "claims": Place("cointrail.cli.claims", "claims", "What sources say: add to it, check what others published."),
        "report": Place("cointrail.cli.report", "report", "The yearly crime report, computed from claims."),
        "guard": Place("cointrail.cli.guard", "guards", "Is this approval what its signer thinks it is?"),
        "protect": Place("cointrail.cli.protect", "protect", "Attacks on wallets: look-alikes, drainers, sweepers."),
        "demo": Place("cointrail.cli.demo", "demo", "Make a heist with known truth, trace it, score the trace."),
    }


commands = typer.Typer(
    cls=Commands,
    help="Follow stolen cryptocurrency from the theft to the cash-out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


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
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
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
    except Exception as error:
        arrow = sys.modules.get("pyarrow")  # not imported for its exceptions alone
        if arrow is None or not isinstance(error, arrow.ArrowException):
            raise
        _end(DAMAGED.format(error))


def _end(message: str) -> NoReturn:
    print(f"cointrail: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(1)
