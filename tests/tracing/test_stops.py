"""Where a walk stops and what it says about it: labels as of their time, named stops, limits, nobody's account."""

from dataclasses import replace
from pathlib import Path

import pytest

from cointrail import InputError, Ledger
from cointrail.chains import format_address
from cointrail.ledger.rows import Kind
from cointrail.tracing.behaviour import Behaviour
from cointrail.tracing.policies import CONSERVING
from tests import making
from tests.making import address, row
from tests.tracing.following import ends, follow, hash_of, label, labelled, text, theft, time_of

A, B, C, D, E, SHOP = 1, 2, 3, 4, 5, 9
ZERO, DEAD = b"\0" * 20, b"\0" * 18 + b"\xde\xad"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """The shop is an exchange from block 3 to 6 and a mixer from then on; it passes on what it gets."""
    rows = [row(b, A, SHOP, 10 * b) for b in range(1, 9)] + [row(2, SHOP, B, 30, position=1), row(9, SHOP, C, 5)]
    ledger = making.ledger(tmp_path_factory.mktemp("shop"), rows)
    return labelled(
        ledger,
        label(SHOP, "Changer", "exchange", valid_from=time_of(3), valid_to=time_of(6)),
        label(SHOP, "Blender", "mixer", valid_from=time_of(6)),
        label(SHOP, "Bad guy", "hacker", confidence="ownership"),
        label(A, "Victim Exchange", "exchange"),
        label(B, "Somebody", "user"),
    )


def test_labels_count_as_of_the_movement(shop: Ledger) -> None:
    content, _ = follow(shop, theft(A), bounds=True)
    said = {
        (e["address"], e["reason"], e["label"]): (e["amount"], e["category"], e["arrivals"])
        for e in content["policies"]["fifo"]["endpoints"]
    }
    assert said == {
        (text(B), "unspent", None): ("30", None, 1),  # a label that is no service does not stop a walk
        (text(SHOP), "label", "Changer"): ("120", "exchange", 3),
        (text(SHOP), "label", "Blender"): ("210", "mixer", 3),
    }
    [bound] = [b for b in content["bounds"] if b["address"] == text(SHOP)]
    assert (bound["least"], bound["most"]) == ("330", "330")


def test_a_label_says_by_whom(shop: Ledger) -> None:
    content, _ = follow(shop, theft(A))
    details = {e["label"]: e["detail"] for e in content["policies"]["fifo"]["endpoints"]}
    assert details["Changer"] == "labelled Changer (exchange) by test"


def test_a_named_stop_goes_before_a_label(shop: Ledger) -> None:
    content, _ = follow(shop, theft(A), stop_at=(address(SHOP), address(SHOP)))
    [end] = content["policies"]["fifo"]["endpoints"]
    assert (end["reason"], end["amount"], end["address"]) == ("stop", "360", text(SHOP))


def test_stops_that_cannot_stop_are_told(shop: Ledger) -> None:
    content, _ = follow(shop, theft(A), stop_at=(address(A), address(77), address(B)))
    assert content["warnings"] == [
        f"no trace stops at the theft's own addresses: 1 named to stop at, first {text(A)}",
        f"1 of 3 addresses to stop at are not in the ledger, first {text(77)}",
    ]
    assert ends(content)[text(B), "stop"] == "30"


def test_a_label_on_the_theft_address_stops_nothing_that_leaves(shop: Ledger) -> None:
    content, _ = follow(shop, theft(tx=[hash_of(1)]))
    assert ends(content) == {(text(B), "unspent"): "10"}


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """Stolen coins that are spent on fees, burned, sent to oneself, kept, and coins that were issued."""
    rows = [
        row(1, A, B, 1000),
        row(0, 0, A, 600) | {"sender": ZERO},
        row(2, B, 0, 7, kind=Kind.FEE),
        row(3, B, B, 500),
        row(4, B, 0, 20) | {"recipient": DEAD},
        row(5, B, 0, 30) | {"recipient": ZERO},
        row(6, B, C, 100),
        row(7, C, D, 60),
        row(8, D, C, 0),
        row(9, E, D, 5),
        row(10, 0, D, 4, kind=Kind.REWARD),
        row(11, D, E, 3),
    ]
    return making.ledger(tmp_path_factory.mktemp("ways"), rows)


@pytest.mark.parametrize("policy", CONSERVING)
def test_fees_and_burns_are_endpoints(ways: Ledger, policy: str) -> None:
    content, rows = follow(ways, theft(A), policy)
    found = ends(content, policy)
    assert found["", "fee"] == "7"
    assert found[format_address(DEAD), "burned"] == "20" and found[format_address(ZERO), "burned"] == "30"
    assert found[text(B), "unspent"] == "843" and found[text(C), "unspent"] == "40"
    assert "0" not in {row["amount"] for row in rows}
    assert content["policies"][policy]["balanced"] is True


def test_backward_ends_where_coins_were_issued(ways: Ledger) -> None:
    content, _ = follow(ways, theft(B, tx=[hash_of(1)], direction="backward"))
    assert ends(content) == {(text(A), "opening"): "400", (format_address(ZERO), "mint"): "600"}
    content, _ = follow(ways, theft(E, direction="backward"), "haircut")
    assert ends(content, "haircut") == {
        ("", "reward"): "1",
        (text(E), "returned"): "1",
        (format_address(ZERO), "mint"): "1",
    }
    said = {end["reason"]: end["detail"] for end in content["policies"]["haircut"]["endpoints"]}
    assert said["returned"].startswith("had come from an address that the trace started at")


