"""Writing a ledger: rows go into sorted runs, runs and the segments they touch are merged, the manifest is replaced.

Nothing that the manifest names is ever changed in place, so a crash at any point leaves the last complete ledger.
Segments that an import does not touch are not read.
"""

import fcntl
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from cointrail.errors import InputError
from cointrail.ledger import segment as segments
from cointrail.ledger.book import Book
from cointrail.ledger.columns import NONE, Columns, Integers, encode, number_assets, shaped
from cointrail.ledger.event_parts import FOLDER as EVENTS_FOLDER
from cointrail.ledger.event_parts import EventParts
from cointrail.ledger.manifest import NAME, Declared, Manifest, Origin, Segment, load
from cointrail.ledger.merge import merge
from cointrail.ledger.output_parts import FOLDER as OUTPUTS_FOLDER
from cointrail.ledger.output_parts import OutputParts
from cointrail.ledger.rows import EVENTS, OUTPUTS, TERMS
from cointrail.ledger.runs import Run, spill
from cointrail.ledger.term_parts import FOLDER as TERMS_FOLDER
from cointrail.ledger.term_parts import TermParts

SLICE_ROWS = 2_000_000  # merged in memory at once
RUN_ROWS = 8_000_000  # kept in memory, about 160 bytes each, before they go to disk
LOCK = ".lock"
INCOMING = "incoming"  # chunks of an import from a node that was interrupted
VOUCHED = ("assets.csv", "assets.csv.tmp")
PARTS = ("addresses", EVENTS_FOLDER, OUTPUTS_FOLDER, TERMS_FOLDER)  # of parts that the manifest names
OWN = {LOCK, f"{NAME}.tmp", *VOUCHED, "staging", "quarantine", INCOMING, *PARTS, *segments.FOLDERS}
SMALL_ROWS = 250_000  # a last segment below this is joined with what comes after it


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One writer at a time; readers need no lock."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(f"{folder}: another command is writing to this ledger; wait for it to end") from error
        yield


@dataclass
class Writer:
    """Collects the rows of one import; nothing counts until `commit`."""

    folder: Path
    manifest: Manifest
    book: Book
    assets: dict[str, int]
    events: EventParts
    outputs: OutputParts
    terms: TermParts
    runs: list[Run] = field(default_factory=list)
    buffer: list[Columns] = field(default_factory=list)
    buffered: int = 0
    worker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    ahead: Future[None] | None = None  # what the worker does while the caller reads on

    def add(self, table: pa.Table, source: int) -> int:
        """Take a reader's table, of rows, events, outputs or terms; the number of rows in it, of the others none.

        `source` counts the origins of this import from 0. What is wrong with the rows is said here or at the next call.
        """
        if table.schema.names == EVENTS.names:
            if table.num_rows:
                self.events.add(table, len(self.manifest.sources) + source)
            return 0
        for names, parts in ((OUTPUTS.names, self.outputs), (TERMS.names, self.terms)):
            if table.schema.names == names:
                self._settle()
                self.ahead = self.worker.submit(parts.add, table) if table.num_rows else None
                return 0
        table = shaped(table)
        self._settle()
        if not table.num_rows:
            return 0
        number_assets(table, self.assets)
        self.ahead = self.worker.submit(self._take, table, len(self.manifest.sources) + source)
        return int(table.num_rows)

    def _settle(self) -> None:
        if self.ahead is not None:
            self.ahead.result()
            self.ahead = None

    def _take(self, table: pa.Table, source: int) -> None:
        rows = encode(table, self.book, self.assets, source)
        self.buffer.append(rows)
        self.buffered += len(rows)
        if self.buffered >= RUN_ROWS:
            self._flush()

    def _flush(self) -> None:
        for rows in self.buffer:
            self.runs.append(spill(self.folder / "staging", len(self.runs), rows))
        self.buffer, self.buffered = [], 0

    def commit(
        self, origins: Iterable[Origin], declared: Callable[[str], Declared], step: Callable[[float], None]
    ) -> Manifest:
        """Merge everything and replace the manifest. `step` is told the share of the work done."""
        self._settle()
        runs = self.runs + [Run.of(rows) for rows in self.buffer]
        old = self.manifest
        events = self.events.save()
        if not runs and not self.events.told:
            raise InputError("nothing to import: the files hold no transfers")
        blockless = old.order == "time" or any(run.blockless for run in runs)
        order = "time" if blockless else "block"
        untimed = any(run.timeless for run in runs) or (order != old.order and _untimed(self.folder, old))
        if blockless and untimed:
            raise InputError(
                "some rows have a block but no time and others a time but no block, so they cannot be put in order; "
                "give the blocks file (block numbers with times) in the same import"
            )
        assets = tuple(old.assets) + tuple(declared(key) for key in list(self.assets)[len(old.assets) :])
        ranks = np.argsort(np.argsort(np.array([asset.key for asset in assets], object)))
        outputs, terms = self.outputs.save(), self.terms.save()
        parts = self.book.save()
        merged = old.segments
        if runs:
            merged = _merge_runs(self.folder, old, runs, order, self.book, ranks, self.worker, step)
        new = old.with_(
            order=order,
            segments=merged,
            addresses=parts,
            assets=assets,
            exact=old.exact and all(run.exact for run in runs),
            sources=(*old.sources, *origins),
            events=events,
            outputs=outputs,
            terms=terms,
        )
        if (merged, outputs, terms) == (old.segments, old.outputs, old.terms):  # nothing new was said of what moved
            new = old if events == old.events else old.with_(events=events, sources=new.sources)
        new.save(self.folder)
        _sweep(self.folder, new)
        return new


