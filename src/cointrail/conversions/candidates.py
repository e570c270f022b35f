"""Which deposits a withdrawal can come from when no key says so."""

from dataclasses import dataclass

import numpy as np

from cointrail.conversions import fees
from cointrail.conversions.codes import factor
from cointrail.conversions.kernel import kernel
from cointrail.conversions.legs import BLANK, Codes, Edges, Flags, Floats, Legs, edges

MOST = 1_000  # equal deposits beyond which their withdrawals are not told apart: no link is better than a guess
LOOKED = 20_000  # deposits that are looked at to find them
EDGES = 4_000_000  # pairs in all; with more, the largest crowds of equals are left out first


@dataclass(frozen=True)
class Free:
    """The legs that no key has paired: row numbers in the legs."""

    deposit: Codes
    withdrawal: Codes


def free(legs: Legs, used: Flags) -> Free:
    """The legs that are not used yet."""
    return Free(np.flatnonzero(legs.deposit & ~used), np.flatnonzero(~legs.deposit & ~used))


def same_amount(legs: Legs, spare: Free, recipient: bool, keys: bool) -> Edges:
    """Pairs with the same bridge, token and amount, and recipient if asked for, the withdrawal not before the deposit.

    With `keys`, legs that both have a key are left out: had it been the same, they would be paired.
    """
    parts = [legs.bridge, legs.token, legs.amount]
    if recipient:
        parts.append(legs.recipient)
    rows = np.r_[spare.deposit, spare.withdrawal]
    if not len(rows):
        return edges(legs, rows, rows)
    group = factor(*(part[rows] for part in parts))
    return _within(legs, spare, group, recipient, keys)


def less_fee(legs: Legs, spare: Free, recipient: bool, keys: bool, most: float = fees.MOST) -> Edges:
    """Pairs with the same bridge and token, and recipient if asked for, and an amount lower by a fee of `most`."""
    parts = [legs.bridge, legs.token, *([legs.recipient] if recipient else [])]
    rows = np.r_[spare.deposit, spare.withdrawal]
    group = factor(*(part[rows] for part in parts))
    split = len(spare.deposit)
    order = np.lexsort((legs.value[spare.deposit], group[:split]))
    deposits = spare.deposit[order]
    bounds = np.searchsorted(group[:split][order], np.stack([group[split:], group[split:] + 1]))
    left, right = _cheaper(
        legs.value[deposits],
        legs.time[deposits],
        bounds[0],
        bounds[1],
        legs.value[spare.withdrawal],
        legs.time[spare.withdrawal],
        1 / (1 - min(most, fees.MOST)),
        MOST,
        EDGES,
    )
    found = edges(legs, deposits[left], spare.withdrawal[right])
    found = found.take(allowed(legs, found, recipient, keys))
    return found.take(np.isfinite(fees.fee(legs, found)))


def _within(legs: Legs, spare: Free, group: Codes, recipient: bool, keys: bool) -> Edges:
    split = len(spare.deposit)
    order = np.lexsort((legs.time[spare.deposit], group[:split]))
    deposits = spare.deposit[order]
    bounds = np.searchsorted(group[:split][order], np.stack([group[split:], group[split:] + 1]))
    size = bounds[1] - bounds[0]
    ranked = np.sort(size[size <= MOST])
    largest = ranked[np.cumsum(ranked) <= EDGES].max(initial=0)
    bounds[1][size > largest] = bounds[0][size > largest]
    left, right = _pairs(legs.time[deposits], bounds[0], bounds[1], legs.time[spare.withdrawal])
    found = edges(legs, deposits[left], spare.withdrawal[right])
    return found.take(allowed(legs, found, recipient, keys))


def allowed(legs: Legs, found: Edges, recipient: bool, keys: bool) -> Flags:
    """Which edges join two chains, as both sides tell them, and are not ruled out by keys or an unknown recipient."""
    d, w = found.deposit, found.withdrawal
    good: Flags = (legs.chain[d] != legs.chain[w]) | (legs.chain[d] == BLANK)
    good &= (legs.other[d] == BLANK) | (legs.other[d] == legs.chain[w])
    good &= (legs.other[w] == BLANK) | (legs.other[w] == legs.chain[d])
    if recipient:
        good &= legs.recipient[d] != BLANK
    if keys:
        good &= (legs.key[d] == BLANK) | (legs.key[w] == BLANK)
    return good


@kernel
def _pairs(time: Codes, low: Codes, high: Codes, moment: Codes) -> tuple[Codes, Codes]:
    """For each withdrawal the deposits of low:high, sorted by time, that are not after its moment."""
    end = np.empty(len(moment), np.int64)
    for w in range(len(moment)):
        end[w] = low[w] + np.searchsorted(time[low[w] : high[w]], moment[w], side="right")
    total = (end - low).sum()
    left, right = np.empty(total, np.int64), np.empty(total, np.int64)
    place = 0
    for w in range(len(moment)):
        for d in range(low[w], end[w]):
            left[place], right[place] = d, w
            place += 1
    return left, right


@kernel
def _cheaper(
    value: Floats,
    time: Codes,
    low: Codes,
    high: Codes,
    amount: Floats,
    moment: Codes,
    most: float,
    many: int,
    edges: int,
) -> tuple[Codes, Codes]:
    """For each withdrawal the deposits of low:high, sorted by value, from its amount to `most` times it.

    None for a withdrawal of which there are `many`; of more than `edges` in all those with the most are left out.
    """
    start, count = np.empty(len(moment), np.int64), np.zeros(len(moment), np.int64)
    for w in range(len(moment)):
        start[w] = low[w] + np.searchsorted(value[low[w] : high[w]], amount[w])
        for d in range(start[w], min(start[w] + LOOKED, high[w])):
            if value[d] > amount[w] * most or count[w] == many:
                break
            count[w] += time[d] <= moment[w]
        if count[w] == many:
            count[w] = 0
    whole, allowed = 0, 0
    for one in np.sort(count):
        whole += one
        if whole > edges:
            break
        allowed = one
    if whole > edges:
        count[count > allowed] = 0
    left, right = np.empty(count.sum(), np.int64), np.empty(count.sum(), np.int64)
    place = 0
    for w in range(len(moment)):
        d = start[w]
        while count[w] > 0:
            if time[d] <= moment[w]:
                left[place], right[place] = d, w
                place += 1
                count[w] -= 1
            d += 1
    return left, right
