"""Where stolen value can have gone in a CoinJoin: for each output the least, the most, and what may be expected.

Nobody can say which of the equal outputs is whose; what is certain follows from sums alone.
"""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from cointrail.conversions.mixers.coinjoin import Join
from cointrail.conversions.mixers.transaction import Transaction

MOST_PAYERS = 20  # addresses: of more, not every set is looked at, and nothing is linked
MOST_EARNED = 1  # percent of the mixed value that a maker may earn (JoinMarket's offers are at most tenths of that)


@dataclass(frozen=True)
class Share:
    """How much of an output can be stolen, in smallest units. `least` and `most` hold in any reading in which change is
    its payer's; `expected` is the mean where every other output is anybody's in proportion to what each put in."""

    least: int
    most: int
    expected: Fraction


def spread(tx: Transaction, join: Join, stolen: Mapping[int, int]) -> list[Share]:
    """The shares of all outputs, in their order, if of the inputs with these places so much is stolen.

    ValueError where it is not known what an input is worth.
    """
    if not tx.known:
        raise ValueError("what an input is worth is not known")
    linked = changes(tx, join)
    person: dict[Hashable, Hashable] = {payer: payers for payers in linked.values() for payer in payers}
    purses: dict[Hashable, _Purse] = {}
    for place, (payer, worth) in enumerate(zip(tx.payers, tx.spent, strict=True)):
        purse = purses.setdefault(person.get(payer, payer), _Purse())
        purse.whole += worth or 0
        purse.stolen += stolen.get(place, 0)
    for place, payers in linked.items():
        purses[payers].change += tx.paid[place]
    earned = _earned(join)  # so much of somebody else's may be in what a person gets
    mixed = sum(purse.mixed for purse in purses.values())
    dirty = sum(min(purse.stolen, purse.mixed + earned) for purse in purses.values())
    clean = sum(min(purse.clean, purse.mixed + earned) for purse in purses.values())
    parts = (Fraction(purse.stolen * purse.mixed, purse.whole) for purse in purses.values() if purse.whole)
    mean = sum(parts, Fraction()) / mixed if mixed else Fraction()
    everything = sum(purse.stolen for purse in purses.values())
    found = []
    for place, value in enumerate(tx.paid):
        if place in linked:
            own = purses[linked[place]]
            least, most = max(0, value - own.clean - earned), min(value, own.stolen + earned, everything)
            found.append(Share(least, most, Fraction(value * own.stolen, own.whole)))
        else:
            found.append(Share(max(0, value - clean), min(value, dirty, everything), value * mean))
    return found


def _earned(join: Join) -> int:
    """The most that one may earn by taking part."""
    return -(-max(join.denominations) * MOST_EARNED // 100)


@dataclass
class _Purse:
    """What one payer put in, how much of it was stolen, and how much came back as change."""

    whole: int = 0
    stolen: int = 0
    change: int = 0

    @property
    def clean(self) -> int:
        return self.whole - self.stolen

    @property
    def mixed(self) -> int:
        """What is in the mix, and pays the fee."""
        return self.whole - self.change


def changes(tx: Transaction, join: Join) -> dict[int, frozenset[Hashable]]:
    """The outputs of which it is known whose change they are: place, and the addresses that paid in for it.

    A person has any of the payers' addresses, takes one of the equal outputs, and gets the rest back, less a share of
    the fee, or with what a maker earns. An output is linked where one set of addresses alone can have left it. Where
    several values are mixed a person takes more than one output, and nothing is linked.
    """
    into: dict[Hashable, int] = {}
    for payer, worth in zip(tx.payers, tx.spent, strict=True):
        into[payer] = into.get(payer, 0) + (worth or 0)
    if len(join.denominations) != 1 or len(into) > MOST_PAYERS or sum(into.values()) >= 1 << 62:
        return {}
    [value] = join.denominations
    sums = np.zeros(1, np.int64)
    for worth in into.values():
        sums = np.concatenate([sums, sums + worth])  # of every set of payers, its number in binary
    earned = _earned(join)
    paid = sum(into.values()) - sum(tx.paid) + earned * len(into)
    found: dict[int, frozenset[Hashable]] = {}
    for place, rest in enumerate(tx.paid):
        if rest != value:
            fits = np.flatnonzero((sums >= value + rest - earned) & (sums <= value + rest + paid))
            if len(fits) == 1:
                found[place] = frozenset(payer for n, payer in enumerate(into) if fits[0] >> n & 1)
    claims = Counter(payer for payers in found.values() for payer in payers)
    return {place: payers for place, payers in found.items() if all(claims[payer] == 1 for payer in payers)}
