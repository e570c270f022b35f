"""Deposits and withdrawals as explorers of bridges publish them: decoded, and read again by plain slicing."""

import json
from pathlib import Path

import pytest
from eth_abi.abi import encode

from cointrail.conversions.bridges import decode, shipped
from cointrail.conversions.bridges.samples import known, read_samples
from cointrail.errors import InputError
from cointrail.ledger.event import Event
from cointrail.ledger.rows import INPUT
from tests.conversions.bridges.connector import INPUTS, PAIRS, ROUTERS, SAMPLES, called, labels, of_routers, published
from tests.conversions.bridges.events import fill
from tests.making import address

ABSENT = pytest.mark.skipif(not PAIRS, reason="no connector samples here (COINTRAIL_DATA names the data)")


@ABSENT
def test_there_are_samples() -> None:
    assert SAMPLES and INPUTS


@ABSENT
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: "/".join(path.parts[-3:-1]))
def test_published_deposits_are_read_whole(path: Path) -> None:
    read = list(published(path))
    assert read and all(said == true for said, true in read)


@ABSENT
@pytest.mark.parametrize("path", INPUTS, ids=lambda path: "/".join(path.parts[-3:-1]))
def test_raw_calls_are_decoded_whole(path: Path) -> None:
    read = list(called(path))
    rows = {row["srcTxhash"]: row for row in labels(path.parent).values()}
    assert len(read) == len(rows) and all(said == true for said, true in read)


@ABSENT
@pytest.mark.parametrize("path", INPUTS, ids=lambda path: "/".join(path.parts[-3:-1]))
def test_the_same_calls_to_a_router_are_legs(path: Path) -> None:
    assert all(told == read for told, read in of_routers(path))


def test_calls_count_only_where_no_event_tells_the_same() -> None:
    rules = {rule.signature.text.partition("(")[0]: rule for rule in shipped().bridges["multichain"].rules}
    router, rule = min(ROUTERS["ethereum"]), rules["anySwapOutExactTokensForTokens"]
    types = [p.type for p in rule.signature.parameters]
    values = [10**20, 1, ["0x" + address(3).hex(), "0x" + address(4).hex()], fill("address", 5), 9, 56]
    call = Event(1, 1, b"\1" * 32, 0, INPUT, router, None, (), rule.signature.selector + encode(types, values))
    [leg], _ = decode(shipped(), "ethereum", [call])
    assert (leg.token, leg.amount, leg.other_chain) == ("0x" + address(3).hex(), 10**20, "bsc")
    log = next(r for r in shipped().bridges["multichain"].rules if r.side == "deposit" and not r.call).signature
    topics = (log.topic, *(bytes(12) + address(n) for n in (6, 7, 8)))
    told = Event(1, 1, b"\1" * 32, 0, 4, router, None, topics, encode(["uint256"] * 3, [5, 1, 56]))
    [leg], _ = decode(shipped(), "ethereum", [call, told])
    assert leg.amount == 5
    elsewhere = Event(1, 1, b"\1" * 32, 0, INPUT, address(9), None, (), call.data)
    assert decode(shipped(), "ethereum", [elsewhere]) == ([], [])
    cut = Event(1, 1, b"\1" * 32, 0, INPUT, router, None, (), call.data[:50])
    assert [one.kind for one in decode(shipped(), "ethereum", [cut])[1]] == ["malformed_event"]


GOOD = {
    "event": "Deposit", "bridge": "PolyNetwork", "txhash": "0x" + "11" * 32, "timestamp": 5,
    "args": {"sender": "0x" + "22" * 20, "receiver": "0x" + "33" * 20, "asset_s": "0x" + "00" * 20, "amount": 2**70,
             "dstChain": "MATIC", "srcChain": "ETH"},
}  # fmt: skip


def test_a_file_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "sample.json"
    path.write_text(json.dumps([GOOD]))
    [leg] = read_samples(path)
    assert (leg.bridge, leg.chain, leg.other_chain, leg.token, leg.amount) == ("poly", "ethereum", "polygon", "", 2**70)


@pytest.mark.parametrize(
    ("said", "name"),
    [("ETH", "ethereum"), (" bnb  chain mainnet", "bsc"), ("BNB", "bsc"), ("MATIC", "polygon"), ("Polygon", "polygon"),
     ("56", "bsc"), (137, "polygon"), (1285, "moonriver"), ("Anyswap", "multichain"), ("CelerNetwork", "cbridge")],
)  # fmt: skip
def test_names_of_explorers(said: str | int, name: str) -> None:
    assert known(said) == name


@pytest.mark.parametrize("said", ["", "nowhere", "0", 10**30, -1, "999999999999", "5" * 5000])
def test_an_unknown_name_is_no_chain(said: str | int) -> None:
    with pytest.raises(ValueError, match=r"known chain|no row"):
        known(said)


@pytest.mark.parametrize(
    ("field", "value"),
    [("amount", -1), ("amount", 2**256), ("amount", 1.5), ("amount", "7"), ("dstChain", "Nowhere"), ("sender", "0x12")],
)
def test_a_wrong_entry_is_named(field: str, value: object, tmp_path: Path) -> None:
    path = tmp_path / "sample.json"
    path.write_text(json.dumps([GOOD, GOOD | {"args": GOOD["args"] | {field: value}}]))  # type: ignore[operator]
    with pytest.raises(InputError, match="entry 2"):
        read_samples(path)


@pytest.mark.parametrize("text", ["", "{", "{}", "[5]", "[[]]"])
def test_what_is_no_such_file_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "sample.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"sample\.json"):
        read_samples(path)
