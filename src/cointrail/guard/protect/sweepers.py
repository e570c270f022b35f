"""Sweepers: whatever coin comes into a wallet leaves it at once for one address, and so it goes with many wallets.

Two forms. `delegated`: the coin leaves in the very transaction that brought it, although the wallet sends transactions
of its own: an account with code, as EIP-7702 makes it. `own`: the wallet's own next transaction takes it within
HASTE, over and over: somebody else has its key. Exchanges forward the same way from deposit addresses, which never do
anything else; so most of an address's wallets, and MANY of them, must have paid others before.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cointrail.guard.protect.attack import MANY, Attack
from cointrail.guard.protect.drains import LONG, MOST
from cointrail.guard.protect.shares import values
from cointrail.guard.protect.skeleton import distinct, pairs
from cointrail.guard.protect.traffic import Traffic
from cointrail.guard.protect.writing import Writer, moment
from cointrail.ledger.columns import NONE, Integers
from cointrail.ledger.rows import Kind

HASTE = 60  # seconds: a few blocks, no time for a person to see that something came
PART = 0.9  # of what came in: the rest is the fee
ALWAYS = 0.9  # of all that came in since the first time
TWICE = 2  # forwardings of its own that a wallet must have: once may be a person in a hurry
OTHERS = 2  # whom a wallet of the own form must have paid before: a deposit address pays one or, with fees, two
MOSTLY = 0.5  # of those who pay the sweeper's address, and of its wallets


@dataclass(frozen=True)
class _Forwarding:
    """A wallet's coin that left for one address, as places in the traffic."""

    wallet: int
    to: int
    came: int
    left: int
    delegated: bool


def swept(traffic: Traffic, write: Writer) -> Iterator[Attack]:
    """Wallets under sweepers, by sweeper and wallet."""
    wallets_of: dict[int, list[list[_Forwarding]]] = defaultdict(list)
    for (to, _), some in sorted(_by_pair(traffic).items()):
        wallets_of[to].append(some)
    for to, every in wallets_of.items():
        enough = max(MANY, MOSTLY * _payers(traffic, to))
        if len(every) < enough or traffic.skeleton.degree[to] > MOST:
            continue
        wallets = [some for some in every if _always(traffic, some)]
        sure = sum(1 for some in wallets if _lived(traffic, some))
        if len(wallets) >= enough and sure >= max(MANY, MOSTLY * len(wallets)):
            write.learn([to, *(some[0].wallet for some in wallets)])
            yield from (_attack(traffic, write, some) for some in wallets)


def suspects(traffic: Traffic, wallet: int) -> set[int]:
    """Who may sweep one wallet, as far as its own movements tell."""
    return {to for (to, one), some in _by_pair(traffic).items() if one == wallet and _always(traffic, some)}


def _by_pair(traffic: Traffic) -> dict[tuple[int, int], list[_Forwarding]]:
    """All forwardings by address and wallet."""
    by: dict[tuple[int, int], list[_Forwarding]] = defaultdict(list)
    for one in _forwardings(traffic):
        by[one.to, one.wallet].append(one)
    return by


def _forwardings(traffic: Traffic) -> Iterator[_Forwarding]:
    """All coin that came into people's wallets by others' transactions and left at once."""
    native = np.flatnonzero(traffic.native)
    wallets = traffic.sent & (traffic.skeleton.degree <= LONG)
    came = native[wallets[traffic.recipient[native]] & (traffic.origin[native] != traffic.recipient[native])]
    yield from _inside(traffic, native, came)
    yield from _after(traffic, native, came)


