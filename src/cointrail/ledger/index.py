"""The traversal index: memory-mapped arrays derived from the segments, deleted and rebuilt at will.

A holding is (address, asset). `entries[start[h]:start[h + 1]]` are its movements in chain order, each the number of
the transfer times two, plus one where the value comes in. `link[row]` is the exclusive or of the two holdings of a
transfer: who stands at one end finds the other end with it, at half the space of two columns. Transfers of nothing
are in the segments but not in the index: they carry nothing. `hash` holds the first four bytes of every transaction's
hash, ascending, and `hash_tx` which transaction that is, counted over all segments. `mark` says of every row whether
it begins a transaction, and whether that moves several assets or has events; `close_row` are the rows of those, with
their senders in `close_sender`, since a walk has to look at all of such a transaction. `moment` is the clock, as the
rows at which it advances.

On output-based chains `owner` says of every address id whose it is: of an output the address that may spend it, of a
transaction nobody's, else itself; `script` in which row of the parts its script stands (from 1); `lost` lists addresses
that nobody can spend from, `memo` those of them that stand for a text; `owned[owned_start[a]:owned_start[a + 1]]` are
the outputs of an address in the order of their ids. What an input spends, where its source did not say it, is the value
of the output. All other chains have these arrays empty.
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from cointrail.ledger import segment as segments
from cointrail.ledger.book import fixed, read_all
from cointrail.ledger.clock import Clock
from cointrail.ledger.columns import flat, integers
from cointrail.ledger.derived import read_said, write_arrays
from cointrail.ledger.events import telling
from cointrail.ledger.files import sha256, stored
from cointrail.ledger.intern import Interner, Words, words
from cointrail.ledger.manifest import Manifest, Segment
from cointrail.ledger.marks import CLOSE, EVENT, MEMO, span, transactions
from cointrail.ledger.rows import HASH_BYTES
from cointrail.ledger.spending import NAMES as OWNERS
from cointrail.ledger.spending import Spending, owners

VERSION = 4
LOCK = ".index.lock"
BROKEN = (OSError, ValueError, KeyError, TypeError, RecursionError)  # what a damaged meta.json raises
CHECKED_ROWS = 500_000  # a ledger with up to so many transfers is checked whole whenever it is opened
WIDE = np.uint64(1 << 63)  # this bit of an amount says that the rest is a row of `wide`
LARGE = 1 << 63  # the same as a Python integer
FEW = 40  # movements up to which a loop is faster than arrays
NARROW_ROWS = (1 << 31) - 1  # transfers that 32-bit entries can number
ARRAYS = (
    "entries", "start", "holding_address", "holding_asset", "link", "amount", "wide",
    "prefix", "prefix_id", "hash", "hash_tx", "first_tx", "mark", "close_row", "close_sender", "moment_row", "moment",
    *OWNERS,
)  # fmt: skip

Step = Callable[[float], None]


@njit(cache=True)
def _count(sender: Any, recipient: Any, moves: Any, degree: Any) -> None:
    for i in range(sender.size):
        if moves[i]:
            degree[sender[i]] += 1
            degree[recipient[i]] += 1


@njit(cache=True)
def _fill(sender: Any, recipient: Any, moves: Any, at: Any, entries: Any) -> None:
    for i in range(sender.size):
        if moves[i]:
            h = sender[i]
            entries[at[h]] = 2 * i
            at[h] += 1
            h = recipient[i]
            entries[at[h]] = 2 * i + 1
            at[h] += 1


def state(manifest: Manifest) -> str:
    """What the index of a ledger depends on, and the digest that is kept with it."""
    segment = [list(segment.digests.values()) for segment in manifest.segments]
    asset = [asset.key for asset in manifest.assets]
    parts = [part.sha256 for part in (*manifest.addresses, *manifest.events, *manifest.outputs)]
    return json.dumps([VERSION, manifest.chain, segment, parts, asset])


def fresh(folder: Path, manifest: Manifest) -> bool:
    """Whether the index belongs to the segments and is whole. A large one is only measured; `damage` reads it all."""
    try:
        said = read_said(folder / "index")
        if said["state"] != state(manifest):
            return False
        small = manifest.transfers <= CHECKED_ROWS
        return all(_intact(folder, name, said["files"][name], small) for name in ARRAYS)
    except BROKEN:
        return False


def damage(folder: Path, manifest: Manifest) -> Path | None:
    """The first file of an index that claims to belong to the segments and is not as it was written."""
    try:
        said = read_said(folder / "index")
    except BROKEN:
        return None
    if said["state"] != state(manifest):
        return None
    bad = (name for name in ARRAYS if not _intact(folder, name, said["files"][name], True))
    return next((folder / "index" / f"{name}.npy" for name in bad), None)


def _intact(folder: Path, name: str, said: dict[str, Any], whole: bool) -> bool:
    path = folder / "index" / f"{name}.npy"
    if not path.is_file() or path.stat().st_size != said["bytes"]:
        return False
    return not whole or sha256(path) == said["sha256"]


def build(folder: Path, manifest: Manifest, content: str, step: Step = lambda share: None) -> None:
    """Write the index anew; about 30 bytes of memory per transfer. `content` is the ledger's digest, kept with it."""
    n = manifest.transfers
    interner = Interner(1)
    sender, recipient = np.empty(n, np.uint32), np.empty(n, np.uint32)
    moves = np.empty(n, bool)
    amount = np.empty(n, np.uint64)
    wides: list[Words] = []
    mark = np.empty(n, np.uint8)
    clock = Clock()
    events = telling(folder, manifest)
    spending = Spending(folder, manifest) if manifest.outputs else None
    if spending is not None:  # what stays in a transaction is paid to nobody, whether or not a row names nobody
        interner.intern(np.zeros((1, 1), np.uint64))
    row, wide_rows = 0, 0
    for segment in manifest.segments:
        table = stored(segments.file(folder, "transfers", segment)).read(
            columns=["time", "tx", "kind", "sender", "recipient", "asset", "amount", "wide", "exact"]
        )
        column = {name: flat(table.column(name)) for name in table.column_names}
        here = slice(row, row + segment.rows)
        asset = np.asarray(column["asset"]).astype(np.uint64)
        for side, name in ((sender, "sender"), (recipient, "recipient")):
            key = np.asarray(column[name]).astype(np.uint64) << np.uint64(32) | asset
            side[here] = interner.intern(key[:, None])
        value = segments.unamounts(column["amount"], column["wide"])
        if spending is not None:
            spending.fill(column, value)
        moves[here] = value.any(axis=1)
        tx = integers(column["tx"].cast("int64"))
        mark[here] = transactions(tx, np.asarray(column["kind"]), asset.astype(np.int64), moves[here])
        clock.add(integers(column["time"]))
        if len(events):
            told = np.append(np.isin(_words(folder, segment), events), False)  # the last is that of row -1: none
            mark[here] |= np.where(told[tx], np.uint8(EVENT), np.uint8(0))
        if spending is not None:
            mark[here] |= np.where(spending.telling(column), np.uint8(MEMO), np.uint8(0))
        large = value[:, :3].any(axis=1) | (value[:, 3] >= WIDE)
        narrow = value[:, 3].copy()
        narrow[large] = WIDE | np.arange(wide_rows, wide_rows + int(large.sum()), dtype=np.uint64)
        wides.append(value[large])
        wide_rows += len(wides[-1])
        amount[here] = narrow
        row += segment.rows
        step(0.6 * row / n)
    keys = interner.keys[:, 0]
    order = np.argsort(keys)
    rank = np.empty(len(keys), np.uint32)
    rank[order] = np.arange(len(keys), dtype=np.uint32)
    sender, recipient = rank[sender], rank[recipient]
    degree = np.zeros(len(keys) + 1, np.int64)
    _count(sender, recipient, moves, degree[1:])
    start = np.cumsum(degree)
    entries = np.empty(int(start[-1]), np.uint32 if n <= NARROW_ROWS else np.uint64)
    _fill(sender, recipient, moves, start[:-1].copy(), entries)
    step(0.8)
    ordered = keys[order]
    address = words(read_all(folder, manifest.addresses)[1:])[:, 0]
    by_prefix = np.argsort(address, kind="stable")
    small = start[-1] <= np.iinfo(np.uint32).max
    heads, which, first_tx = _hashes(folder, manifest)
    close = np.flatnonzero((mark & CLOSE != 0) & moves)
    arrays: dict[str, npt.NDArray[Any]] = {
        "entries": entries,
        "start": start.astype(np.uint32 if small else np.uint64),
        "holding_address": (ordered >> np.uint64(32)).astype(np.uint32),
        "holding_asset": (ordered & np.uint64(0xFFFFFFFF)).astype(
            np.uint16 if len(manifest.assets) < 1 << 16 else np.uint32
        ),
        "link": sender ^ recipient,
        "amount": amount,
        "wide": np.concatenate(wides) if wides else np.empty((0, 4), np.uint64),
        "prefix": address[by_prefix],
        "prefix_id": (by_prefix + 1).astype(np.uint32),
        "hash": heads,
        "hash_tx": which,
        "first_tx": first_tx,
        "mark": mark,
        "close_row": close.astype(entries.dtype),
        "close_sender": sender[close],
        "moment_row": clock.rows,
        "moment": clock.times,
        **owners(spending),
    }
    write_arrays(folder / "index", arrays, {"state": state(manifest), "digest": content})
    step(1.0)


