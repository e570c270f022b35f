"""Layers of irregular splits, re-joining, dormancy, and cash-out at services: a queue of events in time order."""

import heapq
from dataclasses import dataclass, field

import numpy as np

from cointrail.drills.heist.facts import ETHER, fact
from cointrail.drills.heist.moves import ETH, Book
from cointrail.drills.heist.routes import Routes
from cointrail.drills.heist.theft import BLOCKS_A_DAY, Theft, block_at, midnight
from cointrail.ledger.rows import Kind

DEEPEST = 8  # layers after which everything is cashed out
REJOIN = 0.25  # share of the payments that go to a wallet of the next layer that is already in use
RECENT = 60  # among so many
ASLEEP = 0.04  # share of the wallets that are never touched again
GASSED = 0.2  # share of the wallets that somebody sends gas
FAILED = 0.01  # share of the payments that fail first
CASH_OUT, PEEL = 0.25, 0.25  # shares of the wallets below the second layer that do so
DWELL_HOURS, DWELL_SIGMA = 3.0, 1.6  # lognormal: minutes to days
COINS = (100, 10, 1)  # ETH: what the mixer takes at a time
CENT = 10**16  # wei: people type two decimals
WAKE, BACK = -1, -2  # instead of a payee: decide what to do; get a deposit back from the bridge
ALL = -1  # instead of an amount

Event = tuple[int, int, int, int, int]  # block, number, wallet, payee or WAKE or BACK, amount or ALL


