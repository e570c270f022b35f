"""Checking a ledger against its manifest, from the files up."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from cointrail.errors import InputError
from cointrail.ledger import segment as segments
from cointrail.ledger.book import FOLDER
from cointrail.ledger.digest import digest
from cointrail.ledger.files import sha256
from cointrail.ledger.index import damage
from cointrail.ledger.manifest import load

Step = Callable[[str, float], None]


def verify(folder: Path, step: Step = lambda what, share: None) -> str:
    """Recompute all checksums, the order and the ids of all rows, and the digest, which is returned.

    Raises InputError that names the first file that is not as it was written.
    """
    manifest = load(folder)
    addresses = 1
    for part in manifest.addresses:
        _same(folder / FOLDER / f"{part.name}.parquet", part.sha256)
        addresses += part.rows
    last = None
    for number, segment in enumerate(manifest.segments):
        for kind in segments.FOLDERS:
            _same(segments.file(folder, kind, segment), segment.digests[kind])
        rows = segments.read(folder, segment)
        key = rows.block if manifest.order == "block" else rows.time
        name = segments.file(folder, "transfers", segment)
        if len(rows) != segment.rows or (key[1:] < key[:-1]).any() or (last is not None and key[0] < last):
            raise InputError(f"{name}: rows are missing or out of order; restore the ledger from a copy")
        if max(int(np.max(rows.sender)), int(np.max(rows.recipient))) >= addresses:
            raise InputError(f"{name}: addresses are missing; restore the ledger from a copy")
        last = int(key[-1])
        step("files", (number + 1) / len(manifest.segments))
    if (path := damage(folder, manifest)) is not None:
        raise InputError(f"{path}: changed since it was written; delete the folder index, it is made again when needed")
    return digest(folder, manifest, lambda share: step("digest", share))


def _same(path: Path, expected: str) -> None:
    if not path.is_file():
        raise InputError(f"{path}: missing; restore the ledger from a copy or import again")
    if sha256(path) != expected:
        raise InputError(f"{path}: changed since it was written; restore the ledger from a copy or import again")
