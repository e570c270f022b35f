"""`cointrail mixers`: CoinJoins and mixing pools of a ledger, in the terminal and for other tools."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from cointrail.drills.mixing import World, world
from tests.cli.command import line, load, run, write
from tests.spending import Spend, identity, ledger

POOL = 5_000_000
NEW = Spend("new", (), [(f"n{n}", POOL + 4_000 * (n == 0)) for n in range(5)])
MIX = Spend("mix", [("new", n) for n in range(5)], [(f"m{n}", POOL) for n in range(5)])
PAY = Spend("pay", [("mix", 0)], [("shop", 3_000_000), ("n0", 1_900_000)])


def test_joins_are_listed_with_kind_and_entropy(tmp_path: Path) -> None:
    ledger(tmp_path / "l", [NEW, MIX, PAY])
    done = run("mixers", tmp_path / "l", "--out", tmp_path / "found.csv")
    assert done.status == 0, done.err
    assert "1 CoinJoin: 1 whirlpool" in done.out and "10.55" in done.out
    with (tmp_path / "found.csv").open(newline="", encoding="utf-8") as text:
        [row] = csv.DictReader(text)
    assert "None" not in row.values()
    assert identity("mix").hex() in done.out  # in one line, whatever the width of the terminal
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


@pytest.fixture(scope="module")
def pools(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """A ledger with four mixing pools."""
    made = world(7, 60)
    path = tmp_path_factory.mktemp("pools") / "L"
    made.keep(path)
    return path, made


def test_pools_of_a_ledger_with_accounts(pools: tuple[Path, World], tmp_path: Path) -> None:
    ledger, made = pools
    said = run("mixers", ledger, "--out", tmp_path / "found.csv")
    assert said.status == 0 and "4 mixing pools used" in said.out and "100 DAI" in said.out
    with (tmp_path / "found.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert Counter(row["side"] for row in rows) == {"deposit": len(made.notes), "withdrawal": len(made.truth)}
    told = json.loads(run("mixers", ledger, "--json").out)
    assert sum(pool["deposits"] for pool in told["pools"]) == len(made.notes)
    assert [row["time"] for row in told["transactions"]] == sorted(row["time"] for row in told["transactions"])
    for row, plain in zip(rows, told["transactions"], strict=True):
        assert (row["tx"], row["party"], row["amount"]) == (plain["tx"], plain["party"], plain["amount"])


def test_candidates_of_one_transaction(pools: tuple[Path, World]) -> None:
    ledger, made = pools
    for paid, deposit in list(made.truth.items())[:6]:
        [one] = json.loads(run("mixers", ledger, "--tx", paid.hex(), "--json").out)["transactions"]
        chances = [each["chance"] for each in one["candidates"]]
        assert chances == sorted(chances, reverse=True) and len(chances) <= 20
        assert abs(sum(chances) + one["others_chance"] + one["unseen_chance"] - 1) < 1e-6
        [other] = json.loads(run("mixers", ledger, "--tx", deposit.hex(), "--json").out)["transactions"]
        assert other["side"] == "deposit" and other["party"] == f"0x{made.depositors[deposit].hex()}"
        assert sum(each["chance"] for each in other["candidates"]) + other["others_chance"] <= 1 + 1e-6
        for tx in (paid, deposit):
            said = run("mixers", ledger, "--tx", f"0x{tx.hex()}")
            assert said.status == 0 and "a chance, not a fact" in said.out


def test_a_transaction_that_has_nothing_to_do_with_pools(pools: tuple[Path, World], tmp_path: Path) -> None:
    ledger, _ = pools
    absent = run("mixers", ledger, "--tx", "ab" * 32)
    assert absent.refused and "not in this ledger" in absent.err
    path = write(tmp_path / "one.csv", [line(1, 1, 2, 5)])
    load(path, tmp_path / "L")
    other = run("mixers", tmp_path / "L", "--tx", f"{1:064x}")
    assert other.refused and "neither pays into a known mixing pool nor out of one" in other.err
    assert "0 mixing pools" in run("mixers", tmp_path / "L").out
