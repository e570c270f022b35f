"""The disk on its own: how long a small write takes to be there, while something else is measured."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EVERY, SIZE = 0.05, 4_096  # seconds between two writes; bytes


class Disk:
    """Seconds that each write took."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __str__(self) -> str:
        ordered = sorted(self.seconds)
        p99, most = ordered[int(0.99 * len(ordered))] * 1000, ordered[-1] * 1000
        return f"4 KB alone on the disk: p99 {p99:.1f} ms, most {most:.0f} ms"


@contextmanager
def probed(folder: Path) -> Iterator[Disk]:
    """Write and sync a few times a second beside what is done in the block."""
    disk, ended = Disk(), threading.Event()

    def write() -> None:
        with (folder / "probe").open("wb", buffering=0) as file:
            while True:
                began = time.perf_counter()
                file.write(bytes(SIZE))
                os.fdatasync(file.fileno())
                disk.seconds.append(time.perf_counter() - began)
                if ended.wait(EVERY):
                    return

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield disk
    finally:
        ended.set()
        thread.join()
