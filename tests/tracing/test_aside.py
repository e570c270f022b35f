"""Work beside other work, in a copy of the process."""

import os
import sys
import time
from pathlib import Path

import pytest

from cointrail.tracing.aside import aside

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux only")


@LINUX
def test_it_is_done_by_another_process_and_its_result_comes_back() -> None:
    held = list(range(100_000))  # more than a pipe takes at once
    with aside(lambda: (os.getpid(), held), True) as result:
        who, same = result()
    assert who != os.getpid() and same == held


@pytest.mark.parametrize(("platform", "large"), [("darwin", True), ("linux", False)])
def test_it_is_done_here_once_it_is_asked_for(platform: str, large: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    done: list[int] = []
    with aside(lambda: done.append(os.getpid()), large) as result:
        assert not done
        result()
    assert done == [os.getpid()]


def test_its_error_is_raised_here(tmp_path: Path) -> None:
    def work() -> None:
        raise OSError(28, "No space left on device", "report.html")

    with pytest.raises(OSError, match="No space"), aside(work, True) as result:
        (tmp_path / "other").write_text("is done")
        result()
    assert (tmp_path / "other").exists()


@LINUX
def test_what_nobody_waits_for_any_more_is_ended(tmp_path: Path) -> None:
    """The copy would write after a minute; an error ends the block long before."""

    def work() -> None:
        time.sleep(60)
        (tmp_path / "late").write_text("late")

    began = time.monotonic()
    with pytest.raises(ValueError, match="mine"), aside(work, True):
        raise ValueError("mine")
    assert time.monotonic() - began < 30 and not (tmp_path / "late").exists()
