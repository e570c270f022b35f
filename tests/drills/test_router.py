"""The bridge of the synthetic theft: its events are those of the real router, and say what the movements do."""

from collections import defaultdict
from functools import cache

import pytest
from eth_abi.abi import decode

from cointrail.drills.heist import Heist, heist
from cointrail.drills.heist.bech32 import ALPHABET, address, remainder
from cointrail.ledger.rows import Kind

ROUTER = bytes.fromhex("d37bbe5744d730a1d98d8dc97c42f0ca46ad7146")
DEPOSIT = bytes.fromhex("ef519b7eb82aaf6ac376a6df2d793843ebfd593de5f1a0601d3cc6ab49ebb395")
PAYOUT = bytes.fromhex("a9cd03aa3c1b4515114539cd53d22085129d495cb9e9f9af77864526240f1bf7")
Told = tuple[bytes, bytes | None, int, str]  # vault, payee, amount, memo


@cache
def made() -> Heist:
    return heist(20_000, 5)


@cache
def told() -> dict[bytes, Told]:
    """What the events say, by transaction, read by somebody else's decoder."""
    found: dict[bytes, Told] = {}
    for event in made().events:
        assert event.address == ROUTER and event.sender is None
        vault = event.topics[1][12:]
        if event.topics[0] == DEPOSIT:
            amount, memo = decode(["uint256", "string"], event.data)
            assert event.topics[2] == bytes(32) and len(event.topics) == 3
            found[event.tx] = (vault, None, amount, memo)
        else:
            assert event.topics[0] == PAYOUT
            asset, amount, memo = decode(["address", "uint256", "string"], event.data)
            assert asset == "0x" + "00" * 20
            found[event.tx] = (vault, event.topics[2][12:], amount, memo)
    assert len(found) == len(made().events)
    return found


@cache
def moved() -> dict[bytes, list[tuple[bytes, bytes, int]]]:
    """The movements of the router's transactions, fees apart: sender, recipient, amount."""
    found = defaultdict(list)
    names = ("tx", "kind", "sender", "recipient", "amount", "asset")
    for tx, kind, sender, recipient, amount, asset in zip(*(made().rows[n].to_pylist() for n in names), strict=True):
        if tx in told() and kind != Kind.FEE:
            assert asset == ""
            found[tx].append((sender, recipient, int.from_bytes(amount, "big")))
    return dict(found)


def test_the_router_keeps_nothing_and_tells_the_truth() -> None:
    assert set(moved()) == set(told())
    for tx, (vault, payee, amount, _) in told().items():
        [(payer, first, sent), (second, target, came)] = moved()[tx]
        assert first == second == ROUTER and sent == came == amount
        assert (target == vault) if payee is None else (payer == vault and target == payee)
    senders, recipients = made().rows["sender"].to_pylist(), made().rows["recipient"].to_pylist()
    touching = {ROUTER in pair for pair in zip(senders, recipients, strict=True)}
    assert touching == {True, False}


def test_deposits_name_addresses_of_bitcoin() -> None:
    named = {memo.split(":")[2] for _, payee, _, memo in told().values() if payee is None}
    assert named
    for text in named:
        assert text.startswith("bc1q") and len(text) == 42
        prefix = [3, 3, 0, 2, 3]  # "bc", as the checksum takes it
        assert remainder([*prefix, *(ALPHABET.index(sign) for sign in text[3:])]) == 1
    assert all(memo.startswith("=:BTC.BTC:") for _, payee, _, memo in told().values() if payee is None)


def test_an_address_is_written_as_in_the_standard() -> None:
    key_hash = bytes.fromhex("751e76e8199196d454941c45d1b3a323f1433bd6")  # the example of BIP 173
    assert address(key_hash) == "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"


def test_refunds_go_back_to_who_paid_and_are_no_endpoint() -> None:
    refunds = [(tx, one) for tx, one in told().items() if one[3].startswith("REFUND:")]
    assert refunds
    ends = {(place, end[3]): amount for end, amount in made().truth.endpoints.items() if (place := end[0])}
    for tx, (vault, payee, amount, memo) in refunds:
        deposit = bytes.fromhex(memo.removeprefix("REFUND:"))
        _, _, sent, wanted = told()[deposit]
        assert moved()[deposit][0][0] == payee and vault == told()[deposit][0] and 0 < sent - amount < 10**16
        others = [one[2] for one in told().values() if one[1] is None and one[3].split(":")[2] == wanted.split(":")[2]]
        assert ends.get((vault, f"bitcoin {wanted.split(':')[2]}"), 0) <= sum(others) - sent
        assert order(deposit) < order(tx)


def test_others_use_the_bridge_too() -> None:
    payers = {moved()[tx][0][0] for tx, one in told().items() if one[1] is None}
    assert payers - made().truth.tainted and payers & made().truth.tainted
    assert any(one[3].startswith("OUT:") for one in told().values())


def test_every_log_has_a_place_of_its_own() -> None:
    names = ("block", "kind", "position", "tx", "tx_index")
    rows = list(zip(*(made().rows[name].to_pylist() for name in names), strict=True))
    logs = [(block, position) for block, kind, position, _, _ in rows if kind == Kind.LOG]
    logs += [(event.block, event.position) for event in made().events]
    assert len(set(logs)) == len(logs)
    by_block = defaultdict(set)
    for block, position in logs:
        by_block[block].add(position)
    assert all(places == set(range(len(places))) for places in by_block.values())
    index = {(block, tx): at for block, _, _, tx, at in rows}
    assert all(index[event.block, event.tx] == event.tx_index for event in made().events)
    places = [(event.block, event.position) for event in made().events]
    assert places == sorted(places)


@cache
def order(tx: bytes) -> int:
    return next(at for at, event in enumerate(made().events) if event.tx == tx)


def test_a_key_hash_has_twenty_bytes() -> None:
    with pytest.raises(AssertionError, match="20 bytes"):
        address(b"short")
