"""`cointrail exposure`: tables, JSON, proof, and what it refuses."""

import json
from pathlib import Path

import pytest

from tests.cli.command import done, line, load, run, who, write


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    rows = [line(1, 1, 2, "2"), line(2, 5, 2, "6"), line(3, 2, 3, "4"), line(4, 3, 9, "4")]
    assert load(write(tmp_path / "rows.csv", rows), tmp_path / "ledger").status == 0
    labels = tmp_path / "labels.csv"
    labels.write_text(f"address,entity,category\n{who(1)},Mix,tumbler\n{who(9)},Bourse,exchange\n")
    done("label", "import", labels, "--into", tmp_path / "ledger")
    return tmp_path / "ledger"


def test_the_table_shows_categories_and_what_is_unknown(ledger: Path) -> None:
    out = done("exposure", ledger, who(3)).out
    assert "mixer" in out and "25.00 %" in out and "unknown" in out and "75.00 %" in out
    assert "exchange" in out and "100.00 %" in out
    assert "through swaps" in out and "not followed over bridges" in out
    assert "within one asset" in done("exposure", ledger, who(3), "--no-conversions").out


@pytest.mark.parametrize("policy", ["haircut", "poison", "fifo", "lifo", "tiho"])
def test_as_json(ledger: Path, policy: str) -> None:
    amounts = {"haircut": "1", "poison": "4", "fifo": "2", "lifo": None, "tiho": "2"}
    for _ in range(2):
        said = json.loads(done("exposure", ledger, who(3), "--json", "--policy", policy).out)
        found = {part["category"]: part for part in said["parts"] if part["direction"] == "source"}
        assert found.get("mixer", {}).get("indirect") == amounts[policy]
        assert "addresses under" in done("exposure", ledger, "--all", "--policy", policy).out


def test_proof_and_bounds(ledger: Path) -> None:
    said = json.loads(done("exposure", ledger, who(3), "--prove", "mixer", "--json").out)
    assert said["amount"] == {"ETH": "1"} and said["transactions"] == [f"0x{n:064x}" for n in (1, 3)]
    assert said["bounds"] == [{"asset": "ETH", "least": "0", "most": "2"}]
    assert f"{who(1)} -> {who(2)}" in done("exposure", ledger, who(3), "--prove", "mixer").out
    assert "Most" in done("exposure", ledger, who(3), "--bounds").out
    gone = json.loads(
        done("exposure", ledger, who(2), "--prove", "exchange", "--direction", "destination", "--json").out
    )
    assert [hop["from"] for hop in gone["paths"][0]["hops"]] == [who(2), who(3)]


def test_of_a_transaction_a_cluster_and_as_of_a_time(ledger: Path) -> None:
    said = json.loads(done("exposure", ledger, f"0x{3:064x}", "--json").out)
    assert said["subject"] == "transaction"
    assert {(p["direction"], p["category"], p["direct"], p["indirect"]) for p in said["parts"]} == {
        ("source", "mixer", "0", "1"), ("source", "unknown", "0", "3"), ("destination", "exchange", "0", "4"),
    }  # fmt: skip
    alone = json.loads(done("exposure", ledger, who(3), "--cluster", "--json").out)
    assert alone["members"] == 1 and alone["subject"] == "cluster"
    early = json.loads(done("exposure", ledger, who(3), "--as-of", str(1_700_000_000 + 36), "--json").out)
    assert {part["direction"] for part in early["parts"]} == {"source"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give an ADDRESS"),
        ((who(3), "--all"), "give an ADDRESS"),
        ((who(3), "--policy", "best"), "unknown policy"),
        (("--all", "--policy", "best"), "unknown policy"),
        (("--all", "--as-of", "2024-05-01"), "single addresses"),
        ((who(3), "--as-of", "soon"), "--as-of"),
        ((who(3), "--direction", "up"), "--direction"),
        ((who(3), "--prove", "nonsense"), "no category"),
        ((who(77),), "no transfer of this address"),
        ((f"0x{77:064x}",), "not in"),
        (("0x12",), "0x12"),
    ],
)
def test_what_cannot_be_answered_is_refused(ledger: Path, arguments: tuple[str, ...], said: str) -> None:
    ended = run("exposure", ledger, *arguments)
    assert ended.refused and said in ended.err
