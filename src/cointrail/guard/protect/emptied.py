"""Wallets that were emptied: all that they held left at once for one address, which empties many and does nothing else.

So it goes when a seed phrase is stolen or somebody is tricked into paying everything away. A person who gathers several
wallets of his own in a new one, and an exchange that empties its deposit addresses, look much the same. What tells them
apart, as far as movements can:

* all verified assets left, within WITHIN, and nearly nothing else was ever sent to whoever got them;
* no wallet had dealt with that address before, which had paid nobody before it emptied the first;
* most of those who paid that address were emptied, and FIRST or more of them had paid OTHERS or more before;
* the wallets had not dealt with each other, nor got their first coin from one address that gave few others any.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from cointrail.guard.protect.attack import Attack
from cointrail.guard.protect.drains import LONG, MOST
from cointrail.guard.protect.skeleton import distinct, many
from cointrail.guard.protect.traffic import Traffic
from cointrail.guard.protect.writing import Writer, moment
from cointrail.ledger.columns import NONE, Integers

SHARE = 0.95  # of each asset: gas stays behind
WITHIN = 3600  # seconds
OTHERS = 2  # whom a wallet with a life of its own has paid before
FIRST = 10  # wallets: fewer are often one owner's
MOSTLY = 0.8  # of those who paid the address
KIN = 0.5  # of the wallets with the same first giver, or with dealings among them: one owner's
FEW = 4  # times as many as the wallets: whoever gave a first coin to more is a service


@dataclass(frozen=True)
class Emptying:
    """A wallet and the movements that emptied it, as places in the traffic."""

    wallet: int
    places: Integers
    lived: bool  # it had paid others before


def emptied(traffic: Traffic, write: Writer, known: AbstractSet[tuple[str, str]]) -> Iterator[Attack]:
    """Emptied wallets, by collector; those in `known` (collector, wallet) are something else already."""
    own = (traffic.origin == traffic.sender) | (traffic.origin == 0)
    gone = np.flatnonzero(own & (traffic.share >= SHARE) & (traffic.time != NONE))
    wallets = many(traffic.recipient[gone], traffic.sender[gone], traffic.skeleton.addresses)
    likely = (wallets >= FIRST) & (wallets >= MOSTLY * traffic.payers) & (traffic.skeleton.degree <= MOST)
    for to in np.flatnonzero(likely).tolist():
        mine = gone[traffic.recipient[gone] == to]
        each = (emptying(traffic, wallet, to) for wallet in distinct(traffic.sender[mine]).tolist())
        found = [one for one in each if one is not None]
        payers = len(distinct(traffic.sender[traffic.incoming(to)]))
        if sum(1 for one in found if one.lived) < FIRST or len(found) < MOSTLY * payers:
            continue
        first = min(int(one.places[0]) for one in found)
        before = traffic.outgoing(to)
        if np.any(before < first) or _kin(traffic, [one.wallet for one in found]):
            continue
        write.learn([to, *(one.wallet for one in found)])
        attacks = [_attack(traffic, write, one, to) for one in found]
        yield from (one for one in attacks if (one.by, one.wallet) not in known)


def emptying(traffic: Traffic, wallet: int, to: int) -> Emptying | None:
    """How a wallet was emptied; None where it was not, or had dealt with that address before."""
    out = traffic.outgoing(wallet)
    there = out[(traffic.recipient[out] == to) & (traffic.time[out] != NONE)]
    if traffic.skeleton.degree[wallet] > LONG or not len(there):
        return None
    first = int(there[0])
    within = (traffic.time[there] >= traffic.time[first]) & (traffic.time[there] <= traffic.time[first] + WITHIN)
    there = there[within]
    lived = len(distinct(traffic.recipient[out[(out < first) & (traffic.recipient[out] != to)]])) >= OTHERS
    into = traffic.incoming(wallet)
    if np.any(traffic.sender[into[into < first]] == to):
        return None
    return Emptying(wallet, there, lived) if _nothing_left(traffic, wallet, there) else None


def _nothing_left(traffic: Traffic, wallet: int, there: Integers) -> bool:
    """Whether these movements took nearly all of some assets, and no other verified one is there after them."""
    gone = set(distinct(traffic.asset[there[traffic.share[there] >= SHARE]]).tolist())
    index, ledger = traffic.skeleton.ledger.index, traffic.skeleton.ledger
    last = int(traffic.row[there[-1]])
    for holding in index.holdings(wallet):
        asset = index.asset(holding)
        if not ledger.assets[asset].verified or asset in gone:
            continue
        rows, incoming, amounts, _ = index.movements(holding)
        balance = least = held = 0
        for row, comes, amount in zip(np.asarray(rows).tolist(), incoming, amounts, strict=True):
            balance += amount if comes else -amount
            least = min(least, balance)
            if row <= last:
                held = balance
        if held - least > 0 and int(np.asarray(rows)[0]) <= last:
            return False
    return bool(gone)


def _kin(traffic: Traffic, wallets: Sequence[int]) -> bool:
    """Whether most of the wallets may be one owner's: they dealt with each other, or one person set them up."""
    among = traffic.skeleton.marked(wallets)
    dealt = {w for w in wallets if any(among[traffic.recipient[traffic.outgoing(w)]])}
    givers: Counter[int] = Counter()
    for wallet in wallets:
        into = traffic.incoming(wallet)
        givers.update(traffic.sender[into[:1]].tolist())
    giver, most = givers.most_common(1)[0] if givers else (0, 0)
    if len(dealt) >= KIN * len(wallets):
        return True
    skeleton = traffic.skeleton
    gave = len(distinct(skeleton.recipient[skeleton.sender == giver]))
    return most >= KIN * len(wallets) and gave <= FEW * len(wallets)


def _attack(traffic: Traffic, write: Writer, one: Emptying, to: int) -> Attack:
    rows = traffic.row[one.places].tolist()
    assets = traffic.asset[one.places].tolist()
    seconds = int(traffic.time[one.places[-1]] - traffic.time[one.places[0]])
    facts = {"assets": len(set(assets)), "seconds": seconds}
    by, time = write.address(to), moment(int(traffic.time[one.places[0]]))
    lost = write.lost(rows, assets)
    return Attack("emptied", write.address(one.wallet), by, time, write.hashes(rows), lost, facts, (by,))
