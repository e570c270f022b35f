"""Patterns on a trail in short, for the terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cointrail.reports.plain import plain

SHOWN = 5  # findings of a rule that are listed
DAYS = 14  # days listed
DETAIL = 400  # characters of a sentence
SOFT = "dim"
TITLES = {
    "peel_chain": "Peel chains",
    "equal_tranches": "Fan-out in equal tranches",
    "resplit": "Re-splitting",
    "structuring": "Structuring under a threshold",
    "consolidation": "Consolidation",
    "dormancy": "Dormancy and wake-up",
    "round_trip": "Round trips",
    "fee_overpayment": "Fee overpayment",
    "address_poisoning": "Address poisoning",
}
RANK = {"strong": 0, "fair": 1, "weak": 2}


def show(found: Mapping[str, Any], console: Console, every: bool = False) -> None:
    """Print the findings by rule, the days, the fingerprint and the comparison. `found` is as `patterns --json` has it.

    :param every: list all findings and days, not the clearest and first ones.
    """
    count = len(found["findings"])
    counted = f"{count:,} finding{'' if count == 1 else 's'}"
    console.print(Text.assemble(("\nPatterns on the trail", "bold"), f" under {found['policy']}: {counted}"))
    for note in found["notes"]:
        console.print(Text.assemble(("note: ", "yellow"), plain(note, DETAIL)))
    for rule in found["rules"]:
        _rule(rule, [one for one in found["findings"] if one["rule"] == rule["rule"]], console, every)
    console.print(_days(found, every))
    console.print(_features(found))
    _missing(found, console)
    for one in found["comparisons"]:
        _comparison(one, console)
    console.print(Text(plain(found["comparisons_note"], DETAIL) + ".\n", style=SOFT))


def _rule(rule: Mapping[str, Any], findings: list[Mapping[str, Any]], console: Console, every: bool) -> None:
    count = f" ({len(findings):,})" if findings else ": none" if not rule["not_computed"] else ""
    console.print(Text(f"\n{TITLES[rule['rule']]}{count}", style="bold"))
    if rule["not_computed"]:
        console.print(
            Text.assemble(
                (f"  not computed{' everywhere' if findings else ''}: ", "yellow"), plain(rule["not_computed"], DETAIL)
            )
        )
    ranked = sorted(findings, key=lambda one: (RANK[one["confidence"]], -(one["share"] or 0)))
    for one in ranked if every else ranked[:SHOWN]:
        share = "" if one["share"] is None else f", {one['share']:.2%} of the theft"
        when = one["time"] or "time not known"
        console.print(Text.assemble(f"  {when} ", (f"{one['confidence']}{share}", "cyan")))
        console.print(Text(f"    {plain(one['detail'], DETAIL)}"))
        if one["transactions"]:
            more = f" and {len(one['transactions']) - 1:,} more" if len(one["transactions"]) > 1 else ""
            console.print(Text(f"    {plain(one['transactions'][0])}{more}", style=SOFT))
    if len(ranked) > SHOWN and not every:
        console.print(Text(f"  {len(ranked) - SHOWN:,} more: --all or --json lists them", style=SOFT))
    if findings:
        rates = "; ".join(rule["rates"]) or "was never measured"
        console.print(Text(f"  How often this rule is right: {rates}", style=SOFT))


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)


def _days(found: Mapping[str, Any], every: bool) -> Table:
    """Movements, and what reached services, by day since the theft."""
    table = _table(f"\nDays since {found['days_from'] or 'the theft'}")
    for heading in ("Day", "Wave", "Movements", "Moved", "Reached services"):
        table.add_column(heading, justify="left" if heading in ("Wave", "Reached services") else "right")
    days = found["days"] if every else found["days"][:DAYS]
    for day in days:
        ended = ", ".join(f"{plain(kind, 30)} {share:.2%}" for kind, share in day["ended"].items())
        table.add_row(str(day["day"]), day["wave"], f"{day['movements']:,}", f"{day['moved']:.2%}", ended)
    rest = len(found["days"]) - len(days)
    table.caption = f"and {rest:,} more days" if rest else None
    table.caption_justify = "left"
    return table


def _features(found: Mapping[str, Any]) -> Table:
    """What could be computed of the fingerprint."""
    table = _table(f"\nFingerprint (shares by {plain(found['measure'], 12)})")
    for heading in ("", "Feature", "Value", "Rests on", "From"):
        table.add_column(heading, justify="right" if heading in ("Rests on", "From") else "left")
    for one in found["features"]:
        if one["value"] is not None:
            parts = " ".join(_parts(one))
            value = f"{one['value']:.4g} {one['unit']}" + (f"  ({parts})" if parts else "")
            table.add_row(one["id"], one["name"], value, f"{one['share']:.0%}", f"{one['n']:,}")
    return table


def _parts(one: Mapping[str, Any]) -> Iterator[str]:
    if one["id"] != "F21":  # 24 hours would hide the rest
        yield from (f"{plain(name, 24)} {part:.3g}" for name, part in one["parts"].items())


def _missing(found: Mapping[str, Any], console: Console) -> None:
    """What could not be computed, and what limits the rest."""
    for one in found["features"]:
        if one["value"] is None:
            head = f"  {one['id']} {one['name']} not computed: "
            tail = f" (would rest on {one['share']:.0%} of the value)"
            console.print(Text.assemble((head, "yellow"), plain(one["why"] or "", DETAIL), (tail, SOFT)))
        elif one["why"]:
            console.print(Text(f"  {one['id']}: {plain(one['why'], DETAIL)}", style=SOFT))


def _comparison(one: Mapping[str, Any], console: Console) -> None:
    """The verdict, on what it rests, and what speaks most against it."""
    ratio = "" if one["ratio"] is None else f", {one['ratio']:.3g} to 1"
    console.print(Text.assemble(("\nBeside ", "bold"), (plain(one["title"], DETAIL), "bold")))
    console.print(Text.assemble("  ", (f"{one['verdict']}{ratio}", "cyan"), f": {plain(one['why'], DETAIL)}"))
    for weight in one["weights"]:
        console.print(Text(f"  {_weight(weight)}", style=SOFT))
    if one["against"]:
        console.print(Text.assemble(("  strongest contradiction: ", "yellow"), _weight(one["against"])))
    elif one["weights"]:
        console.print("  nothing that could be compared contradicts it")
    console.print(Text(f"  {plain(one['attribution'], DETAIL)}", style=SOFT))


def _weight(one: Mapping[str, Any]) -> str:
    return (
        f"{one['feature']} ({one['family']}) {one['value']:.4g}, there {one['expected']:.4g}:"
        f" {one['ratio']:.3g} to 1. {plain(one['source'], DETAIL)}"
    )
