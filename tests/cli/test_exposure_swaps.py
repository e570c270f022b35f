"""Exposure through a swap, as the commands tell it: amounts, paths, transactions, clusters and screening."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import done, who
from tests.making import ledger, row

SWAP = (2).to_bytes(32, "big")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """1 is sanctioned and pays 100 COIN to 2, who swaps them and 100 others for 10 ETH and pays half of these to 3."""
    ether = 10**18
    one = {"block": 3, "time": 1_700_000_036, "tx": SWAP, "tx_index": 0}
    ledger(
        tmp_path / "ledger",
        [
            row(1, 1, 2, 100),
            row(2, 5, 2, 100),
            row(3, 2, 7, 200, position=0) | one,
            row(3, 7, 2, 10 * ether, position=1, asset="") | one,
            row(4, 2, 3, 5 * ether, asset=""),
            row(5, 3, 9, 5 * ether, asset=""),
        ],
    )
    labels = tmp_path / "labels.csv"
    said = [f"{who(1)},Bad,sanctions,authority_data", f"{who(9)},Bourse,exchange,authority_data"]
    labels.write_text("\n".join(["address,entity,category,confidence", *said]) + "\n")
    done("label", "import", labels, "--into", tmp_path / "ledger")
    return tmp_path / "ledger"


def parts(path: Path, *arguments: object) -> dict[tuple[str, str, str], tuple[str, str, str, int]]:
    said: dict[str, Any] = json.loads(done("exposure", path, *arguments, "--json").out)
    return {
        (one["direction"], one["asset"], one["category"]): (one["direct"], one["indirect"], one["total"], one["hops"])
        for one in said["parts"]
    }


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize(("policy", "amount"), [("haircut", "2.5"), ("fifo", "5"), ("lifo", "0"), ("tiho", "5")])
def test_what_was_swapped_keeps_where_it_came_from(path: Path, policy: str, amount: str, stored: bool) -> None:
    if stored:
        done("exposure", path, "--all", "--policy", policy)
    found = parts(path, who(3), "--policy", policy)
    if policy == "lifo":
        assert ("source", "ETH", "sanction") not in found
    else:
        assert found["source", "ETH", "sanction"] == ("0", amount, "5", 3)
    assert found["destination", "ETH", "exchange"] == ("5", "0", "5", 1)


def test_alone_every_asset_is_looked_at_by_itself(path: Path) -> None:
    for _ in range(2):
        alone = parts(path, who(3), "--no-conversions")
        assert alone["source", "ETH", "unknown"] == ("0", "5", "5", 0) and len(alone) == 2
        done("exposure", path, "--all", "--no-conversions")
        done("exposure", path, "--all")
    assert parts(path, who(3))["source", "ETH", "sanction"] == ("0", "2.5", "5", 3)


def test_what_changes_its_asset_in_the_same_hands_is_no_receipt(path: Path) -> None:
    found = parts(path, who(2))
    assert {key for key in found if key[0] == "source"} == {
        ("source", "COIN", "sanction"), ("source", "COIN", "unknown"),
    }  # fmt: skip
    assert found["source", "COIN", "sanction"] == ("100", "0", "200", 1)
    assert found["destination", "ETH", "exchange"] == ("0", "5", "5", 2)
    assert parts(path, who(2), "--cluster") == found


def test_the_path_names_what_became_what(path: Path) -> None:
    said = json.loads(done("exposure", path, who(3), "--prove", "sanction", "--json").out)
    [way] = said["paths"]
    assert way["amount"] == "2.5" and said["amount"] == said["shown"] == {"ETH": "2.5"}
    assert [(hop["from"], hop["to"], hop["asset"]) for hop in way["hops"]] == [
        (who(1), who(2), "COIN"), (who(2), who(2), "COIN"), (who(2), who(3), "ETH"),
    ]  # fmt: skip
    turn = way["hops"][1]
    assert turn["transaction"] == "0x" + SWAP.hex()
    assert (turn["amount"], turn["of_category"]) == ("200", "100")
    assert (turn["bought"], turn["got"], turn["got_of_category"]) == ("ETH", "10", "5")
    [bounds] = said["bounds"]
    assert bounds["most"] is None and "changed its asset" in bounds["note"]
    shown = done("exposure", path, who(3), "--prove", "sanction").out
    assert "100 COIN of 200 COIN became 5 ETH of 10 ETH" in shown
    assert "changed its asset" in done("exposure", path, who(3), "--bounds").out
    back = json.loads(done("exposure", path, who(2), "--prove", "exchange", "--direction", "destination", "--json").out)
    assert [hop["to"] for hop in back["paths"][0]["hops"]] == [who(3), who(9)]


def test_of_the_swap_itself(path: Path) -> None:
    found = parts(path, "0x" + SWAP.hex())
    assert found["source", "COIN", "sanction"] == ("0", "100", "200", 2)
    assert found["destination", "ETH", "exchange"] == ("0", "5", "10", 3)


def test_screening_sees_through_the_swap(path: Path) -> None:
    said = json.loads(done("screen", who(3), "--ledger", path, "--paths", "--json").out)
    assert said["verdict"] != "clear"
    [reason] = [one for one in said["reasons"] if "sanction" in one["categories"]]
    assert (reason["kind"], reason["direction"]) == ("indirect", "source")
    [way] = [one for one in said["paths"] if one["rule"] == reason["rule"]]
    assert way["complete"] and [one["transaction"] for one in way["movements"]][1] == "0x" + SWAP.hex()
    assert [one["to"] for one in way["movements"]] == [who(2), who(2), who(3)]
