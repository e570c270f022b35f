"""Exposures for the terminal and as data for other tools."""

from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cointrail.chains import Asset, chain, format_time
from cointrail.chains.amount import to_text
from cointrail.exposure import Exposure, Part, Proof
from cointrail.exposure.said import UNKNOWN
from cointrail.ledger import Ledger
from cointrail.reports.amounts import exact, percent, places, rounded
from cointrail.reports.plain import plain, short
from cointrail.tracing.ledgers import Ledgers
from cointrail.words import counted

HEADINGS = {"source": "Came from", "destination": "Went to"}
COLUMNS = ("Directly", "Over others", "Share", "Hops", "Least", "Most")


def content(found: Exposure, ledger: Ledger) -> dict[str, Any]:
    """An exposure as JSON says it; amounts are in whole units, as text."""
    assets = _assets(ledger)
    return {
        "subject": found.subject,
        "address": chain(ledger.chain).address(found.address) if found.address else None,
        "transaction": chain(ledger.chain).hash(found.transaction) if found.transaction else None,
        "members": found.members,
        "policy": found.policy,
        "as_of": None if found.until is None else format_time(found.until),
        "parts": [_part(part, assets[part.asset]) for part in found.parts],
        "note": found.note,
        "ledger": found.ledger,
        "labels": found.labels,
    }


def proved(proof: Proof, ledger: Ledger) -> dict[str, Any]:
    """A proof as JSON says it."""
    assets = _assets(ledger)

    def amount(asset: str, units: int | None) -> str | None:
        return None if units is None else to_text(units, assets[asset].decimals)

    return {
        "address": chain(ledger.chain).address(proof.address),
        "category": proof.category,
        "direction": proof.direction,
        "policy": proof.policy,
        "amount": {asset: amount(asset, units) for asset, units in proof.amount.items()},
        "shown": {asset: amount(asset, units) for asset, units in proof.shown.items()},
        "bounds": [
            {"asset": one.asset, "least": amount(one.asset, one.least), "most": amount(one.asset, one.most)}
            | ({"note": one.note} if one.note else {})
            for one in proof.bounds
        ],
        "paths": [
            {
                "asset": path.asset,
                "amount": amount(path.asset, path.amount),
                "hops": [
                    {
                        "transaction": hop.transaction,
                        "block": hop.block,
                        "time": None if hop.time is None else format_time(hop.time),
                        "from": hop.sender,
                        "to": hop.recipient,
                        "asset": hop.asset,
                        "amount": amount(hop.asset, hop.amount),
                        "of_category": amount(hop.asset, hop.part),
                    }
                    | (
                        {
                            "bought": hop.bought,
                            "got": amount(hop.bought, hop.got),
                            "got_of_category": amount(hop.bought, hop.bought_part),
                        }
                        if hop.bought is not None
                        else {}
                    )
                    for hop in path.hops
                ],
            }
            for path in proof.paths
        ],
        "transactions": proof.transactions,
    }


def show(found: Exposure, ledger: Ledger, console: Console) -> None:
    """A table for each direction: by asset and category, unknown last; amounts are rounded, --json has them exact."""
    assets = _assets(ledger)
    console.print(f"{_who(found, ledger)}, by {found.policy}{_as_of(found)}", markup=False, soft_wrap=True)
    for direction, heading in HEADINGS.items():
        parts = [part for part in found.parts if part.direction == direction]
        if not parts:
            console.print(f"{heading}: nothing that counts.")
            continue
        bounded = any(part.least is not None for part in parts)
        table = Table(box=None, pad_edge=False)
        table.add_column(heading)
        for column in COLUMNS if bounded else COLUMNS[:4]:
            table.add_column(column, justify="right", no_wrap=True)
        last = ""
        for part in parts:
            asset = assets[part.asset]
            if part.asset != last:
                last = part.asset
                table.add_row(Text(f"{_amount(part.total, part, asset)} {_unit(asset)}", style="bold"))
            table.add_row(*_row(part, asset, bounded))
        console.print(table)
    console.print(found.note, markup=False, soft_wrap=True)