def test_what_moves_on_after_the_horizon_is_told_apart(ways: Ledger) -> None:
    content, _ = follow(ways, theft(A, until=time_of(6)), bounds=True)
    assert ends(content)[text(C), "time"] == "100"
    assert ends(content)[text(B), "unspent"] == "843"  # nothing leaves B later
    assert {b["address"]: b["reason"] for b in content["bounds"]}[text(C)] == "time"


def test_hops(ways: Ledger) -> None:
    content, _ = follow(ways, theft(A), max_hops=1)
    assert ends(content) == {(text(B), "hops"): "1000"}
    content, _ = follow(ways, theft(A), max_hops=2)
    assert ends(content)[text(C), "hops"] == "100" and ends(content)[text(B), "hops"] == "500"  # B paid itself
    assert content["policies"]["fifo"]["max_hops"] == 2
    for hops in (0, -1):
        with pytest.raises(InputError, match="--max-hops"):
            follow(ways, theft(A), max_hops=hops)


@pytest.fixture(scope="module")
def coins(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """The same small sums in an asset without decimals and in one with eighteen."""
    unit = 10**18
    rows = [
        row(1, A, B, 3),
        row(2, A, B, 2),
        row(3, A, B, 3 * unit, asset=""),
        row(4, A, C, 5 * unit // 2, asset=""),
        row(5, A, D, 5 * unit // 2 - 1, asset=""),
        row(6, A, D, 2**256 - 1, asset=""),
    ]
    return making.ledger(tmp_path_factory.mktemp("coins"), rows)


@pytest.mark.parametrize("least", ["2.5", "2.50", "25e-1"])
def test_the_floor_is_in_whole_units_of_every_asset(coins: Ledger, least: str) -> None:
    content, _ = follow(coins, theft(A), min_value=least)
    cut = {
        (e["address"], e["asset"]): e["amount"]
        for e in content["policies"]["fifo"]["endpoints"]
        if e["reason"] == "floor"
    }
    assert cut == {(text(B), "COIN"): "2", (text(D), "ETH"): "2.499999999999999999"}
    assert content["parameters"]["min_value"] == "2.5"
    whole = {
        (e["address"], e["asset"]): e["amount"]
        for e in content["policies"]["fifo"]["endpoints"]
        if e["reason"] != "floor"
    }
    assert whole[text(D), "ETH"].startswith("115792089237316195423570985008687907853269984665640564039457.58")


@pytest.mark.parametrize("least", ["-1", "x", "nan", "1e80", ""])
def test_floors_that_are_none(coins: Ledger, least: str) -> None:
    with pytest.raises(InputError, match="--min-value"):
        follow(coins, theft(A), min_value=least)


def crowd(tmp_path: Path) -> Ledger:
    """A service with twelve customers before the theft; the loot comes by and is paid out again."""
    before = [r for n in range(12) for r in (row(n, 100 + n, SHOP, 300), row(n, SHOP, 200 + n, 200, position=1))]
    loot = [
        row(20, E, A, 10_000),
        row(21, A, B, 10_000),
        row(22, B, SHOP, 9_000),
        row(23, SHOP, C, 8_000),
        row(24, B, D, 1),
    ]
    return making.ledger(tmp_path / "crowd", before + loot)


def test_a_service_without_a_label_is_a_hub(tmp_path: Path) -> None:
    ledger, eager = crowd(tmp_path), replace(Behaviour(), calm=0)
    content, _ = follow(ledger, theft(A), bounds=True, behaviour=eager)
    assert ends(content)[text(SHOP), "hub"] == "9000"
    [hub] = [e for e in content["policies"]["fifo"]["endpoints"] if e["reason"] == "hub"]
    assert hub["detail"] == "behaves like a service: 12 people paid and 12 senders before the theft"
    assert ends(content)[text(D), "dust"] == "1"
    content, _ = follow(ledger, theft(A), behaviour=None)
    assert ends(content)[text(C), "unspent"] == "6800"
    content, _ = follow(ledger, theft(A))
    assert (text(SHOP), "hub") not in ends(content)  # so small a reach is looked at by people
    content, _ = follow(ledger, theft(C, direction="backward"), behaviour=eager)
    [hub] = content["policies"]["fifo"]["endpoints"]
    assert hub["reason"] == "hub" and "backward" in hub["detail"]


def test_a_pool_of_tornado_cash_is_known_without_labels(tmp_path: Path) -> None:
    """Whoever withdraws from the pool later took no more from the thief than from anybody else."""
    pool = bytes.fromhex("a160cdab225685da1d56aa342ad8841c3b53f291")
    rows = [row(1, A, B, 100), row(2, B, 0, 100) | {"recipient": pool}, row(3, 0, C, 100) | {"sender": pool}]
    content, _ = follow(making.ledger(tmp_path / "ledger", rows), theft(A))
    [end] = content["policies"]["fifo"]["endpoints"]
    assert (end["reason"], end["category"], end["label"]) == ("label", "mixer", "Tornado Cash: 100 ETH")
    assert (end["address"], end["amount"]) == (format_address(pool), "100")
