"""Addresses of Bitcoin, its kin and Tron: the vectors of their specifications, and back again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chains import base58, bech32, bitcoin, owner_key, parse_address, parse_any, parse_hash, tron
from cointrail.chains.bitcoin import networks
from cointrail.chains.bitcoin.script import key_hash, script_hash, witness
from cointrail.errors import InputError

# BIP-173 and BIP-350, "Test vectors": addresses and the scripts they stand for.
WITNESS = {
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4": "0014751e76e8199196d454941c45d1b3a323f1433bd6",
    "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7": (
        "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262"
    ),
    "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y": (
        "5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6"
    ),
    "BC1SW50QGDZ25J": "6002751e",
    "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs": "5210751e76e8199196d454941c45d1b3a323",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0": (
        "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    ),
}
BROKEN = (
    "tc1qw508d6qejxtdg4y5r3zarvary0c5xw7kg3g4ty",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
    "BC13W508D6QEJXTDG4Y5R3ZARVARY0C5XW7KN40WF2",
    "bc1rw5uspcuh",
    "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P",
    "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sL5k7",
    "bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du",
    "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3pjxtptv",
    "bc1gmk9yu",
)
GENESIS = "62e907b15cbf27d5425399ebf6f0fb50ebb88f18"  # the key hash of the first block's reward


@pytest.mark.parametrize(("text", "script"), WITNESS.items())
def test_witness_addresses_of_the_specifications(text: str, script: str) -> None:
    assert bitcoin.parse(text) == bytes.fromhex(script)
    chain = "bitcoin" if text.lower().startswith("bc") else "bitcoin-testnet"
    assert bitcoin.address(chain, b"", bytes.fromhex(script)) == text.lower()
    assert parse_any(text) == owner_key(bytes.fromhex(script))


@pytest.mark.parametrize("text", BROKEN)
def test_broken_witness_addresses_are_none(text: str) -> None:
    assert bitcoin.parse(text) is None
    with pytest.raises(InputError, match="is not an address of a chain that is known"):
        parse_any(text)


def test_one_key_is_written_as_each_chain_does() -> None:
    script = key_hash(bytes.fromhex(GENESIS))
    assert bitcoin.address("bitcoin", b"", script) == "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
    cash = bitcoin.address("bitcoin-cash", b"", script)
    assert cash == "bitcoincash:qp3wjpa3tjlj042z2wv7hahsldgwhwy0rq9sywjpyy"
    assert bitcoin.parse(cash) == bitcoin.parse(cash.partition(":")[2]) == bitcoin.parse(cash.upper()) == script


@given(st.sampled_from(sorted(networks())), st.binary(min_size=20, max_size=20), st.booleans())
def test_hashes_come_back_from_their_text(chain: str, digest: bytes, hashed: bool) -> None:
    script = script_hash(digest) if hashed else key_hash(digest)
    assert bitcoin.parse(bitcoin.address(chain, b"", script)) == script


@given(st.integers(1, 16), st.binary(min_size=2, max_size=40))
def test_programs_come_back_from_their_text(version: int, program: bytes) -> None:
    script = witness(version, program)
    assert bitcoin.parse(bitcoin.address("litecoin", b"", script)) == script


@given(st.binary(max_size=40), st.binary(min_size=20, max_size=20))
def test_what_has_no_address_is_written_as_its_key(script: bytes, key: bytes) -> None:
    text = bitcoin.address("bitcoin", key, b"\x6a" + script)
    assert text == f"script:{key.hex()}" and parse_any(text) == key
    assert bitcoin.address("dogecoin", key, None) == f"script:{key.hex()}"


def test_a_witness_program_of_a_wrong_length_has_no_address() -> None:
    assert bitcoin.address("bitcoin", bytes(20), witness(0, bytes(21))).startswith("script:")
    assert bitcoin.address("dogecoin", bytes(20), witness(0, bytes(20))).startswith("script:")


def test_tron_writes_addresses_of_its_virtual_machine() -> None:
    """The contract of Tether on Tron, as tronscan.org shows it."""
    raw = parse_any("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t")
    assert raw == parse_address("0xa614f803b6fd780986a42c78ec9c7f77e6ded13c")
    assert tron.address(raw) == "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
    assert parse_any("41a614f803b6fd780986a42c78ec9c7f77e6ded13c") == raw
    with pytest.raises(InputError):
        parse_any("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u")


@given(st.binary(max_size=60))
def test_base58_is_its_own_inverse(raw: bytes) -> None:
    assert base58.decode(base58.encode(raw)) == raw
    assert base58.decode_checked(base58.encode_checked(raw)) == (raw or None)
    assert bech32.to_bytes(bech32.to_groups(raw)) == raw


def test_ids_of_transactions_are_read_with_and_without_a_prefix() -> None:
    text = "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"
    assert parse_hash(text) == parse_hash(f"0x{text}") == bytes.fromhex(text)
