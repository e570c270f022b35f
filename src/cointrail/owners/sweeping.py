"""The sweeps of a ledger: what was paid into addresses that pay nobody but one exchange, as the index shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.ledger import Ledger
from cointrail.ledger import segment as segments
from cointrail.ledger.book import NOBODY
from cointrail.ledger.columns import NONE, flat, integers
from cointrail.ledger.files import stored
from cointrail.ledger.rows import Kind
from cointrail.owners.deposits import DIFFERENCE, Payment, Sweep, customers, sweeps
from cointrail.owners.known import Known
from cointrail.owners.rules import Rule
from cointrail.owners.ties import Ties, pairs

Integers = npt.NDArray[np.int64]

MOST_MOVEMENTS = 2_000  # of a deposit address in the native coin; with more it is no single customer's
PAYING = (int(Kind.TRANSACTION), int(Kind.OTHER))  # how a wallet pays; what a contract pays is an inner call


@dataclass(frozen=True)
class Deposits:
    """The sweeps that join, who pays into too many deposit addresses to be a customer, and the ties of the sweeps."""

    sweeps: list[Sweep]
    services: set[int]
    ties: Ties


class Move(NamedTuple):
    """A movement of what may be a deposit address."""

    row: int
    incoming: bool
    amount: int
    other: int  # the address on the other side


def deposits(ledger: Ledger, known: Known, paid: int = 1) -> Deposits:
    """All of a ledger in its native coin; none where no label says who is an exchange, or no source tells blocks.

    Customers and deposit addresses are nobody that labels know; a customer has paid at least `paid` times.
    """
    native = next((n for n, asset in enumerate(ledger.assets) if not asset.key), None)
    moves = {} if native is None else {one: _moves(ledger, holding) for one, holding in _near(ledger, known, native)}
    exchange = {one: _only_exchange(ledger, known, listed) for one, listed in moves.items()}
    moves = {one: listed for one, listed in moves.items() if exchange[one]}
    place = _places(ledger, np.array(sorted({move.row for listed in moves.values() for move in listed}), np.int64))
    allowed = 0 if native is None else 10 ** ledger.assets[native].decimals // DIFFERENCE
    found: list[Sweep] = []
    for one, listed in moves.items():
        told = [move for move in listed if move.row in place and place[move.row].block != NONE]
        into = [_payment(move, place) for move in told if move.incoming and _customer(move, place, known)]
        swept = [_payment(move, place) for move in told if not move.incoming and place[move.row].tx != NONE]
        found += sweeps(one, exchange[one], into, swept, allowed)
    kept, services = customers(found, paid)
    columns = [(place[sweep.swept.row].tx, sweep.deposit, sweep.customer) for sweep in kept]
    tx, deposit, customer = np.array(columns, np.int64).reshape(-1, 3).T
    return Deposits(kept, services, pairs(Rule.DEPOSIT, tx, deposit, customer))


def _near(ledger: Ledger, known: Known, native: int) -> Iterator[tuple[int, int]]:
    """Addresses that nobody knows and that pay an exchange in the native coin, with their holdings."""
    index, seen = ledger.index, set(known.labels) | {NOBODY}
    for exchange in known.exchanges:
        for holding in index.holdings(exchange):
            if index.asset(holding) != native:
                continue
            _, incoming, _, peers = index.movements(holding)
            for peer in sorted({peer for into, peer in zip(incoming, peers, strict=True) if into}):
                one = index.address(peer)
                if one not in seen:
                    seen.add(one)
                    if index.degree(peer) <= MOST_MOVEMENTS:
                        yield one, peer


def _moves(ledger: Ledger, holding: int) -> list[Move]:
    rows, incoming, amounts, peers = ledger.index.movements(holding)
    others = [ledger.index.address(peer) for peer in peers]
    return [Move(*one) for one in zip(rows.tolist(), incoming, amounts, others, strict=True)]


def _only_exchange(ledger: Ledger, known: Known, moves: list[Move]) -> str:
    """The exchange to which all that is paid goes, fees apart, by labels of that time; "" where it is not one."""
    out = [move for move in moves if not move.incoming and move.other != NOBODY]
    times = ledger.index.clock(np.array([move.row for move in out], np.int64)).tolist()
    names = {known.exchange(move.other, time) or "" for move, time in zip(out, times, strict=True)}
    return names.pop() if len(names) == 1 else ""


class Place(NamedTuple):
    """Where a row stands: its block, the number of its transaction over all segments, its kind; NONE: not known."""

    block: int
    tx: int
    kind: int


def _customer(move: Move, place: dict[int, Place], known: Known) -> bool:
    return move.other != NOBODY and move.other not in known.labels and place[move.row].kind in PAYING


def _payment(move: Move, place: dict[int, Place]) -> Payment:
    return Payment(move.other, move.amount, place[move.row].block, move.row)


def _places(ledger: Ledger, rows: Integers) -> dict[int, Place]:
    """The places of rows, which ascend; a segment is read once."""
    found: dict[int, Place] = {}
    first = 0
    for number, segment in enumerate(ledger.manifest.segments):
        low, high = np.searchsorted(rows, (first, first + segment.rows))
        mine = rows[low:high]
        if len(mine):
            table = stored(segments.file(ledger.path, "transfers", segment)).read(columns=list(Place._fields))
            block, tx, kind = (integers(flat(column).cast("int64"))[mine - first] for column in table.columns)
            tx = np.where(tx == NONE, NONE, tx + int(ledger.index.first_tx[number]))
            columns = (mine.tolist(), block.tolist(), tx.tolist(), kind.tolist())
            found |= {row: Place(*told) for row, *told in zip(*columns, strict=True)}
        first += segment.rows
    return found
