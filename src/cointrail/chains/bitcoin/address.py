"""Addresses of Bitcoin and its kin: from scripts to text and back, with every checksum."""

from cointrail.chains import base58, bech32
from cointrail.chains.bitcoin.network import Network, networks
from cointrail.chains.bitcoin.script import (
    DIGEST,
    KEY_HASH,
    SCRIPT_HASH,
    WITNESS,
    form,
    key_hash,
    script_hash,
    witness,
)

NO_ADDRESS = "script:"  # before the key of a script that has no address


def address(chain: str, key: bytes, script: bytes | None) -> str:
    """An address as people of the chain write it, from its 20-byte key and its script.

    A script that is not known, or that has no address on that chain, is written as its key.
    """
    found = _text(networks()[chain], script) if script is not None else None
    return found or f"{NO_ADDRESS}{key.hex()}"


def parse(text: str) -> bytes | None:
    """The script of an address of any of the networks; None if it is none. Two networks write one script alike."""
    raw = base58.decode_checked(text) if len(text) <= 60 else None
    for network in networks().values():
        if raw is not None and len(raw) == 1 + DIGEST:
            if raw[:1] == network.key_version:
                return key_hash(raw[1:])
            if raw[:1] in network.script_versions:
                return script_hash(raw[1:])
        if network.prefix and (found := bech32.decode_segwit(text, network.prefix)):
            return witness(*found)
        if network.cash_prefix and (told := bech32.decode_cash(text, network.cash_prefix)) and len(told[1]) == DIGEST:
            return script_hash(told[1]) if told[0] else key_hash(told[1])
    return None


def _text(network: Network, script: bytes) -> str | None:
    kind, version, content = form(script)
    if kind == WITNESS:
        return bech32.encode_segwit(network.prefix, version, content) if network.prefix and _sound(script) else None
    if kind not in (KEY_HASH, SCRIPT_HASH):
        return None
    hashed = kind == SCRIPT_HASH
    if network.cash_prefix:
        return bech32.encode_cash(network.cash_prefix, int(hashed), content)
    return base58.encode_checked((network.script_versions[0] if hashed else network.key_version) + content)


def _sound(script: bytes) -> bool:
    """Whether a witness program has a length that addresses can say: of version 0 only 20 and 32 bytes."""
    return script[0] != 0 or len(script) - 2 in (20, 32)