@contextmanager
def writer(folder: Path, chain: str) -> Iterator[Writer]:
    """Open a ledger for writing, or make one; the folder is left as it was if anything fails."""
    made = not folder.exists()
    if not made and not folder.is_dir():
        raise InputError(f"{folder}: is a file; give the folder of a ledger, or a new one")
    if not made and (strange := _strange(folder)):
        raise InputError(f"{folder}: not a ledger and not empty ({strange}); choose a new folder for --into")
    with locked(folder):
        try:
            manifest = load(folder) if (folder / NAME).is_file() else Manifest(chain=chain)
            if manifest.chain != chain:
                raise InputError(f"{folder}: this ledger holds {manifest.chain}, not {chain}; use a ledger per chain")
            shutil.rmtree(folder / "staging", ignore_errors=True)
            assets = {asset.key: number for number, asset in enumerate(manifest.assets)}
            book = Book(folder, manifest.addresses)
            events, outputs = EventParts(folder, manifest.events), OutputParts(folder, list(manifest.outputs), book)
            terms = TermParts(folder, list(manifest.terms), book)
            into = Writer(folder, manifest, book, assets, events, outputs, terms)
            with into.worker:
                yield into
        except BaseException:
            if (folder / NAME).is_file():
                _sweep(folder, load(folder))
            else:
                _unmake(folder, made)
            raise
        finally:
            shutil.rmtree(folder / "staging", ignore_errors=True)


def _strange(folder: Path) -> str | None:
    """Something in a folder that an import must not touch, None in a ledger. A first import that was killed has left
    its lock; without one even folders with the names of ours are somebody else's, and a sweep would empty them."""
    names = sorted(item.name for item in folder.iterdir())
    ours = OWN if LOCK in names else set()
    return None if NAME in names else next((name for name in names if name not in ours), None)


def _unmake(folder: Path, made: bool) -> None:
    """Remove a ledger that did not come to be, but for what a later run can go on from."""
    for item in folder.iterdir():
        if item.is_dir() and item.name != INCOMING:
            shutil.rmtree(item, ignore_errors=True)
        elif item.is_file() and item.name != LOCK:
            item.unlink(missing_ok=True)
    if not (folder / INCOMING).exists():
        (folder / LOCK).unlink(missing_ok=True)
    if made and not any(folder.iterdir()):
        folder.rmdir()


