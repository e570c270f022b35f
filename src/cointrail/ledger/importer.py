"""Importing: from files or a node into a ledger, all of it or nothing."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from cointrail.chains import Asset, Registry, chain, format_address, parse_address
from cointrail.chains import wrapped as wrapped_coins
from cointrail.chains.bitcoin import networks
from cointrail.chains.chain import chains
from cointrail.errors import InputError
from cointrail.ledger.assets import registry, vouched, wrappers
from cointrail.ledger.event import Event, as_table
from cointrail.ledger.manifest import NAME, Declared, Manifest, Origin, load
from cointrail.ledger.quarantine import kept, printable
from cointrail.ledger.readers import Options, Wanted, read_files
from cointrail.ledger.readers.bitcoin.node import read_node as read_outputs
from cointrail.ledger.readers.node import chain_id, read_node
from cointrail.ledger.readers.rpc_place import node_name
from cointrail.ledger.readers.wanted import NONE
from cointrail.ledger.segment import hashes
from cointrail.ledger.store import INCOMING, Writer, writer

BURNT = (
    "Tron's nodes do not tell in Ethereum's interface what was burnt as fee, nor TRC-10 tokens and stakes from coin:"
    " what is neither a call nor a token may be wrong; give the node's own blocks and receipts as files"
)
Step = Callable[[str, float], None]  # what is being done, and the share that is done (below 0: not known)


@dataclass
class Imported:
    """What an import did."""

    rows: int  # read from the sources
    transfers: int  # in the ledger now
    added: int  # of them new
    events: int = 0  # for conversions: those that are new
    bad: int = 0
    quarantine: Path | None = None
    again: bool = False  # every source had been imported before
    warnings: list[str] = field(default_factory=list)


def import_files(
    paths: Sequence[Path], into: Path, options: Options, step: Step = lambda what, share: None
) -> Imported:
    """Import files into a ledger, new or old; InputError for anything unusable, and then the ledger is unchanged."""
    step("reading", -1)
    if chain(options.chain).by_outputs:
        options = replace(options, known_blocks=block_heights(into))
    reading = read_files(paths, options)
    manner = _manner(options, [source.sha256 for source in reading.sources])
    if (into / NAME).is_file():
        held = load(into)
        before = {(o.sha256, o.format, o.options) for o in held.sources if not (options.strict and o.bad)}
        told = held.chain == options.chain and all((s.sha256, s.format, manner) in before for s in reading.sources)
        if told and (held.terms or not held.outputs):  # else of a version that kept no terms: the files may tell them
            return Imported(0, held.transfers, 0, again=True)
    vouch = wrappers(options.registry, options.wrapped)
    rows: dict[Any, int] = dict.fromkeys(reading.sources, 0)
    with writer(into, options.chain) as target:
        old = target.manifest
        number = {source: place for place, source in enumerate(reading.sources)}
        for source, table in reading:
            rows[source] += target.add(table, number[source])
            step("reading", -sum(rows.values()))
        problems = [reading.problems[source] for source in reading.sources]
        origins = [
            Origin(printable(source.path.name), source.format, source.sha256, rows[source], problem.bad, manner)
            for source, problem in zip(reading.sources, problems, strict=True)
        ]
        # before the rows count, so that no crash can lose them
        with kept(into, problems) as quarantine, vouched(into, options.chain, vouch):
            new = _commit(target, origins, options.registry, [*reading.assets, *vouch], step)
    done = _imported(old, new, sum(rows.values()), list(reading.warnings))
    done.bad, done.quarantine = sum(problem.bad for problem in problems), quarantine
    return done


def block_heights(ledger: Path) -> dict[bytes, int]:
    """The heights of the blocks that a ledger holds, by hash; none where there is no ledger yet."""
    manifest = load(ledger) if (ledger / NAME).is_file() else None
    return {hash_: n for segment in manifest.segments for n, hash_ in hashes(ledger, segment)} if manifest else {}


def import_node(
    url: str,
    first: int,
    last: int,
    into: Path,
    chain_name: str,
    step: Step = lambda what, share: None,
    wanted: Wanted = NONE,
    wrapped: Sequence[str] = (),
) -> Imported:
    """Import the blocks `first` to `last` from a JSON-RPC node. What an interrupted import had read is kept aside and
    used by the next one; the ledger itself changes only at the end. `wanted` and `wrapped` as in `Options`."""
    known = registry(into, chain_name)
    vouch = wrappers(known, wrapped)
    if chain(chain_name).by_outputs:
        return _import_outputs(url, first, last, into, chain_name, known, step)
    warnings = _same_chain(url, chain_name)
    with writer(into, chain_name) as target:
        old, rows = target.manifest, 0
        reading = read_node(
            url,
            first,
            last,
            staging=into / INCOMING,
            progress=lambda done, total: step("blocks", done / total),
            wanted=wanted,
            wrapped=wrapped_coins(chain_name) | {parse_address(contract) for contract in wrapped},
        )
        content = hashlib.sha256()
        for table in reading:
            rows += target.add(table, 0)
            _digest(content, table)
        name, manner = f"{node_name(url)} blocks {first} to {last}", _told({"wanted": wanted.digest}, wrapped)
        origin = Origin(name, "json-rpc", content.hexdigest(), rows, options=manner)
        with vouched(into, chain_name, vouch):
            new = _commit(target, [origin], known, vouch, step)
    _clear(into / INCOMING)
    return _imported(old, new, rows, [*warnings, *reading.warnings])


def _import_outputs(
    url: str, first: int, last: int, into: Path, chain_name: str, known: Registry, step: Step
) -> Imported:
    """The same from a node of an output-based chain."""
    with writer(into, chain_name) as target:
        old, rows, content = target.manifest, 0, hashlib.sha256()
        network = networks()[chain_name]
        for table in read_outputs(url, first, last, network, lambda done, total: step("blocks", done / total)):
            rows += target.add(table, 0)
            _digest(content, table)
        origin = Origin(f"{node_name(url)} blocks {first} to {last}", "bitcoin-rpc", content.hexdigest(), rows)
        new = _commit(target, [origin], known, [], step)
    return _imported(old, new, rows, [])


def import_tables(
    tables: Sequence[tuple[str, Any]],
    into: Path,
    chain_name: str,
    describe: Callable[[str], Asset],
    step: Step = lambda what, share: None,
    events: Sequence[Event] = (),
) -> Imported:
    """Import tables of `rows.ROWS` made by a program, each with the name of its source, and its events. `describe`
    explains the asset keys that occur in the tables."""
    with writer(into, chain_name) as target:
        old = target.manifest
        rows, origins = [], []
        for place, (name, table) in enumerate(tables):
            rows.append(target.add(table, place))
            origins.append(Origin(name, "table", _digest(hashlib.sha256(), table).hexdigest(), rows[-1]))
        if events:
            table = as_table(events)
            target.add(table, len(tables))
            origins.append(Origin("events", "table", _digest(hashlib.sha256(), table).hexdigest(), 0))
        said = {key: describe(key) for key in target.assets}
        new = _commit(target, origins, registry(into, chain_name), list(said.values()), step)
    return _imported(old, new, sum(rows), [])


def _imported(old: Manifest, new: Manifest, rows: int, warnings: list[str]) -> Imported:
    events = sum(part.rows for part in new.events) - sum(part.rows for part in old.events)
    return Imported(rows, new.transfers, new.transfers - old.transfers, events, warnings=warnings)


def _commit(
    target: Writer, origins: Iterable[Origin], known: Registry, declared: Sequence[Asset], step: Step
) -> Manifest:
    by_key = {asset.key: asset for asset in declared}

    def describe(key: str) -> Declared:
        asset = known.get(key) or by_key.get(key) or Asset(key, key, 0, "unknown")
        return Declared(asset.key, asset.symbol, asset.decimals, asset.origin)

    return target.commit(origins, describe, lambda share: step("writing", share))


def _digest(state: Any, table: pa.Table) -> Any:
    """Take the content of a table into a SHA-256: rows that come from no file have a digest too."""
    with pa.ipc.new_stream(pa.PythonFile(_Taking(state), "w"), table.schema) as stream:
        stream.write_table(table.unify_dictionaries())
    return state


class _Taking:
    """A file that keeps nothing: what is written goes into a digest."""

    closed = False

    def __init__(self, state: Any) -> None:
        self.write = state.update

    def flush(self) -> None:
        """Nothing waits."""


def _manner(options: Options, together: Sequence[str]) -> str:
    """How files were read: what the user said, and which were read together, as they complete each other."""
    said = {
        "map": ",".join(f"{k}={v}" for k, v in sorted((options.columns or {}).items())),
        "asset": options.asset,
        "decimals": options.decimals,
        "with": hashlib.sha256("".join(sorted(together)).encode()).hexdigest()[:16] if len(together) > 1 else "",
        "wanted": options.wanted.digest,
    }
    return _told(said, options.wrapped)


def _told(said: dict[str, Any], wrapped: Sequence[str]) -> str:
    contracts = sorted({format_address(parse_address(contract)) for contract in wrapped})
    every = said | {"wrapped": ",".join(contracts)}
    return " ".join(f"{name}:{value}" for name, value in every.items() if value not in (None, ""))


def _same_chain(url: str, name: str) -> list[str]:
    wanted, number = chain(name).number, chain_id(url)
    if number == wanted:
        return [BURNT] if chain(name).family == "tron" else []
    other = next((one.name for one in chains().values() if one.number == number), None)
    if other is None:
        return [f"the node's chain is {number}, not {wanted}: a private chain, kept under the name {name}"]
    raise InputError(f"the node follows {other}, not {name}; give --chain {other}")


def _clear(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True) if folder.is_dir() else ():
        path.unlink() if path.is_file() else path.rmdir()
    if folder.is_dir():
        folder.rmdir()
