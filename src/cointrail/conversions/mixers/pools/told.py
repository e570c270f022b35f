"""What a pool's own events say. Any log of a pool's address is the pool's: nobody else can write there."""

from collections.abc import Iterable
from dataclasses import dataclass

from cointrail.conversions.mixers.pools.table import DEPOSIT, WITHDRAWAL
from cointrail.ledger.event import Event
from cointrail.ledger.rows import ADDRESS_BYTES

WORD = 32
NOBODY = bytes(ADDRESS_BYTES)


@dataclass(frozen=True)
class Deposited:
    """A deposit: its place among all deposits of the pool, from 0."""

    event: Event
    leaf: int


@dataclass(frozen=True)
class Withdrawn:
    """A withdrawal: who was paid, who sent it for a fee (None: nobody named), and the fee in smallest units."""

    event: Event
    to: bytes
    relayer: bytes | None
    fee: int


def told(event: Event) -> Deposited | Withdrawn | None:
    """The meaning of a pool's event; None for one that is neither, or not as the contract writes it."""
    topic, words = event.topics[:1], len(event.data) // WORD
    if len(event.topics) != 2 or len(event.data) % WORD:
        return None
    if topic == (DEPOSIT,) and words == 2:
        leaf = _word(event.data, 0)
        return Deposited(event, leaf) if leaf < 1 << 32 else None
    if topic == (WITHDRAWAL,) and words == 3:
        to, relayer = _address(event.data[:WORD]), _address(event.topics[1])
        if to is None or relayer is None:
            return None
        return Withdrawn(event, to, None if relayer == NOBODY else relayer, _word(event.data, 2))
    return None


def by_transaction(events: Iterable[Event]) -> dict[bytes, list[Deposited | Withdrawn]]:
    """What the events of one pool say, in order, by transaction."""
    found: dict[bytes, list[Deposited | Withdrawn]] = {}
    for event in events:
        if (one := told(event)) is not None:
            found.setdefault(event.tx, []).append(one)
    return found


def _word(data: bytes, place: int) -> int:
    return int.from_bytes(data[WORD * place : WORD * (place + 1)], "big")


def _address(word: bytes) -> bytes | None:
    return word[-ADDRESS_BYTES:] if word[:-ADDRESS_BYTES] == bytes(WORD - ADDRESS_BYTES) else None
