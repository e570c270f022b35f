"""`cointrail label`: sourced claims about addresses."""

import json
from collections.abc import Iterable
from pathlib import Path
from time import time as clock
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from cointrail.chains.address import parse_any
from cointrail.chains.moment import parse_time
from cointrail.cli.progress import progress
from cointrail.errors import InputError
from cointrail.labels import Labels, import_labels
from cointrail.labels.decision import Action
from cointrail.labels.export import write_tagpack
from cointrail.labels.formats import formats
from cointrail.labels.importer import Imported
from cointrail.labels.sync import publishers, sync
from cointrail.labels.told import known_by, record, written
from cointrail.ledger.manifest import load
from cointrail.words import counted

labels = typer.Typer(help="Sourced claims about addresses.", no_args_is_help=True)

Store = Annotated[Path, typer.Option("--ledger", "--into", metavar="LEDGER", help="The ledger that keeps the labels.")]
Ids = Annotated[list[str], typer.Argument(metavar="LABEL_ID...", help="Labels, as `label find` shows their ids.")]
By = Annotated[str, typer.Option("--by", help="Who decides.")]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]
Url = Annotated[str | None, typer.Option("--url", help="Where it can be read.")]
At = Annotated[str | None, typer.Option("--at", metavar="TIME", help="From when on; now if not given.")]
Other = TypeVar("Other", int, None)
SHOWN = 8  # words and files of a list that a note names


@labels.callback()
def main() -> None:
    """Sourced claims about addresses."""


@labels.command("import")
def import_(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Label files, folders of them, ledgers with freezes of USDT."),
    ],
    into: Annotated[Path, typer.Option("--into", "--ledger", metavar="LEDGER", help="The ledger that keeps them.")],
    strict: Annotated[bool, typer.Option("--strict", help="Refuse a file with any bad row.")] = False,
    form: Annotated[
        str | None,
        typer.Option(
            "--format", help="The format, where the content does not tell: " + ", ".join(one.name for one in formats())
        ),
    ] = None,
    fields: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=TEXT", help="The same in every row; repeatable.")
    ] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="The files are all that their sources say: what they lack has expired.")
    ] = False,
) -> None:
    """Import labels, so that traces stop at services and name them."""
    load(into)
    same = dict(_pair(text) for text in fields or ())
    with progress() as step:
        done = import_labels(files, into, strict=strict, form=form, same=same, complete=complete, step=step)
    show(done)


@labels.command()
def find(
    addresses: Annotated[list[str], typer.Argument(metavar="ADDRESS...")],
    ledger: Store,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="What held then; now if not given, `any` for ever.")
    ] = None,
    known: Annotated[
        str | None, typer.Option("--known", metavar="TIME", help="As the store was then, not as it is.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one object.")] = False,
) -> None:
    """Say what is claimed about addresses, by whom, and whether it holds."""
    store = Labels(_there(ledger))
    time = None if at == "any" else _time("--at", at, int(clock()))
    moment = None if known is None else _moment(known)
    found = {text: store.standing(parse_any(text), time, moment) for text in addresses}
    if as_json:
        print(json.dumps(record(found, time, known, store.version), indent=1, ensure_ascii=False))
        return
    for text, standings in found.items():
        print("\n".join(written(text, standings)))


@labels.command()
def appeal(ids: Ids, ledger: Store, by: By, reason: Reason, url: Url = None, at: At = None) -> None:
    """Dispute labels: they go on counting, and say that they are under appeal."""
    _decide(Action.APPEAL, ids, ledger, by, reason, url, at)


@labels.command()
def expire(ids: Ids, ledger: Store, by: By, reason: Reason, url: Url = None, at: At = None) -> None:
    """End labels that were right and no longer hold."""
    _decide(Action.EXPIRE, ids, ledger, by, reason, url, at)


@labels.command()
def revoke(ids: Ids, ledger: Store, by: By, reason: Reason, url: Url = None, at: At = None) -> None:
    """Withdraw labels: they do not count from this moment on, and it stays known that they did."""
    _decide(Action.REVOKE, ids, ledger, by, reason, url, at)


