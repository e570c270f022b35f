"""Transactions of an output-based chain as columns: what each spends and what it pays, for rules that look at both."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cointrail.ledger import Ledger
from cointrail.ledger import segment as segments
from cointrail.ledger.book import NOBODY
from cointrail.ledger.columns import flat, integers
from cointrail.ledger.files import stored
from cointrail.ledger.rows import Kind
from cointrail.ledger.term_parts import Terms
from cointrail.owners.ties import Ids, Mask

Integers = npt.NDArray[np.int64]

UNKNOWN = -1  # an amount, a place, a kind or a term that nobody told
COLUMNS = ("tx", "kind", "sender", "recipient")
INPUT, OUTPUT = int(Kind.INPUT), int(Kind.OUTPUT)


@dataclass(frozen=True)
class Side:
    """Inputs or outputs, those of one transaction behind each other.

    `tx` are places of transactions, ascending; `coin` ids of outputs; `owner` whose they are, 0: not known; `value` in
    smallest units; `kind` numbers of script types, equal where the types are.
    """

    tx: Integers
    coin: Ids
    owner: Ids
    value: Integers
    kind: Integers

    def __len__(self) -> int:
        return len(self.tx)


@dataclass(frozen=True)
class Payments:
    """`count` transactions in a row, of which the first has the number `first`; places count from there.

    `mints` marks transactions that make new coin, `dead` outputs that nobody can spend. `version`,
    `locktime`, `sequence` (the least of the inputs) and `size` (virtual bytes) of transactions are UNKNOWN where the
    source does not tell them. What happened outside of these transactions is not known.
    """

    first: int
    count: int
    inputs: Side
    outputs: Side
    mints: Mask
    dead: Mask
    version: Integers
    locktime: Integers
    sequence: Integers
    size: Integers

    def typed(self, kinds: Integers) -> "Payments":
        """The same with the script types of addresses, given by id."""
        spent, paid = (
            replace(side, kind=np.where(side.owner == NOBODY, UNKNOWN, kinds[side.owner]))
            for side in (self.inputs, self.outputs)
        )
        return replace(self, inputs=spent, outputs=paid)

    @cached_property
    def spender(self) -> Integers:
        """Of each output the place of the transaction that spends it; UNKNOWN: none here."""
        return _where(self.inputs, self.outputs.coin)

    @cached_property
    def source(self) -> Integers:
        """Of each input the place of the transaction that paid it; UNKNOWN: none here."""
        return _where(self.outputs, self.inputs.coin)

    @cached_property
    def fresh(self) -> Mask:
        """Of each output whether its transaction is the first to pay its owner."""
        first = np.full(int(self.outputs.owner.max(initial=0)) + 1, self.count)
        np.minimum.at(first, self.outputs.owner, self.outputs.tx)
        return np.asarray(first[self.outputs.owner] == self.outputs.tx)

    @cached_property
    def least(self) -> Integers:
        """Of each transaction its least input; UNKNOWN where it has none, or the amount of one is not known."""
        least = np.full(self.count, np.iinfo(np.int64).max)
        np.minimum.at(least, self.inputs.tx, self.inputs.value)
        least[least == np.iinfo(np.int64).max] = UNKNOWN
        return least

    @cached_property
    def one_kind(self) -> Integers:
        """Of each transaction the script type of all its inputs; UNKNOWN where they differ or one is not known."""
        low, high = np.full(self.count, np.iinfo(np.int64).max), np.full(self.count, UNKNOWN)
        np.minimum.at(low, self.inputs.tx, self.inputs.kind)
        np.maximum.at(high, self.inputs.tx, self.inputs.kind)
        return np.where(low == high, low, UNKNOWN)

    @cached_property
    def paid(self) -> Integers:
        """How many outputs each transaction has."""
        return np.bincount(self.outputs.tx, minlength=self.count)

    @cached_property
    def fee_rate(self) -> Integers:
        """Of each transaction its fee for a thousand virtual bytes, rounded down; UNKNOWN where that is not known."""
        whole = np.zeros(self.count, np.int64)
        np.add.at(whole, self.inputs.tx, self.inputs.value)
        np.subtract.at(whole, self.outputs.tx, self.outputs.value)
        told = (self.least != UNKNOWN) & (self.size > 0) & (whole >= 0)
        return np.where(told, whole * 1000 // np.maximum(self.size, 1), UNKNOWN)


def payments(ledger: Ledger, number: int, terms: Terms | None = None) -> Payments:
    """The transactions of one segment of a ledger; rows of no transaction are left out. Without the ledger's `terms`
    those of its transactions are not known."""
    segment, index = ledger.manifest.segments[number], ledger.index
    table = stored(segments.file(ledger.path, "transfers", segment)).read(columns=list(COLUMNS))
    column = {name: integers(flat(table.column(name)).cast("int64")) for name in COLUMNS}
    row = sum(one.rows for one in ledger.manifest.segments[:number])
    amount = index.amount[row : row + segment.rows].astype(np.int64)  # no coin of such a chain has 2^63 units
    first, behind = (int(index.first_tx[n]) for n in (number, number + 1))
    count = behind - first

    def side(kind: int, coin: str) -> Side:
        mine = np.flatnonzero((column["kind"] == kind) & (column["tx"] != UNKNOWN) & (column[coin] != NOBODY))
        ids = column[coin][mine].astype(np.uint32)
        owner = index.owner[ids]
        told = owner != ids  # else no source told whose it is, and so not what it is worth
        value = amount[mine]
        value[~told & (value == 0)] = UNKNOWN
        kind_ = np.full(len(mine), UNKNOWN)
        return Side(column["tx"][mine], ids, np.where(told, owner, np.uint32(NOBODY)), value, kind_)

    spent, paid = side(INPUT, "sender"), side(OUTPUT, "recipient")
    made = (column["kind"] == OUTPUT) & (column["tx"] != UNKNOWN)
    mints = np.ones(count, bool)
    mints[spent.tx] = False
    dead = np.isin(paid.owner, index.lost)
    unknown = np.full(count, UNKNOWN)
    version = locktime = sequence = unknown
    if terms is not None:
        whose = np.zeros(count, np.int64)
        whose[column["tx"][made]] = column["sender"][made]
        version, locktime, sequence = (terms.of(name, whose) for name in ("version", "lock_time", "sequence"))
    return Payments(first, count, spent, paid, mints, dead, version, locktime, sequence, unknown)


def whole(parts: Sequence[Payments]) -> Payments:
    """Payments that follow each other, as one."""

    def side(name: str) -> Side:
        sides: list[Side] = [getattr(part, name) for part in parts]
        tx = np.concatenate([one.tx + part.first - parts[0].first for one, part in zip(sides, parts, strict=True)])
        rest = (np.concatenate([getattr(one, each) for one in sides]) for each in ("coin", "owner", "value", "kind"))
        return Side(tx, *rest)

    names = ("mints", "dead", "version", "locktime", "sequence", "size")
    rest = (np.concatenate([getattr(part, name) for part in parts]) for name in names)
    return Payments(parts[0].first, sum(part.count for part in parts), side("inputs"), side("outputs"), *rest)


def _where(side: Side, coins: Ids) -> Integers:
    """The place of the transaction on whose side a coin is; UNKNOWN where it is on none."""
    if not len(side):
        return np.full(len(coins), UNKNOWN)
    order = np.argsort(side.coin, kind="stable")
    ranked = side.coin[order]
    at = np.minimum(np.searchsorted(ranked, coins), len(ranked) - 1)
    return np.where(ranked[at] == coins, side.tx[order[at]], UNKNOWN)
