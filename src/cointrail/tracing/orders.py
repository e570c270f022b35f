"""Orders that are settled in another transaction, for a trace: which movement paid which order.

One settlement fills the orders of many people, with everybody's money in one contract. The events say what each order
sold and got; the movements that do this are found here, each for one order. Settlement leaves them out: who settles
the orders stands for them there, and what they bought goes to nobody but those who are named.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cointrail.conversions.bridges import Leg
from cointrail.ledger import Ledger
from cointrail.tracing.ledgers import Ledgers


class Row(NamedTuple):
    """One movement of a transaction, by holdings in the numbers of all ledgers."""

    key: int
    sender: int
    recipient: int
    amount: int


class Paid(NamedTuple):
    """What the leg at `place` paid: the units [at, at + amount) of all that orders paid to a holding in a transaction.

    `rows` are the keys of the movements that were the order's: the payment, and what was sold of the order.
    """

    place: int
    holding: int
    at: int
    amount: int
    rows: tuple[int, ...]

    @property
    def key(self) -> int:
        """The key of the payment."""
        return self.rows[0]


def paid(ledgers: Ledgers, number: int, rows: Sequence[Row], legs: Iterable[tuple[int, Leg]]) -> list[Paid]:
    """The payments of the orders that a transaction settles, `legs` in the order of their events.

    A payment is of the asset, to the recipient and of the amount that are told, from the contract that tells it if it
    paid any such; each movement is one order's. Legs without such a movement have none.
    """
    used: set[int] = set()
    so_far: dict[int, int] = {}  # by holding
    found = []
    for place, leg in legs:
        payment = _payment(ledgers, number, [row for row in rows if row.key not in used], leg)
        if payment is None:
            continue
        used.add(payment.key)
        sold = _sold(ledgers, number, [row for row in rows if row.key not in used], leg)
        used |= {row.key for row in sold}
        holding, at = payment.recipient, so_far.get(payment.recipient, 0)
        so_far[holding] = at + payment.amount
        found.append(Paid(place, holding, at, payment.amount, (payment.key, *(row.key for row in sold))))
    return found


def _payment(ledgers: Ledgers, number: int, rows: Iterable[Row], leg: Leg) -> Row | None:
    asset = None if leg.token is None else ledgers.asset_of(number, leg.token)
    to = _known(ledgers.all[number], leg.recipient)
    if asset is None or to is None:
        return None
    fits = [
        row
        for row in rows
        if row.amount == leg.amount
        and ledgers.asset(row.recipient) == asset
        and ledgers.address(row.recipient)[1] == to
        and row.sender != row.recipient
    ]
    contract = ledgers.all[number].address_id(leg.contract)
    return next((row for row in fits if ledgers.address(row.sender)[1] == contract), fits[0] if fits else None)


def _sold(ledgers: Ledgers, number: int, rows: Iterable[Row], leg: Leg) -> list[Row]:
    """The movement that took what was sold out of where the order's money lay."""
    if leg.sender is None or leg.other_amount is None:
        return []
    held, by = (ledgers.all[number].address_id(one) for one in (leg.sender, leg.contract))
    fits = (
        row
        for row in rows
        if row.amount == leg.other_amount
        and held is not None
        and ledgers.address(row.sender)[1] == held
        and ledgers.address(row.recipient)[1] == by
    )
    return [row for row in [next(fits, None)] if row is not None]


def _known(ledger: Ledger, recipient: str) -> int | None:
    if len(recipient) != 42 or not recipient.startswith("0x"):
        return None
    return ledger.address_id(bytes.fromhex(recipient[2:]))
