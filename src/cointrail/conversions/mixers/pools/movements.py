"""Deposits and withdrawals in the movements of one transaction, whatever its contracts."""

from collections.abc import Sequence
from dataclasses import dataclass

from cointrail.ledger.rows import Kind

ORDERED = frozenset({Kind.TRACE, Kind.LOG})  # kinds of rows whose order in a transaction is the chain's


@dataclass(frozen=True)
class Move:
    """One movement: its row, what recorded it, parties as address ids, asset id, amount in smallest units."""

    row: int
    kind: int
    sender: int
    recipient: int
    asset: int
    amount: int


@dataclass(frozen=True)
class Paid:
    """A payment out of a pool: the movement to the recipient, and to the relayer if there was a fee."""

    to: Move
    fee: Move | None


def sender_of(moves: Sequence[Move]) -> tuple[int, int]:
    """Who sent the transaction, and what it cost; 0 where no row tells."""
    for move in moves:
        if move.kind == Kind.FEE:
            return move.sender, move.amount
    return next((move.sender for move in moves if move.kind == Kind.TRANSACTION), 0), 0


def depositor(moves: Sequence[Move], into: Move, sender: int) -> int:
    """Whose money came into a pool by the movement `into`.

    Contracts on the way keep nothing: they are followed back to who paid them. If what was paid in was bought in the
    same transaction, it is the sender's, who gave something else for it.
    """
    who, seen = into.sender, {into.sender}
    while _net(moves, who, into.asset) >= 0:
        payers = [
            move
            for move in moves
            if move.kind != Kind.FEE
            and (move.recipient, move.asset) == (who, into.asset)
            and move.sender not in seen
            and move.amount
        ]
        if not payers:
            return sender or who
        who = max(payers, key=lambda move: (move.amount, -move.row)).sender
        seen.add(who)
    if who != sender and _bought(moves, sender, into.asset):
        return sender
    return who


def payments(moves: Sequence[Move], pool: int, asset: int, denomination: int) -> list[Paid]:
    """The withdrawals among the movements out of a pool: one denomination each, the fee behind the payment."""
    out = [move for move in moves if move.sender == pool and move.asset == asset and move.amount]
    found: list[Paid] = []
    place = 0
    while place < len(out):
        first = out[place]
        second = out[place + 1] if place + 1 < len(out) else None
        if first.amount == denomination:
            found.append(Paid(first, None))
        elif second is not None and first.amount + second.amount == denomination:
            told = first.kind in ORDERED and second.kind in ORDERED
            pair = (first, second) if told or first.amount >= second.amount else (second, first)
            found.append(Paid(*pair))
            place += 1
        place += 1
    return found


def _net(moves: Sequence[Move], who: int, asset: int) -> int:
    """What an address gained of an asset, fees apart."""
    return sum(
        move.amount * ((move.recipient == who) - (move.sender == who))
        for move in moves
        if move.asset == asset and move.kind != Kind.FEE
    )


def _bought(moves: Sequence[Move], sender: int, asset: int) -> bool:
    """Whether the sender gave some other asset, and none of this one."""
    others = {move.asset for move in moves if move.sender == sender and move.kind != Kind.FEE} - {asset}
    return _net(moves, sender, asset) >= 0 and any(_net(moves, sender, other) < 0 for other in others)
