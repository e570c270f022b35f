"""What happens in a made-up world, written down transaction by transaction, and the ledger that comes of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pyarrow as pa
from eth_hash.auto import keccak

from cointrail.chains import Registry
from cointrail.chains.asset import NATIVE, Asset
from cointrail.ledger.event import Event
from cointrail.ledger.importer import import_tables
from cointrail.ledger.rows import AMOUNT_BYTES, ROWS, Kind, Status

CHAIN = "ethereum"
START, BLOCK_SECONDS, FIRST_BLOCK = 1_704_067_200, 12, 18_908_895  # the first block of 2024
FEE = 10**15
ETHER = 10**18
TOKENS = (  # verified contracts of the registry
    "0xdac17f958d2ee523a2206206994597c13d831ec7",
    "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
    "0x6b175474e89094c44da98b954eedeac495271d0f",
)
APPROVAL = keccak(b"Approval(address,address,uint256)")
EVER = 2**256 - 1

Move = tuple[bytes, bytes, str, int]  # sender, recipient, asset, amount


@dataclass(frozen=True)
class Transaction:
    """One transaction: its value is the first of `calls`, if the sender pays the called address by it."""

    time: int
    origin: bytes
    callee: bytes
    value: int
    calls: tuple[Move, ...]  # of native coin
    logs: tuple[Move, ...]  # of tokens
    approvals: tuple[tuple[bytes, bytes, str, int], ...]  # owner, spender, token, amount


@dataclass
class Stage:
    """The world while it is played; all chance comes from one seed."""

    seed: int
    random: Random = field(init=False)
    transactions: list[Transaction] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)

    def address(self) -> bytes:
        """Somebody new."""
        return self.random.randbytes(20)

    def act(
        self,
        time: int,
        origin: bytes,
        callee: bytes,
        value: int = 0,
        calls: Sequence[Move] = (),
        logs: Sequence[Move] = (),
        approvals: Sequence[tuple[bytes, bytes, str, int]] = (),
    ) -> None:
        """Something happens."""
        self.transactions.append(Transaction(time, origin, callee, value, tuple(calls), tuple(logs), tuple(approvals)))

    def ledger(self, into: Path) -> Path:
        """All of it as a ledger, approvals kept."""
        ordered = sorted(self.transactions, key=lambda one: one.time)
        table, events = _written(ordered, Random(self.seed + 1))
        known = Registry(CHAIN)
        assets = {
            key: known.get(key) or Asset(key, key, 18, "unknown") for key in table.column("asset").unique().to_pylist()
        }
        import_tables([("made up", table)], into, CHAIN, assets.__getitem__, events=events)
        return into


def _written(ordered: Sequence[Transaction], chance: Random) -> tuple[pa.Table, list[Event]]:
    rows: list[tuple[object, ...]] = []
    events: list[Event] = []
    placed: dict[int, int] = defaultdict(int)
    logged: dict[int, int] = defaultdict(int)
    for one in ordered:
        block = FIRST_BLOCK + (one.time - START) // BLOCK_SECONDS
        place, tx, time = placed[block], chance.randbytes(32), START + (block - FIRST_BLOCK) * BLOCK_SECONDS
        placed[block] += 1

        def row(kind: Kind, move: Move, position: int | None = None, path: bytes | None = None) -> None:
            sender, recipient, asset, amount = move
            rows.append(
                (block, None, time, tx, place, int(kind), position, path, sender, recipient or None, asset,  # noqa: B023
                 amount.to_bytes(AMOUNT_BYTES, "big"), int(Status.DONE), True)
            )  # fmt: skip

        row(Kind.FEE, (one.origin, b"", NATIVE, FEE), 0)
        row(Kind.TRANSACTION, (one.origin, one.callee, NATIVE, one.value), 0)
        for number, call in enumerate(one.calls):
            row(Kind.TRACE, call, None, number.to_bytes(2, "big"))
        for owner, spender, token, amount in one.approvals:
            topics = (APPROVAL, owner.rjust(32, b"\0"), spender.rjust(32, b"\0"))
            contract, data = bytes.fromhex(token[2:]), amount.to_bytes(32, "big")
            events.append(Event(block, time, tx, place, logged[block], contract, None, topics, data))
            logged[block] += 1
        for log in one.logs:
            row(Kind.LOG, log, logged[block])
            logged[block] += 1
    columns = list(zip(*rows, strict=True))
    arrays = [
        pa.array(values, pa.string()).dictionary_encode().cast(field.type)
        if field.name == "asset"
        else pa.array(values, field.type)
        for field, values in zip(ROWS, columns, strict=True)
    ]
    return pa.table(arrays, schema=ROWS), events
