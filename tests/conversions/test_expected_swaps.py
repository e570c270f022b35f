"""The file of swaps that was judged by hand holds against the blocks it was judged from."""

from collections import Counter

import pytest

from tests.conversions.mainnet import (
    NATIVE,
    TRANSFER,
    WETH,
    Move,
    Row,
    faults,
    lines,
    moves,
    needs_blocks,
    net,
    rows,
    several,
)

pytestmark = needs_blocks


def told() -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows():
        found.setdefault(row["tx"], []).append(row)
    return found


def test_every_transaction_of_several_assets_is_judged_and_every_plain_unwrap() -> None:
    assert len(lines("transactions")) == 298 and len(lines("logs")) == 681
    wanted = {tx for tx, moved in moves().items() if several(moved)}
    assert len(wanted) == 73
    plain = {tx for tx, rest in told().items() if {row["kind"] for row in rest} == {"unwrap"}} - wanted
    assert set(told()) == wanted | plain
    assert plain == {tx for tx, moved in moves().items() if tx not in wanted and wraps(moved)}


def wraps(moved: list[Move]) -> bool:
    return any(one.asset == WETH and int(one.sender, 16) * int(one.recipient, 16) == 0 for one in moved)


def test_the_movements_are_those_that_another_reader_found() -> None:
    """The file of token transfers came out of ethereum-etl; tokens that are not fungible have other logs."""
    whole = [log for log in lines("logs") if isinstance(log["topics"], list) and log["topics"][:1] == [TRANSFER]]
    fungible = {(log["transaction_hash"], log["log_index"]) for log in whole if len(str(log["data"])) == 66}
    theirs = Counter(
        (row["transaction_hash"], str(row["token_address"]), row["from_address"], row["to_address"], row["value"])
        for row in lines("token_transfers")
        if (row["transaction_hash"], row["log_index"]) in fungible
    )
    ours = Counter(
        (tx, one.asset, one.sender, one.recipient, one.amount)
        for tx, moved in moves().items()
        for one in moved
        if one.asset != NATIVE and not (one.asset == WETH and wraps([one]))
    )
    assert ours == theirs and sum(ours.values()) > 200


def test_every_asset_is_conserved_in_every_transaction() -> None:
    for tx, moved in moves().items():
        total: Counter[str] = Counter()
        for (_, asset), amount in net(moved).items():
            total[asset] += amount
        assert not any(total.values()), tx


def test_what_is_told_is_what_moved() -> None:
    assert {tx: found for tx, rest in told().items() if (found := faults(rest, moves()[tx]))} == {}


def test_whoever_keeps_something_has_it() -> None:
    for row in rows():
        assert bool(row["kept"]) == bool(row["kept_by"])
        if row["sold_asset"] == NATIVE and row["kept"]:
            moved = moves()[row["tx"]]
            minted = sum(one.amount for one in moved if one.asset == WETH and int(one.sender, 16) == 0)
            burned = sum(one.amount for one in moved if one.asset == WETH and int(one.recipient, 16) == 0)
            assert net(moved)[row["kept_by"], NATIVE] - minted + burned == int(row["kept"])
        elif row["kept"]:
            assert net(moves()[row["tx"]])[row["kept_by"], row["sold_asset"]] == int(row["kept"])


@pytest.mark.parametrize("name", ["sold", "bought", "owner", "recipient"])
def test_a_slip_of_the_pen_is_noticed(name: str) -> None:
    for tx, rest in told().items():
        for n, row in enumerate(rest):
            if row["sold" if name == "owner" else "bought" if name == "recipient" else name]:
                slip = row[name] + "0" if name in ("sold", "bought") else "0x" + 40 * "1"
                assert faults([*rest[:n], row | {name: slip}, *rest[n + 1 :]], moves()[tx])


def test_the_kinds() -> None:
    kinds = Counter(row["kind"] for row in rows())
    assert kinds == {"swap": 75, "unwrap": 3, "arbitrage": 1, "liquidity": 1, "vault": 1, "batch": 1, "none": 1}
    assert [(bool(r["owner"]), bool(r["sold"]), bool(r["bought"])) for r in rows() if r["kind"] == "batch"] == [
        (False, False, False)
    ]