def _inside(traffic: Traffic, native: Integers, came: Integers) -> Iterator[_Forwarding]:
    """In the same transaction: the last that came in before it left, and most of it."""
    here = traffic.sent[traffic.sender[native]] & (traffic.origin[native] != traffic.sender[native])
    left = native[here & (traffic.kind[native] == int(Kind.TRACE)) & (traffic.tx[native] != NONE)]
    into = pairs(traffic.tx[came], traffic.recipient[came])
    order = np.argsort(into, kind="stable")
    at = np.searchsorted(into[order], pairs(traffic.tx[left], traffic.sender[left]), "left")
    there = at < len(order)
    left, first = left[there], came[order[at[there]]] if len(order) else left[:0]
    fits = (traffic.tx[first] == traffic.tx[left]) & (traffic.recipient[first] == traffic.sender[left])
    fits &= traffic.row[first] < traffic.row[left]
    left, first = left[fits], first[fits]
    most = _values(traffic, left) >= PART * _values(traffic, first)
    for out, into_ in zip(left[most].tolist(), first[most].tolist(), strict=True):
        yield _Forwarding(int(traffic.sender[out]), int(traffic.recipient[out]), into_, out, True)


def _after(traffic: Traffic, native: Integers, came: Integers) -> Iterator[_Forwarding]:
    """By the wallet's own next transaction, within HASTE, and most of what it held."""
    own = native[(traffic.origin[native] == traffic.sender[native]) & (traffic.origin[native] > 0)]
    who = np.concatenate([traffic.recipient[came], traffic.sender[own]])
    place = np.concatenate([came, own])
    out = np.repeat([False, True], [len(came), len(own)])
    order = np.lexsort((place, who))
    who, place, out = who[order], place[order], out[order]
    then = np.flatnonzero((who[1:] == who[:-1]) & out[1:] & ~out[:-1])
    before, after = place[then], place[then + 1]
    waited = traffic.time[after] - traffic.time[before]
    quick = (waited >= 0) & (waited <= HASTE) & (traffic.time[before] != NONE) & (traffic.share[after] >= PART)
    for into, left in zip(before[quick].tolist(), after[quick].tolist(), strict=True):
        yield _Forwarding(int(traffic.sender[left]), int(traffic.recipient[left]), into, left, False)


def _always(traffic: Traffic, some: list[_Forwarding]) -> bool:
    """Whether a wallet lost nearly all coin that came since the first time."""
    wallet, to, first = some[0].wallet, some[0].to, min(one.came for one in some)
    came = traffic.incoming(wallet)
    came = came[(came >= first) & traffic.native[came]]
    came = came[(traffic.sender[came] != to) & (traffic.origin[came] != wallet)]
    return len({one.came for one in some}) >= ALWAYS * len(came)


def _lived(traffic: Traffic, some: list[_Forwarding]) -> bool:
    """Whether a wallet had a life of its own, and was seen under the sweeper often enough."""
    wallet, to, first = some[0].wallet, some[0].to, min(one.came for one in some)
    delegated = any(one.delegated for one in some)
    paid = traffic.outgoing(wallet)
    paid = paid[(paid < first) & (traffic.origin[paid] == wallet) & (traffic.recipient[paid] != to)]
    others = len(distinct(traffic.recipient[paid]))
    return others >= 1 if delegated else others >= OTHERS and len(some) >= TWICE


def _payers(traffic: Traffic, to: int) -> int:
    """How many addresses paid it coin."""
    into = traffic.incoming(to)
    return len(distinct(traffic.sender[into[traffic.native[into]]]))


def _values(traffic: Traffic, places: Integers) -> npt.NDArray[np.float64]:
    return values(traffic.skeleton.ledger.index, traffic.row[places])


def _attack(traffic: Traffic, write: Writer, some: list[_Forwarding]) -> Attack:
    places = [one.left for one in some]
    rows = traffic.row[places].tolist()
    by = write.address(some[0].to)
    facts = {"delegated": any(one.delegated for one in some), "forwardings": len(some)}
    time = moment(int(traffic.time[places[0]]))
    lost = write.lost(rows, traffic.asset[places].tolist())
    return Attack("sweeper", write.address(some[0].wallet), by, time, write.hashes(rows), lost, facts, (by,))
