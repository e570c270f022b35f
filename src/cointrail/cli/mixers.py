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
from cointrail.ledger import Ledger, open_ledger
from cointrail.reports.mixers import COLUMNS, rows, show
from cointrail.reports.pools import COLUMNS as POOL_COLUMNS
from cointrail.reports.pools import Pools, cells
from cointrail.reports.pools_shown import show as show_pools
from cointrail.reports.pools_shown import show_one


def mixers(
    ledger: Annotated[Path, typer.Argument(metavar="LEDGER", help="The ledger's folder.")],
    tx: Annotated[str | None, typer.Option("--tx", metavar="HASH", help="Only this transaction.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write all as CSV.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for other tools.")] = False,
) -> None:
    """Find what hides whose value is whose: CoinJoins on chains like Bitcoin, mixing pools on all others.

    Of a CoinJoin: which kind, how many took part at least, and how well it hides whose output is whose. Of a pool:
    deposits, withdrawals, anonymity sets, and with --tx the candidates for the other side of a transaction.
    """
    wanted = None if tx is None else parse_hash(tx)
    with progress() as step:
        opened = open_ledger(ledger, step)
        by_outputs = opened.index.outputs
        step("mixers", -1)
        found = list(rows(opened, wanted)) if by_outputs else []
        pools = None if by_outputs else Pools(opened)
    if pools is not None:
        _pools(opened, pools, wanted, out, as_json)
        return
    if wanted is not None and not found:
        raise InputError(
            f"--tx {tx}: {'no CoinJoin by any rule' if opened.transaction(wanted) else 'not in this ledger'}"
        )
    if out is not None:
        write_csv(out, COLUMNS, [tuple(_cell(row[name]) for name in COLUMNS) for row in found])
    if as_json:
        print(json.dumps(found, indent=1))
        return
    show(found, Console(highlight=False))


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _pools(opened: Ledger, pools: Pools, wanted: bytes | None, out: Path | None, as_json: bool) -> None:
    console = Console(highlight=False)
    told = pools.overview() if wanted is None else pools.one(wanted)
    if told is None:
        known = wanted is not None and opened.transaction(wanted)
        why = "neither pays into a known mixing pool nor out of one" if known else "not in this ledger"
        raise InputError(f"--tx 0x{(wanted or b'').hex()}: {why}")
    if out is not None:
        write_csv(out, POOL_COLUMNS, cells(told["transactions"]))
    if as_json:
        print(json.dumps(told, indent=1))
    elif wanted is None:
        show_pools(told, console)
    else:
        show_one(told, console)
