"""`cointrail link find`: the legs of bridges in ledgers, and which belong together."""

from pathlib import Path

from rich.console import Console

from cointrail.chains import parse_hash
from cointrail.cli.progress import progress
from cointrail.conversions.bridges import Table, crossings_of, extended, unkeyed
from cointrail.conversions.bridges.files import LEG_COLUMNS, LINK_COLUMNS, leg_rows, link_rows
from cointrail.conversions.links import write_csv
from cointrail.errors import InputError
from cointrail.ledger import check_chains, open_ledger
from cointrail.reports.crossings import COLUMNS, explain, rows, show


def find(
    ledgers: list[Path],
    bridge: str,
    transaction: str,
    more: list[Path],
    out: Path | None,
    legs: Path | None,
    findings: Path | None,
) -> None:
    """Look for legs and links in ledgers, say what was found, and write it where asked for."""
    known = extended(more)
    if bridge:
        if bridge not in known.bridges:
            raise InputError(f"--bridge {bridge}: not known; there are {', '.join(sorted(known.bridges))}")
        known = Table({bridge: known.bridges[bridge]})
    tx = _hash(transaction) if transaction else None
    with progress() as step:
        opened = [open_ledger(path, step) for path in ledgers]
        check_chains(opened)
        step("bridges", -1)
        found = unkeyed(opened, crossings_of(opened, known), known)
    console = Console(highlight=False)
    if tx is not None:
        if not explain(found, tx, console):
            raise InputError(f"--explain {transaction}: these ledgers hold no leg or event of a bridge in it")
        return
    show(found, console)
    for path, header, lines in (
        (out, LINK_COLUMNS, link_rows(found)),
        (legs, LEG_COLUMNS, leg_rows(found)),
        (findings, COLUMNS, rows(found.findings)),
    ):
        if path is not None:
            write_csv(path, header, lines)
            console.print(f"written: {path}", markup=False)


def _hash(text: str) -> bytes:
    try:
        return parse_hash(text)
    except ValueError as error:
        raise InputError(f"--explain {text[:80]}: {error}") from error
