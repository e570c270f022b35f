"""Work beside other work, in a copy of the process."""

import os
import sys
from pathlib import Path

import pytest

from cointrail.cli.publishing import beside


@pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux only")
def test_it_is_done_by_another_process(tmp_path: Path) -> None:
    target = tmp_path / "who"
    with beside(lambda: target.write_text(str(os.getpid()))):
        pass
    assert int(target.read_text()) != os.getpid()


def test_it_is_done_here_where_there_are_no_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    target = tmp_path / "who"
    with beside(lambda: target.write_text(str(os.getpid()))):
        assert not target.exists()
    assert int(target.read_text()) == os.getpid()


def test_its_error_is_raised_here(tmp_path: Path) -> None:
    def work() -> None:
        raise OSError(28, "No space left on device", "report.html")

    with pytest.raises(OSError, match="No space"), beside(work):
        (tmp_path / "other").write_text("is done")
    assert (tmp_path / "other").exists()


def test_an_error_of_the_block_is_not_hidden(tmp_path: Path) -> None:
    """And the copy is waited for."""
    target = tmp_path / "page"
    with pytest.raises(ValueError, match="mine"), beside(lambda: target.write_text("page")):
        raise ValueError("mine")
    assert target.exists() == (sys.platform == "linux")
