"""The trace command: what it takes for a theft, what it refuses, and the edges of its options."""

import re
import shutil
from pathlib import Path

import pytest

from cointrail.conversions.legs import COLUMNS
from tests.cli.command import done, line, load, movements, run, trail, who, write

START = 1_700_000_000
ROWS = [line(1, 1, 2, 10), line(2, 2, 3, 6), line(3, 3, 4, 6), line(4, 2, 5, 4), line(5, 5, 1, 1), line(9, 6, 7, 2)]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trace")
    assert load(write(folder / "rows.csv", ROWS), folder / "ledger").status == 0
    return folder / "ledger"


def ends(out: Path, policy: str = "fifo") -> dict[tuple[str, str], str]:
    """Amount by address and reason."""
    return {(e["address"], e["reason"]): e["amount"] for e in trail(out)["policies"][policy]["endpoints"]}


THEFTS: dict[str, tuple[tuple[object, ...], str]] = {
    "nothing": ((), "no theft given"),
    "empty address": (("--from", ""), "no theft given"),
    "address not there": (("--from", who(99)), "no transfer of this address is in the ledger"),
    "address of nobody's": (("--from", "0x12"), "is not an address: write 0x and 40"),
    "not ascii": (("--from", "жук"), "is not an address"),
    "only received": (("--from", who(4)), "empty theft: no value left the given addresses; check --from"),
    "only sent, backward": (("--from", who(6), "--direction", "backward"), "no value reached the given addresses"),
    "since the end": (("--from", who(1), "--since", "2030-01-01"), "is after the ledger's end: it holds 2023-"),
    "since later": (
        ("--from", who(1), "--since", START + 13),
        "no value left the given addresses from 2023-.* on; check",
    ),
    "until the start": (("--from", who(1), "--until", "2020-01-01"), "is before the ledger's start"),
    "until earlier": (("--from", who(6), "--until", START + 50), "no value left the given addresses up to 2023-"),
    "turned": (("--from", who(1), "--since", START + 20, "--until", START + 15), "--until is before --since"),
    "since nonsense": (("--from", who(1), "--since", "last week"), "--since last week: .*is not a time"),
    "tx not there": (("--tx", "0x" + "ab" * 32), "this transaction is not in the ledger"),
    "tx nonsense": (("--tx", "0x12"), "is not a transaction hash"),
    "tx of others": (("--tx", f"0x{1:064x}", "--from", who(6)), "no value left the given addresses in the given trans"),
    "tx too early": (("--tx", f"0x{1:064x}", "--since", START + 13), "check --tx and the times"),
    "tx too late": (("--tx", f"0x{9:064x}", "--until", START + 13), "check --tx and the times"),
    "direction": (("--from", who(1), "--direction", "sideways"), "give forward or backward"),
    "policy": (("--from", who(1), "--policy", "best"), "unknown policy 'best'; there are poison, haircut"),
    "policy beside all": (("--from", who(1), "--policy", "all", "--policy", "best"), "unknown policy 'best'"),
    "no hops": (("--from", who(1), "--max-hops", 0), "give 1 or more"),
    "hops below zero": (("--from", who(1), "--max-hops", -3), "give 1 or more"),
    "floor below zero": (("--from", who(1), "--min-value", -1), "is negative"),
    "floor too large": (("--from", who(1), "--min-value", "1e400"), "does not fit 256 bits"),
    "floor nan": (("--from", who(1), "--min-value", "nan"), "is not a number"),
    "floor empty": (("--from", who(1), "--min-value", ""), "is not a number"),
    "asset not there": (("--from", who(1), "--asset", "BTC"), "--asset BTC: nothing of it is in the ledger"),
    "asset nonsense": (("--from", who(1), "--asset", "0x12"), "is not an address"),
    "stop nonsense": (("--from", who(1), "--stop-at", "Binance"), "is not an address"),
    "file not there": (("--from", "@nowhere.txt"), "cannot read addresses from nowhere.txt"),
    "file without a name": (("--from", "@"), "cannot read addresses"),
    "folder for a file": (("--stop-at", "@.", "--from", who(1)), "cannot read addresses"),
}


@pytest.mark.parametrize("case", THEFTS)
def test_what_is_no_theft(ledger: Path, tmp_path: Path, case: str) -> None:

    arguments, pattern = THEFTS[case]
    ended = run("trace", ledger, *arguments, "--out", tmp_path / "out")
    assert ended.refused, ended
    assert re.search(pattern, ended.err), ended.err
    assert not (tmp_path / "out").exists()


