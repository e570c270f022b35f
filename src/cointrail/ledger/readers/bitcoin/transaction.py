"""A transaction between outputs as some source tells it, checked against its own id."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cointrail.ledger.readers.bitcoin.batch import UNTOLD, Batch
from cointrail.ledger.readers.bitcoin.block import double


class Wrong(ValueError):
    """What a source tells of a transaction cannot be."""


@dataclass(frozen=True)
class Input:
    """What a transaction spends; `spent` is None for new coins. None also stands for what the source does not say."""

    spent: bytes | None
    number: int
    amount: int | None
    script: bytes | None  # of the output that is spent
    unlocking: bytes | None  # the script that answers it
    sequence: int | None


@dataclass(frozen=True)
class Transaction:
    """A transaction as a source tells it. `outputs` are amounts and scripts."""

    id: bytes
    block: int
    block_hash: bytes
    time: int
    index: int
    version: int | None
    lock: int | None
    inputs: list[Input]
    outputs: list[tuple[int, bytes]]

    def check(self, most: int) -> None:
        """Wrong where its id is not that of its content, or its amounts cannot be."""
        if any(not 0 <= amount <= most for amount, _ in self.outputs):
            raise Wrong("an output is worth less than nothing or more than there can be")
        told = [one.amount for one in self.inputs if one.spent is not None]
        known = [amount for amount in told if amount is not None]
        if told and len(known) == len(told) and sum(known) < sum(amount for amount, _ in self.outputs):
            raise Wrong("it pays more than it spends")
        terms = self.terms
        if terms is not None and double(self._content(*terms))[::-1] != self.id:
            raise Wrong("its id is not that of its content")

    @property
    def terms(self) -> tuple[int, int, int] | None:
        """Version, lock time and the least sequence; None where the source lacks a part of what the id commits to, as
        nothing shows then that they are true."""
        sequences = [one.sequence for one in self.inputs if one.sequence is not None and one.unlocking is not None]
        if self.version is None or self.lock is None or not sequences or len(sequences) < len(self.inputs):
            return None
        version = int.from_bytes(self.version.to_bytes(4, "little", signed=self.version < 0), "little")
        return version, self.lock, min(sequences)

    def _content(self, version: int, lock: int, _: int) -> bytes:
        """What the id commits to, of a transaction that has terms."""
        parts = [version.to_bytes(4, "little"), _count(len(self.inputs))]
        for one in self.inputs:
            unlocking = one.unlocking or b""
            parts += [(one.spent or bytes(32))[::-1], one.number.to_bytes(4, "little")]
            parts += [_count(len(unlocking)), unlocking, (one.sequence or 0).to_bytes(4, "little")]
        parts.append(_count(len(self.outputs)))
        for amount, script in self.outputs:
            parts += [amount.to_bytes(8, "little"), _count(len(script)), script]
        return b"".join([*parts, lock.to_bytes(4, "little")])


FRESH = Input(None, 0xFFFFFFFF, None, None, None, None)  # new coins


def gather(told: Sequence[Transaction]) -> Batch:
    """Transactions as columns."""
    ins = [(number, one) for number, tx in enumerate(told) for one in tx.inputs]
    outs = [(number, amount, script) for number, tx in enumerate(told) for amount, script in tx.outputs]
    made = [sum(amount for amount, _ in tx.outputs) for tx in told]
    terms = [(number, *tx.terms) for number, tx in enumerate(told) if tx.terms is not None]
    whose, version, lock, sequence = np.array(terms, np.int64).reshape(-1, 4).T
    amounts = [(made[n] if one.spent is None else UNTOLD if one.amount is None else one.amount) for n, one in ins]

    def hashes(values: Sequence[bytes]) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
        return np.frombuffer(b"".join(values), np.uint8).reshape(-1, 32)

    return Batch(
        ids=hashes([tx.id for tx in told]),
        tx_block=np.array([tx.block for tx in told], np.int64),
        tx_hash=hashes([tx.block_hash for tx in told]),
        tx_time=np.array([tx.time for tx in told], np.int64),
        tx_index=np.array([tx.index for tx in told], np.int64),
        spent_by=np.array([number for number, _ in ins], np.int64),
        spent=hashes([one.spent or bytes(32) for _, one in ins]),
        spent_number=np.array([one.number for _, one in ins], np.int64),
        spent_amount=np.array(amounts, np.int64),
        fresh=np.array([one.spent is None for _, one in ins], bool),
        paid_by=np.array([number for number, _, _ in outs], np.int64),
        paid_amount=np.array([amount for _, amount, _ in outs], np.int64),
        paid_script=[script for _, _, script in outs],
        spent_script=[one.script for _, one in ins],
        told=whose,
        version=version,
        lock=lock,
        sequence=sequence,
    )


def _count(number: int) -> bytes:
    """A number of variable length, as in the wire format."""
    if number < 0xFD:
        return bytes([number])
    return b"\xfd" + number.to_bytes(2, "little") if number <= 0xFFFF else b"\xfe" + number.to_bytes(4, "little")
