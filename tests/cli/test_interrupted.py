"""Whoever stops a command is told so, and that nothing was changed where that is so."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.command import MAP, NAMES, done, info, line, load, run, who, write


def stop(*arguments: object, **more: object) -> None:
    raise KeyboardInterrupt


def test_an_import_that_is_stopped_changed_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = tmp_path / "ledger"
    load(write(tmp_path / "one.csv", [line(1, 1, 2, 5)]), ledger)
    before = info(ledger)["digest"]
    monkeypatch.setattr("cointrail.ledger.importer._commit", stop)
    ended = load(write(tmp_path / "two.csv", [line(2, 1, 2, 5)]), ledger)
    assert ended.status == 130 and ended.err == "cointrail: interrupted; nothing was changed\n"
    assert info(ledger)["digest"] == before
    ended = load(tmp_path / "two.csv", tmp_path / "new")
    assert ended.err == "cointrail: interrupted; nothing was changed\n" and not (tmp_path / "new").exists()


def test_an_import_that_was_done_already_is_not_said_to_have_changed_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cointrail.ledger.store._sweep", stop)
    ended = load(write(tmp_path / "one.csv", [line(1, 1, 2, 5)]), tmp_path / "ledger")
    assert ended.status == 130 and ended.err == "cointrail: interrupted\n"


def test_a_trace_says_only_that_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(write(tmp_path / "one.csv", [line(1, 1, 2, 5)]), tmp_path / "ledger")
    done("ledger", "verify", tmp_path / "ledger")
    monkeypatch.setattr("cointrail.cli.trace.follow", stop)
    ended = run("trace", tmp_path / "ledger", "--from", who(1), "--out", tmp_path / "out")
    assert ended.status == 130 and ended.err == "cointrail: interrupted\n"


def test_a_real_interrupt(tmp_path: Path) -> None:
    """The signal itself, to a process that reads a long file."""
    path = tmp_path / "long.csv"
    with path.open("w") as file:
        file.write(",".join(NAMES) + "\n")
        for number in range(500_000):
            file.write(f"{1_700_000_000 + number},{number},0x{number:064x},{who(1)},{who(2)},{number}\n")
    program = "from cointrail.cli import app; print('on', flush=True); app()"
    command = [sys.executable, "-c", program, "ledger", "import", str(path), "--into", str(tmp_path / "l")]
    with subprocess.Popen(
        [*command, "--format", "csv", "--map", MAP], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None and running.stdout.readline() == "on\n"
        deadline = time.monotonic() + 60
        while not (tmp_path / "l").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 130, said
    assert said == "cointrail: interrupted; nothing was changed\n"
    assert not (tmp_path / "l").exists()
