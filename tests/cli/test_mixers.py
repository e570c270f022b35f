"""`cointrail mixers`: CoinJoins of a ledger, in the terminal and for other tools."""

import csv
import json
from pathlib import Path

from tests import making
from tests.cli.command import run
from tests.spending import Spend, identity, ledger

POOL = 5_000_000
NEW = Spend("new", (), [(f"n{n}", POOL + 4_000 * (n == 0)) for n in range(5)])
MIX = Spend("mix", [("new", n) for n in range(5)], [(f"m{n}", POOL) for n in range(5)])
PAY = Spend("pay", [("mix", 0)], [("shop", 3_000_000), ("n0", 1_900_000)])


def test_joins_are_listed_with_kind_and_entropy(tmp_path: Path) -> None:
    ledger(tmp_path / "l", [NEW, MIX, PAY])
    done = run("mixers", tmp_path / "l", "--out", tmp_path / "found.csv")
    assert done.status == 0, done.err
    assert "1 CoinJoins: 1 whirlpool" in done.out and "10.55" in done.out
    with (tmp_path / "found.csv").open(newline="", encoding="utf-8") as text:
        [row] = csv.DictReader(text)
    assert (row["tx"], row["people"], row["denominations"]) == (identity("mix").hex(), "5", "5x5000000")


def test_one_transaction_as_json(tmp_path: Path) -> None:
    ledger(tmp_path / "l", [NEW, MIX, PAY])
    done = run("mixers", tmp_path / "l", "--tx", identity("mix").hex(), "--json")
    [row] = json.loads(done.out)
    assert row["kind"] == "whirlpool" and round(row["entropy_least"], 2) == 10.55
    refused = run("mixers", tmp_path / "l", "--tx", identity("pay").hex())
    assert refused.refused and "no CoinJoin by any rule" in refused.err
    absent = run("mixers", tmp_path / "l", "--tx", "ab" * 32)
    assert absent.refused and "not in this ledger" in absent.err


def test_chains_with_accounts_have_none(tmp_path: Path) -> None:
    making.ledger(tmp_path / "l", [making.row(1, 1, 2, 5)])
    done = run("mixers", tmp_path / "l")
    assert done.refused and "CoinJoins are on chains with outputs" in done.err
