"""Imports that are killed at a given step: `python -m tests.ledger.dying FOLDER` kills one in each subfolder."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from cointrail.ledger import book, event_parts, files, manifest, segment, store
from tests.ledger.worlds import Row, bring, happened, truth

STEPS = {
    "spilled": (store, "spill", 1),
    "events": (event_parts, "_store", 1),
    "named": (book.Book, "save", 1),
    "first": (segment, "write", 1),
    "third": (segment, "write", 3),
    "renamed": (segment, "settle", 4),  # one file of the second segment is there, the others are not
    "listed": (manifest.Manifest, "save", 1),
    "aside": (files, "sync_folder", 1),  # the manifest is replaced, and perhaps not on the disk for good
    "sweeping": (store, "_sweep", 1),
}
BEFORE = ("listed", "sweeping")  # killed before the step, the others after it
DONE = ("aside", "sweeping")  # the new ledger is there already


def parts() -> tuple[list[Row], list[list[Row]]]:
    """What is in the ledger already, and what comes in, from several sources, while it dies."""
    rows = truth(Random(11), 8)
    return rows[::2], [rows[n::9] for n in range(9)]


def events() -> tuple[list[Row], list[list[Row]]]:
    """Events that are in the ledger already, and those that come in."""
    rows = happened(Random(12), truth(Random(11), 8))
    return rows[::2], [rows[n::4] for n in range(4)]


def small() -> None:
    """Few rows make many runs and segments."""
    store.RUN_ROWS, store.SLICE_ROWS, store.SMALL_ROWS = 20, 12, 5


def deadly(step: Callable[..., Any], count: int, before: bool) -> Callable[..., Any]:
    """The step, which ends the process the `count`-th time."""
    left = [count]

    def ending(*arguments: Any, **more: Any) -> Any:
        left[0] -= 1
        if before and left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        out = step(*arguments, **more)
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return out

    return ending


def main(folder: Path) -> None:
    small()
    for name, (where, step, count) in STEPS.items():
        child = os.fork()
        if child == 0:
            setattr(where, step, deadly(getattr(where, step), count, name in BEFORE))
            bring(folder / name, *parts()[1], events=events()[1])
            os._exit(1)
        _, status = os.waitpid(child, 0)
        print(name, os.WTERMSIG(status) if os.WIFSIGNALED(status) else "survived")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
