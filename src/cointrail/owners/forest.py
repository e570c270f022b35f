"""The clusters as a forest that remembers which transaction made each link, and can so be asked as of any of them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cointrail.errors import InputError
from cointrail.owners import kernel
from cointrail.owners.guards import Guards, unlabelled
from cointrail.owners.ties import Ids, Ties

ROOM = 1.25  # how much longer arrays become when they are too short, so that growing by little is cheap
FIRST_ROOM = 1 << 10
REFUSED = 1 << 12  # refusals between two looks at their room
UNDO = 5  # what the kernel keeps of a link to take it back
END = 1 << 33  # a transaction behind all


@dataclass
class Forest:
    """`parent`, `when` and `how` by address id (see `kernel`); `size` ids are in use, id 0 is nobody."""

    parent: Ids
    when: Ids
    how: npt.NDArray[np.uint8]  # the rule of each link
    size: int = 1
    last: int = -1  # the last transaction that was looked at

    def extend(self, ties: Ties, guards: Guards | None = None) -> npt.NDArray[np.uint32]:
        """Join what later transactions say; ties in the order of transactions, all behind those looked at before.

        Gives the refusals: row of `ties`, two addresses, and the number of the reason. InputError where a tie names
        nobody, or transactions do not ascend.
        """
        if not len(ties):
            return np.empty((0, 4), np.uint32)
        if int(ties.tx[0]) <= self.last or not kernel.ascends(ties.tx):
            raise InputError("transactions of ties do not ascend: sort them in chain order, and only go on behind")
        low, high = kernel.ends(ties.owner)
        if not low:
            raise InputError("a tie names address 0, which is nobody: leave out inputs of unknown owners")
        self._room(int(high) + 1)
        self.last = int(ties.tx[-1])
        self.__dict__.pop("_children", None)
        guards = guards or unlabelled(None)
        if guards.idle and not len(ties.rule):
            kernel.unite(ties.tx, ties.owner, self.parent, self.when)
            return np.empty((0, 4), np.uint32)
        return self._guarded(ties, guards)

    def _guarded(self, ties: Ties, guards: Guards) -> npt.NDArray[np.uint32]:
        actor = self._actors(guards)
        most = END if guards.most is None else guards.most
        undo = np.empty((kernel.longest(ties.tx), UNDO), np.int64)
        parts, row = [], 0
        while row < len(ties):
            refused = np.empty((REFUSED, 4), np.uint32)
            row, count = kernel.unite_guarded(
                ties.tx, ties.owner, ties.rule, self.parent, self.when, self.how, actor, most, undo, refused, row
            )
            parts.append(refused[:count])
        return np.concatenate(parts)

    def _actors(self, guards: Guards) -> npt.NDArray[np.int32]:
        """Whom labels name in each cluster, by its root."""
        if not len(guards.labelled):
            return np.empty(0, np.int32)
        self._room(int(guards.labelled.max()) + 1)
        actor = np.zeros(len(self.parent), np.int32)
        actor[self.roots(guards.labelled)] = guards.actor
        return actor

    def roots(self, ids: npt.NDArray[np.integer], before: int = END) -> Ids:
        """What stands for the clusters of addresses, by what transactions before the given one say."""
        out = ids.astype(np.uint32)
        known = np.flatnonzero(out < len(self.parent))  # no tie named the others: each is alone
        found = np.empty(len(known), np.uint32)
        kernel.roots(self.parent, self.when, out[known], before, found)
        out[known] = found
        return out

    def root(self, one: int, before: int = END) -> int:
        return int(self.roots(np.array([one]), before)[0])

    def least(self, before: int = END) -> Ids:
        """For every id the least id of its cluster: the cluster's name."""
        out = np.zeros(self.size, np.uint32)
        if before > self.last:
            kernel.least(self.parent, out)
        else:
            kernel.least_before(self.parent, self.when, before, out)
        return out

    def members(self, one: int, before: int = END) -> Ids:
        """The ids of an address's cluster, ascending."""
        root = self.root(one, before)
        if root >= self.size:
            return np.array([root], np.uint32)
        start, children = self._children
        return np.sort(kernel.below(np.uint32(root), self.when, start, children, before))

    def met(self, one: int, other: int) -> int | None:
        """The transaction that brought two addresses into one cluster; None where they are in two."""
        if one == other or max(one, other) >= self.size:
            return None
        found = int(kernel.met(self.parent, self.when, np.uint32(one), np.uint32(other)))
        return None if found < 0 else found

    def replay(self, ties: Ties) -> None:
        """Join again what ties of transactions looked at before say, between addresses that were taken apart."""
        if len(ties):
            self._guarded(ties, unlabelled(None))

    def cut(self, tx: int) -> None:
        """Forget what a transaction and all later ones said."""
        kernel.cut(self.parent[: self.size], self.when[: self.size], self.how[: self.size], tx)
        self.last = min(self.last, tx - 1)
        self.__dict__.pop("_children", None)

    def part(self, ids: Ids) -> None:
        """Take whole clusters apart, given all their ids."""
        self.parent[ids] = self.when[ids] = 0
        self.how[ids] = 0
        self.__dict__.pop("_children", None)

    @cached_property
    def _children(self) -> tuple[npt.NDArray[np.int64], Ids]:
        """What hangs directly below every id: where its list begins, and the lists."""
        parent = self.parent[: self.size]
        start = np.zeros(self.size + 1, np.int64)
        kernel.count_children(parent, start[1:])
        np.cumsum(start, out=start)
        children = np.empty(int(start[-1]), np.uint32)
        kernel.fill_children(parent, start[:-1].copy(), children)
        return start, children

    def _room(self, ids: int) -> None:
        """Make place for ids below a number. Zeros that nobody wrote to take no memory."""
        self.size = max(self.size, ids)
        if ids <= len(self.parent):
            return
        room = max(FIRST_ROOM, int(ids * ROOM))
        for name in ("parent", "when", "how"):
            old = getattr(self, name)
            wider = np.zeros(room, old.dtype)
            wider[: len(old)] = old
            setattr(self, name, wider)


def seedling() -> Forest:
    """A forest in which everybody is alone."""
    return Forest(np.zeros(0, np.uint32), np.zeros(0, np.uint32), np.zeros(0, np.uint8))
