"""`cointrail incidents`: reported thefts: import lists, look, and say which are the same."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cointrail.cli.results import results
from cointrail.errors import InputError
from cointrail.incidents import catalogue
from cointrail.incidents.entry import entries
from cointrail.incidents.incident import by_id
from cointrail.incidents.ledger import ledger, listed, read_lists
from cointrail.incidents.report.plain import theft
from cointrail.incidents.rules import DEFAULT, rules
from cointrail.incidents.span import span
from cointrail.incidents.store import DIFFERENT, SAME, UNDECIDED, Store
from cointrail.reports.crime import show_incident, show_list, show_pairs, show_reading

incidents = typer.Typer(help="Reported thefts, with what each source says of them.", no_args_is_help=True)

Claims = Annotated[Path | None, typer.Option("--claims", metavar="DIR", help="A store of claims beside the catalogue.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="As was known at the end of that day.")]
RuleSet = Annotated[str, typer.Option("--rules", metavar="NAME", help="Which claim wins.")]
Pair = tuple[str, str]
WIDTH = 300  # columns of what no terminal shows


@incidents.callback()
def main() -> None:
    """Reported thefts, with what each source says of them."""


@incidents.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Lists of thefts, known by their columns.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Make a store of claims there.")] = None,
    into: Annotated[Path | None, typer.Option("--into", metavar="DIR", help="Add to that store of claims.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse a list with any bad row.")] = False,
) -> None:
    """Import lists of thefts, and name what is odd about them."""
    if (out is None) == (into is None):
        raise InputError("say where to: --out DIR makes a store of claims, --into DIR adds to one")
    if out is not None:
        results(out)
    today = datetime.now(UTC).date()
    store = Store(into) if into is not None else None
    read = read_lists(files, store, today, strict)  # all are read before anything is kept
    if store is None and out is not None:
        store = Store.make(out)
    console = Console(highlight=False, soft_wrap=True)
    for reading in read:
        if store is not None:
            show_reading(reading, store.add_list(reading), console)


@incidents.command("list")
def list_(
    claims: Claims = None,
    year: Annotated[int | None, typer.Option(help="Of that year only.")] = None,
    actor: Annotated[str | None, typer.Option(help="Of that actor, or of a unit of it.")] = None,
    rule_set: RuleSet = DEFAULT,
    as_of: AsOf = None,
) -> None:
    """List thefts as they count."""
    found = entries(ledger(_store(claims)).incidents, rules(rule_set), day(as_of))
    kept = [one for one in found if year in (None, one.when.year) and (actor is None or one.by(actor))]
    show_list([theft(one) for one in kept], wide())


@incidents.command()
def show(
    incident: Annotated[str, typer.Argument(metavar="ID", help="An id, or how it begins.")],
    claims: Claims = None,
    rule_set: RuleSet = DEFAULT,
) -> None:
    """Show everything that sources say about one theft; an arrow marks what counts."""
    one = by_id(ledger(_store(claims)).incidents, incident)
    (entry,) = entries({one.id: one}, rules(rule_set))
    show_incident(theft(entry), wide())


@incidents.command()
def match(
    store: Annotated[Path, typer.Argument(metavar="DIR", help="A store of claims.")],
    least: Annotated[float, typer.Option(help="Show pairs of this confidence or more.")] = 0.2,
    most: Annotated[float, typer.Option(help="Show pairs of this confidence or less.")] = 1.0,
    same: Annotated[Pair | None, typer.Option(metavar="A B", help="These two are one theft.")] = None,
    different: Annotated[Pair | None, typer.Option(metavar="A B", help="These two are not.")] = None,
    undo: Annotated[Pair | None, typer.Option(metavar="A B", help="Take back what was decided of two.")] = None,
    why: Annotated[str, typer.Option(help="Why it was decided so.")] = "",
) -> None:
    """Show which records of lists are taken for the same theft, and decide where that is wrong."""
    opened = Store(store)
    today = datetime.now(UTC).date()
    for pair, decision in ((same, SAME), (different, DIFFERENT), (undo, UNDECIDED)):
        if pair is not None:
            opened.decide(*known_pair(opened, pair, today), decision, why, today)
    whole = ledger(opened, today=today)
    decided = opened.decisions()
    group = {key: place for place, keys in enumerate(whole.joined.values()) for key in keys}
    rows = []
    for one in whole.pairs:
        if least <= one.confidence <= most:
            both = frozenset((one.left, one.right))
            state = "joined" if group[one.left] == group[one.right] else "apart"
            if both in decided:
                state = f"decided: {SAME if decided[both] else DIFFERENT}"
            rows.append(
                {"confidence": one.confidence, "state": state, "left": one.left, "right": one.right, "why": one.why}
            )
    show_pairs(rows, wide())


def known_pair(store: Store, pair: Pair, today: date) -> Pair:
    """Two ids, which must be of records or of the catalogue. Raises InputError when one is unknown."""
    known = set(catalogue(today=today)) | set(listed(store.records(today)))
    for name in pair:
        if name not in known:
            raise InputError(
                f"{name} is no record of {store.folder} and no incident; `cointrail incidents match` lists them"
            )
    return pair


def wide() -> Console:
    """A console as wide as the terminal; into a file or another program, wide enough for whole lines."""
    return Console(highlight=False, width=None if Console().is_terminal else WIDTH)


def day(text: str | None) -> date | None:
    """The last day of what was given: `2024-02-01`, or a month or year."""
    return None if text is None else span(text).last


def _store(folder: Path | None) -> Store | None:
    return None if folder is None else Store(folder)
