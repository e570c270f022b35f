"""The transactions of several assets of a whole ledger, settled, as arrays that a compiled replay walks either way."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail import __version__
from cointrail.conversions.settlement.parallel import each
from cointrail.conversions.settlement.settler import Settler
from cointrail.conversions.settlement.sweep import limbs, numbers, starts
from cointrail.exposure import settle_kernel as kernel
from cointrail.exposure.deal import Deals, Settled
from cointrail.exposure.wide import LARGEST
from cointrail.ledger import Ledger
from cointrail.ledger.derived import BROKEN, check_arrays, read_said, write_arrays

Ints = npt.NDArray[np.int64]
Array = npt.NDArray[Any]

VERSION = 1
ARRAYS = ("rows", "row", "nets", "links")
CHUNK = 1 << 17  # transactions settled in one call
MASK = (1 << 64) - 1


class Settlements(NamedTuple):
    """All of a ledger: rows that a replay leaves out, nets and links as `settle_kernel` writes them, by transaction,
    and the row at which each transaction counts."""

    rows: Ints
    row: Ints
    nets: Ints
    links: Ints
    plain: int  # how many transactions the compiled loop settled


def kept(ledger: Ledger, folder: Path, step: Callable[[float], None] = lambda share: None) -> Settlements:
    """The settlements of a ledger from a folder, made there where they are not: labels do not change them."""
    state = {
        "version": [VERSION, __version__], "ledger": ledger.digest,
        "segments": [one.name for one in ledger.manifest.segments],
        "assets": [[one.key, one.verified, one.form_of, one.origin] for one in ledger.assets],
    }  # fmt: skip
    try:
        meta = read_said(folder)
        if meta["state"] != state:
            raise ValueError("of an earlier state")
        check_arrays(folder, meta["files"])
        rows, row, nets, links = (np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in ARRAYS)
        return Settlements(rows, row, nets, links, int(meta["plain"]))
    except BROKEN:
        made = settlements(ledger, step)
    if len(made.row):
        write_arrays(folder, {name: getattr(made, name) for name in ARRAYS}, {"state": state, "plain": made.plain})
    return made


def settlements(ledger: Ledger, step: Callable[[float], None] = lambda share: None) -> Settlements:
    """Settle every transaction that a trace would."""
    index, settler = ledger.index, Settler(ledger)
    rows, sender = index.close_row.astype(np.int64), index.close_sender.astype(np.int64)
    if not len(rows) or index.outputs:
        return nothing()
    recipient = index.link[rows].astype(np.int64) ^ sender
    parties = [index.holding_address[one].astype(np.int64) for one in (sender, recipient)]
    first = starts(index.mark, rows)
    assets = range(len(ledger.assets))
    verified = np.array([asset.verified for asset in ledger.assets])
    terms = (
        verified, numbers(settler.issuer(n) if verified[n] else None for n in assets),
        numbers(settler.wraps(n) for n in assets), kernel.NONE if settler.zero is None else settler.zero,
    )  # fmt: skip
    movements = (*parties, sender, recipient, index.holding_asset[sender].astype(np.int64), *limbs(ledger, rows))
    nets, links, done = _compiled(first, movements, terms)
    left = np.flatnonzero(~done)
    careful = Deals(ledger, settler)

    def carefully(place: int) -> list[tuple[bytes, bytes]]:
        number = int(left[place])
        return [_written(number, careful.settled(int(rows[first[number]])))]

    told = each(carefully, len(left), step)
    more = [np.frombuffer(b"".join(part), np.int64) for part in zip(*told, strict=True)] or [np.empty(0, np.int64)] * 2
    nets = np.concatenate([nets, more[0].reshape(-1, kernel.NET_COLUMNS)])
    links = np.concatenate([links, more[1].reshape(-1, kernel.LINK_COLUMNS)])
    settled = (parties[0] != 0) & (parties[1] != 0)
    return Settlements(rows[settled], rows[first[1:] - 1], nets, links, int(done.sum()))


def nothing() -> Settlements:
    """No transaction at all."""
    none = np.empty(0, np.int64)
    nets, links = (np.empty((0, columns), np.int64) for columns in (kernel.NET_COLUMNS, kernel.LINK_COLUMNS))
    return Settlements(none, none, nets, links, 0)


def _compiled(first: Ints, movements: tuple[Any, ...], terms: tuple[Any, ...]) -> tuple[Ints, Ints, Array]:
    """The kernel on chunks of the transactions, on all processors."""
    count = len(first) - 1
    cuts = [*range(0, count, CHUNK), count]

    def part(ends: tuple[int, int]) -> tuple[Ints, Ints, Array]:
        low, high = ends
        nets, links, done = kernel.settled(first[low : high + 1], *movements, *terms)
        nets[:, 0] += low
        links[:, 0] += low
        return nets, links, done

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        found = list(pool.map(part, pairwise(cuts)))
    return tuple(np.concatenate(one) for one in zip(*found, strict=True))  # type: ignore[return-value]


def _written(number: int, settled: Settled) -> tuple[bytes, bytes]:
    """One transaction in the shape of the kernel; what is too large for two words is of assets that do not count."""
    nets = [
        (number, holding, side, *_words(amount))
        for side, of in enumerate((settled.lost, settled.gained))
        for holding, amount in of.items()
        if amount < LARGEST
    ]
    links = [
        (
            number, one.loser, one.gainer,
            one.stops * kernel.STOPS + (one.start + one.size <= settled.lost.get(one.loser, 0)) * kernel.WHOLE,
            *_words(one.start), *_words(one.size), *_words(one.at), *_words(one.amount),
        )
        for one in settled.links
        if max(one.start + one.size, one.at + one.amount) < LARGEST
    ]  # fmt: skip
    return _packed(nets), _packed(links)


def _packed(rows: Iterable[tuple[int, ...]]) -> bytes:
    return b"".join((value & MASK).to_bytes(8, "little") for row in rows for value in row)


def _words(amount: int) -> tuple[int, int]:
    return amount >> 64, amount & MASK
