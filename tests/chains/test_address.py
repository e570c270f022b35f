"""Addresses and hashes: what is accepted, what is refused, and the list files."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chains.address import (
    checksum_address,
    format_address,
    parse_address,
    parse_hash,
    read_addresses,
    read_hashes,
)
from cointrail.errors import InputError

# The examples of EIP-55 itself: all caps, all lower, and mixed.
CHECKSUMMED = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]
ONE = CHECKSUMMED[4]
RAW = bytes.fromhex(ONE[2:])


@pytest.mark.parametrize("text", CHECKSUMMED)
def test_checksums_of_the_standard(text: str) -> None:
    assert checksum_address(parse_address(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        ONE,
        ONE.lower(),
        "0x" + ONE[2:].upper(),
        "0X" + ONE[2:].upper(),
        "\\x" + ONE[2:].lower(),
        f'  "{ONE}",\n',
        f"'{ONE}' ,",
        f"\ufeff{ONE};",
    ],
)
def test_forms_of_one_address(text: str) -> None:
    assert parse_address(text) == RAW


@pytest.mark.parametrize(
    "text",
    ["", "0x", ONE[2:], ONE[:-1], ONE + "0", ONE[:-1] + "g", "0x" + "é" * 40, "0x" + "١" * 40, "0x" + " " * 40],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(InputError, match="is not an address: write 0x and 40 hexadecimal digits") as caught:
        parse_address(text)
    assert "\n" not in str(caught.value)


def test_a_bad_checksum_is_refused_and_named() -> None:
    with pytest.raises(InputError, match=r"0x5AAeb6053F.*fails its checksum"):
        parse_address("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")


def test_messages_stay_short() -> None:
    with pytest.raises(InputError) as caught:
        parse_address("0x" + "\n" * 10_000)
    assert len(str(caught.value)) < 300


@given(st.binary(min_size=20, max_size=20))
def test_text_and_back(raw: bytes) -> None:
    assert parse_address(format_address(raw)) == parse_address(checksum_address(raw)) == raw


def test_hashes() -> None:
    text = "0x" + "Ab" * 32
    assert parse_hash(text) == b"\xab" * 32
    assert read_hashes(text) == [b"\xab" * 32]
    with pytest.raises(InputError, match="is not a transaction hash: write 0x and 64 hexadecimal digits"):
        parse_hash(ONE)


def test_list_files(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text(f'\ufeff# thieves\n"{ONE}",\n\n{CHECKSUMMED[0]} # second\n{ONE.lower()},\r\n', encoding="utf-8")
    assert read_addresses(f"@{file}") == [RAW, parse_address(CHECKSUMMED[0])]
    assert read_addresses(ONE) == [RAW]


def test_list_files_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read addresses from .*none.txt: No such file"):
        read_addresses(f"@{tmp_path / 'none.txt'}")
    file = tmp_path / "list.txt"
    file.write_text("# nobody\n", encoding="utf-8")
    with pytest.raises(InputError, match="names no addresses"):
        read_addresses(f"@{file}")
    file.write_text(f"{ONE}\nhello\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"list\.txt, line 2: 'hello' is not an address"):
        read_addresses(f"@{file}")
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not a text file"):
        read_addresses(f"@{file}")
