"""Union by size that never changes a link: so a forest can be asked, and cut back, as of any transaction.

`parent[x]` is whom x was linked to, 0 for a root (id 0 is nobody). `when[x]` is the transaction that linked x; of a
root it is how many other addresses hang below it. From an address upward the transactions never descend, since only
roots are linked; and no path is longer than the logarithm of the number of addresses, as the smaller tree is hung
below.
"""

from typing import Any

import numpy as np
from numba import njit

from cointrail.ledger.prefetch import prefetch

FIRST, THEN, LAST = 32, 20, 8  # rows ahead at which one link more of a path is asked for: waits for memory overlap
BEGINS = np.uint8(0x80)
ACTORS, SIZE = 1, 2  # why a group was refused


@njit(cache=True, nogil=True)
def root_of(parent: Any, x: Any) -> Any:
    while parent[x] != 0:
        x = parent[x]
    return x


@njit(cache=True, nogil=True)
def root_before(parent: Any, when: Any, x: Any, tx: int) -> Any:
    while parent[x] != 0 and when[x] < tx:
        x = parent[x]
    return x


@njit(cache=True, nogil=True)
def _link(parent: Any, when: Any, one: Any, other: Any, tx: Any) -> Any:
    """Hang the smaller tree below the larger; of equal ones the second below the first. The root of both."""
    big, small = when[one], when[other]
    if big < small:
        one, other = other, one
    parent[other] = one
    when[other] = tx
    when[one] = big + small + np.uint32(1)
    return one


@njit(cache=True, nogil=True)
def _ask(owner: Any, parent: Any, when: Any, i: int) -> None:
    """Ask for what rows to come will need: where they are linked to, and of what is or may be a root its size."""
    prefetch(parent, owner[i + FIRST])
    x = owner[i + THEN]
    above = parent[x]
    prefetch(parent, above)
    prefetch(when, x if above == 0 else above)
    x = parent[parent[owner[i + LAST]]]
    prefetch(parent, x)
    prefetch(when, x)


@njit(cache=True, nogil=True)
def unite(tx: Any, owner: Any, parent: Any, when: Any) -> None:
    """Join the addresses of each transaction; rows in the order of transactions."""
    n = owner.size
    now, root = np.int64(-1), np.uint32(0)
    for i in range(n):
        if i < n - FIRST:
            _ask(owner, parent, when, i)
        t = np.int64(tx[i])
        if t != now:
            now = t
            if i + 1 < n and np.int64(tx[i + 1]) == t:  # a transaction of one row joins nothing
                root = root_of(parent, owner[i])
        else:
            x = root_of(parent, owner[i])
            if x != root:
                root = _link(parent, when, root, x, tx[i])


@njit(cache=True, nogil=True)
def _end(tx: Any, rule: Any, begin: int) -> int:
    """The row behind a group."""
    end = begin + 1
    while end < tx.size and (rule[end] & BEGINS == 0 if rule.size else tx[end] == tx[begin]):
        end += 1
    return end


@njit(cache=True, nogil=True)
def _objection(owner: Any, parent: Any, when: Any, actor: Any, begin: int, end: int) -> Any:
    """Two rows of a group that may not be joined, and why: of two actors, or else of the two largest clusters."""
    largest, second, named = begin, -1, -1
    for j in range(begin, end):
        x, top = root_of(parent, owner[j]), root_of(parent, owner[largest])
        if actor.size and actor[x] != 0:
            if named < 0:
                named = j
            elif actor[x] != actor[root_of(parent, owner[named])]:
                return named, j, ACTORS
        if x != top:
            if when[x] > when[top]:
                second, largest = largest, j
            elif second < 0 or when[x] > when[root_of(parent, owner[second])]:
                second = j
    return largest, second, SIZE


@njit(cache=True, nogil=True)
def unite_guarded(
    tx: Any,
    owner: Any,
    rule: Any,
    parent: Any,
    when: Any,
    how: Any,
    actor: Any,
    most: int,
    undo: Any,
    refused: Any,
    start: int,
) -> Any:
    """Join the addresses of each group unless a guard objects; then nothing of the group is joined.

    `actor` (of roots; may be empty) says whose a cluster is said to be, and no two are joined. No two clusters of more
    than `most` addresses each are joined, as they were before the group. Refusals fill rows of `refused` (row, two
    addresses, why). Stops early when that is full; gives the row to go on from, and how many refusals there are.

    Objections are rare, so links are made at once and taken back: `undo`, which has room for the longest group, tells
    of each link in the group what hangs below, its size, the root, and the root's size and actor before.
    """
    n, count, links, begin, end = owner.size, 0, 0, start, start
    now, root = np.int64(-1), np.uint32(0)
    name, top = np.int64(0), np.int64(0)
    for i in range(start, n):
        if i < end:  # of a group that was refused
            continue
        if i < n - FIRST:
            _ask(owner, parent, when, i)
        x = root_of(parent, owner[i])
        if rule[i] & BEGINS != 0 if rule.size else np.int64(tx[i]) != now:
            now, root, begin, links = np.int64(tx[i]), x, i, 0
            name = np.int64(actor[x]) if actor.size else np.int64(0)
        elif x != root:
            if not links:
                top = np.int64(when[root])
            size = np.int64(when[x])
            other = np.int64(actor[x]) if actor.size else np.int64(0)
            if min(top, size) >= most or (name != 0 and other != 0 and name != other):
                for k in range(links - 1, -1, -1):
                    child, above = undo[k, 0], undo[k, 2]
                    parent[child], when[child], how[child] = 0, undo[k, 1], 0
                    when[above] = undo[k, 3]
                    if actor.size:
                        actor[above] = undo[k, 4]
                if count == refused.shape[0]:
                    return begin, count
                end = _end(tx, rule, begin)
                one, two, reason = _objection(owner, parent, when, actor, begin, end)
                refused[count, 0], refused[count, 1], refused[count, 2] = begin, owner[one], owner[two]
                refused[count, 3] = reason
                count, now = count + 1, np.int64(-1)
                continue
            before, whole = root, np.int64(when[root])
            root = _link(parent, when, root, x, tx[i])
            below = x if root == before else before
            undo[links, 0], undo[links, 1] = below, size if below == x else whole
            undo[links, 2], undo[links, 3] = root, whole if below == x else size
            if actor.size:
                undo[links, 4] = actor[root]
                name = name if name != 0 else other
                actor[root] = name
            if rule.size:
                how[below] = rule[i] & np.uint8(0x7F)
            top = max(top, size)
            links += 1
    return n, count


