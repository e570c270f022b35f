"""The past of a Safe from a ledger: whom it paid, how much, who looks like one of them, what labels say."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cointrail.cli.main import commands
from cointrail.guard.history import of_ledger
from cointrail.ledger import open_ledger

SAFE, PAYEE, THIEF = "0x" + "5a" * 20, "0x" + "ab" * 20, "0x" + "7f" * 20
TWIN, YOUNG, OLD = PAYEE[:8] + "1" * 26 + PAYEE[-8:], "0x" + "33" * 20, "0x" + "44" * 20
ETH = 10**18


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two payments of the Safe, somebody old and somebody young, and a label."""
    folder = tmp_path_factory.mktemp("past")
    lines = ["when,tx,payer,payee,eth"]
    paid = [("2024-01-01", SAFE, PAYEE, 3), ("2024-01-02", OLD, THIEF, 1), ("2024-05-01", YOUNG, OLD, 1),
            ("2024-05-04", SAFE, PAYEE, 5)]  # fmt: skip
    for number, (day, sender, recipient, amount) in enumerate(paid, start=1):
        lines.append(f"{day} 10:00:00,0x{number:064x},{sender},{recipient},{amount}")
    (folder / "flows.csv").write_text("\n".join(lines))
    (folder / "labels.csv").write_text(f"address,entity,category,source\n{THIEF},Thief,hacker,a list\n")
    place, columns = str(folder / "ledger"), "time=when,tx=tx,from=payer,to=payee,amount=eth"
    run = ["ledger", "import", str(folder / "flows.csv"), "--into", place, "--format", "csv", "--map", columns]
    done = CliRunner().invoke(commands, [*run, "--asset", "ETH"])
    assert done.exit_code == 0, (done.output, done.exception)
    assert CliRunner().invoke(commands, ["label", "import", str(folder / "labels.csv"), "--into", place]).exit_code == 0
    return folder / "ledger"


def rules(ledger: Path, tmp_path: Path, to: str, value: int) -> dict[str, str]:
    document: dict[str, Any] = {
        "safe": SAFE,
        "chainId": 1,
        "to": to,
        "value": str(value),
        "nonce": 1,
        "version": "1.3.0",
    }
    file = tmp_path / "tx.json"
    file.write_text(json.dumps(document))
    done = CliRunner().invoke(commands, ["guard", "check", str(file), "--ledger", str(ledger), "--json"])
    assert done.exit_code in (3, 4), (done.output, done.exception)
    return {reason["rule"]: reason["severity"] for reason in json.loads(done.stdout)["reasons"]}


def test_whom_it_paid_before_is_no_question(ledger: Path, tmp_path: Path) -> None:
    found = rules(ledger, tmp_path, PAYEE, ETH)
    assert found["recipient_new"] == "info" and not {"amount", "lookalike", "label"} & set(found)


def test_more_than_twice_the_most_is_one(ledger: Path, tmp_path: Path) -> None:
    assert "amount" not in rules(ledger, tmp_path, PAYEE, 10 * ETH)
    assert rules(ledger, tmp_path, PAYEE, 10 * ETH + 1)["amount"] == "review"


def test_strangers_look_alikes_and_thieves(ledger: Path, tmp_path: Path) -> None:
    assert rules(ledger, tmp_path, OLD, ETH)["recipient_new"] == "review"
    assert "recipient_young" not in rules(ledger, tmp_path, OLD, ETH)
    assert rules(ledger, tmp_path, YOUNG, ETH)["recipient_young"] == "review"
    assert rules(ledger, tmp_path, TWIN, ETH)["lookalike"] == "stop"
    assert rules(ledger, tmp_path, THIEF, ETH)["label"] == "stop"


def test_nobody_becomes_a_payee_by_tokens_of_his_own(tmp_path: Path) -> None:
    """Anybody can write a transfer of his own token in the name of the Safe: it is no past."""
    head = "block_number,transaction_hash,log_index,from_address,to_address,value,token_address,block_timestamp"
    fake, real = "0x" + "fa" * 20, "0xdac17f958d2ee523a2206206994597c13d831ec7"
    lines = [head] + [
        f"{block},0x{block:064x},0,{SAFE},{to},5,{token},2024-01-01 10:00:00 UTC"
        for block, to, token in ((1, TWIN, fake), (2, OLD, real))
    ]
    (tmp_path / "token_transfers.csv").write_text("\n".join(lines))
    place = tmp_path / "ledger"
    done = CliRunner().invoke(
        commands, ["ledger", "import", str(tmp_path / "token_transfers.csv"), "--into", str(place)]
    )
    assert done.exit_code == 0, (done.output, done.exception)
    past = of_ledger(open_ledger(place), bytes.fromhex(SAFE[2:]))
    assert set(past.paid) == {bytes.fromhex(OLD[2:])}
