"""What a bridge's router emits: the numbers of a heist made into raw events, once addresses and hashes are known.

Source: THORChain_Router, the contract at 0xd37bbe5744d730a1d98d8dc97c42f0ca46ad7146 on Ethereum.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_hash.auto import keccak

from cointrail.drills.heist.assemble import Assembled
from cointrail.ledger.event import Event

DEPOSIT = keccak(b"Deposit(address,address,uint256,string)")  # vault, asset (both indexed), amount, memo
PAYOUT = keccak(b"TransferOut(address,address,address,uint256,string)")  # vault, payee (both indexed), asset, ...
WORD = 32
COIN = bytes(WORD)  # the zero address: ETH


@dataclass(frozen=True)
class Log:
    """What one transaction of the router tells: who got a deposit, or who was paid by a vault."""

    tx: int
    vault: int
    payee: int | None  # None: a deposit
    amount: int
    memo: str
    about: int | None = None  # the transaction whose hash ends the memo


def events(logs: Sequence[Log], made: Assembled, router: int) -> list[Event]:
    """The events of the router in the order of the ledger."""
    emitter = made.addresses[router].tobytes()
    found = []
    for log, place in zip(logs, made.places([log.tx for log in logs]), strict=True):
        memo = log.memo if log.about is None else log.memo + made.hashes[log.about].tobytes().hex().upper()
        vault = made.addresses[log.vault].tobytes().rjust(WORD, b"\0")
        if log.payee is None:
            topics, head = (DEPOSIT, vault, COIN), _number(log.amount)
        else:
            topics = (PAYOUT, vault, made.addresses[log.payee].tobytes().rjust(WORD, b"\0"))
            head = COIN + _number(log.amount)
        tx = made.hashes[log.tx].tobytes()
        data = head + _text(memo, len(head) + WORD)
        found.append(Event(place.block, place.time, tx, place.index, place.log, emitter, None, topics, data))
    return sorted(found, key=lambda event: (event.block, event.position))


def _number(value: int) -> bytes:
    return value.to_bytes(WORD, "big")


def _text(text: str, at: int) -> bytes:
    """A text as the last argument: where it starts, its length, and itself in whole words."""
    raw = text.encode()
    return _number(at) + _number(len(raw)) + raw.ljust(-(-len(raw) // WORD) * WORD, b"\0")
