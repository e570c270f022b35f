"""How right clusters are where owners are known: over pairs of addresses."""

from collections import Counter
from collections.abc import Hashable, Iterable


def paired(said: Iterable[tuple[Hashable, Hashable]]) -> tuple[int, float, float]:
    """Of every address its cluster and its owner: how many pairs have one owner, precision and recall over pairs.

    Precision is the share of pairs in one cluster that have one owner, recall the share of pairs of one owner that are
    in one cluster; both are 1 where there is nothing to be wrong about.
    """
    listed = list(said)
    both, cluster, owner = (
        sum(n * (n - 1) // 2 for n in Counter(words).values())
        for words in (listed, [one for one, _ in listed], [other for _, other in listed])
    )
    return owner, both / cluster if cluster else 1.0, both / owner if owner else 1.0
