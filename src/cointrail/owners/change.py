"""Which outputs of a transaction may be its change: rules that can be combined.

A rule marks every output that it cannot rule out. Rules are combined with `&` (both), `|` (one of them) and `-` (but
for), and `unique` keeps an output where it is its transaction's only one. Nothing is joined by change unless a caller
asks for it: together with the inputs these rules soon make one cluster of half the chain (BlockSci, issue 220).

Sources: GraphSense (`one_time`, with its confidence); M. Moeser and A. Narayanan, Resurrecting Address Clustering in
Bitcoin, 2021 (`version` and `replaceable`, two of its fingerprints); BlockSci 0.7, heuristics/change_address.cpp (the
others). Where an output is not spent yet, or what spends it is not known well enough, rules that look at who spends it
do not rule it out; take `& SPENT` with them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.owners.joins import alike
from cointrail.owners.payments import UNKNOWN, Integers, Payments
from cointrail.owners.rules import Rule
from cointrail.owners.ties import NONE, Ids, Mask, Ties, pairs

DIGITS = 6  # trailing zeros of an amount that somebody chose
ROUND = 1_000  # GraphSense: an amount that is a multiple was chosen
FEW, MANY = 2, 10  # GraphSense: outputs of a payment with change
ONE_TIME, REUSED = 50, 100  # confidence, as GraphSense gives it
REPLACED_BELOW = 0xFFFFFFFE  # BIP-125: an input with a lower sequence says that its transaction may be replaced


@dataclass(frozen=True)
class Change:
    """A rule with a name. `confidence` is from 0 to 100, None where its source gives none: see the measured rate."""

    name: str
    find: Callable[[Payments], Mask]
    confidence: int | None = None

    def __call__(self, told: Payments) -> Mask:
        """Of every output whether it may be the change; never one that nobody can spend, or of new coin."""
        return self.find(told) & ~told.dead & ~told.mints[told.outputs.tx]

    def __and__(self, other: "Change") -> "Change":
        sure = max((one for one in (self.confidence, other.confidence) if one is not None), default=None)
        return Change(f"({self.name} and {other.name})", lambda told: self(told) & other(told), sure)

    def __or__(self, other: "Change") -> "Change":
        known = self.confidence is not None and other.confidence is not None
        sure = min(self.confidence or 0, other.confidence or 0) if known else None
        return Change(f"({self.name} or {other.name})", lambda told: self(told) | other(told), sure)

    def __sub__(self, other: "Change") -> "Change":
        return Change(f"({self.name} but {other.name})", lambda told: self(told) & ~other(told), self.confidence)

    @property
    def unique(self) -> "Change":
        """Only where one output of a transaction is left."""
        return replace(self, name=f"unique {self.name}", find=lambda told: _only(told, self(told)))


def _only(told: Payments, mask: Mask) -> Mask:
    count = np.bincount(told.outputs.tx[mask], minlength=told.count)
    return np.asarray(mask & (count[told.outputs.tx] == 1))


def _looks_peeled(told: Payments) -> Mask:
    """One input, two outputs."""
    return np.asarray((np.bincount(told.inputs.tx, minlength=told.count) == 1) & (told.paid == 2))


def _at(values: npt.NDArray[Any], places: Integers, default: int) -> Integers:
    """Values by places, where there is a place."""
    if not len(values):
        return np.full(len(places), default)
    return np.where(places == UNKNOWN, default, values[places]).astype(np.int64)


def _goes_on(told: Payments, habit: Integers) -> Mask:
    """Of every output whether what spends it has the habit of its own transaction, as far as is known; none where its
    own is not."""
    here, after = habit[told.outputs.tx], _at(habit, told.spender, UNKNOWN)
    return np.asarray((here != UNKNOWN) & ((after == UNKNOWN) | (after == here)))


def peeling(told: Payments) -> Mask:
    """In a chain of transactions with one input and two outputs the output that goes on."""
    shape = _looks_peeled(told)
    goes_on = np.zeros(told.count, bool)
    goes_on[told.inputs.tx[_at(shape, told.source, 0).astype(bool)]] = True
    goes_on[told.outputs.tx[_at(shape, told.spender, 0).astype(bool)]] = True
    peels = shape & goes_on
    return np.asarray(peels[told.outputs.tx] & ((told.spender == UNKNOWN) | _at(peels, told.spender, 0).astype(bool)))


def power_of_ten(told: Payments, digits: int = DIGITS) -> Mask:
    """Not a round amount, with so many zeros behind it: nobody chose it."""
    return np.asarray(told.outputs.value % 10**digits != 0)


def optimal(told: Payments) -> Mask:
    """Less than every input: else one of them would not have been needed."""
    return np.asarray(told.outputs.value < told.least[told.outputs.tx])


def address_type(told: Payments) -> Mask:
    """Of the script type that all inputs have."""
    kind = told.one_kind[told.outputs.tx]
    return np.asarray((kind != UNKNOWN) & (told.outputs.kind == kind))


def locktime(told: Payments) -> Mask:
    """Spent by a transaction that sets a locktime if and only if this one does."""
    return _goes_on(told, np.where(told.locktime == UNKNOWN, UNKNOWN, told.locktime > 0))


def version(told: Payments) -> Mask:
    """Spent by a transaction of the same version."""
    return _goes_on(told, told.version)


def replaceable(told: Payments) -> Mask:
    """Spent by a transaction that lets itself be replaced if and only if this one does."""
    return _goes_on(told, np.where(told.sequence == UNKNOWN, UNKNOWN, told.sequence < REPLACED_BELOW))


def reuse(told: Payments) -> Mask:
    """Paid to an address that the transaction spends from."""
    spent = np.unique(_pair(told.inputs.tx, told.inputs.owner)[told.inputs.owner != 0])
    return np.isin(_pair(told.outputs.tx, told.outputs.owner), spent)


def client(told: Payments) -> Mask:
    """The first payment to its address: most wallets make a new one for change."""
    return told.fresh


def legacy(told: Payments) -> Mask:
    """The only new address with less than every input, among several outputs, in what looks like no CoinJoin."""
    live = ~told.dead & ~told.mints[told.outputs.tx]
    several = np.bincount(told.outputs.tx[live], minlength=told.count) > 1
    found = live & optimal(told) & told.fresh
    return _only(told, found) & several[told.outputs.tx] & ~alike(told)[told.outputs.tx]


def fixed_fee(told: Payments) -> Mask:
    """Spent by a transaction that pays the same for a thousand virtual bytes."""
    return _goes_on(told, told.fee_rate)


def spent(told: Payments) -> Mask:
    """Spent by now."""
    return np.asarray(told.spender != UNKNOWN)


def one_time(told: Payments) -> Mask:
    """GraphSense: the one output of a payment with few outputs that has the type of all inputs, is not round and less
    than every input, and goes to an address that is new, paid once, and spends once at most."""
    out = told.outputs
    few = (told.paid >= FEW) & (told.paid <= MANY)
    paid, gave = (np.bincount(side.owner, minlength=_ids(told)) for side in (out, told.inputs))
    once = (paid[out.owner] == 1) & (gave[out.owner] <= 1) & (out.owner != 0)
    found = few[out.tx] & address_type(told) & (out.value % ROUND != 0) & optimal(told) & told.fresh & once
    return _only(told, found & ~told.dead & ~told.mints[out.tx])


def own(roots: Ids) -> Change:
    """What is paid to the cluster of an input is change; `roots` gives for every id its cluster."""

    def find(told: Payments) -> Mask:
        mine = np.unique(_pair(told.inputs.tx, roots[told.inputs.owner])[told.inputs.owner != 0])
        return np.asarray(np.isin(_pair(told.outputs.tx, roots[told.outputs.owner]), mine) & (told.outputs.owner != 0))

    return Change("own", find)


RULES: Mapping[str, Change] = {
    one.__name__: Change(one.__name__, one, confidence)
    for one, confidence in (
        (one_time, ONE_TIME), (peeling, None), (power_of_ten, None), (optimal, None), (address_type, None),
        (locktime, None), (version, None), (replaceable, None), (reuse, REUSED), (client, None), (legacy, None),
        (fixed_fee, None), (spent, None),
    )
}  # fmt: skip
SPENT = RULES["spent"]
OF_TERMS = frozenset(("locktime", "version", "replaceable"))  # rules that say nothing of a ledger without terms


def change_ties(told: Payments, rule: Change, barred: Mask) -> Ties:
    """Each transaction's only change with its first input; not of barred transactions, or of unknown owners."""
    if not told.count:
        return NONE
    out = told.outputs
    payer = np.zeros(told.count, np.uint32)
    known = told.inputs.owner != 0
    payer[told.inputs.tx[known][::-1]] = told.inputs.owner[known][::-1]
    found = rule.unique(told) & ~barred[out.tx] & (out.owner != 0) & (payer[out.tx] != 0)
    return pairs(Rule.CHANGE, out.tx[found] + told.first, payer[out.tx[found]], out.owner[found])


def _pair(tx: Integers, one: Ids) -> Integers:
    """A transaction and an address as one number."""
    return (tx << 32) | one.astype(np.int64)


def _ids(told: Payments) -> int:
    return max(int(told.outputs.owner.max(initial=0)), int(told.inputs.owner.max(initial=0))) + 1
