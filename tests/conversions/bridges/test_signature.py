"""Signatures: published topics, what is no event of one, and that nothing else is ever raised."""

import csv
import re
from contextlib import suppress

import pytest
from eth_abi.abi import encode, is_encodable_type
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.chains.abi.signature import Malformed, Signature
from cointrail.conversions.bridges import shipped
from tests.conversions.mainnet import DATA

PUBLISHED = DATA / "incidents" / "bridge_events.csv"
PLAIN = re.compile(r"[A-Za-z0-9]+\([a-z0-9,()\[\]]*\)")
SIGNATURES = {
    one.canonical: one
    for bridge in shipped().bridges.values()
    for rule in bridge.rules
    for one in (rule.signature, rule.beside.signature if rule.beside else rule.signature)
}
FORM = Signature("Paid(address indexed to, uint256 amount, string memo, (uint8 kind, bytes32[] ids) info)")


def test_topics_that_are_published() -> None:
    if not PUBLISHED.is_file():
        pytest.skip("no published topics here (COINTRAIL_DATA names the data)")
    count = 0
    with PUBLISHED.open(newline="") as text:
        for row in csv.DictReader(text):
            if row["topic0"] and PLAIN.fullmatch(row["event_signature"]):
                assert f"0x{keccak(row['event_signature'].encode()).hex()}" == row["topic0"]
                if one := SIGNATURES.get(row["event_signature"]):
                    assert one.topic.hex() == row["topic0"][2:]
                    count += 1
    assert count > 20


@pytest.mark.parametrize("one", SIGNATURES.values(), ids=lambda one: one.canonical[:40])
def test_a_canonical_signature_has_neither_names_nor_spaces(one: Signature) -> None:
    assert PLAIN.fullmatch(one.canonical)
    assert Signature(one.canonical).topic == one.topic == keccak(one.canonical.encode())


def test_names_of_members_are_those_of_the_event() -> None:
    assert FORM.names == {"to": "address", "amount": "uint256", "memo": "string", "kind": "uint8", "ids": "bytes32[]"}
    values = encode(["uint256", "string", "(uint8,bytes32[])"], [5, "hi", (3, [b"\1" * 32])])
    topics = (FORM.topic, bytes(12) + b"\2" * 20)
    assert FORM.event(topics, values) == {
        "to": "0x" + "02" * 20, "amount": 5, "memo": "hi", "kind": 3, "ids": (b"\1" * 32,),
    }  # fmt: skip


def test_an_indexed_text_is_only_a_hash() -> None:
    one = Signature("Said(string indexed what, uint256 amount)")
    assert one.event((one.topic, b"\1" * 32), encode(["uint256"], [5])) == {"amount": 5}
    assert one.names == {"amount": "uint256"}


def test_indexed_numbers_may_have_a_sign() -> None:
    one = Signature("Moved(int64 indexed by, uint256 amount)")
    assert one.event((one.topic, b"\xff" * 32), encode(["uint256"], [5])) == {"by": -1, "amount": 5}
    with pytest.raises(Malformed):
        one.event((one.topic, b"\x7f" * 32), encode(["uint256"], [5]))


@pytest.mark.parametrize(
    "topics",
    [(), (b"\1" * 32,), (FORM.topic,), (FORM.topic, b"\1" * 32), (FORM.topic, bytes(32), bytes(32))],
)
def test_topics_that_are_not_its_own(topics: tuple[bytes, ...]) -> None:
    data = encode(["uint256", "string", "(uint8,bytes32[])"], [5, "hi", (3, [])])
    with pytest.raises(Malformed):
        FORM.event(topics, data)


@pytest.mark.parametrize("cut", [0, 1, 31, 32, 33, 95, 128, 200])
def test_data_that_ends_too_early(cut: int) -> None:
    whole = encode(["uint256", "string", "(uint8,bytes32[])"], [5, "hi", (3, [b"\1" * 32])])
    with pytest.raises(Malformed):
        FORM.event((FORM.topic, bytes(32)), whole[:cut])


def test_a_call_of_another_function() -> None:
    one = Signature("pay(address to, uint256 amount)")
    data = encode(["address", "uint256"], ["0x" + "02" * 20, 7])
    assert one.call(one.selector + data) == {"to": "0x" + "02" * 20, "amount": 7}
    for wrong in (b"", data, b"\1" + one.selector[1:] + data, one.selector + data[:-1]):
        with pytest.raises(Malformed):
            one.call(wrong)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from([*SIGNATURES.values(), FORM]),
    st.lists(st.binary(min_size=32, max_size=32), max_size=4),
    st.lists(st.sampled_from([bytes(32), b"\xff" * 32, (32).to_bytes(32, "big"), (2**64).to_bytes(32, "big")])
             | st.binary(max_size=40), max_size=24).map(b"".join),
)  # fmt: skip
def test_whatever_comes_nothing_else_is_raised(one: Signature, topics: list[bytes], data: bytes) -> None:
    for words in (topics, [one.topic, *topics]):
        with suppress(Malformed):
            assert isinstance(one.event(words, data), dict)
    with suppress(Malformed):
        one.call(one.selector + data)


SOUND = ["address", "bool", "bytes", "string", "uint256", "int8", "int24", "bytes32", "fixed128x18", "function"]
ODD = ["uint", "int", "uint7", "int264", "bytes0", "bytes33", "uintx", "tuple", ""]
bases = st.sampled_from([*SOUND, *ODD])
arrays = st.lists(st.sampled_from(["[]", "[3]", "[0]", "[03]", "[", "]", "[a]"]), max_size=2).map("".join)


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda parts, array: f"({','.join(parts)}){array}", st.lists(inner, max_size=3), arrays)


@given(st.recursive(st.builds(str.__add__, bases, arrays), nested, max_leaves=4))
def test_types_are_those_of_the_abi_library(kind: str) -> None:
    """Most are known without it: a type is accepted if it is of the library, and else refused."""
    try:
        found = bool(Signature(f"Paid({kind} one)").names)
    except ValueError:
        found = False
    try:
        wanted = bool(is_encodable_type(kind))
    except ValueError:  # what it cannot read
        wanted = False
    assert found == wanted
