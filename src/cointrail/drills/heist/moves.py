"""Movements while a ledger is being made up: plain columns, and a book that records single payments exactly."""

from dataclasses import dataclass, field, fields

import numpy as np

from cointrail.drills.columns import GIGA, Ints
from cointrail.ledger.rows import Kind, Status

ETH = 0  # row of the asset table
GAS = {Kind.TRANSACTION: 21_000, Kind.LOG: 65_000, Kind.TRACE: 90_000}  # gas a movement of that kind takes, roughly
NOBODY = -1


@dataclass(frozen=True)
class Moves:
    """One array a column. `tx` numbers transactions; `step` orders rows of one kind in one transaction (below 256)."""

    block: Ints
    tx: Ints
    kind: Ints
    step: Ints
    sender: Ints
    recipient: Ints
    asset: Ints
    giga: Ints  # amount = giga * 10**9 + rest
    rest: Ints
    status: Ints

    def __len__(self) -> int:
        return len(self.block)

    def take(self, rows: Ints) -> "Moves":
        """The given rows, in that order."""
        return Moves(*(getattr(self, f.name)[rows] for f in fields(self)))

    @staticmethod
    def concat(pieces: "list[Moves]") -> "Moves":
        """All pieces one after the other; their transactions must already have different numbers."""
        return Moves(*(np.concatenate([getattr(piece, f.name) for piece in pieces]) for f in fields(Moves)))


@dataclass
class Book:
    """Records payments one by one, in time order, and sees to it that the wallets it opened never overdraw."""

    rng: np.random.Generator
    addresses: int  # numbers in use
    transactions: int = 0
    balance: dict[tuple[int, int], int] = field(default_factory=dict)
    own: set[int] = field(default_factory=set)
    records: list[tuple[int, ...]] = field(default_factory=list)

    def stranger(self) -> int:
        """A fresh address whose balance is nobody's business."""
        self.addresses += 1
        return self.addresses - 1

    def wallet(self) -> int:
        """A fresh address that starts empty and may only spend what it got."""
        self.own.add(self.addresses)
        return self.stranger()

    def held(self, wallet: int, asset: int = ETH) -> int:
        """What one of the opened wallets has, in smallest units."""
        return self.balance.get((wallet, asset), 0)

    def fee(self, kind: Kind = Kind.TRANSACTION) -> int:
        """A fee in wei at a gas price of the day (0.8 to 15 gwei)."""
        return GAS[kind] * int(self.rng.integers(8 * 10**8, 15 * 10**9))

    def send(
        self, block: int, sender: int, recipient: int, amount: int, asset: int = ETH, fee: int | None = None
    ) -> int:
        """One transaction with one payment; returns its number."""
        kind = Kind.LOG if asset else Kind.TRANSACTION
        return self.act(block, sender, [(kind, sender, recipient, asset, amount)], fee)

    def act(self, block: int, payer: int, steps: list[tuple[Kind, int, int, int, int]], fee: int | None = None) -> int:
        """One transaction that `payer` pays for, with (kind, sender, recipient, asset, amount) steps in order."""
        tx, self.transactions = self.transactions, self.transactions + 1
        paid = self.fee(steps[0][0]) if fee is None else fee
        self._record(block, tx, 0, (Kind.FEE, payer, NOBODY, ETH, paid), Status.DONE)
        for at, step in enumerate(steps):
            self._record(block, tx, at, step, Status.DONE)
        return tx

    def fail(self, block: int, sender: int, recipient: int, amount: int) -> int:
        """A transaction that fails: it costs its fee and moves nothing. Returns the fee."""
        tx, self.transactions = self.transactions, self.transactions + 1
        paid = self.fee()
        self._record(block, tx, 0, (Kind.FEE, sender, NOBODY, ETH, paid), Status.FAILED)
        self._record(block, tx, 0, (Kind.TRANSACTION, sender, recipient, ETH, amount), Status.FAILED)
        return paid

    def _record(self, block: int, tx: int, at: int, step: tuple[Kind, int, int, int, int], status: Status) -> None:
        kind, sender, recipient, asset, amount = step
        assert amount >= 0, "a negative amount"
        if status is Status.DONE or kind is Kind.FEE:
            for wallet, change in ((sender, -amount), (recipient, amount)):
                if wallet in self.own:
                    left = self.balance.get((wallet, asset), 0) + change
                    assert left >= 0, f"wallet {wallet} spends {-left} more than it has"
                    self.balance[wallet, asset] = left
        giga, rest = divmod(amount, GIGA)
        self.records.append((block, tx, int(kind), at, sender, recipient, asset, giga, rest, int(status)))

    def moves(self, tx: int = 0) -> Moves:
        """Everything recorded; transactions numbered from `tx` on."""
        columns = np.array(self.records, np.int64).reshape(-1, len(fields(Moves))).T.copy()
        columns[1] += tx
        return Moves(*columns)
