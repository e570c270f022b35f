"""`cointrail protect`: attacks on the wallets of a ledger."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cointrail.chains import format_address, parse_address
from cointrail.cli.progress import progress
from cointrail.errors import InputError
from cointrail.guard.protect import content, movements, poisoned
from cointrail.ledger import open_ledger

SHOWN = 20


def protect(
    ledger: Annotated[Path, typer.Argument(metavar="LEDGER", help="What has happened.")],
    address: Annotated[str | None, typer.Argument(metavar="ADDRESS", help="One wallet; else all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Find look-alike addresses that were put before wallets, and payments that fell for one."""
    with progress() as step:
        opened = open_ledger(ledger, step)
        wallet = parse_address(address) if address is not None else None
        number = opened.address_id(wallet) if wallet is not None else None
        if wallet is not None and number is None:
            raise InputError(f"{address}: is not in {ledger}; check the address and the ledger")
        step("poisoning", 0)
        found = poisoned(movements(opened, number), format_address(wallet) if wallet is not None else None)
    if as_json:
        typer.echo(json.dumps(content(found), indent=1, ensure_ascii=False))
        return
    console = Console(highlight=False, soft_wrap=True, markup=False)
    fallen = [one for one in found.poisonings if one.lost]
    console.print(f"{len(found.poisonings):,} look-alikes before {found.wallets:,} wallets; {len(fallen):,} were paid.")
    for one in [*fallen, *(one for one in found.poisonings if not one.lost)][:SHOWN]:
        lost = "; then PAID: " + ", ".join(f"{n} units of {a}" for a, n in one.lost.items()) if one.lost else ""
        console.print(f"  {one.twin} looks like {one.original} ({one.digits} digits), before {one.wallet}{lost}")
    for campaign in found.campaigns[:SHOWN]:
        console.print(f"  one {campaign.by} poisoned {len(campaign.wallets):,} wallets")
    for year, row in found.years().items():
        console.print(
            f"  {year}: {row['look_alikes']:,} look-alikes, {row['wallets']:,} wallets, {row['fallen']:,} fell"
        )