def test_an_address_file_with_quotes_commas_and_comments(ledger: Path, tmp_path: Path) -> None:
    listed = tmp_path / "list.txt"
    upper = "0x" + who(10)[2:].upper()
    text = f"'{who(1)}',\n\n  \"{who(6)}\" ,\r\n# a comment\n\\x{who(1)[2:]}\n{upper}  # not there\n"
    listed.write_text(text)
    done("trace", ledger, "--from", f"@{listed}", "--out", tmp_path / "out")
    content = trail(tmp_path / "out")
    assert content["theft"]["addresses"] == [who(1), who(6), who(10)]
    assert content["policies"]["fifo"]["stolen"] == {"ETH": "12"}
    assert content["warnings"] == [f"1 of 3 theft addresses are not in the ledger, first {who(10)}"]


@pytest.mark.parametrize(
    "typo", ["0x098B716B8Aaf21512996dC57EB0615e2383E2f97", "0x12", "\0", "vitalik.eth", "0x" + "g" * 40]
)
def test_a_typo_in_an_address_file_is_named_with_its_line(ledger: Path, tmp_path: Path, typo: str) -> None:
    listed = tmp_path / "list.txt"
    listed.write_text(f"{who(1)}\n\n{typo}\n{who(2)}\n")
    for option in ("--from", "--stop-at"):
        ended = run("trace", ledger, "--from", who(1), option, f"@{listed}", "--out", tmp_path / "out")
        assert ended.refused and "list.txt, line 3" in ended.err


@pytest.mark.parametrize("content", [b"", b"\n\n# nothing\n", b"\xff\xfe\x00"])
def test_an_address_file_that_names_nothing(ledger: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "list.txt").write_bytes(content)
    assert run("trace", ledger, "--from", f"@{tmp_path / 'list.txt'}", "--out", tmp_path / "out").refused


