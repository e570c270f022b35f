"""All conversions of a ledger in one pass.

Most transactions of several assets are plain: whoever is left with anything lost one asset and gained one. Those are
settled by a compiled loop; the others, with payers, recipients, shares or several swaps, go the careful way of
`settle`. Both say the same of a plain one; the loop only says it sooner.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from heapq import merge
from itertools import pairwise
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.conversions.settlement.parallel import each
from cointrail.conversions.settlement.piece import CONVERTING, PAYEE, SWAP, UNWRAP, WRAP
from cointrail.conversions.settlement.settler import NOBODY, Settler
from cointrail.conversions.settlement.sweep_kernel import CAREFUL, COLUMNS, NONE, plain
from cointrail.ledger import Ledger
from cointrail.ledger.marks import FIRST, MANY

Ints = npt.NDArray[np.int64]

PLAIN_RULES = (SWAP, WRAP, PAYEE, UNWRAP)  # by the number that the kernel gives them
CHUNK = 1 << 16  # conversions turned into objects at once
WORD = (1 << 64) - 1


class Conversion(NamedTuple):
    """Who gave up what for what in which transaction; ids of the ledger, amounts in smallest units.

    `row` is the last one of the transaction that moves anything. `recipient` got the asset bought.
    """

    row: int
    owner: int
    sold: int
    sold_amount: int
    recipient: int
    bought: int
    bought_amount: int
    rule: str


@dataclass(frozen=True)
class Sweep:
    """The conversions of a ledger, and how many transactions were looked at: all, of several assets, settled plainly.

    Iterating gives the conversions in the order of the ledger.
    """

    transactions: int
    several: int
    plain: int
    careful: list[Conversion]
    columns: Ints  # of those settled plainly, as the kernel writes them, with the last row instead of the transaction

    def __len__(self) -> int:
        return len(self.careful) + len(self.columns)

    def __iter__(self) -> Iterator[Conversion]:
        return merge(self._plainly(), self.careful, key=itemgetter(0))

    def _plainly(self) -> Iterator[Conversion]:
        for begin in range(0, len(self.columns), CHUNK):
            columns = self.columns[begin : begin + CHUNK].T.tolist()
            for row, owner, sold, high, low, recipient, bought, up, down, rule in zip(*columns, strict=True):
                size, amount = (high << 64) | (low & WORD), (up << 64) | (down & WORD)
                yield Conversion(row, owner, sold, size, recipient, bought, amount, PLAIN_RULES[rule])


def sweep(ledger: Ledger, step: Callable[[float], None] = lambda share: None) -> Sweep:
    """Settle every transaction of a ledger. Issuers of an asset are no owners: they only stand between."""
    index, settler = ledger.index, Settler(ledger)
    rows = index.close_row.astype(np.int64)
    several = index.mark[rows] & MANY != 0
    rows, sender = rows[several], index.close_sender[several]
    if not len(rows):
        return Sweep(_transactions(ledger), 0, 0, [], np.empty((0, COLUMNS), np.int64))
    first = starts(index.mark, rows)
    assets = range(len(ledger.assets))
    verified = np.array([asset.verified for asset in ledger.assets])
    issuer = numbers(settler.issuer(n) if verified[n] else None for n in assets)
    coin = numbers(settler.wraps(n) for n in assets)
    forms = [settler.form(n) for n in assets]
    form = numbers(forms.index(one) if one else None for one in forms)
    terms = (verified, issuer, coin, form, NONE if settler.zero is None else settler.zero)
    parties = (index.holding_address[one].astype(np.int64) for one in (sender, index.link[rows] ^ sender))
    movements = (*parties, index.holding_asset[sender].astype(np.int64), *limbs(ledger, rows))
    found, kind = _compiled(first, movements, terms)
    own = issuer[issuer != NONE]
    found = found[~np.isin(found[:, 1], own)]
    found[:, 0] = rows[first[found[:, 0] + 1] - 1]
    left = rows[first[np.flatnonzero(kind == CAREFUL) + 1] - 1].tolist()
    issuers = set(own.tolist())

    def carefully(place: int) -> list[Conversion]:
        return list(_carefully(settler, index.transaction(left[place]), left[place], issuers))

    careful = each(carefully, len(left), step)
    return Sweep(_transactions(ledger), len(first) - 1, int((kind != CAREFUL).sum()), careful, found)


def _compiled(first: Ints, movements: tuple[Any, ...], terms: tuple[Any, ...]) -> tuple[Ints, npt.NDArray[np.uint8]]:
    """The kernel on parts of the transactions at once, one for each processor."""
    cuts = np.linspace(0, len(first) - 1, (os.cpu_count() or 1) + 1).astype(int)
    parts = [(low, first[low : high + 1]) for low, high in pairwise(cuts.tolist()) if high > low]
    with ThreadPoolExecutor(len(parts)) as pool:
        done = list(pool.map(lambda part: plain(part[1], *movements, *terms), parts))
    for (low, _), (found, _) in zip(parts, done, strict=True):
        found[:, 0] += low
    return np.concatenate([found for found, _ in done]), np.concatenate([kind for _, kind in done])


def numbers(values: Iterable[int | None]) -> Ints:
    """Numbers as an array, NONE where there is none."""
    return np.array([NONE if value is None else value for value in values], np.int64)


def starts(mark: npt.NDArray[np.uint8], rows: Ints) -> Ints:
    """Where in `rows` each transaction begins, and the end."""
    begins = np.flatnonzero(mark & FIRST)
    of = np.searchsorted(begins, rows, "right")
    return np.append(np.flatnonzero(np.diff(of, prepend=-1)), len(rows)).astype(np.int64)


def _transactions(ledger: Ledger) -> int:
    return int((ledger.index.mark & FIRST != 0).sum())


def limbs(ledger: Ledger, rows: Ints) -> tuple[Ints, npt.NDArray[np.uint64]]:
    """Amounts as two words; the high one is NONE where two words are too few."""
    index = ledger.index
    narrow = index.amount[rows]
    high, low = np.zeros(len(rows), np.int64), narrow.copy()
    large = np.flatnonzero(narrow >> np.uint64(63))
    wide = index.wide[(narrow[large] ^ np.uint64(1 << 63)).astype(np.int64)]
    low[large] = wide[:, 3]
    fits = (wide[:, 0] == 0) & (wide[:, 1] == 0) & (wide[:, 2] < 1 << 60)
    high[large] = np.where(fits, wide[:, 2].astype(np.int64), NONE)
    return high, low


def _carefully(settler: Settler, span: tuple[int, int], last: int, issuers: set[int]) -> Iterator[Conversion]:
    for one in settler.settle(*span).pieces:
        if one.rule in CONVERTING and one.loser > NOBODY and one.loser not in issuers:
            yield Conversion(last, one.loser, one.asset, one.size, one.gainer, one.got, one.amount, one.rule)
