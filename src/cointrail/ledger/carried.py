"""Transactions between outputs: who paid what to whom, and with what text."""

from dataclasses import dataclass

from cointrail.ledger.columns import NONE
from cointrail.ledger.ledger import Ledger
from cointrail.ledger.outputs import NUMBER_BYTES, memo, transaction_key
from cointrail.ledger.rows import Kind


@dataclass(frozen=True)
class Paid:
    """One output: its number, the row that pays it, its owner's id, key and text, and the amount."""

    number: int
    row: int
    owner: int
    key: bytes
    text: str
    amount: int


@dataclass(frozen=True)
class Carried:
    """A transaction with its text, the owners of what it spent (ids, and keys) and what it paid, outputs in order."""

    tx: bytes
    block: int | None
    time: int | None
    memo: str
    payers: dict[int, bytes]
    paid: list[Paid]


def carried(ledger: Ledger) -> list[Carried]:
    """All transactions of a ledger that carry a text, in chain order; none where the chain has no outputs."""
    index = ledger.index
    if not index.outputs or not len(index.memo):
        return []
    found: dict[int, str] = {}  # by transaction's first row
    for owner, script in zip(index.memo.tolist(), ledger.scripts(index.memo.tolist()), strict=True):
        for output in ledger.addresses(index.owned_by(owner)):
            own = ledger.address_id(transaction_key(output))
            for holding in index.holdings(own) if own is not None else ():
                rows = index.movements(holding)[0]
                found.setdefault(int(rows[0]), memo(script or b""))
    return [between(ledger, row, text) for row, text in sorted(found.items())]


def between(ledger: Ledger, row: int, text: str = "") -> Carried:
    """The transaction that a row is of, on an output-based chain."""
    index = ledger.index
    first, behind = index.transaction(row)
    facts = ledger.facts(range(first, behind))
    spent = [at for at in range(behind - first) if facts.kind[at] == Kind.INPUT and facts.sender[at]]
    made = [at for at in range(behind - first) if facts.kind[at] == Kind.OUTPUT]
    payers = sorted({index.owner_of(int(facts.sender[at])) for at in spent})
    owners = [index.owner_of(int(facts.recipient[at])) for at in made]
    keys, texts = ledger.addresses(owners), ledger.texts(owners)
    outputs = ledger.addresses([int(facts.recipient[at]) for at in made])
    paid = [
        Paid(int.from_bytes(output[-NUMBER_BYTES:], "big"), first + at, owner, key, written or "", facts.amount[at])
        for at, output, owner, key, written in zip(made, outputs, owners, keys, texts, strict=True)
    ]
    block, time = int(facts.block[0]), int(facts.time[0])
    return Carried(
        facts.tx[0] or b"",
        None if block == NONE else block,
        None if time == NONE else time,
        text,
        dict(zip(payers, ledger.addresses(payers), strict=True)),
        sorted(paid, key=lambda one: one.number),
    )