@pytest.mark.parametrize("place", ["a file", "under a file"])
def test_results_need_a_folder(ledger: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("mine")
    out = tmp_path / "file" / ("" if place == "a file" else "deeper")
    assert run("trace", ledger, "--from", who(1), "--out", out).refused
    assert (tmp_path / "file").read_text() == "mine"


def test_the_folder_of_a_trace_is_no_ledger(ledger: Path, tmp_path: Path) -> None:
    done("trace", ledger, "--from", who(1), "--out", tmp_path / "out")
    ended = run("trace", tmp_path / "out", "--from", who(1), "--out", tmp_path / "again")
    assert ended.refused and "this is the folder of a trace, not a ledger; give the ledger that was traced" in ended.err
    shutil.copytree(ledger, tmp_path / "out" / "L")
    assert f"give {tmp_path / 'out' / 'L'}" in run("ledger", "info", tmp_path / "out").err


@pytest.mark.parametrize("place", ["", "labels", "new/deeper"])
def test_results_never_lie_among_the_files_of_a_ledger(ledger: Path, tmp_path: Path, place: str) -> None:
    before = sorted(ledger.rglob("*"))
    legs = write(tmp_path / "legs.csv", [], COLUMNS)
    (ledger / "labels").mkdir(exist_ok=True)
    for arguments in (
        ("trace", ledger, "--from", who(1), "--out", ledger / place),
        ("report", "2024", "--out", ledger / place),
        ("demo", "--transfers", "1000", "--out", ledger / place),
        ("incidents", "import", legs, "--out", ledger / place),
    ):
        ended = run(*arguments)
        assert ended.refused and ("is a ledger" in ended.err) == (place == "") and "other folder" in ended.err
    if place != "new/deeper":
        assert "files results must not" in run("link", "match", legs, "--out", ledger / place / "links.csv").err
    assert set(ledger.rglob("*")) - set(before) <= {ledger / "labels", ledger / ".lock"}


def test_policies_given_twice_count_once(ledger: Path, tmp_path: Path) -> None:
    done("trace", ledger, "--from", who(1), *("--policy", "fifo") * 2, "--out", tmp_path / "a")
    assert list(trail(tmp_path / "a")["policies"]) == ["fifo"]
    done("trace", ledger, "--from", who(1), "--policy", "lifo", "--policy", "all", "--out", tmp_path / "b")
    assert set(trail(tmp_path / "b")["policies"]) == {"poison", "haircut", "fifo", "lifo", "tiho"}
    assert next(iter(trail(tmp_path / "b")["policies"])) == "lifo"


def test_one_hop(ledger: Path, tmp_path: Path) -> None:
    done("trace", ledger, "--from", who(1), "--max-hops", 1, "--out", tmp_path)
    assert ends(tmp_path) == {(who(2), "hops"): "10"}
    assert trail(tmp_path)["policies"]["fifo"]["balanced"] is True


@pytest.mark.parametrize("floor", ["0", "0.0", "1e-30", "-0"])
def test_a_floor_of_nothing_cuts_nothing(ledger: Path, tmp_path: Path, floor: str) -> None:
    done("trace", ledger, "--from", who(1), "--out", tmp_path / "a")
    done("trace", ledger, "--from", who(1), f"--min-value={floor}", "--out", tmp_path / "b")
    assert ends(tmp_path / "a") == ends(tmp_path / "b")


def test_a_floor_cuts_and_says_so(ledger: Path, tmp_path: Path) -> None:
    done("trace", ledger, "--from", who(1), "--min-value", "5", "--out", tmp_path)
    assert "floor" in {reason for _, reason in ends(tmp_path)}
    assert trail(tmp_path)["policies"]["fifo"]["balanced"] is True


def test_what_comes_back_is_not_stolen_twice(tmp_path: Path) -> None:
    rows = [line(1, 1, 2, 5), line(2, 2, 1, 5), line(3, 1, 3, 5)]
    load(write(tmp_path / "rows.csv", rows), tmp_path / "ledger")
    done("trace", tmp_path / "ledger", "--from", who(1), "--policy", "all", "--bounds", "--out", tmp_path / "out")
    for policy in ("fifo", "lifo", "haircut", "tiho"):
        assert trail(tmp_path / "out")["policies"][policy]["stolen"] == {"ETH": "5"}
        assert ends(tmp_path / "out", policy) == {(who(3), "unspent"): "5"}


def test_everything_comes_back(tmp_path: Path) -> None:
    load(write(tmp_path / "rows.csv", [line(1, 1, 2, 5), line(2, 2, 1, 5)]), tmp_path / "ledger")
    done("trace", tmp_path / "ledger", "--from", who(1), "--policy", "all", "--bounds", "--out", tmp_path / "out")
    for policy in ("fifo", "lifo", "haircut", "tiho"):
        assert ends(tmp_path / "out", policy) == {(who(1), "returned"): "5"}
        assert trail(tmp_path / "out")["policies"][policy]["balanced"] is True


def test_a_theft_from_a_labelled_exchange(tmp_path: Path) -> None:
    load(write(tmp_path / "rows.csv", ROWS), tmp_path / "ledger")
    (tmp_path / "labels.csv").write_text(
        f"address,entity,category,source\n{who(1)},Robbed,exchange,me\n{who(3)},Kraken,exchange,me\n"
    )
    done("label", "import", tmp_path / "labels.csv", "--into", tmp_path / "ledger")
    out = ("--stop-at", who(5), "--out", tmp_path / "out")
    done("trace", tmp_path / "ledger", "--from", who(1), *out)
    assert ends(tmp_path / "out") == {(who(3), "label"): "6", (who(5), "stop"): "4"}


def test_a_transaction_from_a_time_on(ledger: Path, tmp_path: Path) -> None:
    done("trace", ledger, "--tx", f"0x{4:064x}", "--since", START + 48, "--out", tmp_path)
    assert trail(tmp_path)["policies"]["fifo"]["stolen"] == {"ETH": "4"}
    assert {row["tx"] for row in movements(tmp_path)} <= {f"0x{4:064x}", f"0x{5:064x}"}


def test_backward_between_two_times(ledger: Path, tmp_path: Path) -> None:
    done("trace", ledger, "--from", who(4), "--direction", "backward", "--since", START + 20, "--out", tmp_path)
    assert ends(tmp_path) == {(who(2), "time"): "6"}
    done("trace", ledger, "--from", who(4), "--direction", "backward", "--out", tmp_path)
    assert ends(tmp_path) == {(who(1), "opening"): "6"}


def test_amounts_in_results_are_exact(tmp_path: Path) -> None:
    amount = "123456789012345678901234567890.123456789012345678"
    load(write(tmp_path / "rows.csv", [line(1, 1, 2, amount)]), tmp_path / "ledger")
    done("trace", tmp_path / "ledger", "--from", who(1), "--policy", "all", "--bounds", "--out", tmp_path / "out")
    content = trail(tmp_path / "out")
    assert {amount} == {e["amount"] for p in content["policies"].values() for e in p["endpoints"]}
    assert [(b["least"], b["most"]) for b in content["bounds"]] == [(amount, amount)]
    assert {row["stolen"] for row in movements(tmp_path / "out")} == {amount}


def test_the_same_inputs_give_the_same_bytes(ledger: Path, tmp_path: Path) -> None:
    for name in "ab":
        done("trace", ledger, "--from", who(1), "--policy", "all", "--bounds", "--out", tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_a_trace_leaves_the_ledger_as_it_is(ledger: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in ledger.rglob("*") if path.is_file()}
    done("trace", ledger, "--from", who(1), "--policy", "all", "--bounds", "--out", tmp_path)
    after = {path: path.stat().st_mtime_ns for path in ledger.rglob("*") if path.is_file()}
    assert before.items() <= after.items()


def test_keys_alone(ledger: Path, tmp_path: Path) -> None:
    done("trace", ledger, "--from", who(1), "--keyed-only", "--out", tmp_path / "out")
    assert trail(tmp_path / "out")["parameters"]["keyed_only"] is True
    assert "--keyed-only" in (tmp_path / "out" / "report.html").read_text()