def _hashes(folder: Path, manifest: Manifest) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Where to look for a transaction: beginnings of hashes in order, their transactions, and each segment's first."""
    heads = [np.empty(0, np.uint32)]
    for segment in manifest.segments:
        heads.append((_words(folder, segment) >> np.uint64(32)).astype(np.uint32))
    first_tx = np.cumsum([len(part) for part in heads])
    every = np.concatenate(heads)
    if len(every) > np.iinfo(np.uint32).max:
        order = np.argsort(every, kind="stable")
        return every[order], order.astype(np.uint64), first_tx
    pairs = every.astype(np.uint64) << np.uint64(32) | np.arange(len(every), dtype=np.uint64)
    pairs.sort()  # one word for both sorts several times faster than an order does
    return (pairs >> np.uint64(32)).astype(np.uint32), (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32), first_tx


def _words(folder: Path, segment: Segment) -> npt.NDArray[np.uint64]:
    """The first eight bytes of the hashes of a segment's transactions, as numbers."""
    column = flat(stored(segments.file(folder, "transactions", segment)).read(columns=["hash"]).column(0))
    return words(fixed(column, HASH_BYTES))[:, 0] if len(column) else np.empty(0, np.uint64)


class Index:
    """The mapped arrays, and the few questions that a walk asks them."""

    def __init__(self, folder: Path) -> None:
        load = {name: np.load(folder / "index" / f"{name}.npy", mmap_mode="r") for name in ARRAYS}
        arrays = {name: np.asarray(array) for name, array in load.items()}  # plain views of the maps: faster to slice
        self.entries, self.start = arrays["entries"], arrays["start"]
        self.holding_address, self.holding_asset = arrays["holding_address"], arrays["holding_asset"]
        self.link, self.amount, self.wide = arrays["link"], arrays["amount"], arrays["wide"]
        self.prefix, self.prefix_id = arrays["prefix"], arrays["prefix_id"]
        self.hash, self.hash_tx, self.first_tx = arrays["hash"], arrays["hash_tx"], arrays["first_tx"]
        self.mark, self.moment_row, self.moment = arrays["mark"], arrays["moment_row"], arrays["moment"]
        self.close_row, self.close_sender = arrays["close_row"], arrays["close_sender"]
        self.owner, self.script = arrays["owner"], arrays["script"]
        self.lost, self.memo = arrays["lost"], arrays["memo"]
        self.owned, self.owned_start = arrays["owned"], arrays["owned_start"]
        self.outputs = len(self.owner) > 0  # whether this is an output-based chain
        self.digest = str(read_said(folder / "index")["digest"])
        # views whose elements are Python integers: half the cost of an array's where few are wanted
        self._entries, self._start = self.entries.data, self.start.data
        self._link, self._amount, self._wide = self.link.data, self.amount.data, self.wide.ravel().data
        self._address, self._asset = self.holding_address.data, self.holding_asset.data
        self._mark, self._close, self._close_sender = self.mark.data, self.close_row.data, self.close_sender.data

    def candidates(self, address: bytes) -> list[int]:
        """Ids of addresses that begin with the same eight bytes."""
        word = np.uint64(int.from_bytes(address[:8], "big"))
        low, high = np.searchsorted(self.prefix, word, "left"), np.searchsorted(self.prefix, word, "right")
        return [int(i) for i in self.prefix_id[low:high]]

    def beginning_with(self, prefixes: npt.NDArray[np.uint64]) -> set[int]:
        """Ids of all addresses whose first eight bytes are among `prefixes`, which ascend; one pass for many."""
        low = np.searchsorted(self.prefix, prefixes, "left")
        high = np.searchsorted(self.prefix, prefixes, "right")
        return {int(i) for a, b in zip(low[high > low], high[high > low], strict=True) for i in self.prefix_id[a:b]}

    def transactions(self, hash_: bytes) -> list[tuple[int, int]]:
        """Transactions whose hash begins with the same four bytes: the segment's number, and which one in it."""
        word = np.uint32(int.from_bytes(hash_[:4], "big"))
        low, high = np.searchsorted(self.hash, word, "left"), np.searchsorted(self.hash, word, "right")
        found = np.sort(self.hash_tx[low:high]).astype(np.int64)
        segment = np.searchsorted(self.first_tx, found, "right") - 1
        return list(zip(segment.tolist(), (found - self.first_tx[segment]).tolist(), strict=True))

    def holdings(self, address: int) -> range:
        """The holdings of an address id, one an asset."""
        low = bisect_left(self._address, address)
        return range(low, bisect_right(self._address, address, low))

    def owner_of(self, address: int) -> int:
        """Whose an id is: of an output the address that may spend it, of such a chain's transaction nobody's (0), else
        itself."""
        return int(self.owner[address]) if self.outputs else address

    @property
    def owners(self) -> int:
        """How many addresses there are: on an output-based chain those that own outputs."""
        return int(np.count_nonzero(np.diff(self.owned_start))) if self.outputs else len(self.prefix)

    def owned_by(self, address: int) -> list[int]:
        """The ids that hold the value of an address: on an output-based chain its outputs, else itself."""
        if not self.outputs:
            return [address]
        found: list[int] = self.owned[self.owned_start[address] : self.owned_start[address + 1]].tolist()
        return found

    def holding(self, address: int, asset: int) -> int | None:
        """The holding of an address in an asset; None where there is none."""
        held = self.holdings(address)
        place = bisect_left(self._asset, asset, held.start, held.stop)
        return place if place < held.stop and self._asset[place] == asset else None

    def address(self, holding: int) -> int:
        """The address id of a holding; 0 is nobody."""
        return self._address[holding]

    def asset(self, holding: int) -> int:
        """The asset id of a holding."""
        return self._asset[holding]

    def degree(self, holding: int) -> int:
        """How many movements a holding has."""
        return self._start[holding + 1] - self._start[holding]

    def movements(self, holding: int) -> tuple[npt.NDArray[Any], list[bool], list[int], list[int]]:
        """All movements of a holding in chain order: rows, whether value comes in, amounts, the other holdings."""
        first, last = self._start[holding], self._start[holding + 1]
        if last - first <= FEW:
            return self._few(holding, self._entries[first:last].tolist())
        entries = self.entries[first:last]
        rows = entries >> 1
        incoming: list[bool] = (entries & 1).astype(bool).tolist()
        peers: list[int] = (self.link[rows] ^ np.uint32(holding)).tolist()
        return rows, incoming, self.amounts(rows), peers

    def inflows(self, holding: int) -> npt.NDArray[Any]:
        """The rows by which value comes into a holding, in chain order; those by which it leaves are not read."""
        entries = self.entries[self._start[holding] : self._start[holding + 1]]
        found: npt.NDArray[Any] = entries[entries & 1 == 1] >> 1
        return found

    def _few(self, holding: int, entries: list[int]) -> tuple[npt.NDArray[Any], list[bool], list[int], list[int]]:
        rows = [entry >> 1 for entry in entries]
        incoming = [entry & 1 == 1 for entry in entries]
        link, narrow = self._link, self._amount
        amounts = [narrow[row] for row in rows]
        if amounts and max(amounts) >= LARGE:
            amounts = [self._whole(amount) if amount >= LARGE else amount for amount in amounts]
        return np.array(rows, np.int64), incoming, amounts, [link[row] ^ holding for row in rows]

    def parties(self, first: int, behind: int) -> list[tuple[int, int, int]]:
        """The movements of a transaction that is kept close: row, and sender and recipient as holdings."""
        low = bisect_left(self._close, first)
        high = bisect_left(self._close, behind, low)
        rows, senders = self._close[low:high].tolist(), self._close_sender[low:high].tolist()
        link = self._link
        return [(row, sender, link[row] ^ sender) for row, sender in zip(rows, senders, strict=True)]

    def transaction(self, row: int) -> tuple[int, int]:
        """The rows of the transaction that a row is of: the first, and the one behind the last."""
        return span(self._mark, row)

    def clock(self, rows: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """When rows happened, in seconds, never running backward; rows without a time have the last one before."""
        wanted = rows.astype(self.moment_row.dtype, copy=False)
        found: npt.NDArray[np.int64] = self.moment[np.searchsorted(self.moment_row, wanted, "right") - 1]
        return found

    def amounts(self, rows: Sequence[int] | npt.NDArray[Any]) -> list[int]:
        """Exact amounts of transfers, in smallest units."""
        if len(rows) <= FEW:
            narrow_few = self._amount
            found = [narrow_few[row] for row in rows]
            return [self._whole(amount) if amount >= LARGE else amount for amount in found]
        narrow = self.amount[rows]
        out: list[int] = narrow.tolist()
        for i in np.flatnonzero(narrow >= WIDE).tolist():
            out[i] = self._whole(out[i])
        return out

    def _whole(self, narrow: int) -> int:
        at = 4 * (narrow ^ LARGE)
        a, b, c, d = self._wide[at : at + 4]
        return a << 192 | b << 128 | c << 64 | d
