"""Bridge legs and links for the terminal: what was found, and one transaction explained."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cointrail.chains import format_time
from cointrail.conversions.bridges import Crossing, Crossings, Finding, Leg
from cointrail.conversions.bridges.leg import DEPOSIT, INTERNAL, WITHDRAWAL
from cointrail.conversions.findings import ALARMS
from cointrail.conversions.rate import rate
from cointrail.reports.plain import plain

LISTED = 20  # rows of each list
FOREIGN = "foreign_contract"


def show(found: Crossings, console: Console) -> None:
    """Counts of links and legs by bridge, then what is strange, the alarms first."""
    table = Table(box=None, pad_edge=False)
    for heading in ("Bridge", "Linked", "Deposits alone", "Withdrawals alone"):
        table.add_column(heading, justify="left" if heading == "Bridge" else "right")
    pairs = Counter(found.legs[link.deposit].bridge for link in found.links)
    alone = Counter(
        (leg.bridge, leg.side) for place, leg in enumerate(found.legs) if place not in found.link_of and not _apart(leg)
    )
    for name in sorted({leg.bridge for leg in found.legs}):
        table.add_row(name, *(f"{n:,}" for n in (pairs[name], alone[name, DEPOSIT], alone[name, WITHDRAWAL])))
    console.print(table if found.legs else Text("No event or wallet of a known bridge is in these ledgers."))
    _out(found, console)
    for note in found.notes:
        console.print(Text(note, style="yellow"))
    if found.candidates:
        console.print(Text(f"{len(found.candidates):,} pairs without a key may be links: --explain TX lists them"))
    kinds = Counter(finding.kind for finding in found.findings)
    for kind, count in sorted(kinds.items(), key=lambda item: (item[0] not in ALARMS, item[0])):
        console.print(Text(f"{count:,} {kind}", style="red" if kind in ALARMS or kind == FOREIGN else ""))
    for one in sorted(found.findings, key=lambda one: one.kind not in ALARMS)[:LISTED]:
        console.print(Text(f"  {_place(one)}: {one.kind}: {plain(one.detail, 200)}"), soft_wrap=True)
    if len(found.findings) > LISTED:
        console.print(Text(f"  ... {len(found.findings) - LISTED:,} more; --findings FILE writes all"))


def _out(found: Crossings, console: Console) -> None:
    """Deposits without their other side, with where they went."""
    waiting = [
        leg
        for place, leg in enumerate(found.legs)
        if leg.side == DEPOSIT and place not in found.link_of and not _apart(leg)
    ]
    for leg in waiting[:LISTED]:
        console.print(
            Text(f"  0x{leg.tx.hex()} on {leg.chain}: {leg.bridge} to {target(leg)}, the other side is not here"),
            soft_wrap=True,
        )
    if len(waiting) > LISTED:
        console.print(Text(f"  ... {len(waiting) - LISTED:,} more"))


def explain(found: Crossings, tx: bytes, console: Console) -> bool:
    """Everything that is known of one transaction's legs; whether there is anything."""
    places = [place for place, leg in enumerate(found.legs) if leg.tx == tx]
    for place in places:
        leg = found.legs[place]
        console.print(Text(f"{leg.side} of {leg.bridge} on {leg.chain}", style="bold"))
        for name, value in _facts(leg):
            console.print(Text(f"  {name:12} {value}"), soft_wrap=True)
        console.print(Text(_said(found, place)), soft_wrap=True)
    for one in found.findings:
        if one.tx == tx:
            console.print(Text(f"finding: {one.kind}: {plain(one.detail, 300)}", style="red"), soft_wrap=True)
    return bool(places) or any(one.tx == tx for one in found.findings)


def _facts(leg: Leg) -> list[tuple[str, str]]:
    token = "the native coin" if leg.token == "" else leg.token or "not told"
    rows = [
        ("contract", f"0x{leg.contract.hex()}"),
        ("event", f"log {leg.position} of block {leg.block}" if leg.place.startswith("event") else leg.place),
        ("time", format_time(leg.time) if leg.time is not None else ""),
        ("token", token),
        ("amount", "" if leg.amount is None else f"{leg.amount:,} smallest units"),
        ("sender", f"0x{leg.sender.hex()}" if leg.sender else ""),
        ("recipient", plain(leg.recipient, 120)),
        ("other chain", plain(leg.other_chain, 60)),
        ("memo", plain(leg.memo, 120)),
        ("key", plain(leg.key, 200)),
        ("status", leg.status),
    ]
    return [(name, value) for name, value in rows if value]


def _said(found: Crossings, place: int) -> str:
    leg, other = found.legs[place], found.other(place)
    if other is None:
        said = f"  no link: went to {target(leg)}" if leg.side == DEPOSIT else "  no link: no deposit explains it"
        return said + "".join(_candidate(found, place, one) for one in found.candidates_of.get(place, ())[:LISTED])
    link = found.links[found.link_of[place]]
    told = rate(link.rule, leg.bridge)
    measured = f"; measured: {told}" if told else "; never measured"
    more = f", {link.ambiguous} other candidates" if link.ambiguous else ""
    sure = f"{link.rule} (confidence {link.confidence:.4g}{more})"
    return f"  linked by {sure} to 0x{other.tx.hex()} on {other.chain}{measured}"


def _candidate(found: Crossings, place: int, one: Crossing) -> str:
    other = found.legs[one.withdrawal if place == one.deposit else one.deposit]
    return f"\n  candidate: 0x{other.tx.hex()} on {other.chain} by {one.rule} (confidence {one.confidence:.4g})"


def target(leg: Leg) -> str:
    """Where a deposit went: chain and address, as far as it says."""
    return (
        " ".join(filter(None, (plain(leg.other_chain, 60), plain(leg.recipient, 120)))) or "somewhere it does not say"
    )


def _apart(leg: Leg) -> bool:
    return leg.status == INTERNAL


def _place(one: Finding) -> str:
    return f"0x{one.tx.hex()} on {one.chain}"


COLUMNS = ("kind", "bridge", "chain", "tx", "time", "contract", "detail")


def rows(findings: Sequence[Finding]) -> list[tuple[object, ...]]:
    """Findings as rows of `COLUMNS`."""
    return [
        (
            one.kind,
            one.bridge,
            one.chain,
            f"0x{one.tx.hex()}",
            "" if one.time is None else format_time(one.time),
            f"0x{one.contract.hex()}",
            one.detail,
        )
        for one in findings
    ]
