"""Large files reach the disk while they are written."""

import os
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from cointrail.ledger import files
from cointrail.ledger.files import Sink


def test_a_large_file_is_synced_bit_by_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never more than a stride, and what the writer hands over at once, is left to the next sync."""
    synced: list[int] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        real(handle)
        synced.append(os.fstat(handle).st_size)

    monkeypatch.setattr(files, "STRIDE", 1 << 16)
    monkeypatch.setattr(os, "fsync", fsync)
    path, array = tmp_path / "a.npy", np.arange(1 << 20)
    with Sink(path) as sink:
        for _ in range(3):
            np.save(sink, array)
    content = path.read_bytes()
    assert (sink.bytes, sink.sha256) == (len(content), sha256(content).hexdigest())
    assert synced[-1] == len(content)
    assert len(synced) > 3
    with path.open("rb") as file:
        for _ in range(3):
            assert (np.load(file) == array).all()


def test_the_last_bytes_are_synced_before_it_is_closed(tmp_path: Path) -> None:
    """A small file, and closing twice."""
    sink = Sink(tmp_path / "small")
    sink.write(b"few")
    sink.close()
    sink.close()
    assert (tmp_path / "small").read_bytes() == b"few"
