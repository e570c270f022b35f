"""Work beside other work, in a copy of the process."""

import gc
import os
import sys
import time

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
    begun.pop().close()
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
