"""One block, read and checked against its own header: proof of work, merkle root, witness commitment, coin supply.

Sources: Bitcoin Core, consensus/merkle.cpp and pow.cpp; BIP-34 (height), BIP-141 (witness commitment).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from cointrail.chains.bitcoin.network import EXTENDED, MERGED, PLAIN, Network
from cointrail.ledger.readers.bitcoin.scan import HEADER, Bytes, Scan, Unsound, behind_work, scan

COMMITMENT = bytes.fromhex("6a24aa21a9ed")  # how the output begins that commits to the witnesses
AUXILIARY = 0x100  # bit of a version: the work is told by another chain's block
NOTHING = bytes(32)


@dataclass(frozen=True)
class Header:
    """What a header says. Hashes are 32 bytes in the order in which they are shown."""

    hash: bytes
    before: bytes
    root: bytes
    version: int
    time: int
    bits: int


@dataclass(frozen=True)
class Block:
    """A block whose parts fit together. `ids` are the transactions' ids as shown; places in `data` are as scanned."""

    header: Header
    data: Bytes
    parts: Scan
    ids: list[bytes]


def header(raw: bytes) -> Header:
    """Read the 80 bytes before a block."""
    digest = double(raw[:HEADER])
    number = int.from_bytes
    return Header(
        digest[::-1],
        raw[4:36][::-1],
        raw[36:68][::-1],
        number(raw[:4], "little"),
        number(raw[68:72], "little"),
        number(raw[72:76], "little"),
    )


def read(data: Bytes, network: Network) -> Block:
    """Read and check a whole block; Unsound with the reason where something in it does not fit."""
    if data.size < HEADER:
        raise Unsound("it is shorter than a header")
    raw = data.tobytes()
    head = header(raw)
    merged = network.work == MERGED and head.version & AUXILIARY
    parts = scan(data, behind_work(data) if merged else HEADER, network.work == EXTENDED)
    if not works(head, network):
        raise Unsound("its hash does not meet the target in its header")
    if not len(parts.transactions):
        raise Unsound("it holds no transaction")
    plain: list[bytes] = []
    whole: list[bytes] = []
    witnesses = False
    for begin, inner, paid, lock, end in parts.transactions.tolist():
        digest = double(raw[begin:end])
        whole.append(digest)
        if inner == begin + 4:
            plain.append(digest)
        else:
            witnesses = True
            plain.append(double(raw[begin : begin + 4] + raw[inner:paid] + raw[lock:end]))
    if merkle(plain)[::-1] != head.root:
        raise Unsound("its transactions do not have the merkle root that its header names")
    if len(set(plain)) < len(plain):
        raise Unsound("it holds a transaction twice")
    if witnesses:
        _check_witnesses(raw, parts, whole)
    values = amounts(data, parts)
    if len(values) and int(values.max()) > network.most:
        raise Unsound("an output is worth more than there can be")
    return Block(head, data, parts, [one[::-1] for one in plain])


def amounts(data: Bytes, parts: Scan) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """The values of all outputs, in smallest units."""
    places = parts.outputs[:, 1, None] + np.arange(8)
    return np.ascontiguousarray(data[places]).view("<u8")[:, 0].astype(np.uint64)


def merkle(leaves: Sequence[bytes]) -> bytes:
    """The root of a tree of hashes; the last of an odd row is paired with itself."""
    row = list(leaves)
    while len(row) > 1:
        if len(row) % 2:
            row.append(row[-1])
        row = [double(a + b) for a, b in zip(row[::2], row[1::2], strict=True)]
    return row[0]


def target(bits: int) -> int:
    """The largest hash that a header's compact target allows; 0 for one that allows none."""
    size, word = bits >> 24, bits & 0x7FFFFF
    if bits & 0x800000:
        return 0
    return word << 8 * (size - 3) if size > 3 else word >> 8 * (3 - size)


def works(head: Header, network: Network) -> bool:
    """Whether the hash meets the target that the header names; true where a hash does not show the work."""
    return network.work != PLAIN or int.from_bytes(head.hash, "big") <= target(head.bits)


def height(raw: bytes, head: Header, begin: int = HEADER) -> int | None:
    """The height that the first transaction names (BIP-34), read without the rest; None where it names none.

    `begin` is where the number of transactions stands.
    """
    if head.version < 2 or len(raw) <= begin:
        return None
    at = begin + (1, 3, 5, 9)[max(0, raw[begin] - 0xFC)] + 4
    at += 2 if raw[at : at + 2] == b"\0\x01" else 0
    if raw[at : at + 37] != b"\x01" + NOTHING + b"\xff" * 4:
        return None
    script = raw[at + 38 : at + 38 + raw[at + 37]] if len(raw) > at + 37 else b""
    if not script:
        return None
    if 0x51 <= script[0] <= 0x60:
        return script[0] - 0x50
    size = script[0]
    if not 1 <= size <= 8 or len(script) < 1 + size:
        return None
    return int.from_bytes(script[1 : 1 + size], "little")


def double(raw: bytes) -> bytes:
    """SHA-256 of SHA-256."""
    return sha256(sha256(raw).digest()).digest()


def _check_witnesses(raw: bytes, parts: Scan, whole: list[bytes]) -> None:
    first = parts.outputs[parts.outputs[:, 0] == 0]
    scripts = [raw[begin:end] for _, _, begin, end in first.tolist()]
    told = [script for script in scripts if script[:6] == COMMITMENT and len(script) >= 38]
    if not told:
        raise Unsound("it holds witnesses, but does not commit to them")
    _, _, paid, lock, _ = parts.transactions[0].tolist()
    reserved = raw[paid + 2 : paid + 34] if raw[paid : paid + 2] == b"\x01\x20" and lock == paid + 34 else NOTHING
    if double(merkle([NOTHING, *whole[1:]]) + reserved) != told[-1][6:38]:
        raise Unsound("its witnesses are not those that it commits to")
