"""From blocks to numbers of transactions, which count over all segments of a ledger, and back to their hashes."""

from typing import NamedTuple

import numpy as np

from cointrail.errors import InputError
from cointrail.ledger import Ledger
from cointrail.ledger import segment as segments
from cointrail.ledger.book import fixed
from cointrail.ledger.columns import NONE, flat, integers
from cointrail.ledger.files import stored
from cointrail.ledger.rows import HASH_BYTES


class Cited(NamedTuple):
    """A transaction as people look it up."""

    hash: bytes
    block: int | None


def behind(ledger: Ledger, block: int) -> int:
    """The number of the first transaction after a block. InputError where the ledger is not in the order of blocks."""
    if ledger.manifest.order != "block":
        raise InputError(f"{ledger.path}: some transfers have no block, so there is no state as of one; leave it out")
    for number, segment in enumerate(ledger.manifest.segments):
        if segment.last > block:
            file = stored(segments.file(ledger.path, "transactions", segment))
            later = integers(flat(file.read(columns=["block"]).column(0))) > block
            return int(ledger.index.first_tx[number]) + (int(np.argmax(later)) if later.any() else len(later))
    return len(ledger.index.hash)


def cited(ledger: Ledger, transactions: list[int]) -> dict[int, Cited]:
    """Hash and block of transactions by their numbers."""
    found: dict[int, Cited] = {}
    first = ledger.index.first_tx
    wanted = np.unique(np.array(transactions, np.int64))
    where = np.searchsorted(first[: len(ledger.manifest.segments)], wanted, "right") - 1
    for number in np.unique(where).tolist():
        mine = wanted[where == number]
        segment = ledger.manifest.segments[number]
        table = stored(segments.file(ledger.path, "transactions", segment)).read(columns=["hash", "block"])
        places = mine - int(first[number])
        hashes = fixed(flat(table.column("hash")), HASH_BYTES)[places]
        blocks = integers(flat(table.column("block")))[places].tolist()
        for tx, raw, block in zip(mine.tolist(), hashes, blocks, strict=True):
            found[tx] = Cited(raw.tobytes(), None if block == NONE else block)
    return found
