"""Work beside other work, in a copy of this process: what it needs is there without being sent, what it returns comes
back through a pipe.

Python's threads take turns; so this is how two cores work on one trail.
"""

import ctypes
import logging
import os
import pickle
import signal
import sys
import warnings
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")

MEMORY = 2 << 30  # bytes of its own that a process may have: a copy of more takes longer than it saves
STATUS = Path("/proc/self/status")
WHOLE = b"whole"  # the last that a copy writes
PARENT_DEATH = 1  # prctl's PR_SET_PDEATHSIG


class Aside(Generic[T]):
    """Some work that is begun at once, and its result, which is waited for when it is asked for.

    Small work, that of a process with much memory, and any where no sound copy can be made, is done when its result is
    asked for. So is what did not succeed in a copy: its error is raised there. What the work prints or logs in a copy
    is lost, as are its warnings: whoever draws progress may hold the lock of the terminal. A copy that nobody will ask
    any more is ended, and none outlives this process.
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
        """What the copy wrote, to its mark at the end; None without a copy, or where it failed."""
        if self._copy is None:
            return None
        (pipe, child), self._copy = self._copy, None
        with os.fdopen(pipe, "rb", closefd=False) as told:
            content = told.read()
        self._ended.detach()
        os.close(pipe)
        _forget(child)
        return content if content.endswith(WHOLE) else None


def end_with(parent: int) -> None:
    """Let the system end this process once its parent, the process `parent`, has ended, however that came; on Linux."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH, signal.SIGKILL)
        if os.getppid() != parent:  # it has ended already
            os._exit(1)


def _copied() -> bool:
    """Whether this process is one that should be copied."""
    if sys.platform != "linux" or not STATUS.exists():
        return False
    with STATUS.open("rb") as lines:  # whose first line is the name of the process, whatever that is
        own = next((line for line in lines if line.startswith(b"RssAnon:")), b"RssAnon: 0 kB")
    return int(own.split()[1]) << 10 <= MEMORY


def _begun(work: Callable[[], object]) -> tuple[int, int] | None:
    """Begin in a copy; the pipe from it, and its process id. None where the system makes none."""
    parent = os.getpid()
    told, tell = os.pipe()
    try:
        child = _copy()
    except OSError:  # too many processes, or too little memory
        os.close(told)
        os.close(tell)
        return None
    if child == 0:
        try:
            end_with(parent)
            os.close(told)
            _hush()
            with os.fdopen(tell, "wb") as pipe:
                pickle.dump(work(), pipe, pickle.HIGHEST_PROTOCOL)
                pipe.write(WHOLE)
        finally:
            os._exit(0)  # nothing that this process has begun is ended twice
    os.close(tell)
    return told, child


def _hush() -> None:
    """Wait for no lock that another thread held when the copy was made."""
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - until the copy ends
    warnings.simplefilter("ignore")
    logging.disable()


def _end(owner: int, copy: tuple[int, int] | None) -> None:
    """A copy of the owner knows its other copies too, but they are not its own."""
    if copy is not None and os.getpid() == owner:
        pipe, child = copy
        os.close(pipe)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        _forget(child)


def _forget(child: int) -> None:
    with suppress(ChildProcessError):  # where nobody waits for children, the system does
        os.waitpid(child, 0)


def _copy() -> int:
    """A copy of this process: 0 in the copy, its id here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # what other threads hold is nothing that the copy needs
        return os.fork()
