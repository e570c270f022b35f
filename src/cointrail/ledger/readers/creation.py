"""The address of a contract that a transaction creates."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from eth_hash.auto import keccak

from cointrail.ledger.readers.arrays import Index, valid
from cointrail.ledger.rows import ADDRESS_BYTES


def created(sender: bytes, nonce: int) -> bytes:
    """Last 20 bytes of keccak(rlp([sender, nonce])), the rule of the Ethereum yellow paper for CREATE."""
    number = nonce.to_bytes((nonce.bit_length() + 7) // 8)
    tail = number if len(number) == 1 and number[0] < 0x80 else bytes([0x80 + len(number)]) + number
    body = bytes([0x80 + ADDRESS_BYTES]) + sender + tail
    digest: bytes = keccak(bytes([0xC0 + len(body)]) + body)
    return digest[-ADDRESS_BYTES:]


def fill_created(recipient: Any, sender: Any, nonce: Index) -> Any:
    """Recipients with the created contract where there is none; a negative nonce is an unknown one."""
    lacking = np.flatnonzero(~valid(recipient) & valid(sender) & (nonce >= 0))
    if not len(lacking):
        return recipient
    made = [created(sender[int(row)].as_py(), int(nonce[row])) for row in lacking]
    place = np.full(len(recipient), -1)
    place[lacking] = np.arange(len(lacking))
    found = pa.array(made, pa.binary(ADDRESS_BYTES)).take(pa.array(place, mask=place < 0))
    return pc.coalesce(recipient, found)
