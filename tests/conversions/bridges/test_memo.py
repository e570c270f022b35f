"""THORChain's memos: by hand from its documentation, on real replies, and whatever else somebody may write."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.conversions.bridges.memo import LONGEST, PAYOUTS, TO_SOMEBODY, Memo, read
from cointrail.conversions.bridges.special import thorchain_in
from tests.conversions.mainnet import DATA

BITCOIN = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"  # BIP-173
TAPROOT = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"  # BIP-350
LEGACY = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"
ETHER = "0xe6a30f4f3bad978910e2cbb4d97581f5b5a0ade0"
THOR = "thor1el4ufmhll3yw7zxzszvfakrk66j7fx0tvcslym"
MAYA = "maya17xu9ej4rkxsmnl3wkp0kph6k4jk70gzay56p0l"
TRON = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
HASH = "ABCDEF" + "0" * 58
REPLIES = DATA / "chain_samples" / "thorchain_mocks"


def test_a_swap_in_full() -> None:
    text = f"=:BTC.BTC:{BITCOIN}/{ETHER}:1e6/3/10:t:30"
    assert read(text) == Memo(
        "swap", "bitcoin", "BTC.BTC", BITCOIN, ETHER, 1_000_000, 3, 10, "t", 30, valid_address=True
    )


def test_an_aggregator_pays_something_else() -> None:
    memo = read(f"SWAP:e:{ETHER}:1e8:t:0:a1:CAF3EC:99e7|")
    assert memo is not None and (memo.aggregator, memo.final_asset, memo.final_limit) == ("a1", "CAF3EC", 990_000_000)
    assert thorchain_in({"memo": f"=:e:{ETHER}:::0:a1:CAF3EC"}) == {
        "@recipient": ETHER, "@other_chain": "ethereum", "@other_token": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind", "chain", "asset"),
    [
        (f"SWAP:b:{BITCOIN}", "swap", "bitcoin", "BTC.BTC"), (f"s:BTC.BTC:{LEGACY}", "swap", "bitcoin", "BTC.BTC"),
        (f"=:b:{TAPROOT}:0/1/0", "swap", "bitcoin", "BTC.BTC"),
        (f"=:e:{ETHER}", "swap", "ethereum", "ETH.ETH"), (f"=<:bsc.bnb:{ETHER}:544e6", "limit_swap", "bsc", "BSC.BNB"),
        (f"=:ETH.USDT-ec7:{ETHER}", "swap", "ethereum", "ETH.USDT-EC7"),
        (f"=:TRON.USDT-{TRON}:{TRON}", "swap", "tron", f"TRON.USDT-{TRON.upper()}"),
        (f"=:r:{THOR}:19779138111", "swap", "thorchain", "THOR.RUNE"),
        (f"=:BTC~BTC:{THOR}", "swap", "thorchain", "BTC~BTC"), (f"=:BTC-BTC:{THOR}", "swap", "thorchain", "BTC-BTC"),
        (f"=:BTC/BTC:{THOR}", "swap", "thorchain", "BTC/BTC"), (f"=:BTC/BTC:{MAYA}", "swap", "mayachain", "BTC/BTC"),
        (f"$+:BTC.BTC:{BITCOIN}:0:t:10", "loan_open", "bitcoin", "BTC.BTC"),
        (f"LOAN-:ETH.ETH:{ETHER}", "loan_close", "ethereum", "ETH.ETH"),
        (f"TRADE+:{THOR}", "trade_in", "thorchain", ""), (f"secure+:{MAYA}", "secured_in", "mayachain", ""),
        (f"switch:{THOR}", "switch", "thorchain", ""), (f"x:{THOR}:AA==", "execute", "thorchain", ""),
        (f"trade-:{BITCOIN}", "trade_out", "bitcoin", ""), (f"secure-:{ETHER}", "secured_out", "", ""),
    ],
)  # fmt: skip
def test_where_value_goes(text: str, kind: str, chain: str, asset: str) -> None:
    memo = read(text)
    assert memo is not None and (memo.kind, memo.asset_chain, memo.asset) == (kind, chain, asset)
    assert memo.valid_address and kind in TO_SOMEBODY and memo.address in text.split(":")


@pytest.mark.parametrize(
    ("text", "kind", "asset"),
    [
        (f"+:BTC.BTC:{THOR}", "add", "BTC.BTC"), ("ADD:ETH.ETH", "add", "ETH.ETH"),
        ("+:BTC/BTC::t:10", "add", "BTC/BTC"),
        ("-:BTC.BTC:10000", "withdraw", "BTC.BTC"), ("wd:b:5000:b", "withdraw", "BTC.BTC"),
        ("DONATE:ETH.ETH", "donate", "ETH.ETH"), ("MIGRATE:3494355", "migrate", ""), ("NOOP:NOVAULT", "noop", ""),
        (f"BOND:{THOR}", "bond", ""), (f"LEAVE:{THOR}", "leave", ""), ("~:xx:THOR:" + THOR, "name", ""),
        ("REFERENCE:BTC.BTC:=:ETH.ETH:" + ETHER, "reference", ""), ("R:20002", "reference", ""),
        ("POOL+", "pool_in", ""),
    ],
)  # fmt: skip
def test_other_kinds_send_nothing_to_anybody(text: str, kind: str, asset: str) -> None:
    memo = read(text)
    assert memo is not None and (memo.kind, memo.asset, memo.asset_chain) == (kind, asset, "")
    assert not thorchain_in({"memo": text}) or kind == "migrate"


@pytest.mark.parametrize(
    ("affiliate", "taken"),
    [
        ("t:10", 10), ("t1/t2/t3/t4/t5:10", 50), ("t1/dx/ss:10/20/30", 60), (f"{THOR}:0", 0), ("", None),
        (":100", None), ("t:", None), ("t:x", None),
        ("t1/t2:1/2/3", None), ("t:10001", None), ("t:-1", None), ("t", None),
    ],
)  # fmt: skip
def test_what_affiliates_take(affiliate: str, taken: int | None) -> None:
    memo = read(f"=:ETH.ETH:{ETHER}::{affiliate}")
    assert memo is not None and memo.affiliate_basis_points == taken


@pytest.mark.parametrize(
    ("text", "limit"),
    [("1e8", 10**8), ("51E7", 510_000_000), ("100e7", 10**9), ("1.5e1", 15), ("1.25e1", 12), ("0", 0), ("", None),
     ("-1", None), ("e6", None), ("1e", None), ("1e999", None), ("0x10", None), ("9" * 31, None)],
)  # fmt: skip
def test_limits(text: str, limit: int | None) -> None:
    memo = read(f"=:ETH.ETH:{ETHER}:{text}/2/6")
    assert memo is not None and (memo.limit, memo.interval, memo.quantity) == (limit, 2, 6)


def test_answers_name_the_payment() -> None:
    assert read(f"OUT:{HASH}") == Memo("out", hash=HASH.lower())
    assert read(f"REFUND:0x{HASH}") == Memo("refund", hash=HASH.lower())
    for wrong in ("OUT:", "OUT", "OUT:1234", "OUT:" + "0" * 64, "REFUND:" + "g" * 64):
        assert read(wrong) is None


@pytest.mark.parametrize(
    "text",
    ["", "=", "=:", "=:BTC", "hello", "=:BTC.BTC", "=:BTC~:" + THOR, "trade+", "x" * 300, "=:BTC.BTC:a\0b",
     "=:ВTC.BTC:a", f"=:b:{BITCOIN}:" + "1" * LONGEST, f"=:b:{BITCOIN}\n"],
)  # fmt: skip
def test_what_is_no_memo(text: str) -> None:
    assert read(text) is None
    assert thorchain_in({"memo": text}) == {"@finding": "unreadable_memo"}


@pytest.mark.parametrize(
    "text",
    [
        *(f"=:BTC.BTC:{one}" for one in ("", "bc1q", BITCOIN[:-1] + "5", LEGACY[:-1] + "3", ETHER, THOR, TRON, "t")),
        f"=:LTC.LTC:{LEGACY}", f"=:DOGE.DOGE:{LEGACY}", f"=:TRON.TRX:{LEGACY}", f"=:ETH.ETH:{BITCOIN}",
        "=:ETH.ETH:0xE6a30f4f3bad978910e2cbb4d97581f5b5a0ade0", f"=:ETH.ETH:'{ETHER}'", f"=:BTC-BTC:{BITCOIN}",
        f"=:XXX.YYY:{ETHER}", f"trade+:{ETHER}", "trade-:nobody", f"=:MAYA.CACAO:{THOR}",
    ],
)  # fmt: skip
def test_an_address_that_does_not_fit_is_no_statement(text: str) -> None:
    memo = read(text)
    assert memo is not None and not memo.valid_address
    assert thorchain_in({"memo": text}) == {"@finding": "unreadable_memo"}


def test_upper_case_is_the_same_address() -> None:
    memo = read(f"=:b:{BITCOIN.upper()}")
    assert memo is not None and memo.valid_address and memo.address == BITCOIN


@given(
    st.text(max_size=80)
    | st.from_regex(r"[=+s$~-]{1,2}:[A-Z]{3}[.~/-][A-Z]{3}:.{0,40}(:.{0,9}){0,7}", fullmatch=True)
    | st.lists(st.sampled_from(["=", "trade-", "out", "b", BITCOIN, "/", "1e9", "\0", "é", HASH]), max_size=9).map(
        ":".join
    )
)
def test_nothing_raises(text: str) -> None:
    memo = read(text)
    assert memo is None or not memo.valid_address or memo.address
    assert (
        memo is None
        or memo.kind in PAYOUTS
        or not memo.valid_address
        or memo.asset_chain
        or memo.kind not in TO_SOMEBODY
    )
    assert thorchain_in({"memo": text}) is not None


def swaps() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every memo in the replies, with the object that tells of the same payment in other words."""
    for path in sorted(REPLIES.rglob("*.json")):
        reply = json.loads(path.read_text())
        if not isinstance(reply, dict):
            continue
        for action in (one for one in reply.get("actions", ()) if "swap" in one["metadata"]):
            yield action["metadata"]["swap"]["memo"], action
        if "memo" in reply:
            yield reply["memo"], reply
        if "observed_tx" in reply:
            yield reply["observed_tx"]["tx"]["memo"], reply


