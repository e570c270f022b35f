"""The result in short, for the terminal."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cointrail.reports.amounts import ZERO, percent, ratio
from cointrail.reports.kinds import kind_of
from cointrail.reports.plain import plain, short
from cointrail.reports.policies import REACH_ONLY, ordered, policy
from cointrail.reports.totals import by_kind, coin, figure, stolen

TOP = 15  # endpoints listed
WARNINGS = 8  # warnings listed
FILES = ("report.html", "trail.json", "movements.csv")
NAME = 34  # characters of kind and label
FULL, BOUNDS = 104, 26  # columns of the terminal from which addresses are written in full; more with bounds
SOFT = "dim"


def show(trail: Mapping[str, Any], console: Console, folder: Path | None = None) -> None:
    """Print what was stolen and where it is, under each policy, and the largest endpoints.

    :param folder: where the files of the result are; without it they are not mentioned.
    """
    names = ordered(trail)
    console.print(_headline(trail, names))
    for name in names:
        console.print(_kinds(trail, name))
        console.print(_books(trail, name))
    if names and trail["policies"][names[0]]["endpoints"]:
        console.print(_endpoints(trail, names[0], console.width))
    if trail["bounds_note"]:
        console.print(Text(f"Bounds: {plain(trail['bounds_note'], 300)}", style=SOFT))
    _warn(trail, console)
    if folder is not None:
        for file in FILES:
            console.print(Text.assemble(("  ", ""), (str(folder / file), "bold")), soft_wrap=True)


def _headline(trail: Mapping[str, Any], names: list[str]) -> Text:
    """'Stolen: 401,347 ETH from 0x…'"""
    sums = stolen(trail, names[0]) if names else {}
    shown = [(coin(trail, asset), amount) for asset, amount in sums.items()]
    text = " + ".join(f"{figure(amount, one).text} {one.symbol}" for one, amount in shown) or "nothing"
    word = "Traced back" if trail["theft"]["direction"] == "backward" else "Stolen"
    addresses = trail["theft"]["addresses"]
    more = f" and {len(addresses) - 1:,} more" if len(addresses) > 1 else ""
    return Text.assemble(
        f"\n{word}: ", (text, "bold"), " from ", plain(addresses[0]) if addresses else "transactions", more
    )


def _kinds(trail: Mapping[str, Any], name: str) -> Table:
    """Amount and share by kind of endpoint."""
    table = Table(title=policy(name).title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("Where it came from" if trail["theft"]["direction"] == "backward" else "Where it is", min_width=26)
    table.add_column("Addresses", justify="right")
    table.add_column("Amount", justify="right")
    table.add_column("")
    table.add_column("Share", justify="right")
    whole = stolen(trail, name)
    for total in by_kind(trail, name):
        shown = coin(trail, total.asset)
        share = "" if name == REACH_ONLY else percent(total.amount, whole.get(total.asset, ZERO))
        count = f"{len(total.addresses):,}" if total.addresses else ""
        table.add_row(total.kind.title, count, figure(total.amount, shown).text, Text(shown.symbol), share)
    return table


def _books(trail: Mapping[str, Any], name: str) -> Text:
    """Whether the books balance, and how far the trail reached."""
    entry = trail["policies"][name]
    reach = f" {entry['addresses']:,} addresses, {entry['movements']:,} movements, up to {entry['max_hops']} hops.\n"
    if entry["balanced"] is None:
        return Text.assemble(("Shows reach, not amounts: the figures do not add up.", "yellow"), (reach, SOFT))
    if entry["balanced"]:
        return Text.assemble(("Books balance to the smallest unit.", "green"), (reach, SOFT))
    return Text.assemble(("BOOKS DO NOT BALANCE: do not rely on these figures.", "bold red"), (reach, SOFT))


def _endpoints(trail: Mapping[str, Any], name: str, wide: int) -> Table:
    """The largest endpoints of the first policy, with bounds when there are any."""
    coins = {asset: coin(trail, asset) for asset in trail["assets"]}
    ranked = sorted(
        trail["policies"][name]["endpoints"],
        key=lambda end: -(ratio(Decimal(end["amount"]), coins[end["asset"]].whole) or float(end["amount"])),
    )
    bounds = {(one["chain"], one["address"], one["asset"], one["reason"]): one for one in trail["bounds"]}
    whole = wide >= FULL + (BOUNDS if bounds else 0)
    title = f"Largest endpoints under {policy(name).title}" + (
        f" ({TOP} of {len(ranked):,})" if len(ranked) > TOP else ""
    )
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("Address", no_wrap=True)
    table.add_column("Kind and label", max_width=NAME, overflow="ellipsis", no_wrap=True)
    for heading in ("Amount", *(("At least", "At most") if bounds else ()), "Hops"):
        table.add_column(heading, justify="right", no_wrap=True)
    for end in ranked[:TOP]:
        shown = coins[end["asset"]]
        bound = bounds.get((end["chain"], end["address"], end["asset"], end["reason"]))
        cells = [figure(Decimal(bound[key]), shown).text for key in ("least", "most")] if bound else ["", ""]
        amount = Text(f"{figure(Decimal(end['amount']), shown).text} {shown.symbol}")
        name_of = " · ".join(filter(None, (kind_of(end).one, plain(end["label"] or ""))))
        where = (end["address"] if whole else short(end["address"])) if end["address"] else "–"
        table.add_row(where, Text(name_of), amount, *(cells if bounds else []), str(end["hops"]))
    return table


def _warn(trail: Mapping[str, Any], console: Console) -> None:
    """What to know before relying on the figures."""
    warnings = [plain(warning, 400) for warning in trail["warnings"]]
    warnings += [
        f"The {ledger['chain']} ledger holds amounts that their source had already rounded."
        for ledger in trail["ledgers"]
        if not ledger["exact"]
    ]
    if trail["unverified"]:
        count = len(trail["unverified"])
        noun = "asset" if count == 1 else "assets"
        warnings.append(f"{count:,} unverified {noun} left the theft addresses: listed in trail.json, not traced.")
    for warning in warnings[:WARNINGS]:
        console.print(Text.assemble(("warning: ", "yellow"), warning))
    if len(warnings) > WARNINGS:
        console.print(Text(f"{len(warnings) - WARNINGS:,} more warnings are in trail.json.", style=SOFT))
    console.print()
