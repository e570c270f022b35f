"""Union by size that never changes a link: so a forest can be asked, and cut back, as of any transaction.

`parent[x]` is whom x was linked to, 0 for a root (id 0 is nobody). `when[x]` is the transaction that linked x; of a
root it is how many other addresses hang below it. From an address upward the transactions never descend, since only
roots are linked; and no path is longer than the logarithm of the number of addresses, as the smaller tree is hung
below.
"""

from typing import Any

import numpy as np
from numba import njit

AHEAD = 24  # rows whose parents are touched before they are asked for: the waits for memory overlap
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
def unite(tx: Any, owner: Any, parent: Any, when: Any) -> int:
    """Join the addresses of each transaction; rows in the order of transactions."""
    n = owner.size
    last = n - AHEAD
    now, root, touched = np.int64(-1), np.uint32(0), np.uint32(0)
    for i in range(n):
        if i < last:
            touched += parent[owner[i + AHEAD]]
        x = root_of(parent, owner[i])
        t = np.int64(tx[i])
        if t != now:
            now, root = t, x
        elif x != root:
            root = _link(parent, when, root, x, tx[i])
    return int(touched)


@njit(cache=True, nogil=True)
def unite_guarded(
    tx: Any, owner: Any, rule: Any, parent: Any, when: Any, how: Any, actor: Any, most: int, refused: Any, start: int
) -> Any:
    """Join the addresses of each group unless a guard objects; then nothing of the group is joined.

    `actor` (of roots; may be empty) says whose a cluster is said to be, and no two are joined. No two clusters of more
    than `most` addresses each are joined. Refusals fill rows of `refused` (row, two addresses, why). Stops early when
    that is full; gives the row to go on from, and how many refusals there are.
    """
    n, count = owner.size, 0
    touched = np.uint32(0)
    roots = np.empty(64, np.uint32)
    i = start
    while i < n:
        end = i + 1
        while end < n and (rule[end] & BEGINS == 0 if rule.size else tx[end] == tx[i]):
            end += 1
        if end - i > roots.size:
            roots = np.empty(2 * (end - i), np.uint32)
        largest, second, named, objector, reason = i, -1, -1, -1, 0
        for j in range(i, end):
            if j + AHEAD < n:
                touched += parent[owner[j + AHEAD]]
            roots[j - i] = root_of(parent, owner[j])
            x = roots[j - i]
            if x == roots[largest - i]:
                pass
            elif when[x] > when[roots[largest - i]]:
                second, largest = largest, j
            elif second < 0 or (x != roots[second - i] and when[x] > when[roots[second - i]]):
                second = j
            if actor.size and actor[x] != 0:
                if named < 0:
                    named = j
                elif actor[x] != actor[roots[named - i]] and objector < 0:
                    objector = j
        one, other = named, objector
        if objector >= 0:
            reason = ACTORS
        elif second >= 0 and np.int64(when[roots[second - i]]) + 1 > most:
            one, other, reason = largest, second, SIZE
        if reason:
            if count == refused.shape[0]:
                return i, count, touched
            refused[count, 0], refused[count, 1], refused[count, 2] = i, owner[one], owner[other]
            refused[count, 3] = reason
            count += 1
        else:
            name = actor[roots[named - i]] if named >= 0 else 0
            top = roots[0]
            kind = rule[i] & np.uint8(0x7F) if rule.size else np.uint8(0)
            for j in range(i + 1, end):
                x = root_of(parent, roots[j - i])
                if x != top:
                    root = _link(parent, when, top, x, tx[i])
                    below = x if root == top else top
                    if kind:
                        how[below] = kind
                    top = root
            if named >= 0:
                actor[top] = name
        i = end
    return n, count, touched


@njit(cache=True, nogil=True)
def ascends(tx: Any, owner: Any) -> Any:
    """Whether transactions ascend, and whether every address is somebody."""
    somebody = True
    for i in range(tx.size):
        somebody &= owner[i] != 0
        if i and tx[i] < tx[i - 1]:
            return False, somebody
    return True, somebody


@njit(cache=True, nogil=True)
def roots(parent: Any, when: Any, ids: Any, tx: int, out: Any) -> None:
    """The roots of ids by what transactions before `tx` said."""
    for i in range(ids.size):
        out[i] = root_before(parent, when, ids[i], tx)


@njit(cache=True, nogil=True)
def least(parent: Any, out: Any) -> Any:
    """For every id the least id of its cluster."""
    touched = np.uint32(0)
    for x in range(1, out.size):
        if x + AHEAD < out.size:
            touched += parent[parent[x + AHEAD]]
        root = root_of(parent, np.uint32(x))
        if out[root] == 0:
            out[root] = x
        out[x] = out[root]
    return touched


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