def show_proof(proof: Proof, ledger: Ledger, console: Console) -> None:
    """The paths, the largest first."""
    assets = _assets(ledger)
    if not proof.paths:
        console.print(f"Nothing of category {proof.category} under {proof.policy}.", markup=False)
    for asset, whole in proof.amount.items():
        count = sum(path.asset == asset for path in proof.paths)
        over = counted(count, "path")
        said = f"{_exact(proof.shown[asset], assets[asset])} of {_exact(whole, assets[asset])} on {over}"
        [bounds] = [one for one in proof.bounds if one.asset == asset]
        within = (
            f"at least {_exact(bounds.least or 0, assets[asset])}, at most {_exact(bounds.most or 0, assets[asset])}"
        )
        console.print(f"{said}; {within if bounds.most is not None else f'no bounds: {bounds.note}'}", markup=False)
    for path in proof.paths:
        console.print(f"{_exact(path.amount, assets[path.asset])}", markup=False)
        for hop in path.hops:
            when = "" if hop.time is None else format_time(hop.time)
            ends = f"{hop.sender or 'nobody'} -> {hop.recipient or 'nobody'}"
            of = f"{_exact(hop.part, assets[hop.asset])} of {_exact(hop.amount, assets[hop.asset])}"
            if hop.bought is not None:
                bought = assets[hop.bought]
                of += f" became {_exact(hop.bought_part, bought)} of {_exact(hop.got, bought)}"
            console.print(f"  {when} {hop.transaction or ''}\n    {ends}: {of}", markup=False, soft_wrap=True)


def _part(part: Part, asset: Asset) -> dict[str, Any]:
    def amount(units: int | None) -> str | None:
        return None if units is None else to_text(units, asset.decimals)

    return {
        "direction": part.direction,
        "asset": part.asset,
        "category": part.category,
        "direct": amount(part.direct),
        "indirect": amount(part.indirect),
        "total": amount(part.total),
        "hops": part.hops,
        "least": amount(part.least),
        "most": amount(part.most),
    }


def _row(part: Part, asset: Asset, bounded: bool) -> list[str]:
    unknown = part.category == UNKNOWN
    cells = [
        f"  {part.category}",
        "" if unknown else _amount(part.direct, part, asset),
        _amount(part.indirect, part, asset),
        percent(Decimal(part.amount), Decimal(part.total)),
        "" if unknown else str(part.hops),
    ]
    if bounded:
        cells += ["" if one is None else _amount(one, part, asset) for one in (part.least, part.most)]
    return cells


def _amount(units: int, part: Part, asset: Asset) -> str:
    """As many decimals as suit the total."""
    shown = places(_whole(part.total, asset), asset.decimals)
    return rounded(_whole(units, asset), shown)


def _exact(units: int, asset: Asset) -> str:
    return f"{exact(_whole(units, asset))} {_unit(asset)}"


def _whole(units: int, asset: Asset) -> Decimal:
    return Decimal(to_text(units, asset.decimals))


def _unit(asset: Asset) -> str:
    return plain(asset.symbol or asset.key)


def _who(found: Exposure, ledger: Ledger) -> str:
    if found.transaction:
        return f"transaction {short(chain(ledger.chain).hash(found.transaction))}"
    address = Ledgers([ledger]).text(found.address)
    return address if found.members == 1 else f"{found.members:,} addresses of the owner of {address}"


def _as_of(found: Exposure) -> str:
    return "" if found.until is None else f", as of {format_time(found.until)}"


def _assets(ledger: Ledger) -> dict[str, Asset]:
    ledgers = Ledgers([ledger])
    return {ledgers.name(number): asset for number, asset in enumerate(ledger.assets)}
