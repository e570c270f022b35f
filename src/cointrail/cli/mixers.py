"""`cointrail mixers`: transactions that hide whose value is whose."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cointrail.chains import parse_hash
from cointrail.cli.progress import progress
from cointrail.conversions.links import write_csv
from cointrail.errors import InputError
from cointrail.ledger import open_ledger
from cointrail.reports.mixers import COLUMNS, rows, show


def mixers(
    ledger: Annotated[Path, typer.Argument(metavar="LEDGER", help="The ledger's folder.")],
    tx: Annotated[str | None, typer.Option("--tx", metavar="HASH", help="Only this transaction.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write all as CSV.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for other tools.")] = False,
) -> None:
    """Find CoinJoins: which kind, how many took part at least, and how well they hide whose output is whose."""
    wanted = None if tx is None else parse_hash(tx)
    with progress() as step:
        opened = open_ledger(ledger, step)
        if not opened.index.outputs:
            raise InputError(f"{ledger}: holds {opened.chain}; CoinJoins are on chains with outputs, like Bitcoin")
        step("mixers", -1)
        found = list(rows(opened, wanted))
    if wanted is not None and not found:
        known = bool(opened.transaction(wanted))
        raise InputError(f"--tx {tx}: {'no CoinJoin by any rule' if known else 'not in this ledger'}")
    if out is not None:
        write_csv(out, COLUMNS, [tuple(str(row[name]) for name in COLUMNS) for row in found])
    if as_json:
        print(json.dumps(found, indent=1))
        return
    show(found, Console(highlight=False))
