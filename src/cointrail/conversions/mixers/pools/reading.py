"""The histories of the pools of a ledger. The cost grows with the pools' own movements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.conversions.mixers.pools.history import EVENT, MOVEMENT, Deposit, History, Withdrawal, history
from cointrail.conversions.mixers.pools.movements import Move, Paid, depositor, payments, sender_of
from cointrail.conversions.mixers.pools.table import Pool, Table, shipped
from cointrail.conversions.mixers.pools.told import Deposited, Withdrawn, by_transaction
from cointrail.ledger import Ledger
from cointrail.ledger.columns import NONE
from cointrail.ledger.event import Event
from cointrail.ledger.ledger import Facts

BATCH = 1 << 16  # rows whose facts are in memory at once
Told = Sequence[Deposited | Withdrawn]


@dataclass(frozen=True)
class Transaction:
    """The movements of a transaction, and what is said of it."""

    first: int
    tx: bytes | None
    block: int | None
    time: int | None
    moves: list[Move]


def histories(ledger: Ledger, table: Table | None = None) -> dict[Pool, History]:
    """The history of every pool that the ledger holds anything of, in the order of the table (the shipped one)."""
    known = shipped() if table is None else table
    reading = Reading(ledger, known)
    found = {pool: reading.history(pool) for pool in known.on(ledger.chain)}
    return {pool: one for pool, one in found.items() if one.deposits or one.withdrawals}


class Reading:
    """Reads one pool of a ledger after the other."""

    def __init__(self, ledger: Ledger, table: Table) -> None:
        self._ledger = ledger
        self._assets = {asset.key.lower(): number for number, asset in enumerate(ledger.manifest.assets)}
        self._table = table
        self._ids: dict[bytes, int] = {}

    def history(self, pool: Pool) -> History:
        """All that the ledger tells of a pool."""
        told = by_transaction(self._events.get(pool.address, ()))
        address, asset = self._id(pool.address), self._assets.get(pool.asset)
        deposits: list[Deposit] = []
        withdrawals: list[Withdrawal] = []
        firsts: list[int] = []
        if address and asset is not None:
            holding = self._ledger.index.holding(address, asset)
            if holding is not None:
                rows, _, _, _ = self._ledger.index.movements(holding)
                firsts = sorted({self._ledger.index.transaction(int(row))[0] for row in rows})
        for one in self._transactions(firsts):
            said = told.pop(one.tx, []) if one.tx else []
            into, out = self._read(one, pool, address, asset or 0, said)
            deposits += into
            withdrawals += out
        for tx, said in told.items():  # value that moved inside: not every source has it
            into, out = self._read(self._alone(tx, said[0].event), pool, address, NONE, said)
            deposits += into
            withdrawals += out
        return history(deposits, withdrawals)

    def _read(
        self, one: Transaction, pool: Pool, address: int, asset: int, said: Told
    ) -> tuple[list[Deposit], list[Withdrawal]]:
        sender, gas = sender_of(one.moves)
        into = [
            move
            for move in one.moves
            if (move.recipient, move.asset, move.amount) == (address, asset, pool.denomination) and address
        ]
        told = [event for event in said if isinstance(event, Deposited)]
        paid = payments(one.moves, address, asset, pool.denomination) if address else []
        same = one.tx, one.block, one.time
        deposits: list[Deposit] = []
        for number in range(max(len(into), len(told))):
            move = into[number] if number < len(into) else None
            event = told[number] if number < len(told) else None
            who = sender if move is None else depositor(one.moves, move, sender)
            row = one.first if move is None else move.row
            leaf, place, by = (None, number, MOVEMENT) if event is None else (event.leaf, event.event.position, EVENT)
            deposits.append(Deposit(row, place, *same, who, sender, gas, leaf, by))
        withdrawals = [self._withdrawal(one, event, pool) for event in said if isinstance(event, Withdrawn)]
        if not withdrawals:
            withdrawals = [_paid(one, each, place) for place, each in enumerate(paid)]
        return deposits, withdrawals

    def _withdrawal(self, one: Transaction, said: Withdrawn, pool: Pool) -> Withdrawal:
        """A withdrawal as the pool's event tells it; its row is that of the payment, if there is one."""
        sender, gas = sender_of(one.moves)
        to, relayer = self._id(said.to), self._id(said.relayer) if said.relayer else 0
        fee = min(said.fee, pool.denomination)
        paid = pool.denomination - fee
        pool_id = self._id(pool.address)
        rows = [m.row for m in one.moves if (m.sender, m.recipient, m.amount) == (pool_id, to, paid) and to]
        same = one.tx, one.block, one.time
        row = rows[0] if rows else one.first
        place = said.event.position
        return Withdrawal(row, place, *same, to, relayer, paid, fee, sender, gas, EVENT)

    @cached_property
    def _events(self) -> Mapping[bytes, list[Event]]:
        """The events of the pools by contract, in order; of a ledger without events nothing is read."""
        events = self._ledger.events
        found: dict[bytes, list[Event]] = {}
        if len(events):
            known = pa.array([pool.address for pool in self._table.on(self._ledger.chain)], pa.binary())
            own = pc.is_in(events.column("address").cast(pa.binary()), value_set=known)
            for place in np.flatnonzero(own.to_numpy()).tolist():
                event = events[place]
                found.setdefault(event.address, []).append(event)
        return found

    def _transactions(self, firsts: Sequence[int]) -> "list[Transaction]":
        """The transactions that begin with these rows."""
        spans = [self._ledger.index.transaction(first) for first in firsts]
        found: list[Transaction] = []
        batch: list[tuple[int, int]] = []
        size = 0
        for span in spans:
            batch.append(span)
            size += span[1] - span[0]
            if size >= BATCH:
                found += self._batch(batch)
                batch, size = [], 0
        return found + self._batch(batch)

    def _batch(self, spans: Sequence[tuple[int, int]]) -> list[Transaction]:
        if not spans:
            return []
        facts = self._ledger.facts([row for first, behind in spans for row in range(first, behind)])
        found, place = [], 0
        for first, behind in spans:
            size = behind - first
            found.append(_transaction(facts, place, size, first))
            place += size
        return found

    def _alone(self, tx: bytes, event: Event) -> Transaction:
        """A transaction of which an event tells, and no movement of the pool."""
        rows = self._ledger.transaction(tx)
        if rows:
            return self._batch([(rows[0], rows[-1] + 1)])[0]
        row = self._ledger.row_at(event.time) if event.time is not None else self._ledger.transfers
        return Transaction(row, tx, event.block, event.time, [])

    def _id(self, address: bytes) -> int:
        if address not in self._ids:
            self._ids[address] = self._ledger.address_id(address) or 0
        return self._ids[address]


def _transaction(facts: Facts, place: int, size: int, first: int) -> Transaction:
    here = range(place, place + size)
    moves = [
        Move(
            first + at - place,
            int(facts.kind[at]),
            max(int(facts.sender[at]), 0),
            max(int(facts.recipient[at]), 0),
            int(facts.asset[at]),
            facts.amount[at],
        )
        for at in here
    ]
    block, time = int(facts.block[place]), int(facts.time[place])
    return Transaction(first, facts.tx[place], None if block == NONE else block, None if time == NONE else time, moves)


def _paid(one: Transaction, paid: Paid, place: int) -> Withdrawal:
    sender, gas = sender_of(one.moves)
    fee = paid.fee
    return Withdrawal(
        paid.to.row, place, one.tx, one.block, one.time, paid.to.recipient, fee.recipient if fee else 0,
        paid.to.amount, fee.amount if fee else 0, sender, gas, MOVEMENT,
    )  # fmt: skip