@njit(cache=True, nogil=True)
def ascends(tx: Any) -> Any:
    """Whether transactions ascend."""
    sound = True
    for i in range(1, tx.size):  # to the end, without a branch: several at once
        sound &= tx[i] >= tx[i - 1]
    return sound


@njit(cache=True, nogil=True)
def ends(owner: Any) -> Any:
    """The least and the highest address."""
    low = high = owner[0]
    for i in range(owner.size):
        low, high = min(low, owner[i]), max(high, owner[i])
    return low, high


@njit(cache=True, nogil=True)
def longest(tx: Any) -> Any:
    """The most rows of one transaction."""
    begin = most = 0
    for i in range(tx.size):
        if tx[i] != tx[begin]:
            most = max(most, i - begin)
            begin = i
    return max(most, tx.size - begin)


@njit(cache=True, nogil=True)
def roots(parent: Any, when: Any, ids: Any, tx: int, out: Any) -> None:
    """The roots of ids by what transactions before `tx` said."""
    for i in range(ids.size):
        out[i] = root_before(parent, when, ids[i], tx)


@njit(cache=True, nogil=True)
def least(parent: Any, out: Any) -> None:
    """For every id the least id of its cluster."""
    for x in range(1, out.size):
        if x + FIRST < out.size:
            above = parent[x + FIRST // 2]
            prefetch(parent, parent[x + FIRST])
            prefetch(parent, parent[above])
            prefetch(out, above)
        root = root_of(parent, np.uint32(x))
        if out[root] == 0:
            out[root] = x
        out[x] = out[root]


@njit(cache=True, nogil=True)
def least_before(parent: Any, when: Any, tx: int, out: Any) -> None:
    """The same by what transactions before one said."""
    for x in range(1, out.size):
        root = root_before(parent, when, np.uint32(x), tx)
        if out[root] == 0:
            out[root] = x
        out[x] = out[root]


@njit(cache=True, nogil=True)
def cut(parent: Any, when: Any, how: Any, tx: int) -> None:
    """Forget what was joined by a transaction or a later one."""
    for x in range(parent.size):
        if parent[x] == 0:
            when[x] = 0
        elif when[x] >= tx:
            parent[x] = when[x] = 0
            how[x] = 0
    for x in range(parent.size):
        if parent[x] != 0:
            when[root_of(parent, np.uint32(x))] += np.uint32(1)


@njit(cache=True, nogil=True)
def met(parent: Any, when: Any, one: Any, other: Any) -> Any:
    """The transaction that brought two addresses into one cluster; -1 where they are in two."""
    last = np.int64(-1)
    while one != other:
        first = np.int64(when[one]) if parent[one] != 0 else np.int64(1) << 40
        second = np.int64(when[other]) if parent[other] != 0 else np.int64(1) << 40
        if first > second:
            one, other, first = other, one, second
        if first == np.int64(1) << 40:
            return -1
        last = first
        one = parent[one]
    return last


@njit(cache=True, nogil=True)
def count_children(parent: Any, out: Any) -> None:
    for x in range(1, parent.size):
        if parent[x] != 0:
            out[parent[x]] += 1


@njit(cache=True, nogil=True)
def fill_children(parent: Any, at: Any, out: Any) -> None:
    for x in range(1, parent.size):
        above = parent[x]
        if above != 0:
            out[at[above]] = x
            at[above] += 1


@njit(cache=True, nogil=True)
def below(root: Any, when: Any, start: Any, children: Any, tx: int) -> Any:
    """A root and all that hangs below it by transactions before `tx`."""
    room = np.empty(16, np.uint32)
    room[0] = root
    done, count = 0, 1
    while done < count:
        x = room[done]
        done += 1
        for k in range(start[x], start[x + np.uint32(1)]):
            if when[children[k]] < tx:
                if count == room.size:
                    wider = np.empty(2 * count, np.uint32)
                    wider[:count] = room
                    room = wider
                room[count] = children[k]
                count += 1
    return room[:count].copy()
