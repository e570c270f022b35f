"""Checking a ledger against its manifest, from the files up."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np

from cointrail.errors import InputError
from cointrail.ledger import event_parts, output_parts, term_parts
from cointrail.ledger import segment as segments
from cointrail.ledger.book import FOLDER, read_all
from cointrail.ledger.columns import Columns
from cointrail.ledger.digest import digest
from cointrail.ledger.events import load_events
from cointrail.ledger.files import sha256
from cointrail.ledger.index import damage
from cointrail.ledger.intern import words
from cointrail.ledger.manifest import Manifest, load
from cointrail.ledger.merge import merge

Step = Callable[[str, float], None]


def verify(folder: Path, step: Step = lambda what, share: None) -> str:
    """Recompute all checksums, the order and the ids of all rows, and the digest, which is returned; read all events.

    Raises InputError that names the first file that is not as it was written.
    """
    manifest = load(folder)
    unchanged(folder, manifest)
    addresses = words(read_all(folder, manifest.addresses)[1:])
    ranks = np.argsort(np.argsort(np.array([asset.key for asset in manifest.assets], object)))
    last = None
    for number, segment in enumerate(manifest.segments):
        rows = segments.read(folder, segment)
        name = segments.file(folder, "transfers", segment)
        if max(int(np.max(rows.sender)), int(np.max(rows.recipient))) > len(addresses):
            raise InputError(f"{name}: addresses are missing; restore the ledger from a copy")
        key = rows.block if manifest.order == "block" else rows.time
        again = merge(rows.take(slice(None)), manifest.order, addresses, ranks)  # which leaves a sound segment as it is
        if len(rows) != segment.rows or not _equal(rows, again) or (last is not None and key[0] <= last):
            raise InputError(f"{name}: rows are missing or out of order; restore the ledger from a copy")
        last = int(key[-1])
        step("files", (number + 1) / len(manifest.segments))
    load_events(folder, manifest)
    if (path := damage(folder, manifest)) is not None:
        raise InputError(f"{path}: changed since it was written; delete the folder index, it is made again when needed")
    return digest(folder, manifest, lambda share: step("digest", share))


def _equal(left: Columns, right: Columns) -> bool:
    return len(left) == len(right) and all(
        np.array_equal(getattr(left, f.name), getattr(right, f.name)) for f in fields(Columns)
    )


def unchanged(folder: Path, manifest: Manifest) -> None:
    """InputError that names the first file of a ledger that is missing or not as it was written."""
    for part in manifest.addresses:
        _same(folder / FOLDER / f"{part.name}.parquet", part.sha256)
    for part in manifest.events:
        _same(folder / event_parts.FOLDER / f"{part.name}.parquet", part.sha256)
    for part in manifest.outputs:
        _same(folder / output_parts.FOLDER / f"{part.name}.parquet", part.sha256)
    for part in manifest.terms:
        _same(folder / term_parts.FOLDER / f"{part.name}.parquet", part.sha256)
    for segment in manifest.segments:
        for kind in segments.FOLDERS:
            _same(segments.file(folder, kind, segment), segment.digests[kind])


def _same(path: Path, expected: str) -> None:
    if not path.is_file():
        raise InputError(f"{path}: missing; restore the ledger from a copy or import again")
    if sha256(path) != expected:
        raise InputError(f"{path}: changed since it was written; restore the ledger from a copy or import again")