@labels.command()
def restore(ids: Ids, ledger: Store, by: By, reason: Reason, url: Url = None, at: At = None) -> None:
    """Bring labels back, or uphold them against an appeal."""
    _decide(Action.RESTORE, ids, ledger, by, reason, url, at)


@labels.command()
def export(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    ledger: Store,
    form: Annotated[str, typer.Option("--format", help="tagpack")] = "tagpack",
    title: Annotated[str, typer.Option("--title")] = "Labels of a cointrail ledger",
    creator: Annotated[str, typer.Option("--creator", help="Who publishes them.")] = "cointrail",
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Labels that hold then; now if not given.")
    ] = None,
) -> None:
    """Write the imported labels that hold as a TagPack of GraphSense."""
    if form != "tagpack":
        raise InputError(f"--format {form[:40]}: there is tagpack")
    time = _time("--at", at, int(clock()))
    count, left = write_tagpack(Labels(_there(ledger)), out, title=title, creator=creator, time=time)
    more = f", {left:,} left out: no text of their address" if left else ""
    print(f"{counted(count, 'label')} written to {out}{more}")


@labels.command("sync")
def sync_(
    into: Annotated[Path, typer.Option("--into", "--ledger", metavar="LEDGER", help="The ledger that keeps them.")],
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME...", help="Publishers; all if none is named.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--publishers", metavar="FILE", help="A table of your own publishers (CSV).")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Only say which publishers there are.")] = False,
) -> None:
    """Fetch lists from their publishers over the network, and import them."""
    known = publishers(table)
    if listed:
        for one in (one for files in known.values() for one in files):
            print(f"{one.name}  {one.url}  {one.format}, {one.licence}")
        return
    load(into)
    with progress() as step:
        for done in sync(into, names or [], known, step):
            print(f"{done.name}: {done.fetched} files fetched, {done.unchanged} unchanged.")
            if done.imported:
                show(done.imported)


def show(done: Imported) -> None:
    """Print what an import did."""
    console = Console(highlight=False, soft_wrap=True)
    fresh = counted(done.labels, "label")
    console.print(f"{fresh} new, {done.known:,} known already, {done.skipped:,} of other networks.")
    if done.silent:
        silent = counted(done.silent, "entry", "entries")
        console.print(f"{silent} without an address, or only to end what others began.")
    if done.expired:
        console.print(f"{counted(done.expired, 'label')} expired: no longer in the sources.")
    if done.bad:
        console.print(f"[yellow]{counted(done.bad, 'bad row')}[/] left out; see {escape(str(done.quarantine))}")
    if done.left:
        others = counted(len(done.left), "file is no label file", "files are no label files")
        console.print(f"{others}: {_some(path.name for path in done.left)}", markup=False)
    if done.unknown:
        console.print(
            f"note: a walk does not stop at these categories, which are not known: {_some(done.unknown)}", markup=False
        )


def _some(words: Iterable[str]) -> str:
    every = sorted(words)
    more = f" and {len(every) - SHOWN:,} more" if len(every) > SHOWN else ""
    return ", ".join(every[:SHOWN]) + more


def _decide(
    action: Action, ids: list[str], ledger: Path, by: str, reason: str, url: str | None, at: str | None
) -> None:
    store = Labels(_there(ledger))
    moment = _time("--at", at, None)
    done = store.decide(action, ids, by=by, reason=reason, url=url, at=moment)
    print(f"decision {done.id}: {action}, {len(ids):,} labels")


def _there(ledger: Path) -> Path:
    if not (ledger / "labels").is_dir():
        load(ledger)
    return ledger


def _pair(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark:
        raise InputError(f"--set {text[:40]}: write FIELD=TEXT, such as category=scam")
    return name.strip(), value


def _time(option: str, text: str | None, other: Other) -> int | Other:
    try:
        return other if text is None else parse_time(text)
    except ValueError as error:
        raise InputError(f"{option}: {error}") from error


def _moment(text: str) -> float:
    try:
        return known_by(text)
    except ValueError as error:
        raise InputError(f"--known: {error}") from error
