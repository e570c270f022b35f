"""The result in short, for the terminal."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cointrail.reports.amounts import ZERO, percent
from cointrail.reports.conversions import RATE, UNMEASURED, sums
from cointrail.reports.groups import weight, weights
from cointrail.reports.kinds import kind_of
from cointrail.reports.plain import plain, short, target
from cointrail.reports.policies import REACH_ONLY, ordered, policy
from cointrail.reports.totals import Coin, by_kind, coin, figure, is_backward, of_theft, one_measure, stolen, whole
from cointrail.words import counted

TOP = 15  # endpoints listed
SUMS = 12  # kinds of conversion listed
WARNINGS = 8  # warnings listed
KINDS = 6  # kinds of finding named
FILES = ("report.html", "trail.json", "movements.csv")
NAME, TIGHT = 52, 12  # most and fewest characters of kind and label
ADDRESS, SHORT, HOPS, APART = 42, 11, 4, 2  # columns that an address takes, a short one, and the hops; and between all
WORD = 40  # characters of the kind of a finding
FULL, BOUNDS = 104, 26  # columns of the terminal from which addresses are written in full; more with bounds
SOFT = "dim"


def show(trail: Mapping[str, Any], console: Console, folder: Path | None = None) -> None:
    """Print what was stolen and where it is, under each policy, the conversions, and the largest endpoints.

    :param folder: where the files of the result are; without it they are not mentioned.
    """
    names = ordered(trail)
    console.print(_headline(trail, names))
    for name in names:
        console.print(_kinds(trail, name, console.width))
        if trail["policies"][name]["conversions"]:
            console.print(_conversions(trail, name))
            console.print(_measured(trail, name))
        console.print(_books(trail, name))
    if names and trail["policies"][names[0]]["endpoints"]:
        console.print(_endpoints(trail, names[0], console.width))
    if trail["bounds_note"]:
        console.print(Text(f"Bounds: {plain(trail['bounds_note'], 300)}", style=SOFT))
    _listed(trail, console)
    _warn(trail, console)
    if folder is not None:
        for file in FILES:
            console.print(Text.assemble(("  ", ""), (str(folder / file), "bold")), soft_wrap=True)


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)


def _headline(trail: Mapping[str, Any], names: list[str]) -> Text:
    """'Stolen: 401,347 ETH from 0x…'"""
    sums = stolen(trail, names[0]) if names else {}
    shown = [(coin(trail, asset), amount) for asset, amount in sums.items()]
    text = " + ".join(f"{figure(amount, one).text} {one.symbol}" for one, amount in shown) or "nothing"
    word = "Traced back" if is_backward(trail) else "Stolen"
    addresses = trail["theft"]["addresses"]
    more = f" and {len(addresses) - 1:,} more" if len(addresses) > 1 else ""
    return Text.assemble(
        f"\n{word}: ", (text, "bold"), " from ", plain(addresses[0]) if addresses else "transactions", more
    )


def _kinds(trail: Mapping[str, Any], name: str, wide: int) -> Table:
    """Amount by kind of endpoint, its share of all that was in the asset, and of the theft where that differs."""
    of_all = one_measure(trail, name) and bool(trail["policies"][name]["converted_in"])
    counted = not of_all or wide >= FULL  # the share of the theft matters more than the number of addresses
    table = _table(policy(name).title)
    table.add_column("Where it came from" if is_backward(trail) else "Where it is", min_width=22 if of_all else 26)
    for heading in (*(["Addresses"] if counted else []), "Amount"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for heading in ("Of asset", "Of total" if is_backward(trail) else "Of theft") if of_all else ("Share",):
        table.add_column(heading, justify="right")
    in_all = whole(trail, name)
    for total in by_kind(trail, name):
        shown = coin(trail, total.asset)
        share = "" if name == REACH_ONLY else percent(total.amount, in_all.get(total.asset, ZERO))
        count = f"{len(total.addresses):,}" if total.addresses else ""
        part = of_theft(trail, name, total)
        cells: list[str | Text] = [
            *([count] if counted else []),
            figure(total.amount, shown).text,
            Text(shown.symbol),
            share,
        ]
        table.add_row(total.kind.title, *cells, *(part if of_all else []))
    return table


def _conversions(trail: Mapping[str, Any], name: str) -> Table:
    """The swaps and bridge hops by rule and pair of assets."""
    table = _table(f"Conversions under {policy(name).title}")
    table.add_column("By", overflow="fold")
    table.add_column("Times", justify="right")
    table.add_column("From", justify="right")
    table.add_column("Into", justify="right")
    table.add_column("Least sure", justify="right")
    found = sums(trail, name)
    for one in found[:SUMS]:
        rule = "" if one.rule == one.what else f" · {one.rule}"
        gone, came = _amount(one.stolen, coin(trail, one.asset)), _amount(one.came, coin(trail, one.to_asset))
        table.add_row(Text(one.what + rule), f"{one.count:,}", Text(gone), Text(came), one.sure)
    if len(found) > SUMS:
        table.caption = f"and {len(found) - SUMS:,} more kinds; all are in trail.json"
        table.caption_justify = "left"
    return table


def _measured(trail: Mapping[str, Any], name: str) -> Text:
    """How often each rule is right, as it was measured."""
    rates: dict[str, list[str]] = {}
    for one in sums(trail, name):
        known = rates.setdefault(one.rule, [])
        known += [rate for rate in one.rates if rate not in known]
    told = [f"{rule}: {'; '.join(known) or UNMEASURED}" for rule, known in sorted(rates.items())]
    return Text("How often a rule is right. " + ". ".join(told) + ".", style=SOFT)


def _books(trail: Mapping[str, Any], name: str) -> Text:
    """Whether the books balance, and how far the trail reached."""
    entry = trail["policies"][name]
    reached = counted(entry["addresses"], "address", "addresses")
    moved, far = counted(entry["movements"], "movement"), counted(entry["max_hops"], "hop")
    reach = f" {reached}, {moved}, up to {far}.\n"
    if entry["balanced"] is None:
        return Text.assemble(("Shows reach, not amounts: the figures do not add up.", "yellow"), (reach, SOFT))
    if entry["balanced"]:
        return Text.assemble(("Books balance to the smallest unit.", "green"), (reach, SOFT))
    return Text.assemble(("BOOKS DO NOT BALANCE: do not rely on these figures.", "bold red"), (reach, SOFT))


def _endpoints(trail: Mapping[str, Any], name: str, wide: int) -> Table:
    """The largest endpoints of the first policy, with bounds when there are any."""
    coins = {asset: coin(trail, asset) for asset in trail["assets"]}
    worth, measured = weights(trail), one_measure(trail, name)
    ranked = sorted(trail["policies"][name]["endpoints"], key=lambda end: -weight(end, worth, measured))
    bounds = {_spot(one): one for one in trail["bounds"]}
    # A bound is of a place: where that is several endpoints, it is the bound of none of them.
    alone = Counter(map(_spot, ranked))
    full = wide >= FULL + (BOUNDS if bounds else 0)
    title = f"Largest endpoints under {policy(name).title}" + (
        f" ({TOP} of {len(ranked):,})" if len(ranked) > TOP else ""
    )
    table = _table(title)
    table.add_column("Address", no_wrap=True)
    amounts = [_amount(Decimal(end["amount"]), coins[end["asset"]]) for end in ranked[:TOP]]
    # Kind and label get what the figures leave: a figure is never cut.
    room = wide - (ADDRESS if full else SHORT) - HOPS - 3 * APART - max(map(len, amounts)) - (BOUNDS if bounds else 0)
    room = max(TIGHT, min(NAME, room))
    table.add_column("Kind and label", max_width=room, overflow="ellipsis", no_wrap=True)
    for heading in ("Amount", *(("At least", "At most") if bounds else ()), "Hops"):
        table.add_column(heading, justify="right", no_wrap=True)
    for end, amount in zip(ranked, amounts, strict=False):
        shown = coins[end["asset"]]
        bound = bounds.get(_spot(end)) if alone[_spot(end)] == 1 else None
        cells = [figure(Decimal(bound[key]), shown).text for key in ("least", "most")] if bound else ["", ""]
        where = (end["address"] if full else short(end["address"])) if end["address"] else "–"
        table.add_row(where, Text(_called(end)), Text(amount), *(cells if bounds else []), str(end["hops"]))
    return table


def _amount(amount: Decimal, shown: Coin) -> str:
    return f"{figure(amount, shown).text} {shown.symbol}"


def _spot(one: Mapping[str, Any]) -> tuple[str, ...]:
    return one["chain"], one["address"], one["asset"], one["reason"]


def _called(end: Mapping[str, Any]) -> str:
    """'Exchange · Name'; where value went on to comes first, since that is where to look next."""
    onward = f"→ {target(end['target'])}" if end["target"] else ""
    kind = kind_of(end).one
    return " · ".join(filter(None, (f"{kind} {onward}" if onward else kind, plain(end["label"] or ""))))


def _listed(trail: Mapping[str, Any], console: Console) -> None:
    """How many findings of each kind, and how many candidates."""
    kinds = Counter(plain(one["kind"].replace("_", " "), WORD) for one in trail["findings"]).most_common()
    if kinds:
        named = [f"{kind} ({count:,})" for kind, count in kinds[:KINDS]]
        more = [f"{len(kinds) - KINDS:,} more kinds"] if len(kinds) > KINDS else []
        console.print(Text.assemble(("Findings: ", "yellow"), ", ".join([*named, *more])))
    if trail["candidates"]:
        count = len(trail["candidates"])
        said = f"{count:,} payment{'s' if count != 1 else ''} out of vaults may be stolen value; listed, not followed."
        console.print(Text.assemble(("Candidates: ", "yellow"), said))
    if trail["bridge_candidates"]:
        count = len(trail["bridge_candidates"])
        said = f"{count:,} possible other side{'s' if count != 1 else ''} of deposits; listed, not followed."
        console.print(Text.assemble(("Bridges: ", "yellow"), said))
        told = {(one["rule"], one["rate"] or UNMEASURED): None for one in trail["bridge_candidates"]}
        for rule, rate in sorted(told):
            console.print(Text(f"  {plain(rule, WORD)}: {plain(rate, RATE)}", style=SOFT))
    if joins := len({one["tx"] for one in trail["coinjoins"]}):
        took = f"{joins:,} CoinJoin{'s' if joins != 1 else ''} took stolen value; how much of each output can be stolen"
        console.print(Text.assemble(("Mixers: ", "yellow"), f"{took} is listed, not followed."))
    if mixed := trail["mixers"]:
        pools = len({(one["chain"], one["address"]) for one in mixed})
        who = len({each["address"] for one in mixed for each in one["recipients"]})
        said = f"{pools:,} mixing pool{'s' if pools != 1 else ''} took stolen value; {who:,} possible recipients"
        console.print(Text.assemble(("Mixers: ", "yellow"), f"{said} are listed."))


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
