"""The content digest: SHA-256 over all rows in chain order, however they were imported.

Every row enters as fixed-width big-endian fields, so the digest is independent of ids, segments and files.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cointrail.ledger import segment as segments
from cointrail.ledger.book import read_all
from cointrail.ledger.columns import Columns
from cointrail.ledger.intern import unwords
from cointrail.ledger.manifest import Manifest
from cointrail.ledger.rows import Kind

ROW = np.dtype(
    [
        ("block", ">i8"),
        ("time", ">i8"),
        ("tx", "u1", 32),
        ("tx_index", ">i8"),
        ("kind", "u1"),
        ("position", ">i8"),
        ("path", "u1", 16),  # of the trace address; zeros for none
        ("sender", "u1", 20),
        ("recipient", "u1", 20),
        ("nobody", "u1"),  # bit 0: no sender, bit 1: no recipient
        ("asset", "u1", 16),  # of the asset's key
        ("amount", "u1", 32),
        ("status", "u1"),
        ("exact", "u1"),
        ("nth", ">i8"),
    ]
)
CHUNK_ROWS = 1 << 18


def digest(folder: Path, manifest: Manifest, step: Callable[[float], None] = lambda share: None) -> str:
    """The SHA-256 of a ledger's content, in hex. `step` is told the share of the work done."""
    state = hashlib.sha256(f"cointrail ledger {manifest.version} {manifest.chain}\n".encode())
    addresses = read_all(folder, manifest.addresses)
    keys = [hashlib.sha256(asset.key.encode()).digest()[:16] for asset in manifest.assets]
    assets = np.frombuffer(b"".join(keys), np.uint8).reshape(-1, 16)
    done = 0
    for segment in manifest.segments:
        rows = segments.read(folder, segment)
        for start in range(0, len(rows), CHUNK_ROWS):
            state.update(_canonical(rows.take(slice(start, start + CHUNK_ROWS)), addresses, assets))
        done += segment.rows
        step(done / manifest.transfers)
    return state.hexdigest()


def _canonical(rows: Columns, addresses: npt.NDArray[np.uint8], assets: npt.NDArray[np.uint8]) -> bytes:
    out = np.zeros(len(rows), ROW)
    for name in ("block", "time", "tx_index", "kind", "position", "status", "exact", "nth"):
        out[name] = getattr(rows, name)
    out["tx"] = unwords(rows.tx, 32)
    out["amount"] = unwords(rows.amount, 32)
    out["sender"], out["recipient"] = addresses[rows.sender], addresses[rows.recipient]
    out["nobody"] = (rows.sender == 0) | (rows.recipient == 0) << 1
    out["asset"] = assets[rows.asset]
    for i in np.flatnonzero(rows.kind == Kind.TRACE):
        path = rows.path[i]
        if path is not None:
            out["path"][i] = np.frombuffer(hashlib.sha256(path).digest()[:16], np.uint8)
    return out.tobytes()
