"""bech32, bech32m, what segregated witness makes of them, and cash addresses, which share their alphabet.

Sources: BIP-173 and BIP-350; the specification of cash addresses of Bitcoin Cash (spec/cashaddr.md).
"""

from collections.abc import Sequence

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
POLYNOMIAL = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
CASH_POLYNOMIAL = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)
OLD, NEW = 1, 0x2BC830A3  # the remainders of bech32 and of bech32m
CHECK, CASH_CHECK = 6, 8  # groups of the checksums
TOP, CASH_TOP = 25, 35  # bits of them but the last group
LONGEST_SEGWIT = 90  # characters
CASH_SIZES = (20, 24, 28, 32, 40, 48, 56, 64)  # bytes of the hash, by the last three bits of the version


def decode(text: str, prefix: str) -> tuple[list[int], int]:
    """The groups of five bits between prefix and checksum, and the remainder: OLD, NEW, or another where the checksum
    does not fit; no groups and 0 if it is not such a text."""
    lower = text.lower()
    if text not in (lower, text.upper()):
        return [], 0
    human, mark, data = lower.rpartition("1")
    values = [PLACES.get(character, -1) for character in data]
    if not mark or human != prefix or len(values) < CHECK or -1 in values:
        return [], 0
    return values[:-CHECK], _remainder(_spread(human) + values, TABLE, TOP)


def encode(prefix: str, groups: Sequence[int], remainder: int) -> str:
    """Groups of five bits with prefix and checksum."""
    check = _remainder([*_spread(prefix), *groups, *([0] * CHECK)], TABLE, TOP) ^ remainder
    return f"{prefix}1{_letters([*groups, *_groups_of(check, CHECK)])}"


def decode_segwit(text: str, prefix: str) -> tuple[int, bytes] | None:
    """Version and program of a witness address; None if it is none.

    Version 0 has the old checksum and 20 or 32 bytes, later ones the new checksum and 2 to 40.
    """
    if len(text) > LONGEST_SEGWIT:
        return None
    groups, remainder = decode(text, prefix)
    program = to_bytes(groups[1:]) if groups and remainder in (OLD, NEW) else None
    if program is None:
        return None
    if remainder == OLD:
        return (0, program) if groups[0] == 0 and len(program) in (20, 32) else None
    return (groups[0], program) if 1 <= groups[0] <= 16 and 2 <= len(program) <= 40 else None


def encode_segwit(prefix: str, version: int, program: bytes) -> str:
    """A witness address."""
    return encode(prefix, [version, *to_groups(program)], NEW if version else OLD)


def decode_cash(text: str, prefix: str) -> tuple[int, bytes] | None:
    """What is hashed (0: a key, 1: a script) and the hash, of a cash address with or without its prefix."""
    if text not in (text.lower(), text.upper()):
        return None
    values = [PLACES.get(character, -1) for character in text.lower().removeprefix(f"{prefix}:")]
    if len(values) <= CASH_CHECK or -1 in values:
        return None
    spread = [ord(c) & 31 for c in prefix] + [0]
    raw = to_bytes(values[:-CASH_CHECK])
    if _remainder(spread + values, CASH_TABLE, CASH_TOP) != 1 or not raw:
        return None
    kind, size = raw[0] >> 3, CASH_SIZES[raw[0] & 7]
    return (kind, raw[1:]) if kind in (0, 1) and len(raw) == 1 + size else None


def encode_cash(prefix: str, kind: int, digest: bytes) -> str:
    """A cash address with its prefix."""
    groups = to_groups(bytes([kind << 3 | CASH_SIZES.index(len(digest))]) + digest)
    spread = [ord(c) & 31 for c in prefix] + [0]
    check = _remainder([*spread, *groups, *[0] * CASH_CHECK], CASH_TABLE, CASH_TOP) ^ 1
    return f"{prefix}:{_letters([*groups, *_groups_of(check, CASH_CHECK)])}"


def to_bytes(groups: Sequence[int]) -> bytes | None:
    """Groups of five bits as bytes; None if what is left over is no padding of zeros."""
    number = 0
    for group in groups:
        number = number << 5 | group
    left = len(groups) * 5 % 8
    if left > 4 or number & ((1 << left) - 1):
        return None
    return (number >> left).to_bytes(len(groups) * 5 // 8, "big")


def to_groups(raw: bytes) -> list[int]:
    """Bytes as groups of five bits, padded with zeros."""
    count = -(-len(raw) * 8 // 5)
    return _groups_of(int.from_bytes(raw, "big") << (count * 5 - len(raw) * 8), count)


def _groups_of(number: int, count: int) -> list[int]:
    return [number >> 5 * place & 31 for place in reversed(range(count))]


def _letters(groups: Sequence[int]) -> str:
    return "".join(ALPHABET[group] for group in groups)


def _spread(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _remainder(values: Sequence[int], table: Sequence[int], bits: int) -> int:
    check, low = 1, (1 << bits) - 1
    for value in values:
        check = (check & low) << 5 ^ value ^ table[check >> bits]
    return check


def _table(polynomial: Sequence[int]) -> tuple[int, ...]:
    """What the five bits that leave a checksum change in it, for all values of these bits."""
    found = []
    for top in range(32):
        change = 0
        for place, word in enumerate(polynomial):
            change ^= word if top >> place & 1 else 0
        found.append(change)
    return tuple(found)


TABLE, CASH_TABLE = _table(POLYNOMIAL), _table(CASH_POLYNOMIAL)
PLACES = {character: place for place, character in enumerate(ALPHABET)}
