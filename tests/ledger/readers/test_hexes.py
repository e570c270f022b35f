from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.chains import checksum_address, parse_address
from cointrail.ledger.readers.faults import Faults
from cointrail.ledger.readers.hexes import addresses, contracts, hashes

RAW = st.binary(min_size=20, max_size=20)
TEXTS = st.one_of(
    st.builds(lambda raw, mark: mark + raw.hex(), RAW, st.sampled_from(["0x", "0X", "\\x", "", "0y"])),
    st.builds(lambda raw: "0x" + raw.hex().upper(), RAW),
    st.builds(checksum_address, RAW),
    st.builds(lambda raw: checksum_address(raw).swapcase().replace("X", "x", 1), RAW),
    st.builds(lambda raw, around: f"{around}0x{raw.hex()}{around}", RAW, st.sampled_from([" ", '"', ","])),
    st.text(max_size=50),
)


def read(convert: Any, column: Any, *more: Any) -> list[Any]:
    faults = Faults(len(column))
    values = convert(column, "to", faults, *more).to_pylist()
    return [faults.reason(row) if faults.bad[row] else value for row, value in enumerate(values)]


@given(st.lists(TEXTS, max_size=20))
@settings(deadline=None)
def test_texts_agree_with_the_exact_reader(texts: list[str]) -> None:
    for text, found in zip(texts, read(addresses, pa.array(texts, pa.string()), parse_address), strict=True):
        try:
            expected = parse_address(text) if text else None
        except ValueError:
            assert isinstance(found, str)
        else:
            assert found == expected


def test_bytes_and_text_give_the_same() -> None:
    raw = [bytes([number]) * 20 for number in range(1, 5)]
    for kind in (pa.binary(), pa.large_binary(), pa.binary(20)):
        assert read(addresses, pa.array([*raw, None], kind)) == [*raw, None]
    text = [value.hex() for value in raw]
    assert read(addresses, pa.array(["0x" + value for value in text] + [None, ""])) == [*raw, None, None]
    assert read(addresses, pa.array(text)) == raw  # as cryo writes them without prefix
    repeated = pa.array(["0x" + text[0]] * 9 + ["0x12", None]).dictionary_encode()
    assert read(addresses, repeated) == [raw[0]] * 9 + ["to is not an address", None]
    assert read(addresses, pa.chunked_array([["0x" + text[0]], ["0x" + text[1]]]).combine_chunks()) == raw[:2]
    assert read(hashes, pa.array([b"\x05" * 32, b"\x05" * 31])) == [b"\x05" * 32, "to is not a hash of 32 bytes"]


def test_checksums_are_checked() -> None:
    good = "0xdAC17F958D2ee523a2206206994597C13D831ec7"
    bad = good.replace("dAC", "dac")
    for parse in ((), (parse_address,)):
        assert read(addresses, pa.array([good, bad, good[:-1] + "x"]), *parse) == [
            bytes.fromhex(good[2:]), "to has a bad checksum (EIP-55)", "to is not an address",
        ]  # fmt: skip
    assert read(hashes, pa.array(["0x" + "aB" * 32])) == [b"\xab" * 32]


def test_contracts_become_asset_keys() -> None:
    token = "dac17f958d2ee523a2206206994597c13d831ec7"
    same = pa.array(["0x" + token, "0x" + token.upper(), None, "0x1"])
    assert read(contracts, same) == ["0x" + token, "0x" + token, "no to", "to is not an address"]
    assert read(contracts, pa.array([bytes.fromhex(token)])) == ["0x" + token]


def test_a_column_of_another_type() -> None:
    with pytest.raises(ValueError, match="to: the column has type int64"):
        read(addresses, pa.array([1]))
