"""Tokens that somebody took out of many wallets, by transactions that their owners did not send.

An owner lets a spender take tokens (`approve`, `increaseAllowance`, a permit), and the spender takes them by
`transferFrom`; or an account has handed itself to a contract (EIP-7702), and others move what it holds. Who swaps, pays
or settles for others takes the same way. A drainer differs by all of these together:

* the owner gets nothing in that transaction, and nearly all of the asset is gone (Forta's Asset Drained says 99 %), at
  the first taking: who takes by instalments until nothing is left was owed it;
* MANY owners or more lost theirs so, and they are most of those whom that sender of transactions ever took from;
* they are people: they have sent transactions, and moved value by them before;
* whoever got it lives on that: no more people paid it of their own will than were robbed.

Then all are robbed from whom that sender took anything for nothing. Where the ledger keeps approvals, an owner who gave
one longer than PROMPT before counts only beside others.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cointrail.guard.protect.attack import MANY
from cointrail.guard.protect.skeleton import Mask, distinct, many
from cointrail.guard.protect.traffic import Traffic
from cointrail.ledger.columns import Integers
from cointrail.ledger.rows import Kind

SHARE = 0.99  # Forta Asset Drained: a balance that falls by so much
MOSTLY = 0.5  # of those it took from: the owners who lost all of an asset
MOST = 200_000  # movements: whoever has more is a service
LONG = 20_000  # movements: a wallet with more is a service too, and nobody's victim
AT_ONCE = 3600  # seconds in which it takes all
PROMPT = 24 * 3600  # seconds from the approval to the taking


@dataclass(frozen=True)
class Taking:
    """What one sender of transactions took from one owner: places in the traffic, in order."""

    owner: int
    operator: int
    places: tuple[int, ...]
    spenders: tuple[int, ...]  # the operator and whom it called
    delegated: bool  # it called the owner's own account


def takings(traffic: Traffic) -> Iterator[Taking]:
    """All takings that look like a drainer's, whenever their approvals were, by operator and owner."""
    taken = taken_from(traffic)
    whole = taken[_at_once(traffic, taken) & (traffic.share[taken] >= SHARE)]
    whole = whole[traffic.lived[traffic.sender[whole]] < traffic.row[whole]]
    degree = traffic.skeleton.degree
    for operator in _robbers(traffic, taken, whole):
        mine = taken[traffic.origin[taken] == operator]
        robbed = len(distinct(traffic.sender[whole[traffic.origin[whole] == operator]]))
        got = traffic.recipient[mine]
        if int(traffic.payers[got].max()) > robbed or int(degree[got].max()) > MOST:
            continue  # more people pay whoever got it of their own will
        by: dict[int, list[int]] = defaultdict(list)
        for place in mine.tolist():
            by[int(traffic.sender[place])].append(place)
        for owner, places in sorted(by.items()):
            called = sorted({int(traffic.callee[place]) for place in places} - {0, owner})
            delegated = any(int(traffic.callee[place]) == owner for place in places)
            yield Taking(owner, operator, tuple(places), (operator, *called), delegated)


def taken_from(traffic: Traffic) -> Integers:
    """Movements out of people's wallets in transactions of others that gave them nothing, as places in order."""
    here = (traffic.origin > 0) & (traffic.origin != traffic.sender) & traffic.sent[traffic.sender]
    here &= (traffic.kind == int(Kind.LOG)) | (traffic.kind == int(Kind.TRACE))
    here &= traffic.skeleton.degree[traffic.sender] <= LONG
    rows = np.flatnonzero(here)
    return rows[~traffic.gains(rows)]


def _at_once(traffic: Traffic, taken: Integers) -> Mask:
    """Which takings are within AT_ONCE of the first by which that sender took that asset from that owner."""
    by = np.stack([traffic.origin[taken], traffic.sender[taken], traffic.asset[taken]])
    order = np.lexsort((taken, *by))
    new = np.ones(len(taken), bool)
    new[1:] = (by[:, order][:, 1:] != by[:, order][:, :-1]).any(axis=0)
    time = traffic.time[taken[order]]
    found = np.empty(len(taken), bool)
    found[order] = time <= time[np.flatnonzero(new)][np.cumsum(new) - 1] + AT_ONCE if len(taken) else True
    return found


def _robbers(traffic: Traffic, taken: Integers, whole: Integers) -> Sequence[int]:
    """Senders of transactions that emptied MANY owners, and most of those whom they took from."""
    all_from, robbed = _owners(traffic, taken), _owners(traffic, whole)
    few = traffic.skeleton.degree <= MOST
    found = (robbed >= MANY) & (robbed >= MOSTLY * all_from) & few
    return [int(one) for one in np.flatnonzero(found)]


def _owners(traffic: Traffic, places: Integers) -> Integers:
    """By address id: of how many owners it took, by these movements."""
    return many(traffic.origin[places], traffic.sender[places], traffic.skeleton.addresses)