def same(short: str, full: str) -> bool:
    """Whether an asset is the other one, maybe with an abbreviated address."""
    ticker, _, address = short.partition("-")
    return short == full or (full.startswith(ticker + "-") and full.endswith(address))


def test_real_replies() -> None:
    if not REPLIES.is_dir():
        pytest.skip("no replies of THORChain here (COINTRAIL_DATA names the data)")
    paid = 0
    for text, told in swaps():
        memo = read(text)
        assert memo is not None and memo.kind == "swap" and memo.asset_chain, text
        assert memo.valid_address == bool(memo.address), text
        if "fees" in told:
            assert memo.asset == told["fees"]["asset"]
        if "metadata" not in told:
            continue
        swap = told["metadata"]["swap"]
        assert (memo.affiliate, memo.affiliate_basis_points or 0) == (
            swap["affiliateAddress"],
            int(swap["affiliateFee"]),
        )
        assert (memo.limit or 0) == int(swap["swapTarget"])
        pool = memo.asset.replace("~", ".", 1).replace("/", ".", 1)
        assert pool in ("THOR.RUNE", "MAYA.CACAO") or any(same(pool, one) for one in told["pools"])
        outs = {(one["address"].lower(), coin["asset"]) for one in told["out"] for coin in one["coins"]}
        to = (memo.address or told["in"][0]["address"]).lower()
        assert not outs or any(address == to and same(memo.asset, asset) for address, asset in outs), text
        paid += bool(outs)
    assert paid >= 8 and sum(1 for _ in swaps()) >= 20
