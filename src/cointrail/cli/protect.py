"""`cointrail protect`: attacks on the wallets of a ledger."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cointrail.chains import chain
from cointrail.chains.amount import to_text
from cointrail.cli.progress import progress
from cointrail.guard.protect import KINDS, Attack, Report, content, rated
from cointrail.guard.protect import protect as search
from cointrail.ledger import Ledger, open_ledger
from cointrail.ledger.assets import registry
from cointrail.words import counted

SHOWN = 10  # of each kind


def protect(
    ledger: Annotated[Path, typer.Argument(metavar="LEDGER", help="What has happened.")],
    address: Annotated[str | None, typer.Argument(metavar="ADDRESS", help="One wallet; else all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Find what was done to wallets: look-alikes, drainers, sweepers; with campaigns, and statistics by year."""
    with progress() as step:
        opened = open_ledger(ledger, step)
        found = search(opened, chain(opened.chain).parse(address) if address is not None else None, step)
    if as_json:
        typer.echo(json.dumps(content(found), indent=1, ensure_ascii=False))
        return
    _print(found, opened)


def _print(found: Report, ledger: Ledger) -> None:
    console = Console(highlight=False, soft_wrap=True, markup=False)
    symbols = _Sums(ledger)
    struck = counted(len({one.wallet for one in found.attacks}), "wallet")
    console.print(f"{counted(len(found.attacks), 'attack')} on {struck}; {found.wallets:,} looked at.")
    for line in found.unseen:
        console.print(f"Not seen: {line}.")
    for kind, words in KINDS.items():
        some = [one for one in found.attacks if one.kind == kind]
        if not some:
            continue
        fallen = sum(1 for one in some if one.lost)
        console.print(f"\n{kind}: {len(some):,} ({words}), {fallen:,} with a loss")
        for one in sorted(some, key=lambda one: not one.lost)[:SHOWN]:
            console.print(f"  {_day(one.time)}  {_sentence(one)}{symbols.lost(one.lost)}")
        if len(some) > SHOWN:
            console.print(f"  ... and {len(some) - SHOWN:,} more: --json has all")
        known = [rate for one in some if (rate := rated(one)) is not None]
        for text in dict.fromkeys(f"{rate.rule}: {rate}" for rate in known) or ["never measured"]:
            console.print(f"  rate of {text}")
    if found.campaigns:
        console.print("\ncampaigns against several wallets")
        for campaign in found.campaigns[:SHOWN]:
            days = f"{_day(campaign.first)} to {_day(campaign.last)}"
            wallets = f"{counted(len(campaign.wallets), 'wallet')}, {counted(campaign.attempts, 'attempt')}"
            console.print(f"  {campaign.kind} by {campaign.by}: {wallets}, {days}{symbols.lost(campaign.lost)}")
    if found.years:
        console.print("\nby year")
        for year, kinds in found.years.items():
            for word, row in kinds.items():
                counts = f"{counted(row.attempts, 'attempt')}, {counted(row.wallets, 'wallet')}, {row.fallen:,} lost"
                counts += " something"
                console.print(f"  {year}  {word}: {counts}{symbols.lost(row.lost)}")


def _sentence(one: Attack) -> str:
    facts = one.facts
    if one.kind == "poisoning":
        digits = f"{facts['leading']} + {facts['trailing']} digits, {float(str(facts['chance'])):.1g} by chance"
        return f"{one.wallet}: {one.by} looks like {facts['original']} ({digits})"
    if one.kind == "approval":
        now = "still lets" if facts["open"] else "once let"
        return f"{one.wallet} {now} {one.by} take tokens"
    if one.kind == "drain":
        how = "its account's own code" if facts["delegated"] else f"approval {facts['approved'] or 'not seen'}"
        back = "; something came back" if facts["returned"] else ""
        return f"{one.wallet}: taken by {one.by}, {how}{back}"
    if one.kind == "sweeper":
        how = "code that the account was given" if facts["delegated"] else "its own key"
        return f"{one.wallet}: {facts['forwardings']} times on to {one.by} at once, by {how}"
    return f"{one.wallet}: emptied within {facts['seconds']} s to {one.by}"


def _day(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).date().isoformat()


class _Sums:
    """Sums of assets by their symbols, as far as somebody vouches for these."""

    def __init__(self, ledger: Ledger) -> None:
        known = registry(ledger.path, ledger.chain)
        self._assets = {one.key or "native": known.get(one.key) or one for one in ledger.assets}

    def lost(self, lost: Mapping[str, int]) -> str:
        """What was lost, or nothing."""
        return "; lost " + ", ".join(self._sum(asset, amount) for asset, amount in lost.items()) if lost else ""

    def _sum(self, key: str, amount: int) -> str:
        asset = self._assets[key]
        return f"{to_text(amount, asset.decimals)} {asset.symbol}"