@dataclass
class Laundry:
    """The launderers at work. `leaf` is the mean of the second payments in wei; `last` is the ledger's last block."""

    book: Book
    routes: Routes
    leaf: int
    last: int
    peels: dict[int, int] = field(default_factory=dict)  # wallet -> the one that it passed the rest on to
    rests: list[tuple[int, int, int]] = field(default_factory=list)  # wallet, block it got value, block it wakes
    _depth: dict[int, int] = field(default_factory=dict)
    _layers: dict[int, list[int]] = field(default_factory=dict)
    _busy: dict[int, int] = field(default_factory=dict)  # wallet -> block of its last planned event
    _queue: list[Event] = field(default_factory=list)
    _count: int = 0

    def run(self, theft: Theft) -> None:
        """From the first 40 wallets, and those with the ETH of the swaps, to the end of the ledger.

        The two wallets that filled them move their rest last, and whole.
        """
        self.routes.open(self.book)
        days = [day for day in range(1, 10) for _ in range(fact(f"emptied_{day}"))]
        days += [9] * fact("emptied_swapped")
        filled = [*theft.first, *theft.swapped]
        days += [10] * (len(filled) - len(days) + 2)
        for wallet, day in zip([*filled, theft.holder, theft.hoard], days, strict=True):
            self._open(wallet, 0 if wallet in (theft.holder, theft.hoard) else 1)
            wake = midnight(day) + int(self.book.rng.integers(BLOCKS_A_DAY))
            self.rests.append((wallet, block_at(fact("split_to")), wake))
            self._plan(wake, wallet)
        while self._queue and self._queue[0][0] <= self.last:
            block, _, wallet, payee, amount = heapq.heappop(self._queue)
            if payee == WAKE:
                self._wake(block, wallet)
            elif payee == BACK:
                self.routes.router.refund(block, wallet, amount)
                self._arrived(block, wallet)
            else:
                self._pay(block, wallet, payee, amount)

    def _open(self, wallet: int, depth: int) -> None:
        self._depth[wallet] = depth
        self._layers.setdefault(depth, []).append(wallet)

    def _plan(self, block: int, wallet: int, payee: int = WAKE, amount: int = ALL) -> None:
        self._count += 1
        self._busy[wallet] = block
        heapq.heappush(self._queue, (block, self._count, wallet, payee, amount))

    def _wake(self, block: int, wallet: int) -> None:
        """Decide what to do with all that is there; the last payment takes whatever is left."""
        rng, held, depth = self.book.rng, self.book.held(wallet), self._depth[wallet]
        if held < self.leaf // 1000:
            return
        choice = rng.random()
        if depth == 0:
            self._open(fresh := self.book.wallet(), 1)
            self._plan(block, wallet, fresh)
        elif depth == 1:
            self._split(block, wallet, max(2, round(held / self.leaf)), pause=60)
        elif depth >= DEEPEST or held < self.leaf // 3 or choice < CASH_OUT:
            self._cash_out(block, wallet)
        elif choice < CASH_OUT + PEEL:
            self._plan(block, wallet, self.routes.draw(rng)[0], held // CENT * int(rng.integers(5, 30)) // 100 * CENT)
            self.peels[wallet] = self._next(depth + 1)
            self._plan(block + 20, wallet, self.peels[wallet])
        else:
            self._split(block, wallet, int(rng.integers(1, 2 + min(4, 1 + held // self.leaf))), pause=200)

    def _next(self, depth: int) -> int:
        """A payee in that layer: a new wallet, or one that was used lately."""
        known = self._layers.get(depth, [])[-RECENT:]
        if known and self.book.rng.random() < REJOIN:
            return known[int(self.book.rng.integers(len(known)))]
        self._open(wallet := self.book.wallet(), depth)
        return wallet

    def _split(self, block: int, wallet: int, parts: int, pause: int) -> None:
        rng, depth = self.book.rng, self._depth[wallet] + 1
        weight = np.exp(0.7 * rng.standard_normal(parts))
        cuts = (weight / weight.sum() * (self.book.held(wallet) // CENT) * 0.995).astype(np.int64).tolist()
        for cut in cuts[:-1]:
            self._plan(block, wallet, self._next(depth), cut * CENT)
            block += 1 + int(rng.integers(pause))
        self._plan(block, wallet, self._next(depth))

    def _cash_out(self, block: int, wallet: int) -> None:
        """One to three payments to services. The mixer takes coins of one size, and the rest follows elsewhere."""
        rng, held = self.book.rng, self.book.held(wallet)
        for _ in range(int(rng.integers(0, 3))):
            payee, mixer = self.routes.draw(rng)
            coin = next((coin * ETHER for coin in COINS if held >= 2 * coin * ETHER), 0) if mixer else 0
            for _ in range(min(5, held // (2 * coin)) if coin else 0):
                self._plan(block, wallet, payee, coin)
                block += 3
            if mixer:
                break
            self._plan(block, wallet, payee, held // 4 // CENT * CENT)
            block += 1 + int(rng.integers(100))
        payee, mixer = self.routes.draw(rng)
        self._plan(block + 2, wallet, self.routes.router.number if mixer else payee)

    def _pay(self, block: int, wallet: int, payee: int, amount: int) -> None:
        """Carry out a planned payment. Nothing is sent when too little is left."""
        book = self.book
        if book.held(wallet) > ETHER and book.rng.random() < FAILED:
            book.fail(block, wallet, payee, book.held(wallet) // 2)
        bridged = payee == self.routes.router.number
        fee = book.fee(Kind.TRACE if bridged else Kind.TRANSACTION)
        amount = book.held(wallet) - fee if amount == ALL else amount
        if not 0 < amount <= book.held(wallet) - fee:
            return
        if bridged:
            deposit, back = self.routes.router.deposit(block, wallet, amount, fee)
            if back is not None:
                self._plan(back, wallet, BACK, deposit)
        else:
            book.send(block, wallet, payee, amount, ETH, fee)
            self._arrived(block, payee)

    def _arrived(self, block: int, wallet: int) -> None:
        """Money came in: unless the wallet has plans already, a deposit address forwards it, others wake or sleep."""
        rng = self.book.rng
        if self._busy.get(wallet, -1) > block:
            return
        if wallet in self.routes.deposits:
            self._plan(block + int(rng.integers(5, 300)), wallet, self.routes.deposits[wallet].number)
        elif wallet in self._depth and rng.random() >= ASLEEP:
            if rng.random() < GASSED:
                funder = self.routes.services["birch"].number
                self.book.send(block, funder, wallet, int(rng.integers(1, 60)) * CENT // 10)
            hours = min(400.0, DWELL_HOURS * float(np.exp(DWELL_SIGMA * rng.standard_normal())))
            self.rests.append((wallet, block, block + 2 + int(hours * 300)))
            self._plan(block + 2 + int(hours * 300), wallet)
