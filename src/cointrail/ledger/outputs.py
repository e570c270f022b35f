"""Keys of output-based chains: 20 bytes each, as an address has, so that one ledger layout serves every chain.

A transaction holds value between its inputs and its outputs, an output until it is spent. Both keys begin with the
transaction's id; an address is a digest of the script that says who may spend. 17 bytes of an id keep two transactions
apart unless somebody finds 2^68 hashes' worth of a collision, and then it is their own coins that look alike.
"""

import numpy as np
import numpy.typing as npt

from cointrail.ledger.rows import ADDRESS_BYTES

PREFIX_BYTES = 17  # of the transaction's id, in the order in which it is shown
NUMBER_BYTES = ADDRESS_BYTES - PREFIX_BYTES  # of the output's number; a block of 4 MB holds fewer than 2^19 outputs
WHOLE = b"\xff" * NUMBER_BYTES  # instead of a number: the transaction itself
MOST_OUTPUTS = (1 << 8 * NUMBER_BYTES) - 1

RETURN = b"\x6a"  # OP_RETURN: a script that begins with it can only fail
LONGEST_PUSH, PUSH_LONGER = 75, 76  # opcodes: up to 75 they are lengths, and this one has the length in the next byte

Bytes = npt.NDArray[np.uint8]


def transaction_key(tx: bytes) -> bytes:
    """The key of a transaction by its id (32 bytes as shown: the hash reversed)."""
    return tx[:PREFIX_BYTES] + WHOLE


def output_key(tx: bytes, number: int) -> bytes:
    """The key of an output; ValueError where no transaction can have so many."""
    if not 0 <= number < MOST_OUTPUTS:
        raise ValueError(f"output {number}: no transaction has so many")
    return tx[:PREFIX_BYTES] + number.to_bytes(NUMBER_BYTES, "big")


def transaction_keys(tx: Bytes) -> Bytes:
    """`transaction_key` for (n, 32) bytes at once: (n, 20)."""
    keys = np.full((len(tx), ADDRESS_BYTES), 0xFF, np.uint8)
    keys[:, :PREFIX_BYTES] = tx[:, :PREFIX_BYTES]
    return keys


def output_keys(tx: Bytes, number: npt.NDArray[np.integer]) -> Bytes:
    """`output_key` for many at once; ValueError as there."""
    if len(number) and not 0 <= int(number.min()) <= int(number.max()) < MOST_OUTPUTS:
        raise ValueError(f"output {int(number.max())}: no transaction has so many")
    keys = np.empty((len(tx), ADDRESS_BYTES), np.uint8)
    keys[:, :PREFIX_BYTES] = tx[:, :PREFIX_BYTES]
    keys[:, PREFIX_BYTES:] = number.astype(">u4").view(np.uint8).reshape(-1, 4)[:, 4 - NUMBER_BYTES :]
    return keys


def memo(script: bytes) -> str:
    """The text that an output carries instead of value: all that its script pushes, if that is printable; else "".

    An output that begins with OP_RETURN cannot be spent; what follows are pushes of 1 to 75 bytes, or of more with
    their length in one byte before them (Bitcoin Core's standard scripts).
    """
    at, said = 1, b""
    while script[:1] == RETURN and at < len(script):
        size = script[at]
        at += 1
        if size == PUSH_LONGER:
            size, at = (script[at] if at < len(script) else 0), at + 1
        elif size > LONGEST_PUSH:
            return ""
        if not size or at + size > len(script):
            return ""
        said += script[at : at + size]
        at += size
    text = said.decode("ascii", "replace")
    return text if text.isascii() and text.isprintable() else ""
