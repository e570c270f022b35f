"""Where stolen value can have gone in a CoinJoin: for each output the least, the most, and what may be expected.

Nobody can say which of the equal outputs is whose; what is certain follows from sums alone. A change is its payer's
where no other payers' inputs could have left it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from cointrail.conversions.mixers.coinjoin import Join
from cointrail.conversions.mixers.transaction import Transaction


@dataclass(frozen=True)
class Share:
    """How much of an output can be stolen, in smallest units. `least` and `most` hold in any reading; `expected` is
    the mean where every equal output is any participant's with equal chance, and the change is as linked."""

    least: int
    most: int
    expected: Fraction


def spread(tx: Transaction, join: Join, stolen: Collection[int]) -> list[Share]:
    """The shares of all outputs, in their order, if the inputs with the places `stolen` are stolen whole.

    ValueError where it is not known what an input is worth.
    """
    if not tx.known:
        raise ValueError("what an input is worth is not known")
    spent = [worth for worth in tx.spent if worth is not None]
    dirty = sum(spent[place] for place in stolen)
    clean = sum(spent) - dirty
    linked = changes(tx, join)
    thieves = {tx.payers[place] for place in stolen}
    mine = {output for output, payer in linked.items() if payer in thieves}
    theirs = set(linked) - mine
    free = [place for place in range(len(tx.paid)) if place not in linked]
    left = max(0, dirty - sum(tx.paid[place] for place in mine))
    whole = sum(tx.paid[place] for place in free)
    found = []
    for place, value in enumerate(tx.paid):
        if place in theirs:
            found.append(Share(0, 0, Fraction(0)))
        elif place in mine:
            found.append(Share(min(value, dirty), min(value, dirty), Fraction(min(value, dirty))))
        else:
            rest = clean - sum(tx.paid[other] for other in theirs)
            part = min(Fraction(1), Fraction(left, whole)) if whole else Fraction(0)
            found.append(Share(max(0, value - max(0, rest)), min(value, left), value * part))
    return found


def changes(tx: Transaction, join: Join) -> dict[int, object]:
    """The outputs that must be change of one payer, by place: of nobody else does what came in, less one of the join's
    values and no more than the fee, leave just that."""
    spent = [worth for worth in tx.spent if worth is not None]
    fee = sum(spent) - sum(tx.paid)
    into: dict[object, int] = {}
    for payer, worth in zip(tx.payers, spent, strict=True):
        into[payer] = into.get(payer, 0) + worth
    found: dict[int, object] = {}
    for place, value in enumerate(tx.paid):
        if value in join.denominations:
            continue
        able = [payer for payer, worth in into.items() if _leaves(worth, value, join, fee)]
        larger = [payer for payer, worth in into.items() if worth < value]
        if len(able) == 1 and not _together(larger, into, value):
            found[place] = able[0]
    return found


def _leaves(worth: int, change: int, join: Join, fee: int) -> bool:
    return any(0 <= worth - change - value <= fee for value in join.denominations)


def _together(small: Collection[object], into: dict[object, int], value: int) -> bool:
    """Whether payers who could not leave a change alone might have left it together, as one person with many
    addresses."""
    return sum(into[payer] for payer in small) > value
