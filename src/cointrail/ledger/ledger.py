"""A ledger opened for reading."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from cointrail.chains import Asset, chain
from cointrail.errors import InputError
from cointrail.ledger import index as indexes
from cointrail.ledger import output_parts
from cointrail.ledger import segment as segments
from cointrail.ledger.assets import registry
from cointrail.ledger.book import FOLDER, GROUP, fixed
from cointrail.ledger.columns import NONE, Integers, flat, integers
from cointrail.ledger.digest import digest
from cointrail.ledger.events import Events, load_events
from cointrail.ledger.files import alone, stored
from cointrail.ledger.index import Index
from cointrail.ledger.manifest import Manifest, Part, Segment, load
from cointrail.ledger.rows import ADDRESS_BYTES, HASH_BYTES
from cointrail.ledger.term_parts import Terms
from cointrail.ledger.verify import unchanged

TIMES_KEPT = 32  # row groups whose times stay in memory, a megabyte each
SIDES_KEPT = 8  # the same of senders, recipients and assets: 3 MB each
BOOK_KEPT = 64  # the same of the address book
FACTS = ("block", "time", "tx", "sender", "recipient", "asset", "kind", "exact")


@dataclass(frozen=True)
class Facts:
    """What the ledger says about some transfers, one array a column; NONE where the source did not say."""

    row: Integers
    block: Integers
    time: Integers
    tx: list[bytes | None]
    sender: Integers
    recipient: Integers
    asset: Integers
    kind: Integers
    exact: npt.NDArray[np.bool_]
    amount: list[int]


class Ledger:
    """Transfers on disk, in chain order. Rows are numbered from 0 over all segments."""

    def __init__(self, path: Path, step: Callable[[str, float], None] = lambda what, share: None) -> None:
        self.path = path
        self.manifest: Manifest = load(path)
        self.chain = self.manifest.chain
        known = registry(path, self.chain)
        self.assets = [known.get(a.key) or Asset(a.key, a.symbol, a.decimals, a.origin) for a in self.manifest.assets]
        self._step = step
        self._first = np.cumsum([0, *(segment.rows for segment in self.manifest.segments)])
        # none of these holds the ledger, or files would stay open after it until cycles are looked for
        self._times = lru_cache(TIMES_KEPT)(partial(_times, path, self.manifest.segments))
        self._sides = lru_cache(SIDES_KEPT)(partial(_sides, path, self.manifest.segments))
        self._book = lru_cache(BOOK_KEPT)(partial(_book, path, self.manifest.addresses))

    @property
    def transfers(self) -> int:
        return self.manifest.transfers

    @cached_property
    def index(self) -> Index:
        """The traversal index, built when it is missing or belongs to an older state."""
        try:
            fresh = indexes.fresh(self.path, self.manifest)
            if not fresh or self.transfers <= indexes.CHECKED_ROWS:
                unchanged(self.path, self.manifest)  # what is derived from a damaged file would be wrong in silence
            if not fresh:
                self._make_index()
            return Index(self.path)
        except (InputError, OSError) as error:
            self._same(error)
            raise

    @property
    def indexed(self) -> bool:
        """Whether the traversal index is there and of this state, so that nothing waits for it to be made."""
        return indexes.fresh(self.path, self.manifest)

    @cached_property
    def events(self) -> Events:
        """The raw events that conversions are read from."""
        try:
            return load_events(self.path, self.manifest)
        except (InputError, OSError) as error:
            self._same(error)
            raise

    @cached_property
    def terms(self) -> Terms:
        """The terms of an output-based chain's transactions, about 40 bytes of memory each."""
        try:
            return Terms(self.path, self.manifest.terms)
        except (InputError, OSError) as error:
            self._same(error)
            raise

    def _same(self, error: Exception) -> None:
        """Say so where files are missing because somebody wrote to the ledger since it was opened."""
        if load(self.path) != self.manifest:
            raise InputError(f"{self.path}: was written to in the meantime; run the command again") from error

    def _make_index(self) -> None:
        with alone(self.path / indexes.LOCK, "its index"):
            if not indexes.fresh(self.path, self.manifest):
                content = digest(self.path, self.manifest, lambda share: self._step("digest", share))
                indexes.build(self.path, self.manifest, content, lambda share: self._step("index", share))

    @property
    def digest(self) -> str:
        """SHA-256 of the content: the same however it was imported."""
        return self.index.digest

    @cached_property
    def times(self) -> tuple[int, int] | None:
        """The first and the last time, in seconds; None where no row has one."""
        told = [s for s in self.manifest.segments if s.first_time is not None and s.last_time is not None]
        if not told:
            return None
        return min(s.first_time or 0 for s in told), max(s.last_time or 0 for s in told)

    @cached_property
    def blocks(self) -> tuple[int, int] | None:
        """The first and the last block; None where no row has one."""
        told = [s for s in self.manifest.segments if s.first_block is not None and s.last_block is not None]
        if not told:
            return None
        return min(s.first_block or 0 for s in told), max(s.last_block or 0 for s in told)

    def address_id(self, address: bytes) -> int | None:
        """The id of an address, None where it is not in the ledger."""
        ids = self.index.candidates(address)
        found = self.addresses(ids)
        return next((i for i, raw in zip(ids, found, strict=True) if raw == address), None)

    def addresses(self, ids: Sequence[int]) -> list[bytes]:
        """Address bytes by id; only the row groups that hold them are read, and kept for a while. Nobody (0) is b""."""
        out: dict[int, bytes] = {0: b""}
        first = 1
        for number, part in enumerate(self.manifest.addresses):
            for row in sorted({i - first for i in ids if first <= i < first + part.rows}):
                out[row + first] = self._book(number, row // GROUP)[row % GROUP].tobytes()
            first += part.rows
        return [out[i] for i in ids]

    def texts(self, ids: Sequence[int]) -> list[str | None]:
        """Addresses as people of the chain write them, by id; None is nobody. One whose script is not known, or has no
        address, is written `script:` and its key."""
        raw, family = self.addresses(ids), chain(self.chain)
        scripts = self.scripts(ids) if family.by_outputs else [None] * len(raw)
        return [family.address(one, script) if one else None for one, script in zip(raw, scripts, strict=True)]

    def scripts(self, ids: Sequence[int]) -> list[bytes | None]:
        """What addresses of an output-based chain demand of who spends, by id; None where that is not known."""
        rows = [int(self.index.script[i]) if self.index.outputs else 0 for i in ids]
        out: dict[int, bytes | None] = {0: None}
        first = 1
        for part in self.manifest.outputs:
            wanted = np.unique([row for row in rows if first <= row < first + part.rows]) - first
            if len(wanted):
                file = stored(self.path / output_parts.FOLDER / f"{part.name}.parquet")
                for places, table in _groups(file, wanted.astype(np.int64), ["script"]):
                    column = table.column(0)
                    out.update({int(r) + first: column[int(k)].as_py() for r, k in places})
            first += part.rows
        return [out[row] for row in rows]

    def facts(self, rows: Sequence[int]) -> Facts:
        """The stored fields of transfers, in the order asked for."""
        row = np.asarray(rows, np.int64)
        out = {name: np.full(len(row), NONE, np.int64) for name in FACTS}
        hashes: list[bytes | None] = [None] * len(row)
        which = np.searchsorted(self._first, row, "right") - 1
        for number in np.unique(which):
            mine = np.flatnonzero(which == number)
            self._segment_facts(self.manifest.segments[number], row[mine] - self._first[number], mine, out, hashes)
        return Facts(
            row=row,
            block=out["block"],
            time=out["time"],
            tx=hashes,
            sender=out["sender"],
            recipient=out["recipient"],
            asset=out["asset"],
            kind=out["kind"],
            exact=out["exact"].astype(bool),
            amount=self.index.amounts(row),
        )

    def time(self, row: int) -> int:
        """When a transfer was; NONE where the source did not say. Quick for rows that are near each other."""
        number = int(np.searchsorted(self._first, row, "right")) - 1
        inside = row - int(self._first[number])
        first, times = self._times(number, inside // segments.ROW_GROUP)
        return int(times[inside - first])

    def sides(self, first: int, behind: int) -> list[tuple[int, int, int]]:
        """Sender, recipient and asset of the transfers from one to the one before another; quick like `time`."""
        found = []
        for row in range(first, behind):
            number = int(np.searchsorted(self._first, row, "right")) - 1
            inside = row - int(self._first[number])
            begins, sender, recipient, asset = self._sides(number, inside // segments.ROW_GROUP)
            at = inside - begins
            found.append((int(sender[at]), int(recipient[at]), int(asset[at])))
        return found

    def _segment_facts(
        self, segment: Segment, row: Integers, mine: Integers, out: dict[str, Integers], hashes: list[bytes | None]
    ) -> None:
        wanted = np.unique(row)
        place = np.searchsorted(wanted, row)
        got = {name: np.empty(len(wanted), np.int64) for name in FACTS}
        file = stored(segments.file(self.path, "transfers", segment))
        for rows, table in _groups(file, wanted, list(FACTS)):
            at = np.searchsorted(wanted, rows[:, 0])
            for name in FACTS:
                column = flat(table.column(name))
                got[name][at] = integers(column.cast("int64"))[rows[:, 1]]
        for name in FACTS:
            out[name][mine] = got[name][place]
        tx = got["tx"]
        ordinals = np.unique(tx[tx != NONE])
        if len(ordinals):
            found: dict[int, bytes] = {}
            file = stored(segments.file(self.path, "transactions", segment))
            for rows, table in _groups(file, ordinals, ["hash"]):
                raw = fixed(flat(table.column(0)), HASH_BYTES)
                found.update({int(r): raw[k].tobytes() for r, k in rows})
            for i, p in zip(mine, place, strict=True):
                hashes[i] = found.get(int(tx[p]))

    def transaction(self, hash_: bytes) -> list[int]:
        """The rows of a transaction, in order; empty where the ledger does not hold it."""
        rows: list[int] = []
        for number, ordinal in self.index.transactions(hash_):
            segment = self.manifest.segments[number]
            file = stored(segments.file(self.path, "transactions", segment))
            [(place, table)] = _groups(file, np.array([ordinal]), ["hash"])
            if fixed(flat(table.column(0)), HASH_BYTES)[place[0, 1]].tobytes() == hash_:
                rows += [int(self._first[number]) + row for row in segments.rows_of(self.path, segment, ordinal)]
        return rows

    def row_at(self, time: int) -> int:
        """The first row at or after a time; `transfers` where there is none."""
        for number, segment in enumerate(self.manifest.segments):
            if segment.last_time is not None and segment.last_time >= time:
                late = segments.column(self.path, segment, "time") >= time
                return int(self._first[number]) + int(np.argmax(late))
        return self.transfers


def _groups(file: pq.ParquetFile, wanted: Integers, columns: list[str]):  # type: ignore[no-untyped-def]
    """Read the row groups that hold the wanted (sorted) rows: pairs (row, place in the table) and the table."""
    edges = np.cumsum([0, *(file.metadata.row_group(g).num_rows for g in range(file.num_row_groups))])
    group = np.searchsorted(edges, wanted, "right") - 1
    for number in np.unique(group):
        rows = wanted[group == number]
        yield np.stack([rows, rows - edges[number]], axis=1), file.read_row_group(int(number), columns=columns)


def open_ledger(path: str | Path, step: Callable[[str, float], None] = lambda what, share: None) -> Ledger:
    """Open a ledger folder for reading; InputError where there is none. `step` hears of long work (what, share)."""
    return Ledger(Path(path), step)


def check_chains(ledgers: Sequence[Ledger]) -> None:
    """InputError where two ledgers hold one chain: together they would count it twice."""
    chains = [ledger.chain for ledger in ledgers]
    if twice := next((chain for chain in chains if chains.count(chain) > 1), None):
        raise InputError(f"two ledgers hold {twice}: import their sources into one ledger, or leave one out")


def _book(folder: Path, parts: Sequence[Part], number: int, group: int) -> npt.NDArray[np.uint8]:
    """One row group of a part of the address book."""
    path = folder / FOLDER / f"{parts[number].name}.parquet"
    return fixed(flat(stored(path).read_row_group(group, columns=["address"]).column(0)), ADDRESS_BYTES)


def _sides(folder: Path, parts: Sequence[Segment], number: int, group: int) -> tuple[int, Integers, Integers, Integers]:
    """The first row of a row group in its segment, and all its senders, recipients and assets."""
    path = segments.file(folder, "transfers", parts[number])
    table = stored(path).read_row_group(group, columns=["sender", "recipient", "asset"])
    sender, recipient, asset = (integers(flat(column).cast("int64")) for column in table.columns)
    return group * segments.ROW_GROUP, sender, recipient, asset


def _times(folder: Path, parts: Sequence[Segment], number: int, group: int) -> tuple[int, Integers]:
    """The first row of a row group in its segment, and all its times."""
    path = segments.file(folder, "transfers", parts[number])
    table = stored(path).read_row_group(group, columns=["time"])
    return group * segments.ROW_GROUP, integers(flat(table.column(0)))
