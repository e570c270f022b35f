"""`cointrail link`: files in, files out, and what is said."""

import csv
from pathlib import Path

import pytest

from cointrail.cli.link import links
from cointrail.cli.main import app
from cointrail.conversions.findings import COLUMNS
from tests.conversions.bridge import deposit, withdrawal, write


def run(*arguments: object) -> int:
    """The exit status of the command."""
    with pytest.raises(SystemExit) as caught:
        app([str(argument) for argument in ("link", *arguments)])
    return int(caught.value.code or 0)


def test_match_then_score(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    legs = write(
        tmp_path / "legs.csv",
        [deposit("d", 5, key="7"), withdrawal("w", 9, key="7"), withdrawal("x", 10, key="7", recipient="thief")],
    )
    out = tmp_path / "links.csv"
    assert run("match", legs, "--out", out) == 0
    assert out.read_text() == "deposit_tx,withdrawal_tx,rule,confidence,ambiguous\nd,w,key,1,0\n"
    with (tmp_path / "findings.csv").open(newline="") as text:
        (row,) = csv.DictReader(text)
    assert tuple(row) == COLUMNS
    assert (row["kind"], row["tx"], row["key"], row["recipient"]) == ("replayed_id", "x", "7", "thief")
    assert "pays once" in row["evidence"]
    said = capsys.readouterr().out
    assert "1 link by key" in said and "1 replayed_id" in said
    truth = tmp_path / "pairs.csv"
    truth.write_text("deposit_tx,withdrawal_tx\nd,w\ne,v\n")
    assert run("score", "--truth", truth, "--found", out) == 0
    said = capsys.readouterr().out
    assert "true 2, found 1, right 1" in said and "recall 0.5000, precision 1.0000" in said
    truth.write_text("deposit_tx,withdrawal_tx\n")
    assert run("score", "--truth", truth, "--found", truth) == 0
    assert "recall not defined, precision not defined" in capsys.readouterr().out


@pytest.mark.parametrize("window", ["soon", "24", "-1h", "1.5h", "h"])
def test_windows_that_are_no_time(tmp_path: Path, window: str, capsys: pytest.CaptureFixture[str]) -> None:
    legs = write(tmp_path / "legs.csv", [deposit("d", 5)])
    assert run("match", legs, f"--window={window}", "--out", tmp_path / "links.csv") == 1
    assert "--window" in capsys.readouterr().err
    assert not (tmp_path / "links.csv").exists()


def test_windows(tmp_path: Path) -> None:
    legs = write(tmp_path / "legs.csv", [deposit("d", 5, key="7"), withdrawal("w", 5 + 7_200, key="7")])
    for window, count in (("1h", 0), ("120m", 1), ("7200s", 1), ("1d", 1), ("3650d", 1)):
        assert run("match", legs, "--window", window, "--out", tmp_path / "links.csv") == 0
        assert len((tmp_path / "links.csv").read_text().splitlines()) == 1 + count


def test_refusals_leave_what_was_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    legs = tmp_path / "legs.csv"
    legs.write_text("side,bridge\n")
    out = tmp_path / "links.csv"
    out.write_text("kept")
    assert run("match", legs, "--out", out) == 1
    assert run("match", tmp_path / "none.csv", "--out", out) == 1
    assert run("match", write(legs, []), "--out", tmp_path / "findings.csv") == 1
    assert run("match", legs, "--out", tmp_path / "no" / "links.csv") == 1
    assert run("score", "--truth", legs, "--found", out) == 1
    assert out.read_text() == "kept"
    assert all(line.startswith("cointrail: ") for line in capsys.readouterr().err.splitlines())


def test_help_names_the_commands() -> None:
    assert [command.name for command in links.registered_commands] == ["find", "match", "score"]
