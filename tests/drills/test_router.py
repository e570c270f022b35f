"""The bridge of the synthetic theft: its events are those of the real router, and say what the movements do."""

from collections import defaultdict
from functools import cache

from eth_abi.abi import decode

from cointrail.chains import bitcoin
from cointrail.drills.heist import Heist, heist
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
        assert bitcoin.parse(text)
    assert all(memo.startswith("=:BTC.BTC:") for _, payee, _, memo in told().values() if payee is None)


@cache
def order(tx: bytes) -> int:
    return next(at for at, event in enumerate(made().events) if event.tx == tx)
