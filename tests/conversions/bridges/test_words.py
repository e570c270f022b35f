"""Values read from words are those that the ABI library reads, and what it refuses is refused."""

import pytest
from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chains.abi.words import Unreadable, read, simple

VALUES = {
    "address": st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex()),
    "bool": st.booleans(),
    "uint8": st.integers(0, 2**8 - 1),
    "uint32": st.integers(0, 2**32 - 1),
    "uint256": st.integers(0, 2**256 - 1),
    "bytes4": st.binary(min_size=4, max_size=4),
    "bytes32": st.binary(min_size=32, max_size=32),
    "bytes": st.binary(max_size=70),
    "string": st.text(max_size=40),
}
Types = st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=6)


@given(types=Types, data=st.data())
def test_what_was_encoded_is_read(types: list[str], data: st.DataObject) -> None:
    values = [data.draw(VALUES[kind]) for kind in types]
    assert simple(types) and read(types, encode(types, values)) == values


@given(types=Types, data=st.data())
def test_what_the_library_reads_is_read_the_same(types: list[str], data: st.DataObject) -> None:
    """On words of which most could be anything."""
    words = st.sampled_from([bytes(32), (1).to_bytes(32, "big"), (64).to_bytes(32, "big"), b"\xff" * 32]) | st.binary(
        min_size=32, max_size=32
    )
    raw = b"".join(data.draw(st.lists(words, max_size=9)))
    try:
        expected = list(decode(types, raw, strict=True))
    except (DecodingError, OverflowError, ValueError):
        return
    assert read(types, raw) == expected


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("address", b"\1" * 32), ("bool", (2).to_bytes(32, "big")), ("uint8", (256).to_bytes(32, "big")),
        ("bytes4", b"\1" * 32), ("bytes", b"\xff" * 32), ("bytes", (32).to_bytes(32, "big") + b"\xff" * 32),
        ("string", (32).to_bytes(32, "big") + (1).to_bytes(32, "big") + b"\xff" + bytes(31)), ("uint256", b"\1" * 31),
    ],
)  # fmt: skip
def test_what_is_no_value_is_refused(kind: str, raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read([kind], raw)


def test_arrays_and_tuples_are_left_to_the_library() -> None:
    assert not simple(["uint256[]"]) and not simple(["(uint256)"]) and not simple(["int128"])
