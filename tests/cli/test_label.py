"""`cointrail label` from import to answer, decision and export."""

import json
import time
from pathlib import Path

import pytest

from tests.anvil import running
from tests.cli.command import done, line, load, run, who, write

ME = who(1)
USDT = "0xdAC17F958D2ee523a2206206994597C13D831ec7"
# A stand-in for the contract: logs the second word it is called with, under the first as topic.
LOGS = "0x60206020600037600035602060" + "00a100"
ADDED = "42e160154868087d6bfdc0ca23d96a1c1cfa32f1b72ba9ba27b69b98a0d819dc"
REMOVED = "d7e9ec6e6ecd65492dce6bf513cd6867560d49544421d0783ddf06e76c24470c"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    load(write(tmp_path / "flows.csv", [line(1, 1, 2, 5)]), tmp_path / "ledger")
    return tmp_path / "ledger"


@pytest.fixture
def labelled(tmp_path: Path, ledger: Path) -> Path:
    path = tmp_path / "labels.csv"
    path.write_text(f"address,entity,category,source,url\n{ME},Somebody,scam,a report,https://example.org/r\n")
    assert "1 label new" in done("label", "import", path, "--into", ledger).out
    return ledger


def found(ledger: Path, *more: object) -> list[dict[str, object]]:
    said = json.loads(done("label", "find", ME, "--ledger", ledger, "--json", *more).out)
    return list(said["addresses"][ME])


def test_a_label_is_found_with_all_that_is_known(labelled: Path) -> None:
    [one] = found(labelled)
    assert (one["entity"], one["status"], one["native"], one["url"]) == (
        "Somebody", "valid", "scam", "https://example.org/r",
    )  # fmt: skip
    text = done("label", "find", ME, who(9), "--ledger", labelled).out
    assert "valid: Somebody (scam: scam)" in text and f"label {one['id']}" in text
    assert "no label, which is not to say clean" in text
    assert found(labelled, "--known", "2020-01-01") == []


def test_decisions_show_in_answers_and_earlier_answers_stay(labelled: Path) -> None:
    [one] = found(labelled)
    told = ("--by", "the desk", "--reason", "a letter", "--url", "https://example.org/d", "--ledger", labelled)
    asked = time.time()
    done("label", "appeal", one["id"], *told)
    [appealed] = found(labelled)
    assert (appealed["status"], appealed["counts"]) == ("under appeal", True)
    done("label", "revoke", one["id"], *told)
    [revoked] = found(labelled)
    assert (revoked["status"], revoked["counts"]) == ("revoked", False)
    assert [found(labelled, "--at", at)[0]["status"] for at in ("2020-01-01",)] == ["valid"]
    assert [item["status"] for item in found(labelled, "--known", repr(asked))] == ["valid"]
    assert "revoke by the desk" in done("label", "find", ME, "--ledger", labelled).out
    assert run("label", "revoke", one["id"], *told).refused
    done("label", "restore", one["id"], *told)
    done("label", "expire", one["id"], *told, "--at", "2021-01-01T00:00:00Z")
    assert found(labelled, "--at", "2021-01-01")[0]["status"] == "expired"


def test_wrong_input_is_refused(labelled: Path, tmp_path: Path) -> None:
    told = ("--by", "x", "--reason", "y", "--ledger", labelled)
    assert run("label", "revoke", "12", *told).refused
    assert run("label", "find", "nonsense", "--ledger", labelled).refused
    assert run("label", "find", ME, "--ledger", tmp_path / "nothing").refused
    assert run("label", "find", ME, "--ledger", labelled, "--known", "then").refused
    assert run("label", "find", ME, "--ledger", labelled, "--at", "then").refused
    assert run("label", "import", tmp_path / "labels.csv", "--into", labelled, "--set", "x").refused
    assert run("label", "import", tmp_path / "labels.csv", "--into", labelled, "--format", "x").refused
    assert run("label", "export", tmp_path / "x", "--ledger", labelled, "--format", "x").refused
    assert run("label", "sync", "nobody", "--into", labelled).refused


def test_export_and_publishers(labelled: Path, tmp_path: Path) -> None:
    assert "1 label written" in done("label", "export", tmp_path / "pack.yaml", "--ledger", labelled).out
    assert "Somebody" in (tmp_path / "pack.yaml").read_text()
    assert "sanctionslistservice.ofac.treas.gov" in done("label", "sync", "--list", "--into", labelled).out


def test_freezes_on_a_chain_become_labels(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    with running(["--chain-id", "1"]) as node:
        node.call("anvil_setCode", USDT, LOGS)
        sender, word = node.accounts[0], "0" * 24 + ME[2:]
        for topic in (ADDED, REMOVED):
            assert node.receipt(node.send(sender=sender, to=USDT, data=f"0x{topic}{word}"))["status"] == "0x1"
            node.call("evm_increaseTime", 100)
        node.call("evm_mine")
        done("ledger", "import", "--into", ledger, "--rpc", node.url, "--from-block", 0, "--to-block", node.head)
    assert "1 label new" in done("label", "import", ledger, "--into", ledger).out
    [one] = found(ledger, "--at", "any")
    assert (one["entity"], one["native"], one["confidence"]) == (
        "USDT: frozen by Tether", "token_blacklist", "ledger_immanent",
    )  # fmt: skip
    assert one["valid_from"] and one["valid_to"] and one["valid_from"] < one["valid_to"]  # type: ignore[operator]
