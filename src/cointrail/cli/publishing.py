"""Files and page of a trail, made at the same time."""

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cointrail.reports import write_page
from cointrail.tracing import Told, save


def publish(told: Told, out: Path) -> None:
    """Write all files of a trail and its page into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    with beside(lambda: write_page(told.content, told.movements, out)):
        save(told, out)


@contextmanager
def beside(work: Callable[[], object]) -> Iterator[None]:
    """Do some work while the block runs, in a copy of this process: what it needs is there without being sent.

    Where there are no copies, or the work did not succeed in one, it is done here, and its error is raised here.
    """
    child = _copy()
    if child == 0:
        failed = 1
        try:
            work()
            failed = 0
        finally:
            os._exit(failed)  # nothing of what this process has begun is ended twice
    try:
        yield
    finally:
        done = child is not None and os.waitpid(child, 0)[1] == 0
    if not done:
        work()


def _copy() -> int | None:
    """A copy of this process: 0 in the copy, its id here; None where systems do not make sound ones of threads."""
    if sys.platform != "linux":
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads hold nothing that the copy waits for
        return os.fork()
