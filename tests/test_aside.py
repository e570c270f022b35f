"""Work beside other work, in a copy of the process."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import pytest

from cointrail import aside
from cointrail.aside import Aside


@pytest.fixture(autouse=True)
def much(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much memory the tests before have left here."""
    monkeypatch.setattr(aside, "MEMORY", 1 << 60)


LINUX = pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux only")


@LINUX
def test_it_is_done_by_another_process_and_its_result_comes_back() -> None:
    held = list(range(100_000))  # more than a pipe takes at once
    who, same = Aside(lambda: (os.getpid(), held), True).result()
    assert who != os.getpid() and same == held


@pytest.mark.parametrize(("platform", "large"), [("darwin", True), ("linux", False)])
def test_it_is_done_here_once_it_is_asked_for(platform: str, large: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    done: list[int] = []
    work = Aside(lambda: done.append(os.getpid()), large)
    assert not done
    work.result()
    work.result()
    assert done == [os.getpid()]


def test_its_error_is_raised_here() -> None:
    def work() -> None:
        raise OSError(28, "No space left on device", "report.html")

    begun = Aside(work, True)
    with pytest.raises(OSError, match="No space"):
        begun.result()


@LINUX
def test_what_nobody_waits_for_any_more_is_ended() -> None:
    """The copy would work for a minute; it is ended with the last that could ask for its result, and at once."""
    told, tell = os.pipe()  # whose end is seen once no process has it open for writing

    def work() -> None:
        time.sleep(60)

    begun = [Aside(work, True), Aside(work, True)]
    os.close(tell)
    began = time.monotonic()
    begun.clear()
    assert os.read(told, 1) == b"" and time.monotonic() - began < 30
    os.close(told)


@LINUX
def test_a_copy_does_not_end_what_others_wait_for() -> None:
    begun = [Aside(os.getpid, True)]

    def forget() -> None:
        begun.clear()
        gc.collect()

    Aside(forget, True).result()
    assert begun and begun[0].result() != os.getpid()


@LINUX
def test_a_process_with_much_memory_is_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "MEMORY", 1 << 20)
    assert Aside(os.getpid, True).result() == os.getpid()


def test_where_no_copy_can_be_made_it_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(aside, "_copy", none)
    before = len(list(Path("/proc/self/fd").glob("*")))
    assert Aside(os.getpid, True).result() == os.getpid()
    assert len(list(Path("/proc/self/fd").glob("*"))) == before
    monkeypatch.undo()
    monkeypatch.setattr(aside, "STATUS", Path("/nowhere"))
    assert Aside(os.getpid, True).result() == os.getpid()


@LINUX
def test_what_came_back_counts_though_nobody_may_wait_for_children() -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert Aside(os.getpid, True).result() != os.getpid()
        forgotten = Aside(lambda: time.sleep(60), True)
        del forgotten
    finally:
        signal.signal(signal.SIGCHLD, before)


@LINUX
def test_a_copy_that_was_killed_is_made_up_for() -> None:
    here = os.getpid()

    def work() -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return os.getpid()

    assert Aside(work, True).result() == here


class Locked:
    """A terminal that another thread draws on."""

    def __init__(self) -> None:
        self.lock = threading.RLock()

    def write(self, text: str) -> int:
        with self.lock:
            return len(text)

    def flush(self) -> None:
        with self.lock:
            pass


@LINUX
def test_a_copy_waits_for_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, held, done = Locked(), threading.Event(), threading.Event()

    def draw() -> None:
        with terminal.lock:
            held.set()
            done.wait(60)

    drawing = threading.Thread(target=draw)
    drawing.start()
    held.wait(60)

    def work() -> int:
        warnings.warn("odd", stacklevel=1)
        print("odd", file=sys.stderr)
        return os.getpid()

    monkeypatch.setattr(sys, "stderr", terminal)
    try:
        assert Aside(work, True).result() != os.getpid()
    finally:
        done.set()
        drawing.join()


@LINUX
def test_a_copy_does_not_outlive_whoever_made_it() -> None:
    """Killed, so that nothing can be done at its end: the pipe that only its copy still holds is closed soon after."""
    code = """
import os, time
from cointrail.aside import Aside
work = Aside(lambda: time.sleep(60), True)
print("begun", flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"begun\n"
        process.kill()
        began = time.monotonic()
        assert process.stdout.read() == b"" and time.monotonic() - began < 30
