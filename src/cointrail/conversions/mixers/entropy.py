"""How many ways a CoinJoin can be read, and with what probability an input paid an output.

A reading splits inputs and outputs into groups, each of which pays for itself: what comes in covers what goes out, and
no more is left over than the whole fee. LaurentMT, "Bitcoin Transactions & Privacy" (2015): entropy is the logarithm to
base two of the number of readings. Where their number is out of reach it is bounded, never estimated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from math import comb, factorial, log2

from cointrail.conversions.mixers.transaction import Transaction

MOST_COINS = 13  # inputs and outputs together: up to so many, all readings are counted one by one


@dataclass(frozen=True)
class Entropy:
    """The number of readings lies between `least` and `most`; equal where it was counted."""

    least: int
    most: int

    @property
    def exact(self) -> bool:
        return self.least == self.most

    @property
    def bits(self) -> tuple[float, float]:
        """The same as entropy in bits."""
        return log2(self.least), log2(self.most)


def entropy(tx: Transaction) -> Entropy:
    """Count the readings of a transaction whose inputs are known, or bound them.

    At least the reading as one payment exists. At most inputs and outputs can be grouped in any way: groups of inputs
    and as many groups of outputs, matched in any order. ValueError where it is not known what an input is worth.
    """
    if not tx.known:
        raise ValueError("what an input is worth is not known")
    spent = tuple(worth for worth in tx.spent if worth is not None)
    if _alike(spent, tx.paid):
        count = equal(len(tx.paid))
        return Entropy(count, count)
    if len(spent) + len(tx.paid) <= MOST_COINS:
        count = len(list(readings(spent, tx.paid)))
        return Entropy(count, count)
    return Entropy(_least(spent, tx.paid), _most(len(spent), len(tx.paid)))


def equal(size: int) -> int:
    """The readings of so many inputs and as many outputs, all of one value: over all partitions of the number into
    groups of sizes s, of which m have one size, the square of size! over the product of s!^2 and m!."""
    return sum(_partition(parts, size) for parts in _partitions(size, size))


def linked(size: int) -> tuple[int, int]:
    """Of how many readings of such a transaction one input pays one output, and how many there are: a group of s inputs
    and s outputs joins them in s^2 of size^2 pairs."""
    together = 0
    for parts in _partitions(size, size):
        count = _partition(parts, size)
        together += count * sum(part * part for part in parts)
    return together // (size * size), equal(size)


def readings(spent: Sequence[int], paid: Sequence[int]) -> Iterator[list[tuple[frozenset[int], frozenset[int]]]]:
    """All readings of a small transaction, each as its groups of inputs and outputs by their places."""
    fee = sum(spent) - sum(paid)
    if fee < 0 or not spent or not paid:
        return
    yield from _split(tuple(range(len(spent))), tuple(range(len(paid))), tuple(spent), tuple(paid), fee)


def _split(
    ins: tuple[int, ...], outs: tuple[int, ...], spent: Sequence[int], paid: Sequence[int], fee: int
) -> Iterator[list[tuple[frozenset[int], frozenset[int]]]]:
    """The first input and whoever is in its group, then the rest."""
    if not ins or not outs:
        if not ins and not outs:
            yield []
        return
    first, others = ins[0], ins[1:]
    for size in range(len(others) + 1):
        for more in combinations(others, size):
            worth = spent[first] + sum(spent[one] for one in more)
            left = tuple(one for one in others if one not in more)
            for count in range(1, len(outs) + 1):
                for to in combinations(outs, count):
                    if 0 <= worth - sum(paid[one] for one in to) <= fee:
                        rest = tuple(one for one in outs if one not in to)
                        for reading in _split(left, rest, spent, paid, fee):
                            yield [(frozenset((first, *more)), frozenset(to)), *reading]


def _alike(spent: Sequence[int], paid: Sequence[int]) -> bool:
    """Whether every output has one value and every input that and a fee too small to matter, so that any group of
    inputs pays for as many outputs and no group for more or fewer."""
    if len(spent) != len(paid) or len(set(paid)) != 1:
        return False
    excess = [worth - paid[0] for worth in spent]
    return min(excess) >= 0 and sum(excess) < paid[0]


def _least(spent: Sequence[int], paid: Sequence[int]) -> int:
    """Readings that are certain: with k inputs each worth an output of one value that k outputs have, and the rest
    paying for itself, any such input can pay any such output."""
    value = max(set(paid), key=lambda one: (paid.count(one), one))
    same = paid.count(value)
    exact = sum(one == value for one in spent)
    rest = sum(spent) - exact * value - (sum(paid) - min(exact, same) * value)
    return factorial(exact) if 1 <= exact <= same and rest >= 0 else 1


def _most(ins: int, outs: int) -> int:
    return int(sum(_ways(ins, k) * _ways(outs, k) * factorial(k) for k in range(1, min(ins, outs) + 1)))


@cache
def _ways(size: int, groups: int) -> int:
    """In how many ways so many things fall into so many groups (Stirling numbers of the second kind)."""
    if groups == 0 or groups > size:
        return int(size == groups)
    signed = (comb(groups, k) * (groups - k) ** size * (-1 if k % 2 else 1) for k in range(groups + 1))
    return int(sum(signed)) // factorial(groups)


def _partition(parts: tuple[int, ...], size: int) -> int:
    below = 1
    for part in parts:
        below *= factorial(part) ** 2
    for one in set(parts):
        below *= factorial(parts.count(one))
    return factorial(size) ** 2 // below


def _partitions(size: int, most: int) -> Iterator[tuple[int, ...]]:
    """The ways to write a number as a sum of parts, the largest first."""
    if size == 0:
        yield ()
    for part in range(min(size, most), 0, -1):
        for rest in _partitions(size - part, part):
            yield (part, *rest)
