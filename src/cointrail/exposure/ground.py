"""What a whole-ledger replay runs over: senders, codes, times and seats as arrays, the same in both directions."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from cointrail.exposure import kernel
from cointrail.exposure.said import FREE, NOBODY, Said
from cointrail.exposure.settled import Settlements, nothing
from cointrail.exposure.turned import Walk, corrected, turned
from cointrail.exposure.wide import LARGEST
from cointrail.labels import Labels
from cointrail.ledger import Ledger
from cointrail.ledger import segment as segments
from cointrail.ledger.index import WIDE

Words = npt.NDArray[np.uint64]  # amounts: high and low word
Array = npt.NDArray[Any]

LONG_AGO = -(1 << 62)
SLICE = 1 << 20  # rows looked at at once


class Timed(NamedTuple):
    """Holdings whose code depends on the time, ascending, and the codes of each from when on."""

    holding: Array
    start: Array  # where those of each begin in the next two, and one more
    since: Array  # ascending, the first long ago
    code: Array
    undated: Array  # the code at an unknown time


@dataclass(frozen=True)
class Ground:
    """Rows, holdings and seats of a ledger. A seat is what one owner holds of one asset: many outputs, else one
    holding."""

    sender: Array
    link: Array
    amount: Array  # 0 where the transaction is settled as a whole
    wide: Array
    time: Array  # empty where no label depends on it
    holdings: tuple[Array, Array]  # `entries` and `start` of the index
    code: Array  # by holding
    through: Array
    timed: Timed
    came: Words  # by holding: all that came
    left: Words
    lowest: Words  # how far the balance would fall below nothing
    receipts: tuple[Words, Words]  # what came from others than its owner, and what left to others
    walks: tuple[Walk, Walk]  # settled transactions, with the chain and against it
    order: Array  # holdings by seat
    begin: Array  # where each seat's begin in `order`, and one more
    owners: Array  # ids of all addresses that hold or held anything, ascending
    seat_owner: Array  # ... of each seat
    seat_asset: Array
    too_large: list[int] = field(default_factory=list)  # assets that 128 bits do not hold


def ground(ledger: Ledger, labels: Labels, made: Settlements | None = None) -> Ground:
    """Prepare a ledger; about 80 bytes of memory a holding and 4 a row, 12 where a label depends on the time, and 8 a
    row and 300 a link between losses and gains where transactions are `made` up."""
    index = ledger.index
    made = made or nothing()
    walks = tuple(turned(made, index.holding_address, backward) for backward in (False, True))
    narrow = index.amount
    if len(made.rows):
        narrow = np.array(narrow)
        narrow[made.rows] = 0
        narrow.flags.writeable = False  # like that of the index: compiled loops tell the two apart
    sender = np.zeros(ledger.transfers, np.uint32)
    _senders(index.start, index.entries, sender)
    owner = index.owner[index.holding_address] if index.outputs else index.holding_address
    through = (owner == 0) & (index.holding_address != 0)
    large = _too_large(ledger, sender)
    counts = np.array([one.verified and number not in large for number, one in enumerate(ledger.assets)], bool)
    code, timed = _codes(ledger, labels, owner, through, counts[index.holding_asset])
    holdings = len(owner)
    came, left, lowest = (np.zeros((holdings, 2), np.uint64) for _ in range(3))
    kernel.openings(sender, index.link, narrow, index.wide, code == kernel.DEAD, walks[0], came, left, lowest)
    receipts = (came, left)
    if len(made.nets):
        receipts = (came.copy(), left.copy())
        for walk, total in zip(walks, receipts, strict=True):
            corrected(walk, total)
    order, begin = _seats(owner, index.holding_asset, (owner != 0) & (code != kernel.DEAD))
    first = order[begin[:-1]]
    return Ground(
        sender, index.link, narrow, index.wide, _times(ledger) if len(timed.holding) else np.empty(0, np.int64),
        (index.entries, index.start), code, through, timed, came, left, lowest, receipts, walks,  # type: ignore[arg-type]
        order, begin, np.unique(owner[owner != 0]), owner[first], index.holding_asset[first], sorted(large),
    )  # fmt: skip


@njit(cache=True)
def _senders(start: Any, entries: Any, sender: Any) -> None:
    for h in range(start.size - 1):
        for place in range(start[h], start[h + 1]):
            entry = entries[place]
            if entry & 1 == 0:
                sender[entry >> 1] = h


def _too_large(ledger: Ledger, sender: Array) -> set[int]:
    """Assets whose amounts together come near what the kernels can hold."""
    index = ledger.index
    sums = np.zeros(len(ledger.assets))
    weight = index.wide.astype(float) @ np.array([2.0**192, 2.0**128, 2.0**64, 1.0])
    for first in range(0, ledger.transfers, SLICE):
        narrow = index.amount[first : first + SLICE]
        value = narrow.astype(float)
        large = np.flatnonzero(narrow >= WIDE)
        value[large] = weight[(narrow[large] ^ WIDE).astype(np.int64)]
        value[narrow == 0] = 0
        asset = index.holding_asset[sender[first : first + SLICE]]
        sums += np.bincount(asset, weights=value, minlength=len(sums))
    return set(np.flatnonzero(sums > LARGEST // 2).tolist())


def _codes(ledger: Ledger, labels: Labels, owner: Array, through: Array, counts: Array) -> tuple[Array, Timed]:
    """The code of each holding, and what holds at which time where one does not do."""
    said = Said(ledger, labels)
    named = sorted(said.named)
    said.look_up(named)
    timed = [address for address in named if said.timed(address)]
    by_address = np.zeros(max(int(owner.max(initial=0)), max(named, default=0)) + 1, np.uint8)
    for address in named:
        by_address[address] = said.spans(address)[1][0]
    by_address[timed] = kernel.TIMED
    by_address[0] = NOBODY
    code = by_address[owner]
    code[through] = FREE
    code[~counts] = kernel.DEAD
    holdings = np.flatnonzero(code == kernel.TIMED)
    start, since, codes, undated = [0], [], [], []
    for holding in holdings.tolist():
        changes, each, anytime = said.spans(int(owner[holding]))
        since += [LONG_AGO, *changes]
        codes += each
        undated.append(anytime)
        start.append(len(since))
    told = Timed(
        holdings, np.array(start, np.int64), np.array(since, np.int64), np.array(codes, np.uint8),
        np.array(undated, np.uint8),
    )  # fmt: skip
    return code, told


def _times(ledger: Ledger) -> Array:
    """When each row was; -1 where its source does not say."""
    return np.concatenate([segments.column(ledger.path, one, "time") for one in ledger.manifest.segments])


def _seats(owner: Array, asset: Array, kept: Array) -> tuple[Array, Array]:
    """Holdings in order of owner and asset, and where each seat begins among them."""
    holdings = np.flatnonzero(kept)
    order = holdings[np.lexsort((asset[holdings], owner[holdings]))]
    key = owner[order].astype(np.uint64) << np.uint64(32) | asset[order].astype(np.uint64)
    begin = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if len(order) else np.empty(0, np.int64)
    return order, np.append(begin, len(order)).astype(np.int64)