def _untimed(folder: Path, manifest: Manifest) -> bool:
    """Whether some row of a ledger has no time."""
    return any((segments.column(folder, segment, "time") == NONE).any() for segment in manifest.segments)


def _key(rows: Columns, order: str) -> Integers:
    return rows.block if order == "block" else rows.time


def _merge_runs(
    folder: Path,
    old: Manifest,
    runs: list[Run],
    order: str,
    book: Book,
    ranks: Integers,
    worker: ThreadPoolExecutor,
    step: Callable[[float], None],
) -> tuple[Segment, ...]:
    touched, kept = _touched(old, runs, order)
    keys: list[Integers] = [run.keys(order) for run in runs] + [
        _segment_keys(folder, segment, order) for segment in touched
    ]
    cuts = _cuts(keys)
    written: list[Segment] = []
    loaded: dict[int, Columns] = {}
    ahead: Future[Segment] | None = None  # a segment is written while the next one is merged
    for n, (low, high) in enumerate(cuts):
        pieces: list[Columns] = []
        for number, segment in enumerate(touched):
            key = keys[len(runs) + number]
            if len(key) and key.min() < high and key.max() >= low:
                if number not in loaded:
                    loaded[number] = segments.read(folder, segment)
                at = _key(loaded[number], order)
                pieces.append(loaded[number].take((at >= low) & (at < high)))
                if key.max() < high:
                    del loaded[number]
        pieces += [run.between(order, low, high) for run in runs]  # last: between equals, what was there first stays
        rows = merge(Columns.concat([p for p in pieces if len(p)]), order, book.keys, ranks)
        if ahead is not None:
            written.append(ahead.result())
        ahead = worker.submit(segments.write, folder, rows, order) if len(rows) else None
        step((n + 1) / len(cuts))
    if ahead is not None:
        written.append(ahead.result())
    return tuple(sorted([*kept, *written], key=lambda segment: segment.first))


def _touched(old: Manifest, runs: list[Run], order: str) -> tuple[list[Segment], list[Segment]]:
    """Segments that have to be merged with the runs, and those that stay as they are."""
    if order != old.order:
        return list(old.segments), []
    low = min(int(run.keys(order).min()) for run in runs)
    high = max(int(run.keys(order).max()) for run in runs)
    touched: list[Segment] = []
    kept: list[Segment] = []
    for number, segment in enumerate(old.segments):
        overlaps = segment.first <= high and segment.last >= low
        small = number == len(old.segments) - 1 and segment.rows < SMALL_ROWS and low > segment.last
        (touched if overlaps or small else kept).append(segment)
    return touched, kept


def _segment_keys(folder: Path, segment: Segment, order: str) -> Integers:
    return segments.column(folder, segment, "block" if order == "block" else "time")


def _cuts(keys: list[Integers]) -> list[tuple[int, int]]:
    """Half-open key ranges of about SLICE_ROWS rows; all rows of a block fall into one."""
    every = np.sort(np.concatenate(keys), kind="stable")
    edges = np.unique(every[:: max(1, SLICE_ROWS)])
    return [(int(a), int(b)) for a, b in zip(edges, [*edges[1:], int(every[-1]) + 1], strict=True)]


def _sweep(folder: Path, manifest: Manifest) -> None:
    """Remove the files that no manifest names any more."""
    named = {segment.name for segment in manifest.segments}
    for kind in segments.FOLDERS:
        for path in (folder / kind).glob("*"):
            if path.stem not in named:
                path.unlink()
    for kind, parts in zip(PARTS, (manifest.addresses, manifest.events, manifest.outputs, manifest.terms), strict=True):
        kept = {part.name for part in parts}
        for path in (folder / kind).glob("*"):
            if path.stem not in kept:
                path.unlink()
