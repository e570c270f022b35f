"""Bitcoin addresses of key hashes, as BIP 173 writes them: invented ones with a right checksum."""

from collections.abc import Iterable

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
PREFIX = "bc"
VERSION = 0
HASH_BYTES, CHECK_WORDS = 20, 6


def address(key_hash: bytes) -> str:
    """The address that pays the owner of a key with this hash of 20 bytes."""
    assert len(key_hash) == HASH_BYTES, "a key hash has 20 bytes"
    bits = int.from_bytes(key_hash, "big")
    words = [VERSION, *((bits >> shift) & 31 for shift in range(HASH_BYTES * 8 - 5, -1, -5))]
    return PREFIX + "1" + "".join(ALPHABET[word] for word in [*words, *_check(words)])


def _check(words: list[int]) -> list[int]:
    expanded = [*(ord(sign) >> 5 for sign in PREFIX), 0, *(ord(sign) & 31 for sign in PREFIX)]
    rest = remainder([*expanded, *words, *[0] * CHECK_WORDS]) ^ 1
    return [(rest >> shift) & 31 for shift in range(5 * (CHECK_WORDS - 1), -1, -5)]


def remainder(words: Iterable[int]) -> int:
    """What is left of words of five bits by the generator of the code; 1 for a whole address with prefix."""
    rest = 1
    for word in words:
        top = rest >> 25
        rest = (rest & 0x1FFFFFF) << 5 ^ word
        for at, step in enumerate(GENERATOR):
            rest ^= step if top >> at & 1 else 0
    return rest
