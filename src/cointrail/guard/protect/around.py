"""What one wallet, those who may have attacked it, and their other victims have touched.

Every rule is asked of the wallet's own movements first; only whom it then suspects is looked at closer. So an exchange
that a wallet paid is not read, and what the rules say of the wallet is what they say over the whole ledger.
"""

from collections.abc import Iterable

import numpy as np

from cointrail.guard.protect.approvals import given
from cointrail.guard.protect.drains import LONG, MOST, taken_from
from cointrail.guard.protect.emptied import SHARE, emptying
from cointrail.guard.protect.skeleton import Mask, Skeleton
from cointrail.guard.protect.sweepers import suspects
from cointrail.guard.protect.traffic import Traffic, traffic
from cointrail.ledger import Ledger


def around(skeleton: Skeleton, wallet: int) -> Mask:
    """The rows that the rules need to judge one wallet, as whole transactions."""
    own = traffic(skeleton, skeleton.touching([wallet]))
    near = _few(skeleton, _suspected(own, wallet) | _approved(skeleton.ledger, wallet), MOST)
    if not near:
        return skeleton.touching([wallet])
    theirs = traffic(skeleton, skeleton.touching([wallet, *near]))
    near |= _few(skeleton, theirs.origin[_robbing(skeleton, theirs, near)].tolist(), MOST)  # who uses such a spender
    theirs = traffic(skeleton, skeleton.touching([wallet, *near]))
    attackers = skeleton.marked(near)
    robbing = _robbing(skeleton, theirs, near)
    victims = _few(skeleton, theirs.sender[attackers[theirs.recipient] | attackers[theirs.origin]].tolist(), LONG)
    got = _few(skeleton, [*theirs.recipient[robbing].tolist(), *theirs.callee[robbing].tolist()], MOST)
    return skeleton.touching([wallet, *near, *victims, *got])


def _suspected(own: Traffic, wallet: int) -> set[int]:
    """Who may have attacked a wallet, by its own movements alone."""
    if own.skeleton.degree[wallet] > LONG:  # no rule looks at it
        return set()
    out = own.outgoing(wallet)
    out = out[own.share[out] >= SHARE]
    taken = taken_from(own)
    taken = taken[own.sender[taken] == wallet]
    collectors = {to for to in set(own.recipient[out].tolist()) if emptying(own, wallet, to) is not None}
    return suspects(own, wallet) | collectors | {*own.origin[taken].tolist(), *own.recipient[taken].tolist()}


def _robbing(skeleton: Skeleton, theirs: Traffic, near: set[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Takings that one of these had a part in."""
    marked, taken = skeleton.marked(near), taken_from(theirs)
    return taken[marked[theirs.origin[taken]] | marked[theirs.callee[taken]] | marked[theirs.recipient[taken]]]


def _approved(ledger: Ledger, wallet: int) -> set[int]:
    """Whom a wallet ever let take something, as far as the ledger keeps it and knows them."""
    ids = (ledger.address_id(one.spender) for one in given(ledger.events, *ledger.addresses([wallet])))
    return {one for one in ids if one is not None}


def _few(skeleton: Skeleton, addresses: Iterable[int], most: int) -> set[int]:
    """Those with few movements: the rules pass over services."""
    return {one for one in set(addresses) if 0 < one < skeleton.addresses and skeleton.degree[one] <= most}
