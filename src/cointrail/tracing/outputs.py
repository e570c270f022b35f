"""Does an address of an output-based chain behave like a service? Judged by what it had before the theft began.

An output has one payer and one use, so who pays and who is paid around it says nothing; but an address that many
transactions had paid already, before any of the stolen value moved, is nobody's wallet for a theft.
"""

import numpy as np

from cointrail.tracing.behaviour import Behaviour
from cointrail.tracing.ledgers import Ledgers


def crowd(ledgers: Ledgers, number: int, owner: int, start: int, rule: Behaviour) -> str | None:
    """Why an address (ledger and id) behaves like a service; None if it does not.

    `start` is the key at which the theft began. Each transaction that had paid the address counts as one sender.
    """
    index = ledgers.all[number].index
    owned = index.owned_by(owner)
    if len(owned) > rule.degree:
        return f"{len(owned)} outputs"
    if len(owned) < rule.early.senders:
        return None
    holdings = [holding for output in owned for holding in index.holdings(output)]
    rows = np.array([int(index.entries[index.start[holding]]) >> 1 for holding in holdings], np.int64)
    paid = [row for row, key in zip(rows.tolist(), ledgers.keys(number, rows), strict=True) if key < start]
    payers = len({index.transaction(row)[0] for row in paid})
    return f"{payers} transactions had paid it before the theft" if payers >= rule.early.senders else None
