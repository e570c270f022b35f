"""Raw calldata of calls to bridges: every function that is known, by hand and encoded by the ABI library alone."""

from contextlib import suppress

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chains.abi.signature import Malformed, Signature
from cointrail.chains.data import table
from cointrail.conversions.bridges import calls, shipped
from tests.conversions.bridges.events import canonical, value
from tests.making import address

TOKEN, OTHER, TO, FROM = ("0x" + address(n).hex() for n in (3, 4, 5, 6))
HASH = bytes.fromhex("ab" * 32)
KNOWN = [one.signature for rules in shipped().calls.values() for one in rules]
MORE = [Signature(row["signature"]) for row in table(calls.PACKAGE, "calls.csv")]

# Selectors as the sources of calls.csv publish them.
PUBLISHED = {
    "anySwapOut(address,address,uint256,uint256)": "241dc2df",
    "anySwapOutUnderlying(address,address,uint256,uint256)": "edbdf5e2",
    "anySwapOutNative(address,address,uint256)": "a5e56571", "anySwapOut(address,string,uint256,uint256)": "c604b0b8",
    "anySwapOut(address[],address[],uint256[],uint256[])": "dcfb77b1",
    "anySwapIn(bytes32[],address[],address[],uint256[],uint256[])": "25121b76",
    "anySwapInAuto(bytes32,address,address,uint256,uint256)": "0175b1c4",
    "anySwapInAndExec(string,(bytes32,address,address,uint256,uint256),address,bytes)": "f9ca3a5d",
    "anySwapInUnderlyingAndExec(string,(bytes32,address,address,uint256,uint256),address,bytes)": "cc95060a",
    "anySwapInExactTokensForTokens(bytes32,uint256,uint256,address[],address,uint256,uint256)": "2fc1e728",
    "anySwapInExactTokensForNative(bytes32,uint256,uint256,address[],address,uint256,uint256)": "52a397d5",
    "Swapout(uint256,address)": "628d6cba", "Swapout(uint256,string)": "ad54056d",
    "Swapin(bytes32,address,uint256)": "ec126c77",
    "send(address,address,uint256,uint64,uint64,uint32)": "a5977fbb",
    "sendNative(address,uint256,uint64,uint64,uint32)": "3f2e5fc3",
    "lock(address,uint64,bytes,uint256,uint256,uint256)": "60de1a9b",
    "transfer(address,uint256)": "a9059cbb", "transferFrom(address,address,uint256)": "23b872dd",
}  # fmt: skip


def call(text: str, *values: object) -> bytes:
    signature = Signature(text)
    return signature.selector + encode([canonical(p.type) for p in signature.parameters], values)


def test_functions_have_their_published_selectors() -> None:
    found = {one.canonical: one.selector.hex() for one in KNOWN + MORE}
    assert {name: found.get(name) for name in PUBLISHED} == PUBLISHED
    assert not {one.canonical for one in KNOWN} & {one.canonical for one in MORE}


@pytest.mark.parametrize("signature", KNOWN + MORE, ids=lambda one: one.canonical)
def test_every_function_is_read(signature: Signature) -> None:
    given = {"path": [TOKEN, OTHER], "token": TOKEN, "amount": 10**30, "amountIn": 10**30, "toChainID": 137,
             "tokens": [TOKEN], "to": [TO] if "[] to" in signature.text else TO, "amounts": [10**30], "txs": HASH,
             "toChainIDs": [137], "fromChainIDs": [137], "fromChainID": 137}  # fmt: skip
    if "bytes32[] txs" in signature.text:
        given["txs"] = [HASH]
    if "string to" in signature.text:
        given["to"] = "5" + "a" * 47
    values = [value(p, given, n + 1) for n, p in enumerate(signature.parameters)]
    data = signature.selector + encode([canonical(p.type) for p in signature.parameters], values)
    [one] = calls.read(data)
    assert calls.named(data) == signature.canonical and one.function == signature.text.partition("(")[0]
    assert one.amount == (10**30 if "amount" in signature.text else None)
    assert one.recipient or one.vault
    assert one.chain == "polygon" or "ChainID" not in signature.text
    assert one.token in (TOKEN, "", None) or one.bridge == "poly"
    with pytest.raises(Malformed):
        calls.read(data[:36])


def test_a_batch_is_several_transfers() -> None:
    text = "anySwapOut(address[] tokens, address[] to, uint256[] amounts, uint256[] toChainIDs)"
    found = calls.read(call(text, [TOKEN, OTHER], [TO, FROM], [2**255, 0], [56, 250]))
    assert [(one.token, one.recipient, one.amount, one.chain) for one in found] == [
        (TOKEN, TO, 2**255, "bsc"), (OTHER, FROM, 0, "fantom"),
    ]  # fmt: skip
    assert calls.read(call(text, [], [], [], [])) == ()
    with pytest.raises(Malformed):
        calls.read(call(text, [TOKEN], [TO, FROM], [1], [56]))
    huge = bytearray(call(text, [TOKEN], [TO], [1], [56]))
    huge[4 + 128 : 4 + 160] = b"\xff" * 32
    with pytest.raises(Malformed):
        calls.read(bytes(huge))


def test_forms_that_tell_less() -> None:
    [out] = calls.read(call("Swapout(uint256 amount, string bindaddr)", 5, "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"))
    assert (out.token, out.recipient, out.chain) == (None, "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "")
    [plain] = calls.read(call("transfer(address to, uint256 amount)", TO, 7))
    assert (plain.token, plain.recipient, plain.vault, plain.bridge, plain.amount) == (None, "", TO, "", 7)
    [locked] = calls.read(call(MORE[-3].text, TOKEN, 6, bytes.fromhex(TO[2:]), 9, 1, 0))
    assert (locked.bridge, locked.token, locked.recipient, locked.chain) == ("poly", TOKEN, TO, "bsc")
    [native] = calls.read(call("anySwapOutNative(address token, address to, uint256 toChainID)", TOKEN, TO, 10**12))
    assert (native.token, native.amount, native.chain) == ("", None, f"evm:{10**12}")


def test_an_unknown_function_is_said() -> None:
    assert calls.read(b"\xde\xad\xbe\xef" + bytes(320)) == () == calls.read(b"")
    assert calls.named(b"\xde\xad\xbe\xef" + bytes(320)) == "unknown function 0xdeadbeef"


@given(st.sampled_from(KNOWN + MORE), st.binary(max_size=400))
def test_nothing_else_raises(signature: Signature, data: bytes) -> None:
    with suppress(Malformed):
        assert isinstance(calls.read(signature.selector + data), tuple)
