"""Mixing pools in the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from cointrail.conversions.mixers.pools.weights import TOLD
from cointrail.conversions.rate import rate
from cointrail.reports.pools import LIKELY, RULE
from cointrail.words import counted

SHOWN = 8  # candidates, the likeliest
HEADER = ("pool", "deposits", "depositors", "withdrawals", "recipients", "by relayers", "likely links", "all seen")
INCOMPLETE = "not proven to be all: chances hold if the ledger has all of the pool's transactions"
NOTE = (
    f"A likely link: clues give one depositor a chance of {LIKELY:.0%} or more to be whose withdrawal it is. No link is"
    " a fact.\nCandidates of one transaction: --tx HASH. All deposits and withdrawals: --json, or --out FILE."
)


def show(told: Mapping[str, Any], console: Console) -> None:
    """The pools of a ledger in the terminal."""
    pools = told["pools"]
    used = counted(len(pools), "mixing pool")
    console.print(f"{used} used in this ledger" + ("" if pools else ": none that is known"))
    if not pools:
        return
    table = Table(box=None)
    for name in (
        "pool",
        "deposits",
        "depositors",
        "withdrawals",
        "recipients",
        "by relayers",
        "likely links",
        "all seen",
    ):
        table.add_column(name, justify="left" if name in ("pool", "all seen") else "right")
    for one in pools:
        counts = (one[key] for key in ("deposits", "depositors", "withdrawals", "recipients", "relayed", "likely"))
        seen = "yes" if one["complete"] else f"{one['unseen']:,} earlier at least" if one["unseen"] else "not proven"
        table.add_row(one["pool"], *(f"{count:,}" for count in counts), seen)
    console.print(table)
    console.print(NOTE)


def show_one(told: Mapping[str, Any], console: Console) -> None:
    """One transaction's deposits and withdrawals with their candidates."""
    for place, one in enumerate(told["transactions"]):
        if place:
            console.print()
        if one["side"] == "deposit":
            console.print(f"Deposit of {one['amount']} {one['asset']} by {one['party'] or 'somebody unknown'}")
            console.print(f"  {one['time'] or 'at an unknown time'}, known by its {one['by']}; pool {one['address']}")
            console.print(f"  {counted(one['deposits_since'], 'deposit')} since, to the end of the ledger")
            _list(one, "What may have come of it", "recipient", "party", console)
        else:
            fee = f", {one['fee']} to the relayer {one['relayer']}" if one["relayer"] else ", without a relayer's fee"
            console.print(f"Withdrawal of {one['amount']} {one['asset']} to {one['party'] or 'somebody unknown'}{fee}")
            console.print(f"  {one['time'] or 'at an unknown time'}, known by its {one['by']}; pool {one['address']}")
            left = f"of which {one['in_pool']:,} had not been withdrawn; {one['deposits_since']:,} more since"
            console.print(f"  anonymity set: {counted(one['anonymity_set'], 'deposit')}, {left}")
            _list(one, "Whose it may be", "depositor", "depositor", console)


def _list(one: Mapping[str, Any], title: str, column: str, key: str, console: Console) -> None:
    if not one["complete"]:
        console.print(f"  deposits: {INCOMPLETE}")
    if not one["candidates"]:
        console.print(f"{title}: nothing in this ledger")
        return
    console.print(f"{title}, by published clues; a chance, not a fact:")
    used: dict[str, None] = {}
    for each in one["candidates"][:SHOWN]:
        clues = [told["clue"] for told in each["evidence"]]
        used |= dict.fromkeys(clues)
        told = ", ".join(clues) or "age alone"
        line = f"{_percent(each['chance']):>7}  {column} {each[key] or 'unknown'}; {told}"
        console.print(line, markup=False, soft_wrap=True)
        if each["tx"]:
            console.print(f"{'':7}  {each['tx']}", markup=False, soft_wrap=True)  # nobody copies half a hash
    hidden = one["candidates"][SHOWN:]
    if others := one["others"] + len(hidden):
        chance = one["others_chance"] + sum(each["chance"] for each in hidden)
        console.print(f"  and {counted(others, 'other')}, together {_percent(chance)}")
    if one.get("unseen"):
        unseen = counted(one["unseen"], "deposit")
        console.print(f"  and {unseen} before this ledger, together {_percent(one['unseen_chance'])}")
    for clue in used:
        measured = rate(RULE + clue) or "how often this is right has not been measured"
        console.print(f"  {clue}: {TOLD[clue]}; {measured}", markup=False)


def _percent(share: float) -> str:
    return f"{share:.1%}" if share >= 0.001 or not share else "< 0.1%"
