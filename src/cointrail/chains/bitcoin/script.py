"""The standard forms of scripts: what an output demands of who spends it.

Sources: BIP-16 (script hash), BIP-141 (witness programs), BIP-341 (taproot), Bitcoin Core's script/solver.cpp.
"""

from typing import NamedTuple

KEY_HASH, SCRIPT_HASH, WITNESS, KEY, OTHER = "key_hash", "script_hash", "witness", "key", "other"
DIGEST = 20
WITNESS_BYTES = range(2, 41)
KEY_BYTES = (33, 65)


class Form(NamedTuple):
    """The form of a script, its witness version (-1: none), and what is filled into it."""

    kind: str
    version: int
    content: bytes


def form(script: bytes) -> Form:
    """What form a script has; OTHER with no content for what is none of the standard ones with one demand."""
    if len(script) == 25 and script[:3] == b"\x76\xa9\x14" and script[23:] == b"\x88\xac":
        return Form(KEY_HASH, -1, script[3:23])
    if len(script) == 23 and script[:2] == b"\xa9\x14" and script[22:] == b"\x87":
        return Form(SCRIPT_HASH, -1, script[2:22])
    if 4 <= len(script) <= 42 and script[1] == len(script) - 2 and (script[0] == 0 or 0x51 <= script[0] <= 0x60):
        return Form(WITNESS, script[0] and script[0] - 0x50, script[2:])
    if len(script) - 2 in KEY_BYTES and script[0] == len(script) - 2 and script[-1] == 0xAC:
        return Form(KEY, -1, script[1:-1])
    return Form(OTHER, -1, b"")


def key_hash(digest: bytes) -> bytes:
    """Pay to the hash of a key."""
    return b"\x76\xa9\x14" + digest + b"\x88\xac"


def script_hash(digest: bytes) -> bytes:
    """Pay to the hash of a script."""
    return b"\xa9\x14" + digest + b"\x87"


def witness(version: int, program: bytes) -> bytes:
    """Pay to a witness program."""
    return bytes([version and version + 0x50, len(program)]) + program
