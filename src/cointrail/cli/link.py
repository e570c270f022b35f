"""`cointrail link`: which withdrawal from a bridge paid out which deposit."""

import re
from collections import Counter
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer
from rich.console import Console

from cointrail.cli.results import results
from cointrail.conversions import match, read_legs, read_pairs, score, write_links
from cointrail.conversions.findings import ALARMS, COLUMNS, rows
from cointrail.conversions.links import write_csv
from cointrail.errors import InputError
from cointrail.words import counted

FINDINGS = "findings.csv"  # beside the links
UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
SPAN = re.compile(r"([0-9]{1,9})([smhdw])")

links = typer.Typer(help="Join deposits into bridges with the withdrawals that paid them out.", no_args_is_help=True)


@links.callback()
def main() -> None:
    """Join deposits into bridges with the withdrawals that paid them out."""


@links.command("find")
def find_(
    ledgers: Annotated[list[Path], typer.Argument(metavar="LEDGER...", help="Folders of ledgers.")],
    bridge: Annotated[str, typer.Option("--bridge", metavar="NAME", help="Only this bridge.")] = "",
    explain: Annotated[
        str, typer.Option("--explain", metavar="TX", help="Say all that is known of a transaction.")
    ] = "",
    bridges: Annotated[
        list[Path] | None, typer.Option("--bridges", metavar="FILE", help="YAML with more bridges; repeatable.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the links as CSV.")] = None,
    legs: Annotated[Path | None, typer.Option("--legs", metavar="FILE", help="Write the legs as CSV.")] = None,
    findings: Annotated[Path | None, typer.Option("--findings", metavar="FILE", help="Write the findings.")] = None,
) -> None:
    """Find deposits and withdrawals of bridges in ledgers, and which belong together."""
    from cointrail.cli.finding import find  # reading ledgers takes libraries that joining files does not need

    find(ledgers, bridge, explain, bridges or [], out, legs, findings)


@links.command("match")
def match_(
    files: Annotated[list[Path], typer.Argument(metavar="LEGS.csv...", help="Deposits and withdrawals, one a row.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the links go; findings.csv beside it.")],
    ignore_keys: Annotated[bool, typer.Option("--ignore-keys", help="Join as if no leg had a key.")] = False,
    ignore_recipient: Annotated[bool, typer.Option("--ignore-recipient", help="And no recipient.")] = False,
    window: Annotated[str, typer.Option("--window", metavar="TIME", help="Longest delay of a link: 24h, 7d.")] = "",
) -> None:
    """Join legs by key; without one by recipient, token, amount and the delay that the legs themselves show."""
    beside = out.with_name(FINDINGS)
    if out.name == FINDINGS or out.is_dir():
        raise InputError(f"{out}: give the links another file name, such as links.csv")
    if not out.parent.is_dir():
        raise InputError(f"{out.parent} is not a folder: make it first, or give another --out")
    results(out.parent)
    limit = _seconds(window) if window else None
    pa.set_memory_pool(pa.system_memory_pool())  # the default one takes some 40 MB more for a file of 6 MB
    legs = read_legs(files)
    joined = match(legs, keys=not ignore_keys, recipient=not ignore_recipient, window=limit)
    write_links(out, joined.links)
    write_csv(beside, COLUMNS, rows(legs, joined.findings))
    console = Console(highlight=False, soft_wrap=True)
    for rule, count in sorted(Counter(link.rule for link in joined.links).items()):
        console.print(f"{counted(count, 'link')} by {rule}")
    kinds = Counter(finding.kind for finding in joined.findings)
    for kind, count in sorted(kinds.items(), key=lambda item: (item[0] not in ALARMS, item[0])):
        console.print(f"[red]{count:,} {kind}[/]" if kind in ALARMS else f"{count:,} {kind}")
    console.print(f"links in {out}, findings in {beside}", markup=False)


@links.command("score")
def score_(
    truth: Annotated[Path, typer.Option("--truth", metavar="FILE", help="CSV: deposit_tx, withdrawal_tx.")],
    found: Annotated[Path, typer.Option("--found", metavar="FILE", help="CSV with the same two columns.")],
) -> None:
    """Say how many of the true pairs were found, and how many of those found are true."""
    result = score(read_pairs(truth), read_pairs(found))
    console = Console(highlight=False, soft_wrap=True)
    recall = f"{result.recall:.4f}" if result.true else "not defined"  # a share of nothing
    precision = f"{result.precision:.4f}" if result.found else "not defined"
    console.print(f"true {result.true:,}, found {result.found:,}, right {result.right:,}")
    console.print(f"recall {recall}, precision {precision}")


def _seconds(text: str) -> int:
    found = SPAN.fullmatch(text.strip().lower())
    if found is None:
        raise InputError(f"--window {text[:40]!r} is not a time: give a whole number and s, m, h, d or w, such as 24h")
    return int(found[1]) * UNITS[found[2]]
