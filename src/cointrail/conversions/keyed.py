"""Pairs by exact key: the bridge's own id on both sides, used once, and token, amount and recipient must agree.

A refund pays a deposit back on its own chain. There each direction counts its own ids, so that an equal number says
nothing: only a key that is a digest, as a transaction's hash is, tells that both are of one transfer. What comes back
is the deposit's own token and no more than was paid in; it goes to the payer, not to the recipient.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.conversions.codes import factor
from cointrail.conversions.fees import tolerated
from cointrail.conversions.legs import BLANK, Codes, Edges, Flags, Legs, edges

DIGEST = r"^(0[xX])?[0-9a-fA-F]{64}$"
COUNTED = r"^(0[xX])?0{16}"  # a number that was written as 32 bytes
SHARED = 64  # deposits of one key beyond which it identifies nothing and is not used


@dataclass(frozen=True)
class Keyed:
    """Pairs made by key, and all edges between legs of one bridge and key, agreeing or not.

    used: which legs are in a pair; agree: which edges have one token, amount and recipient, the time aside.
    """

    pairs: Edges
    used: Flags
    all: Edges
    agree: Flags


def by_key(legs: Legs) -> Keyed:
    """Pair the legs by bridge and key; of several that agree, the earliest withdrawal takes the earliest deposit."""
    whole = _same_key(legs)
    d, w = whole.deposit, whole.withdrawal
    agree = legs.token[d] == legs.token[w]
    back = _back(legs, whole)
    refund = back & agree & ((legs.amount[d] == legs.amount[w]) | (legs.value[w] < legs.value[d]))
    agree &= ~back
    agree &= (legs.recipient[d] == legs.recipient[w]) | (legs.recipient[d] == BLANK) | (legs.recipient[w] == BLANK)
    agree &= tolerated(legs, whole, agree)
    agree = (agree | refund)[kept := refund | ~back]  # what lies on one chain and is no refund is nobody's other side
    whole = whole.take(kept)
    good = whole.take(agree & (whole.delay >= 0))
    pairs = good.take(_once(good, len(legs)))
    used = np.zeros(len(legs), np.bool_)
    used[pairs.deposit] = used[pairs.withdrawal] = True
    return Keyed(pairs, used, whole, agree)


def crossing(legs: Legs, found: Edges) -> Edges:
    """Those that end on another chain than they began on: all but refunds."""
    return found.take(~_back(legs, found))


def _same_key(legs: Legs) -> Edges:
    """All deposits and withdrawals of one bridge and key: on two chains, or on one where the key is a digest."""
    rows = np.flatnonzero(legs.key != BLANK)
    if not len(rows):
        return edges(legs, rows, rows)
    group = factor(legs.bridge[rows], legs.key[rows])
    side = legs.deposit[rows]
    deposits, withdrawals = rows[side], rows[~side]
    order = np.argsort(group[side], kind="stable")
    sorted_group = group[side][order]
    low = np.searchsorted(sorted_group, group[~side])
    count = np.searchsorted(sorted_group, group[~side], side="right") - low
    count[count > SHARED] = 0
    place = np.repeat(low - np.r_[0, np.cumsum(count)[:-1]], count) + np.arange(int(count.sum()))
    found = edges(legs, deposits[order][place], np.repeat(withdrawals, count))
    good = ~_back(legs, found)
    if not good.all():
        here = np.flatnonzero(~good)
        keys = legs.text["key"].take(pa.array(found.deposit[here]))
        digest = pc.and_not(pc.match_substring_regex(keys, DIGEST), pc.match_substring_regex(keys, COUNTED))
        good[here] = digest.to_numpy(zero_copy_only=False)
    return found.take(good)


def _back(legs: Legs, found: Edges) -> Flags:
    """Which edges end on the chain on which they began."""
    chain = legs.chain[found.deposit]
    return np.asarray((chain == legs.chain[found.withdrawal]) & (chain != BLANK))


def _once(good: Edges, legs: int) -> Codes:
    """Which edges to take so that every leg is used once; rows of the legs are in order of time."""
    rivals = np.bincount(good.deposit, minlength=legs)[good.deposit]
    rivals += np.bincount(good.withdrawal, minlength=legs)[good.withdrawal]
    chosen = np.flatnonzero(rivals == 2)
    rest = np.flatnonzero(rivals > 2)
    rest = rest[np.lexsort((good.deposit[rest], good.withdrawal[rest]))]
    used: set[int] = set()
    more = []
    for edge, d, w in zip(rest.tolist(), good.deposit[rest].tolist(), good.withdrawal[rest].tolist(), strict=True):
        if d not in used and w not in used:
            used |= {d, w}
            more.append(edge)
    taken: Codes = np.r_[chosen, np.array(more, np.int64)]
    return taken
