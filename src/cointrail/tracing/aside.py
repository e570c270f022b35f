"""Work beside other work, in a copy of this process: what it needs is there without being sent, what it returns comes
back through a pipe.

Python's threads take turns; so this is how two cores work on one trail.
"""

import os
import pickle
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def aside(work: Callable[[], T], large: bool) -> Iterator[Callable[[], T]]:
    """Begin some work; what is handed over waits for its result.

    Small work, and any where systems make no sound copies, is done when its result is asked for. So is what did not
    succeed in a copy: its error is raised there. The work must not draw progress, whose lock may be held meanwhile.
    """
    if not large or sys.platform != "linux":
        yield work
        return
    told, tell = os.pipe()
    child = _copy()
    if child == 0:
        failed = 1
        try:
            os.close(told)
            with os.fdopen(tell, "wb") as pipe:
                pickle.dump(work(), pipe, pickle.HIGHEST_PROTOCOL)
            failed = 0
        finally:
            os._exit(failed)  # nothing that this process has begun is ended twice
    os.close(tell)
    waiting = True

    def result() -> T:
        nonlocal waiting
        with os.fdopen(os.dup(told), "rb") as pipe:
            content = pipe.read()
        waiting = False
        if os.waitpid(child, 0)[1]:
            return work()
        found: T = pickle.loads(content)  # noqa: S301 - written by a copy of this process
        return found

    try:
        yield result
    finally:
        os.close(told)
        if waiting:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _copy() -> int:
    """A copy of this process: 0 in the copy, its id here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # what other threads hold is nothing that the copy needs
        return os.fork()
