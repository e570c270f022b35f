"""The heights of blocks, from how their headers name each other; and which of them are on the longest chain.

A node stores blocks in the order in which they came, with those that were given up later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """What a header says of its place: its hash, the one before it, and the height that the block names, if any."""

    hash: bytes
    before: bytes
    named: int | None


def heights(
    links: Sequence[Link], genesis: bytes, first: int | None = None, known: Mapping[bytes, int] | None = None
) -> tuple[dict[bytes, int], set[bytes]]:
    """The height of every block on the longest chain of those given, and the blocks that nothing gives a height.

    Blocks of shorter branches are in neither. A chain of blocks is anchored by the first block of all, by a block whose
    height is `known`, by a height that its blocks name, or by `first`, the height of its first block.
    """
    by_hash = {link.hash: link for link in links}
    depth, roots = _depths(by_hash)
    found: dict[bytes, int] = {}
    lost: set[bytes] = set()
    for root in dict.fromkeys(roots.values()):
        mine = [hash_ for hash_ in by_hash if roots[hash_] == root]
        base = _anchor([by_hash[hash_] for hash_ in mine], depth, by_hash[root], genesis, first, known or {})
        if base is None:
            lost |= set(mine)
            continue
        tip = max(mine, key=lambda hash_: depth[hash_])  # of equals the one that came first
        while tip in by_hash:
            found[tip] = base + depth[tip]
            tip = by_hash[tip].before
    return found, lost


def _depths(by_hash: Mapping[bytes, Link]) -> tuple[dict[bytes, int], dict[bytes, bytes]]:
    """How many of the blocks come before each, and the first of them."""
    depth: dict[bytes, int] = {}
    roots: dict[bytes, bytes] = {}
    for start in by_hash:
        path = []
        at = start
        while at in by_hash and at not in depth:
            path.append(at)
            depth[at] = 0  # a header cannot lead back to itself; hostile ones must not hold us up
            at = by_hash[at].before
        for hash_ in reversed(path):
            before = by_hash[hash_].before
            depth[hash_] = depth[before] + 1 if before in roots else 0
            roots[hash_] = roots.get(before, hash_)
    return depth, roots


def _anchor(
    mine: Sequence[Link],
    depth: Mapping[bytes, int],
    root: Link,
    genesis: bytes,
    first: int | None,
    known: Mapping[bytes, int],
) -> int | None:
    if root.hash == genesis:
        return 0
    if root.before == genesis:
        return 1
    if root.before in known:
        return known[root.before] + 1
    if first is not None:
        return first
    named = [link.named - depth[link.hash] for link in mine if link.named is not None]
    agreed = max(set(named), key=lambda base: (named.count(base), base), default=None)
    sure = agreed is not None and agreed > 0 and 2 * named.count(agreed) > len(named)
    return agreed if sure else None
