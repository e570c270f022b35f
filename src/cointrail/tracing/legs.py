"""The bridge legs of a trace in its ledgers: which transactions tell of them, and which units were whose."""

from collections.abc import Callable, Collection, Sequence
from functools import cached_property

import numpy as np

from cointrail.conversions.bridges import Crossings, Leg
from cointrail.conversions.bridges.leg import DEPOSIT, INTERNAL
from cointrail.conversions.bridges.wallets import MOST
from cointrail.ledger.marks import EVENT, FIRST
from cointrail.ledger.outputs import output_key
from cointrail.tracing.exit import Exit
from cointrail.tracing.ledgers import Ledgers
from cointrail.tracing.orders import Row

ZERO = bytes(20)
FIRST_OF_EVENT = FIRST | EVENT  # marks of the first row of a transaction of which events tell


class Legs:
    """The bridge legs of all ledgers of a trace, and the links between them; decoded when the first is asked for.

    `rows(key)` gives the movements of a transaction. `watched`: holdings whose movements may be legs though no event
    tells of them.
    """

    def __init__(
        self,
        ledgers: Ledgers,
        backward: bool,
        find: Callable[[], Crossings],
        rows: Callable[[int], list[Row]],
        watched: Collection[int],
    ) -> None:
        self._watched = watched
        self._ledgers, self._backward, self._find, self._rows = ledgers, backward, find, rows
        self.numbers = {ledger.chain: number for number, ledger in enumerate(ledgers.all)}
        self._parties: dict[tuple[int, int], int | None] = {}
        self._ids: dict[tuple[int, bytes], int | None] = {}

    @property
    def asked(self) -> bool:
        """Whether the trace came upon events, so that legs and links were looked for."""
        return "crossings" in self.__dict__

    @cached_property
    def crossings(self) -> Crossings:
        """All legs and links of the ledgers."""
        return self._find()

    @cached_property
    def of(self) -> dict[tuple[int, bytes], list[int]]:
        """The legs by ledger and transaction, in order of position."""
        found: dict[tuple[int, bytes], list[int]] = {}
        legs = self.crossings.legs
        for place in sorted(range(len(legs)), key=lambda place: legs[place].position):
            leg = legs[place]
            if leg.status != INTERNAL and leg.chain in self.numbers:
                found.setdefault((self.numbers[leg.chain], leg.tx), []).append(place)
        return found

    @cached_property
    def told(self) -> dict[tuple[int, int], tuple[int, bytes]]:
        """Ledger and transaction of every leg, by ledger and the transaction's first row; read all at once."""
        found: dict[tuple[int, int], tuple[int, bytes]] = {}
        for number, ledger in enumerate(self._ledgers.all):
            first = set(np.flatnonzero(ledger.index.mark & FIRST_OF_EVENT == FIRST_OF_EVENT).tolist())
            facts = ledger.facts(sorted(first | self._seen(number)))
            for row, tx in zip(facts.row.tolist(), facts.tx, strict=True):
                if tx is not None and (number, tx) in self.of:
                    found[number, row] = number, tx
        return found

    def _seen(self, number: int) -> set[int]:
        """The first rows of the transactions in which watched holdings of a ledger move."""
        index = self._ledgers.all[number].index
        own = [holding for of, holding in map(self._ledgers.split, self._watched) if of == number]
        if index.outputs:
            return set()  # an output is a leg by itself
        few = [holding for holding in own if index.degree(holding) <= MOST]  # with more, no movement is a leg
        return {index.transaction(row)[0] for holding in few for row in index.movements(holding)[0].tolist()}

    @cached_property
    def first(self) -> dict[tuple[int, bytes], int]:
        """The first row of every leg's transaction, by ledger and transaction."""
        return {place: row for (_, row), place in self.told.items()}

    @cached_property
    def paying(self) -> dict[tuple[int, int, str], int]:
        """The legs of output-based chains, by ledger, the row that pays the output, and side."""
        found: dict[tuple[int, int, str], int] = {}
        for (number, tx), places in self.of.items():
            ledger = self._ledgers.all[number]
            if ledger.index.outputs:
                facts = ledger.facts(ledger.transaction(tx))
                rows = {int(k): row for k, row in zip(facts.recipient, facts.row.tolist(), strict=True)}
                for place in places:
                    output = ledger.address_id(output_key(tx, self.crossings.legs[place].position))
                    if output in rows:
                        found[number, rows[output], self.crossings.legs[place].side] = place
        return found

    @cached_property
    def payer(self) -> dict[int, int]:
        """The row that pays the output of a leg, by the leg's place."""
        return {place: row for (_, row, _), place in self.paying.items()}

    def spans(self, number: int, key: int, holding: int, places: Sequence[int]) -> list[tuple[int, int, int]]:
        """Which units of what a bridge's party took or paid in a transaction each leg is: (leg, first, behind).

        Legs follow each other as their events do. What is left of all of it is the last one's, as a fee.
        """
        mine = [place for place in places if self.party(number, key, place) == holding]
        if not mine:
            return []
        side = self.crossings.legs[mine[0]].side
        whole = self._total(key, holding, side)
        found, at = [], 0
        for place in mine:
            amount = self.crossings.legs[place].amount
            behind = whole if place == mine[-1] or amount is None else min(whole, at + amount)
            found.append((place, at, behind))
            at = behind
        return [one for one in found if one[1] < one[2]]

    def _total(self, key: int, holding: int, side: str) -> int:
        """What a party took or paid in a transaction: net where it is settled, else all of it."""
        asset = self._ledgers.asset(holding)
        rows = [row for row in self._rows(key) if self._ledgers.asset(row.sender) == asset]
        came = sum(row.amount for row in rows if row.recipient == holding)
        went = sum(row.amount for row in rows if row.sender == holding)
        if self._ledgers.netted(key):
            return max(0, came - went if side == DEPOSIT else went - came)
        return came if side == DEPOSIT else went

    def party(self, number: int, key: int, place: int) -> int | None:
        """The holding that took (or paid) the value of a leg for the bridge; None where no movement of it is seen."""
        last = self._ledgers.last_key(abs(key))
        if (last, place) not in self._parties:
            self._parties[last, place] = self._look(number, key, self.crossings.legs[place])
        return self._parties[last, place]

    def _look(self, number: int, key: int, leg: Leg) -> int | None:
        asset = self.asset(number, leg)
        if asset is None:
            return None
        rows = [row for row in self._rows(key) if self._ledgers.asset(row.sender) == asset]
        taking = leg.side == DEPOSIT
        held = {(row.recipient if taking else row.sender): row for row in reversed(rows)}
        for known in (leg.vault, leg.contract, ZERO):
            address = self.known(number, known) if known is not None else None
            found = next((h for h in held if address is not None and self._ledgers.address(h)[1] == address), None)
            if found is not None:
                return found
        equal = [row for row in rows if row.amount == leg.amount]
        if not taking and len(leg.recipient) == 42 and leg.recipient.startswith("0x"):
            to = self.known(number, bytes.fromhex(leg.recipient[2:]))
            equal = [row for row in equal if self._ledgers.address(row.recipient)[1] == to] or equal
        if not equal:
            return None
        return equal[-1].recipient if taking else equal[-1].sender

    def known(self, number: int, address: bytes) -> int | None:
        """The id of an address; None where it is not in the ledger. Bridges have few, so they are remembered."""
        if (number, address) not in self._ids:
            self._ids[number, address] = self._ledgers.all[number].address_id(address)
        return self._ids[number, address]

    def asset(self, number: int, leg: Leg) -> int | None:
        """The number of a leg's asset in all ledgers; None where the ledger has none of it."""
        return None if leg.token is None else self._ledgers.asset_of(number, leg.token)

    def before(self, out: Exit) -> int:
        """How much of the same asset had reached the bridge's party in the transaction before a movement."""
        asset, total = self._ledgers.asset(out.holding), 0
        for row in self._rows(out.key):
            if row.key == abs(out.key):
                break
            side = row.sender if self._backward else row.recipient
            total += row.amount if side == out.holding and self._ledgers.asset(row.sender) == asset else 0
        return total
