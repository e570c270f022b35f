"""Where blocks lie in a node's files: framed by magic and length, perhaps hidden under a repeated key.

Sources: Bitcoin Core, node/blockstorage.cpp (framing; since version 28 the files are combined with the eight bytes of
`blocks/xor.dat` by exclusive or).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cointrail.chains.bitcoin import Network, networks
from cointrail.errors import InputError
from cointrail.ledger.readers.bitcoin.block import header, target
from cointrail.ledger.readers.bitcoin.scan import HEADER, Bytes
from cointrail.ledger.readers.text import BROKEN, open_bytes

KEY_FILE, KEY_BYTES = "xor.dat", 8
MAGIC, LENGTH = 4, 4
LARGEST = 40_000_000  # bytes of a block: more than any of these chains allows


@dataclass(frozen=True)
class Frame:
    """A block's bytes in its file: where they begin, and where they end."""

    begin: int
    end: int


@dataclass(frozen=True)
class Gap:
    """Bytes of a file that are no block, and why."""

    begin: int
    reason: str


def chains_of(start: bytes, folder: Path) -> list[str]:
    """The chains whose blocks a file that begins so holds, by its magic; also where it lies under a key of the folder.

    None where no magic is known; several where chains share one.
    """
    hidden = bytes(one ^ other for one, other in zip(start[:MAGIC], _key(folder), strict=False))
    for magic in (start[:MAGIC], hidden):
        found = [one.chain for one in networks().values() if magic in one.magics]
        if found:
            return found
    return []


def named(chains: Sequence[str]) -> str:
    """What to give for a file of these chains' blocks."""
    return f"it holds blocks of {' or '.join(chains)}: give {' or '.join(f'--chain {one}' for one in chains)}"


def load(path: Path, network: Network) -> Bytes:
    """The bytes of a file of blocks, plain. InputError where they are not of the network, saying what is missing."""
    data = _read(path)
    if _begins(data, network):
        return data
    if (others := chains_of(data[:MAGIC].tobytes(), path.parent)) and network.chain not in others:
        raise InputError(f"{path}: not a file of {network.chain} blocks; {named(others)}")
    key_file, key = path.parent / KEY_FILE, _key(path.parent)
    if len(key) == KEY_BYTES:
        plain = data ^ np.resize(np.frombuffer(key, np.uint8), len(data))
        if _begins(plain, network):
            return plain
        raise InputError(f"{path}: not a file of {network.chain} blocks, nor one under the key in {key_file}")
    raise InputError(
        f"{path}: not a file of {network.chain} blocks; if a node wrote it since version 28 of Bitcoin Core, it lies"
        f" under a key: put {KEY_FILE} from the node's folder of blocks beside it"
    )


def _key(folder: Path) -> bytes:
    """The key under which the files of a folder lie; none where there is none."""
    path = folder / KEY_FILE
    key = path.read_bytes() if path.is_file() and path.stat().st_size == KEY_BYTES else b""
    return key if len(key) == KEY_BYTES else b""


def _read(path: Path) -> Bytes:
    try:
        with open_bytes(path) as file:
            return np.frombuffer(file.read(), np.uint8)
    except BROKEN as error:
        raise InputError(f"{path}: cannot be read ({error}); copy it again") from error


def _begins(data: Bytes, network: Network) -> bool:
    return data[:MAGIC].tobytes() in network.magics or is_block(data, network)


def is_block(data: Bytes, network: Network) -> bool:
    """Whether a file is one block by itself: its header names a target, and its hash meets it."""
    if len(data) <= HEADER:
        return False
    head = header(data[:HEADER].tobytes())
    allowed = target(head.bits)
    return 0 < allowed < 1 << 255 and int.from_bytes(head.hash, "big") <= allowed


def frames(data: Bytes, network: Network) -> Iterator[Frame | Gap]:
    """All blocks of a file in its order, and what lies between them that is none.

    Zeros are room that a node keeps for later blocks. A length that cannot be is followed by a search for the next
    magic, so that one damaged frame loses no other.
    """
    if data[:MAGIC].tobytes() not in network.magics:
        yield Frame(0, len(data))
        return
    raw, at = data.tobytes(), 0
    while at < len(raw):
        if raw[at : at + MAGIC] not in network.magics:
            following = _next(raw, at + 1, network.magics)
            if raw[at:following].strip(b"\0"):
                yield Gap(at, f"{following - at} bytes that are no block")
            at = following
            continue
        begin = at + MAGIC + LENGTH
        size = int.from_bytes(raw[at + MAGIC : begin], "little")
        if HEADER < size <= LARGEST and begin + size <= len(raw):
            yield Frame(begin, begin + size)
            at = begin + size
            continue
        following = _next(raw, at + 1, network.magics)
        cut = following == len(raw) and HEADER < size <= LARGEST
        yield Gap(at, f"a block of {size} bytes that is cut off" if cut else f"a block that claims {size} bytes")
        at = following


def _next(raw: bytes, at: int, magics: Sequence[bytes]) -> int:
    """Where the next frame begins, or the end."""
    found = [place for magic in magics if (place := raw.find(magic, at)) >= 0]
    return min(found, default=len(raw))
