"""A ledger of generated people and pools, with the deposit behind every withdrawal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa

from cointrail.chains import Asset
from cointrail.conversions.mixers.pools import Pool, shipped
from cointrail.conversions.mixers.pools.table import DEPOSIT, WITHDRAWAL
from cointrail.drills.mixing.habits import Habits
from cointrail.drills.mixing.people import Crowd, Note, Tie
from cointrail.ledger.assets import registry
from cointrail.ledger.event import Event
from cointrail.ledger.importer import import_tables
from cointrail.ledger.rows import ROWS, Kind, Status

CHAIN = "ethereum"
BEGIN, FIRST_BLOCK, BLOCK = 1_580_000_000, 9_400_000, 13  # early 2020, before EIP-1559
NAMES = ("0.1 ETH", "1 ETH", "10 ETH", "100 DAI")
DEPOSIT_GAS, WITHDRAWAL_GAS, NOISE = 1_000_000, 350_000, 20_000
GWEI = 10**9
FEES = (300, 400, 500)  # what relayers keep, in parts of 100,000
OPENING = 10**24

Moves = list[tuple[Kind, int, int, int | None, int | None, str, int]]  # kind, position, path, parties, asset, amount


@dataclass
class World:
    """What happened: rows and events of a ledger, and the truth: transaction of a withdrawal to that of its deposit."""

    rows: pa.Table
    events: list[Event]
    truth: dict[bytes, bytes]
    depositors: dict[bytes, bytes]  # transaction of a deposit to whose money it was
    notes: list[Note] = field(repr=False)

    def keep(self, into: Path, events: bool = True) -> None:
        """Write the ledger; without events, pools are known by their movements alone."""
        known = registry(into, CHAIN)

        def describe(key: str) -> Asset:
            return known.get(key) or Asset(key, "", 0, "unknown")

        import_tables([("generated pools", self.rows)], into, CHAIN, describe, events=self.events if events else ())


def world(seed: int, people: int, habits: Habits | None = None, names: Sequence[str] = NAMES) -> World:
    """Generated pools; the same for the same arguments."""
    random, said = Random(seed), habits or Habits()
    pools = [next(pool for pool in shipped().on(CHAIN) if pool.name == name) for name in names]
    crowd = Crowd(random, said, len(pools), 12)
    crowd.fill(people)
    return _Chain(random, said, pools, crowd.address()).happen(crowd.notes, crowd.ties)


class _Chain:
    def __init__(self, random: Random, habits: Habits, pools: Sequence[Pool], sender: int) -> None:
        self._random, self._habits, self._pools, self._stranger = random, habits, pools, sender
        [self._router] = [a for place, a in sorted(shipped().routers) if place == CHAIN][:1]
        self._rows: list[tuple[Any, ...]] = []
        self._events: list[Event] = []
        self._leaves = [0] * len(pools)
        self._logs = 0

    def happen(self, notes: Sequence[Note], ties: Sequence[Tie]) -> World:
        """Everything in order of time."""
        acts: list[tuple[int, int, int]] = [(note.made, 0, place) for place, note in enumerate(notes)]
        acts += [(note.paid, 1, place) for place, note in enumerate(notes) if note.paid is not None]
        acts += [(tie.time, 2, place) for place, tie in enumerate(ties)]
        made: dict[int, bytes] = {}
        truth: dict[bytes, bytes] = {}
        owners: dict[bytes, bytes] = {}
        for number, (time, kind, place) in enumerate(sorted(acts)):
            tx = sha256(f"{number} {self._stranger}".encode()).digest()
            if kind == 0:
                made[place] = tx
                owners[tx] = address(notes[place].depositor)
                self._deposit(number, time, tx, notes[place])
            elif kind == 1:
                truth[tx] = made[place]
                self._withdraw(number, time, tx, notes[place])
            else:
                tie = ties[place]
                parties = (address(tie.sender), address(tie.recipient))
                self._write(number, time, tx, tie.sender, 21_000, 0, [(Kind.TRANSACTION, *parties, "", 10**15)])
        columns = list(zip(*self._rows, strict=True))
        arrays = []
        for told, values in zip(ROWS, columns, strict=True):
            plain = pa.string() if told.name == "asset" else told.type
            array = pa.array(values, plain)
            arrays.append(array.dictionary_encode().cast(told.type) if told.name == "asset" else array)
        return World(pa.table(arrays, schema=ROWS), self._events, truth, owners, list(notes))

    def _deposit(self, number: int, time: int, tx: bytes, note: Note) -> None:
        pool, who = self._pools[note.pool], address(note.depositor)
        sender, way = note.depositor, [who]
        way_in = self._random.random()
        if way_in < self._habits.wallet:
            sender = 10**9 + note.depositor  # whoever may use the contract that holds the money
        elif way_in < self._habits.wallet + self._habits.routed:
            way.append(self._router)
        way.append(pool.address)
        kind = Kind.LOG if pool.asset else Kind.TRACE
        moves = [(kind, a, b, pool.asset, pool.denomination) for a, b in pairwise(way)]
        if not pool.asset and sender == note.depositor:
            moves[0] = (Kind.TRANSACTION, *moves[0][1:])
        leaf = self._leaves[note.pool]
        self._leaves[note.pool] += 1
        data = leaf.to_bytes(32, "big") + (BEGIN + time).to_bytes(32, "big")
        topics = (DEPOSIT, sha256(tx).digest())
        self._write(number, time, tx, sender, DEPOSIT_GAS, note.odd, moves, (pool.address, topics, data))

    def _withdraw(self, number: int, time: int, tx: bytes, note: Note) -> None:
        pool, to = self._pools[note.pool], address(note.recipient)
        fee = pool.denomination * self._random.choice(FEES) // 100_000 if note.relayer else 0
        kind = Kind.LOG if pool.asset else Kind.TRACE
        moves = [(kind, pool.address, to, pool.asset, pool.denomination - fee)]
        if fee:
            moves.append((kind, pool.address, address(note.relayer), pool.asset, fee))
        relayer = address(note.relayer) if note.relayer else bytes(20)
        data = bytes(12) + to + sha256(b"nullifier" + tx).digest() + fee.to_bytes(32, "big")
        topics = (WITHDRAWAL, bytes(12) + relayer)
        sender = note.relayer or note.recipient
        self._write(number, time, tx, sender, WITHDRAWAL_GAS, note.odd, moves, (pool.address, topics, data))

    def _write(
        self,
        number: int,
        time: int,
        tx: bytes,
        sender: int,
        gas: int,
        price: int,
        moves: Iterable[tuple[Kind, bytes, bytes, str, int]],
        event: tuple[bytes, tuple[bytes, bytes], bytes] | None = None,
    ) -> None:
        random = self._random
        unusual = random.random() < self._habits.odd_gas
        usual = random.randrange(20 * GWEI, 200 * GWEI) if unusual else random.randrange(20, 200) * GWEI
        cost = (price or usual) * (gas if gas == 21_000 else gas + random.randrange(-NOISE, NOISE))
        place = FIRST_BLOCK + time // BLOCK, BEGIN + time, tx, number
        self._row(place, Kind.FEE, 0, None, address(sender), None, "", cost)
        for step, (kind, source, target, asset, amount) in enumerate(moves):
            position = 0 if kind == Kind.TRANSACTION else None
            path = None
            if kind == Kind.LOG:
                position, self._logs = self._logs, self._logs + 1
            elif kind == Kind.TRACE:
                path = step.to_bytes(2, "big")
            self._row(place, kind, position, path, source, target, asset, amount)
        if event:
            contract, topics, data = event
            block, when, _, _ = place
            self._events.append(Event(block, when, tx, number, self._logs, contract, None, topics, data))
            self._logs += 1

    def _row(
        self,
        place: tuple[int, int, bytes, int],
        kind: Kind,
        position: int | None,
        path: bytes | None,
        sender: bytes,
        recipient: bytes | None,
        asset: str,
        amount: int,
    ) -> None:
        block, time, tx, index = place
        self._rows.append(
            (
                block, None, time, tx, index, int(kind), position, path, sender, recipient, asset,
                amount.to_bytes(32, "big"), int(Status.DONE), True,
            )
        )  # fmt: skip


def address(number: int) -> bytes:
    """The address of somebody's number."""
    return sha256(f"somebody {number}".encode()).digest()[:20]
