"""The commands of screening, as people type them."""

import json
import socket
from pathlib import Path

import pytest

from cointrail.chains import format_address
from tests.cli.command import done, run
from tests.screening.world import CLEAN, DEALER, MIXED, SANCTIONED, make


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """The small world."""
    make(tmp_path / "ledger")
    return tmp_path / "ledger"


def test_the_verdict_comes_first(ledger: Path) -> None:
    for raw, verdict in ((SANCTIONED, "block"), (MIXED, "review"), (CLEAN, "clear")):
        said = done("screen", format_address(raw), "--ledger", ledger, "--as-of", "2023-11-15").out
        assert said.startswith(verdict) and format_address(raw) in said.splitlines()[0]
    assert "What would change it" in done("screen", format_address(MIXED), "--ledger", ledger).out


def test_json_and_paths(ledger: Path) -> None:
    said = json.loads(done("screen", format_address(MIXED), "--ledger", ledger, "--json", "--paths").out)
    assert said["schema"] == "cointrail/screening/1" and said["verdict"] == "review"
    assert len(said["paths"][0]["movements"]) == 2
    again = json.loads(
        done("screen", format_address(MIXED), "--ledger", ledger, "--json", "--as-of", said["as_of"]).out
    )
    assert again == {key: value for key, value in said.items() if key != "paths"}
    assert "Paths" in done("screen", format_address(MIXED), "--ledger", ledger, "--paths").out


def test_a_file_of_addresses(ledger: Path, tmp_path: Path) -> None:
    file = tmp_path / "who.txt"
    file.write_text("\n".join(map(format_address, (DEALER, CLEAN))))
    lines = done("screen", f"@{file}", "--ledger", ledger).out.splitlines()
    assert [line.split(":")[0].split(",")[0] for line in lines] == ["block", "clear"]
    each = [json.loads(line) for line in done("screen", f"@{file}", "--ledger", ledger, "--json").out.splitlines()]
    assert [one["verdict"] for one in each] == ["block", "clear"]


def test_several_addresses(ledger: Path) -> None:
    lines = done("screen", *map(format_address, (DEALER, CLEAN)), "--ledger", ledger).out.splitlines()
    assert [line.split(":")[0].split(",")[0] for line in lines] == ["block", "clear"]


def test_exposures_that_are_there_are_read_though_nothing_can_be_written(ledger: Path) -> None:
    """A folder where the lock would be: nobody can write it."""
    before = done("screen", format_address(MIXED), "--ledger", ledger, "--as-of", "2023-11-15").out
    (ledger / "exposure" / ".exposure.lock").unlink()
    (ledger / "exposure" / ".exposure.lock").mkdir()
    assert done("screen", format_address(MIXED), "--ledger", ledger, "--as-of", "2023-11-15").out == before


def test_ids_of_keys_are_never_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is listed can be revoked, however narrow the terminal is."""
    monkeypatch.setenv("COLUMNS", "40")
    database = f"sqlite:///{tmp_path}/db.sqlite"
    done(
        "keys", "add", "a name that is long", "--scope", "screen", "--scope", "read", "--database", database,
        "--secret-file", tmp_path / "secret",
    )  # fmt: skip
    [line] = [one for one in done("keys", "list", "--database", database).out.splitlines() if "a name" in one]
    assert "revoked" in done("keys", "revoke", line.split()[0], "--database", database).out


@pytest.mark.parametrize("command", [["list"], ["audit"], ["revoke", "00112233"]])
def test_where_no_keys_are_kept_nothing_is_made(command: list[str], tmp_path: Path) -> None:
    """A log that is not there does not fit."""
    said = run("keys", *command, "--database", f"sqlite:///{tmp_path}/none.sqlite")
    assert said.refused and "nothing is kept there" in said.err
    assert not list(tmp_path.iterdir())


def test_a_port_that_is_taken_is_said_to_be(ledger: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = run(
            "serve", "--ledger", ledger, "--port", taken.getsockname()[1],
            "--database", f"sqlite:///{tmp_path}/db.sqlite", "--secret-file", tmp_path / "secret",
        )  # fmt: skip
    assert said.refused and "Address already in use; give another --host or --port" in said.err


@pytest.mark.parametrize(
    "more", [["0x12"], ["@nothing.txt"], ["0x" + "1" * 40, "--as-of", "never"], ["0x" + "1" * 40, "--rules", "no.yaml"]]
)
def test_refused(ledger: Path, more: list[str]) -> None:
    assert run("screen", *more, "--ledger", ledger).refused


def test_rules(ledger: Path, tmp_path: Path) -> None:
    assert "sanctioned" in done("rules", "check").out
    bad = tmp_path / "bad.yaml"
    bad.write_text("schema: x\n")
    assert run("rules", "check", bad).refused
    for content, said in (("", "holds no rules"), ("a,b\n1,2\n", "is no rule set"), ("[]", "is no rule set")):
        bad.write_text(content)
        ended = run("rules", "check", bad)
        assert ended.refused and f"{said}: give YAML with" in ended.err and "type" not in ended.err
    from cointrail.screening import default_rules

    good = tmp_path / "good.yaml"
    good.write_text(default_rules().text)
    truth = tmp_path / "truth.csv"
    truth.write_text(f"address,illicit\n{format_address(MIXED)},no\n{format_address(DEALER)},yes\n")
    said = json.loads(done("rules", "backtest", good, ledger, "--truth", truth, "--json").out)
    assert (said["alerts"]["right"], said["alerts"]["wrong"]) == (1, 1)
    assert "1 alerts are right, 1 wrong" in " ".join(
        done("rules", "backtest", good, ledger, "--truth", truth).out.split()
    )


def test_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = done("keys", "add", "the desk", "--scope", "screen", "--rate", "5").out
    id_, text = (line.split(": ")[1] for line in made.splitlines()[:2])
    listed = done("keys", "list").out
    assert id_ in listed and text not in listed
    done("keys", "revoke", id_)
    assert run("keys", "revoke", id_).refused
    assert "2 lines fit" in done("keys", "audit").out
    assert run("keys", "add", "x", "--scope", "everything").refused
