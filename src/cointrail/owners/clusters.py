"""Clusters with all that speaks for them: extended, asked as of a transaction, explained, and taken apart again."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from cointrail.errors import InputError
from cointrail.owners.forest import END, Forest, seedling
from cointrail.owners.guards import Guards, Reason, Refusal, unlabelled
from cointrail.owners.rules import Rule
from cointrail.owners.ties import Ids, Ties


@dataclass(frozen=True)
class Step:
    """Two addresses of one group: this transaction says by this rule that they have one owner."""

    one: int
    other: int
    rule: Rule
    tx: int


@dataclass
class Clusters:
    """A forest, the ties it grew from in parts, and the groups that guards refused.

    Addresses are ids; one that no tie names is alone. `before` is everywhere the first transaction that no longer
    counts. `refused` has a row for each group: part, row in the part, two addresses that object, reason.
    """

    guards: Guards = field(default_factory=unlabelled)
    forest: Forest = field(default_factory=seedling)
    parts: list[Ties] = field(default_factory=list)
    refused: list[tuple[int, int, int, int, int]] = field(default_factory=list)

    def extend(self, ties: Ties) -> None:
        """Take in the ties of later transactions: costs what they cost, whatever there was before.

        InputError where they are not later, or name nobody.
        """
        found = self.forest.extend(ties, self.guards)
        self.refused += [(len(self.parts), *row) for row in found.tolist()]
        if len(ties):
            self.parts.append(ties)

    def members(self, one: int, before: int = END) -> list[int]:
        """All addresses of the owner of one, ascending; the first stands for the cluster."""
        found: list[int] = self.forest.members(one, before).tolist()
        return found

    def same(self, one: int, other: int, before: int = END) -> bool:
        """Whether two addresses are said to have one owner."""
        return self.forest.root(one, before) == self.forest.root(other, before)

    def names(self, before: int = END) -> Ids:
        """For every id the least id of its cluster."""
        return self.forest.least(before)

    def refusals(self, before: int = END) -> Iterator[Refusal]:
        """The groups that were not joined, in the order of the chain."""
        for part, row, one, other, reason in self.refused:
            if (tx := int(self.parts[part].tx[row])) < before:
                yield Refusal(tx, one, other, Reason(reason))

    def explain(self, one: int, other: int, before: int = END) -> list[Step] | None:
        """Why two addresses have one owner, as steps from one to the other; None where nothing says so.

        The transaction that brought the two clusters together names an address of either, and whatever is left to
        explain was together before it.
        """
        if not self.same(one, other, before):
            return None
        steps: list[Step] = []
        left: list[Step | tuple[int, int]] = [(one, other)]
        while left:
            part = left.pop()
            if isinstance(part, Step):
                steps.append(part)
            elif (tx := self.forest.met(*part)) is not None:
                left += reversed(self._across(*part, tx))
        return steps

    def _across(self, one: int, other: int, tx: int) -> list[Step | tuple[int, int]]:
        """The way between two addresses that a transaction brought together: its steps, and what lies between them."""
        groups = [self._told(part, tx) for part in range(len(self.parts))]
        came: dict[int, Step | None] = {self.forest.root(one, tx): None}
        goal = self.forest.root(other, tx)
        reached = list(came)
        while goal not in came:
            fresh: list[int] = []
            for rule, ids in (group for told in groups for group in told):
                roots = self.forest.roots(np.array(ids), tx).tolist()
                start = next((i for i, root in enumerate(roots) if root in reached), None)
                for i, root in enumerate(roots if start is not None else ()):
                    if root not in came and start is not None:
                        came[root] = Step(ids[start], ids[i], rule, tx)
                        fresh.append(root)
            if not fresh:
                raise InputError(f"transaction {tx} does not say why it joins; delete the folder of clusters")
            reached = fresh
        way: list[Step | tuple[int, int]] = []
        end, step = other, came[goal]
        while step is not None:
            way += [(step.other, end), step]
            end, step = step.one, came[self.forest.root(step.one, tx)]
        return [*reversed([*way, (one, end)])]

    def _told(self, part: int, tx: int) -> list[tuple[Rule, list[int]]]:
        """What a transaction says in a part of the ties, without what guards refused."""
        ties = self.parts[part]
        if not len(ties) or not int(ties.tx[0]) <= tx <= int(ties.tx[-1]):
            return []
        refused = {row for where, row, *_ in self.refused if where == part}
        return [ties.group(n) for n in ties.groups(tx) if int(ties.start[n]) not in refused]

    def without(self, one: int, transactions: Collection[int] = (), rules: Collection[Rule] = ()) -> list[list[int]]:
        """Take the cluster of an address apart, and join it again without some transactions or rules.

        No other cluster is touched; what guards refused stays refused. Gives the clusters that it fell into. It holds
        for this object only and is not kept with a ledger.
        """
        members = self.forest.members(one)
        touched = np.zeros(self.forest.size + 1, bool)
        touched[members[members < self.forest.size]] = True
        kept = [self._kept(number, touched, transactions, rules) for number in range(len(self.parts))]
        self.forest.part(members[members < self.forest.size])
        for ties in kept:
            self.forest.replay(ties)
        root = self.forest.roots(members)
        return [members[root == which].tolist() for which in np.unique(root)]

    def _kept(self, number: int, touched: npt.NDArray[np.bool_], out: Collection[int], rules: Collection[Rule]) -> Ties:
        """The groups of a part that concern the touched addresses and still count."""
        ties = self.parts[number]
        first = ties.start[:-1]
        keep = touched[ties.owner[first]] & ~np.isin(ties.tx[first], np.array(sorted(out), np.uint32))
        refused = np.array([row for part, row, *_ in self.refused if part == number], np.int64)
        keep &= ~np.isin(first, refused)
        keep &= ~np.isin(ties.rules[first], np.array(sorted(rules), np.uint8))
        return ties.kept(keep)

    def cut(self, tx: int) -> None:
        """Forget what a transaction and all later ones said."""
        self.forest.cut(tx)
        self.parts = [ties.before(tx) for ties in self.parts]
        self.refused = [row for row in self.refused if row[1] < len(self.parts[row[0]])]
