"""Work beside other work, in a copy of this process: what it needs is there without being sent, what it returns comes
back through a pipe.

Python's threads take turns; so this is how two cores work on one trail.
"""

import os
import pickle
import signal
import sys
import warnings
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")

MEMORY = 2 << 30  # bytes of its own that a process may have: a copy of more takes longer than it saves
STATUS = Path("/proc/self/status")


class Aside(Generic[T]):
    """Some work that is begun at once, and its result, which is waited for when it is asked for.

    Small work, that of a process with much memory, and any where systems make no sound copies, is done when its result
    is asked for. So is what did not succeed in a copy: its error is raised there. The work must not draw progress,
    whose lock may be held meanwhile. A copy that nobody will ask any more is ended.
    """

    def __init__(self, work: Callable[[], T], large: bool) -> None:
        self._work: Callable[[], T] | None = work
        self._copy: tuple[int, int] | None = _begun(work) if large and _copied() else None
        self._ended = weakref.finalize(self, _end, os.getpid(), self._copy)

    def result(self) -> T:
        """What the work returned; raises what it raised."""
        if self._work is not None:
            content = self._read()
            # written by a copy of this process
            self._result: T = self._work() if content is None else pickle.loads(content)  # noqa: S301
            self._work = None
        return self._result

    def _read(self) -> bytes | None:
        """What the copy wrote; None without one, or where it failed."""
        if self._copy is None:
            return None
        (pipe, child), self._copy = self._copy, None
        with os.fdopen(pipe, "rb", closefd=False) as told:
            content = told.read()
        self._ended.detach()
        os.close(pipe)
        return content if os.waitpid(child, 0)[1] == 0 else None

    def close(self) -> None:
        """End the work, if it is not done."""
        self._ended()


def _copied() -> bool:
    """Whether this process is one that should be copied."""
    if sys.platform != "linux":
        return False
    with STATUS.open("rb") as lines:  # whose first line is the name of the process, whatever that is
        own = next((line for line in lines if line.startswith(b"RssAnon:")), b"RssAnon: 0 kB")
    return int(own.split()[1]) << 10 <= MEMORY


def _begun(work: Callable[[], object]) -> tuple[int, int]:
    """Begin in a copy; the pipe from it, and its process id."""
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
    return told, child


def _end(owner: int, copy: tuple[int, int] | None) -> None:
    """A copy of the owner knows its other copies too, but they are not its own."""
    if copy is not None and os.getpid() == owner:
        pipe, child = copy
        os.close(pipe)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _copy() -> int:
    """A copy of this process: 0 in the copy, its id here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # what other threads hold is nothing that the copy needs
        return os.fork()
