"""What became of the stolen value, first in first out, by a plain queue per wallet; and how well a tracer found it."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from cointrail.drills.columns import GIGA
from cointrail.drills.heist.moves import ETH, NOBODY, Moves
from cointrail.drills.heist.script import Script
from cointrail.ledger.rows import Kind, Status

Lot = tuple[int, bool]  # amount, stolen
Place = tuple[int, int, str, str | None]  # address number (NOBODY for fees), asset number, reason, target
End = tuple[bytes | None, str, str, str | None]
"""Address, asset key, reason ("label", "unspent", "fee" or "bridge"), chain and address where a bridge led to."""

TARGET = "bitcoin"


@dataclass(frozen=True)
class Truth:
    """Exact amounts in smallest units under FIFO, with every labelled service as a stop."""

    stolen: dict[str, int]  # asset key -> amount
    left: dict[str, int]  # was turned into others, or into less of the same by a bridge that gave it back
    came: dict[str, int]  # came by that
    endpoints: dict[End, int]
    tainted: frozenset[bytes]  # wallets that received stolen value; services where it stops are not among them


class Score(TypedDict):
    """Recall and precision of the tainted wallets, whether all agrees exactly, and errors by asset and reason."""

    recall: float
    precision: float
    exact: bool
    error: dict[str, dict[str, float]]


class Replay:
    """All movements of a heist's wallets in chain order, with what its script says of them.

    Every wallet is a queue of lots for each asset. Stolen is what leaves the script's safe in the theft. Raises
    AssertionError if a wallet spends what it lacks.
    """

    def __init__(self, script: Script) -> None:
        self._script = script
        self._lots: dict[tuple[int, int], deque[Lot]] = defaultdict(deque)
        self._swapped: set[int] = set()
        self._sent: dict[int, list[Lot]] = {}  # by transaction: deposits that will be given back
        self._returning = set(script.refunds.values())
        self.stolen: dict[int, int] = defaultdict(int)  # by asset
        self.left: dict[int, int] = defaultdict(int)
        self.came: dict[int, int] = defaultdict(int)
        self.ends: dict[Place, int] = defaultdict(int)
        self.tainted: set[int] = set()

    def run(self, moves: Moves) -> None:
        """Replay everything. What the wallets still hold at the end is an endpoint too."""
        own = np.array(sorted(self._script.own), np.int64)
        moved = (moves.status != int(Status.FAILED)) | (moves.kind == int(Kind.FEE))
        moved &= np.isin(moves.asset, sorted(self._script.assets))
        rows = np.flatnonzero((np.isin(moves.sender, own) | np.isin(moves.recipient, own)) & moved)
        columns = (moves.tx, moves.sender, moves.recipient, moves.asset, moves.giga, moves.rest)
        for tx, sender, recipient, asset, giga, rest in zip(
            *(column[rows].tolist() for column in columns), strict=True
        ):
            if tx in self._script.swaps and recipient != NOBODY:
                self._swap(tx)
            elif tx in self._script.deposits and recipient != NOBODY:
                self._deposit(tx)
            elif tx in self._script.refunds:
                self._refund(tx, recipient, giga * GIGA + rest)
            else:
                self._pay(tx, sender, recipient, asset, giga * GIGA + rest)
        for (wallet, asset), queue in self._lots.items():
            self._end(queue, (wallet, asset, "unspent", None))

    def _pay(self, tx: int, sender: int, recipient: int, asset: int, amount: int) -> None:
        own, stops = self._script.own, self._script.stops
        moving = self._take(sender, asset, amount) if sender in own else [(amount, False)]
        if sender == self._script.safe and tx in self._script.theft:
            moving = [(amount, True)]
            self.stolen[asset] += amount
        if recipient in stops or recipient not in own:
            reason = "fee" if recipient == NOBODY else "label"
            assert not _stolen(moving) or reason == "fee" or recipient in stops, "stolen value reached a stranger"
            self._end(moving, (recipient, asset, reason, None))
            moving = [(amount, False)]  # the trail stops here; what the service does with it is its own business
        if recipient in own:
            self._put(recipient, asset, moving)

    def _swap(self, tx: int) -> None:
        """Both sides of a swap at once, whichever of its movements comes first."""
        swap = self._script.swaps[tx]
        if tx not in self._swapped:
            self._swapped.add(tx)
            sold = self._take(swap.wallet, swap.sold, swap.amount)
            self._put(swap.wallet, swap.bought, self._turned(sold, swap.sold, swap.bought, swap.gained))

    def _deposit(self, tx: int) -> None:
        deposit = self._script.deposits[tx]
        sent = self._take(deposit.wallet, ETH, deposit.amount)
        if tx in self._returning:
            self._sent[tx] = sent
        else:
            self._end(sent, (deposit.vault, ETH, "bridge", f"{TARGET} {deposit.address}"))

    def _refund(self, tx: int, wallet: int, amount: int) -> None:
        sent = self._sent.pop(self._script.refunds[tx])
        self._put(wallet, ETH, self._turned(sent, ETH, ETH, amount))

    def _turned(self, sold: Sequence[Lot], asset: int, got: int, gained: int) -> list[Lot]:
        bought = exchanged(sold, gained)
        self.left[asset] += _stolen(sold)
        self.came[got] += _stolen(bought)
        return bought

    def _put(self, wallet: int, asset: int, moving: Sequence[Lot]) -> None:
        if _stolen(moving):
            self.tainted.add(wallet)
        self._lots[wallet, asset].extend(moving)

    def _take(self, wallet: int, asset: int, amount: int) -> list[Lot]:
        queue, taken = self._lots[wallet, asset], []
        while amount:
            assert queue, f"wallet {wallet} spends {amount} more than it has"
            value, dirty = queue.popleft()
            if value > amount:
                queue.appendleft((value - amount, dirty))
                value = amount
            taken.append((value, dirty))
            amount -= value
        return taken

    def _end(self, lots: Iterable[Lot], place: Place) -> None:
        if stolen := _stolen(lots):
            self.ends[place] += stolen


def exchanged(sold: Sequence[Lot], gained: int) -> list[Lot]:
    """The lots of what was sold, as lots of the `gained` units that were bought for it, in the same order.

    Of s units sold the stolen ones [a, b) become the bought units [a * gained / s, b * gained / s), the first rounded
    down and the second up, so that nothing stolen is lost; a unit that two of them touch is stolen once.
    """
    whole = sum(value for value, _ in sold)
    bought: list[Lot] = []
    at, done = 0, 0
    for value, dirty in sold:
        first, behind = at * gained // whole, -(-(at + value) * gained // whole)
        at += value
        if dirty and behind > done:
            first = max(first, done)
            bought += [(first - done, False), (behind - first, True)]
            done = behind
    return [lot for lot in [*bought, (gained - done, False)] if lot[0]]


def _stolen(lots: Iterable[Lot]) -> int:
    return sum(value for value, dirty in lots if dirty)


def score(truth: Truth, endpoints: Iterable[tuple[End, int]], tainted: Iterable[bytes]) -> Score:
    """How well a trace agrees with the truth.

    `endpoints` are places with amounts in smallest units; `tainted` the wallets found to have received stolen value.
    `error` is, by asset and reason, the sum of the differences over what was stolen.
    """
    found: dict[End, int] = defaultdict(int)
    for end, amount in endpoints:
        found[end] += amount
    wallets = set(tainted)
    hit = len(wallets & truth.tainted)
    error: dict[str, dict[str, float]] = {}
    for end in sorted(set(found) | set(truth.endpoints), key=str):
        _, asset, reason, _ = end
        difference = abs(found.get(end, 0) - truth.endpoints.get(end, 0))
        part = error.setdefault(asset, {})
        part[reason] = part.get(reason, 0.0) + difference / max(truth.stolen.get(asset, 0), 1)
    return {
        "recall": hit / len(truth.tainted) if truth.tainted else 1.0,
        "precision": hit / len(wallets) if wallets else 1.0,
        "exact": dict(found) == truth.endpoints and wallets == truth.tainted,
        "error": error,
    }
