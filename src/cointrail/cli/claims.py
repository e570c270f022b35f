"""`cointrail claims`: add what a source says, and compute what others published."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cointrail.cli.incidents import AsOf, Claims, RuleSet, day
from cointrail.errors import InputError
from cointrail.incidents.check import checks
from cointrail.incidents.incident import by_id
from cointrail.incidents.ledger import ledger
from cointrail.incidents.report import report
from cointrail.incidents.rules import DEFAULT
from cointrail.incidents.statements import is_table, read_statements
from cointrail.incidents.store import Store, check_claim, check_figure
from cointrail.reports.crime import show_checks

claims = typer.Typer(help="What sources say: add to it, and check what others published.", no_args_is_help=True)


@claims.callback()
def main() -> None:
    """What sources say: add to it, and check what others published."""


@claims.command()
def add(
    store: Annotated[Path, typer.Argument(metavar="DIR", help="A store of claims; made where there is none.")],
    by: Annotated[str, typer.Option(help="Who says so.")],
    url: Annotated[str, typer.Option(help="Where it can be read.")],
    value: Annotated[str, typer.Option(help="What is said.")],
    incident: Annotated[str | None, typer.Option(metavar="ID", help="About this theft; a new id makes one.")] = None,
    name: Annotated[str, typer.Option(help="Name of a new theft.")] = "",
    field: Annotated[str, typer.Option(help="What about it: date, usd, actor...")] = "",
    metric: Annotated[str, typer.Option(help="Or about a period: stolen, incidents, share...")] = "",
    of: Annotated[str, typer.Option(help="Of whom or what, such as all theft.")] = "",
    window: Annotated[str, typer.Option(help="In which period: 2025, or 2025-01..2025-06.")] = "",
    said: Annotated[str, typer.Option(help="When it was said; `by 2025-12` for at the latest.")] = "",
    scope: Annotated[str, typer.Option(help="What it counts.")] = "",
    confidence: Annotated[str, typer.Option(help="Of an actor: high, medium, low.")] = "",
    asset: Annotated[str, typer.Option(help="Of an amount.")] = "",
    note: Annotated[str, typer.Option(help="Anything else.")] = "",
    denies: Annotated[bool, typer.Option("--denies", help="Of an actor: the source says that it was not.")] = False,
) -> None:
    """Add a claim about one theft, or a figure that somebody published about a period."""
    if bool(incident) == bool(metric):
        raise InputError("a claim is about --incident ID with --field, or about a period with --metric, --of, --window")
    today = datetime.now(UTC).date()
    there = Store(store) if store.exists() and any(store.iterdir()) else None
    told = {"value": value, "by": by, "url": url, "said": said, "scope": scope, "note": note}
    if metric:
        figure = _given(told | {"metric": metric, "of": of, "window": window})
        check_figure(figure, today)  # before a store is made for it
        (there or Store.make(store)).add_published(figure, today)
    else:
        known = ledger(there, today=today).incidents
        raw = told | {"field": field, "confidence": confidence, "asset": asset, "denies": "true" if denies else ""}
        identity = incident or ""
        if identity not in known and field != "date":
            identity = by_id(known, identity).id
        given = _given(raw)
        check_claim(identity, given, today)
        (there or Store.make(store)).add_claim(identity, name or identity, given, today)
    typer.echo("added")


@claims.command()
def check(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Statements: YAML or CSV.")] = None,
    store: Claims = None,
    rule_set: RuleSet = DEFAULT,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Recompute published figures from each other and from the ledger, and say whether they agree."""
    whole = ledger(Store(store) if store else None)
    until = day(as_of)
    year = (until or datetime.now(UTC).date()).year
    asked = read_statements(file, whole.incidents) if file and is_table(file) else checks(file)
    found = report(whole, year, until, rule_set, asked)["checks"]
    if as_json:
        typer.echo(json.dumps(found, indent=1, ensure_ascii=False))
    else:
        show_checks(found, Console(highlight=False, soft_wrap=True))


def _given(raw: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in raw.items() if text}
