"""Writing that survives a crash: the whole new file, or the old one."""

import fcntl
import hashlib
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from cointrail.errors import InputError

SEAL = "sha256"  # of the rest of a sealed JSON object
STRIDE = 8 << 20  # bytes between two syncs: a small write beside a large one waits for no more than so many


@contextmanager
def alone(lock: Path, what: str) -> Iterator[None]:
    """One maker at a time of `what` a ledger derives: whoever comes second waits, and finds it made."""
    try:
        file = lock.open("w")
    except OSError as error:
        why = error.strerror or "no access"
        raise InputError(
            f"{lock.parent}: {what} has to be made, but {why}; copy the ledger to where you can write"
        ) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Sink(io.RawIOBase):
    """A new file that goes to the disk while it is written, bit by bit, and knows its SHA-256."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._state = hashlib.sha256()
        self._loose = 0  # bytes since the last sync
        self.bytes = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """All of it is taken."""
        size = memoryview(data).nbytes
        self._file.write(data)
        self._state.update(data)
        self.bytes += size
        self._loose += size
        if self._loose >= STRIDE:
            self._sync()
        return size

    def tell(self) -> int:
        """Where the next byte goes: behind all others."""
        return self.bytes

    def close(self) -> None:
        """Bring the rest to the disk."""
        if not self.closed:
            self._sync()
            self._file.close()
        super().close()

    @property
    def sha256(self) -> str:
        """Of all that was written, in hex."""
        return self._state.hexdigest()

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._loose = 0


def write_bytes(path: Path, content: bytes) -> None:
    """Replace a file in one step: write aside, fsync, rename, fsync the folder."""
    aside = path.with_name(path.name + ".tmp")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync_folder(path.parent)


def write_json(path: Path, content: Any) -> None:
    """Replace a JSON file in one step, keys in order, for people to read."""
    write_bytes(path, (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode())


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sealed(content: dict[str, Any]) -> dict[str, Any]:
    """A JSON object with its own checksum in it."""
    return content | {SEAL: _seal(content)}


def unsealed(content: Any) -> dict[str, Any]:
    """The object without its checksum; ValueError where it was changed since, KeyError where it never had one."""
    rest = dict(content)
    if rest.pop(SEAL) != _seal(rest):
        raise ValueError("changed since it was written")
    return rest


def _seal(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def stored(path: Path) -> pq.ParquetFile:
    """A Parquet file of a ledger, mapped into memory; pages that are not as they were written raise when read."""
    return pq.ParquetFile(path, memory_map=True, page_checksum_verification=True)
