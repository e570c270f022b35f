"""Blocks of Bitcoin for tests: made by plain code that shares nothing with the reader."""

from dataclasses import dataclass, field
from hashlib import sha256
from itertools import cycle

EASY = 0x207FFFFF  # regtest's target: every other hash meets it
MAGIC = bytes.fromhex("fabfb5da")


def double(raw: bytes) -> bytes:
    return sha256(sha256(raw).digest()).digest()


def number(value: int) -> bytes:
    if value < 0xFD:
        return bytes([value])
    if value <= 0xFFFF:
        return b"\xfd" + value.to_bytes(2, "little")
    return b"\xfe" + value.to_bytes(4, "little")


@dataclass(frozen=True)
class Tx:
    """A transaction: (spent id as shown, number, script, witness items) and (amount, script). `sequences` are those of
    its inputs in turn, over and over."""

    spends: list[tuple[bytes, int, bytes, list[bytes]]]
    pays: list[tuple[int, bytes]]
    lock: int = 0
    version: int = 2
    sequences: tuple[int, ...] = (0xFFFFFFFF,)

    def raw(self, witness: bool = True) -> bytes:
        segregated = witness and any(items for *_, items in self.spends)
        out = self.version.to_bytes(4, "little") + (b"\0\1" if segregated else b"") + number(len(self.spends))
        for (spent, place, script, _), sequence in zip(self.spends, cycle(self.sequences), strict=False):
            out += spent[::-1] + place.to_bytes(4, "little") + number(len(script)) + script
            out += sequence.to_bytes(4, "little")
        out += number(len(self.pays))
        for amount, script in self.pays:
            out += amount.to_bytes(8, "little") + number(len(script)) + script
        if segregated:
            for *_, items in self.spends:
                out += number(len(items)) + b"".join(number(len(item)) + item for item in items)
        return out + self.lock.to_bytes(4, "little")

    @property
    def id(self) -> bytes:
        return double(self.raw(witness=False))[::-1]


@dataclass
class Made:
    """A chain of blocks, each on top of the one before."""

    before: bytes
    height: int
    blocks: list[bytes] = field(default_factory=list)

    def add(self, txs: list[Tx], pays: list[tuple[int, bytes]] | None = None, salt: int = 0) -> bytes:
        """Put transactions into a block behind its coin-making one; the block."""
        self.height += 1
        height = self.height.to_bytes(4, "little")
        first = Tx([(bytes(32), 0xFFFFFFFF, b"\x04" + height + bytes([salt]), [])], pays or [(50_0000_0000, b"\x51")])
        if any(items for tx in txs for *_, items in tx.spends):
            whole = [bytes(32), *(double(tx.raw()) for tx in txs)]
            commitment = b"\x6a\x24\xaa\x21\xa9\xed" + double(tree(whole) + bytes(32))
            spent, place, script, _ = first.spends[0]
            first = Tx([(spent, place, script, [bytes(32)])], [*first.pays, (0, commitment)])
        every = [first, *txs]
        root = tree([double(tx.raw(witness=False)) for tx in every])
        for nonce in range(1 << 16):
            head = (
                (4).to_bytes(4, "little")
                + self.before[::-1]
                + root
                + (1_500_000_000 + 600 * self.height).to_bytes(4, "little")
            )
            head += EASY.to_bytes(4, "little") + nonce.to_bytes(4, "little")
            if double(head)[31] < 0x7F:
                break
        self.before = double(head)[::-1]
        self.blocks.append(head + number(len(every)) + b"".join(tx.raw() for tx in every))
        return self.blocks[-1]


def tree(leaves: list[bytes]) -> bytes:
    while len(leaves) > 1:
        leaves = leaves + leaves[-1:] * (len(leaves) % 2)
        leaves = [double(leaves[i] + leaves[i + 1]) for i in range(0, len(leaves), 2)]
    return leaves[0]


def framed(blocks: list[bytes]) -> bytes:
    """As a node keeps them in a file."""
    return b"".join(MAGIC + len(block).to_bytes(4, "little") + block for block in blocks)
