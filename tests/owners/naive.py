"""Clusters the slow way: sets that are merged one group after the other, anew for every question."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cointrail.owners.rules import Rule

Group = tuple[int, Rule, tuple[int, ...]]  # transaction, rule, addresses


@dataclass
class Naive:
    """The clusters that hold more than one address, and the places of the groups that guards refused, with reasons."""

    clusters: list[set[int]]
    refused: list[tuple[int, str]]

    def of(self, one: int) -> set[int]:
        return next((cluster for cluster in self.clusters if one in cluster), {one})


def clusters(
    groups: Sequence[Group],
    before: int = 1 << 40,
    actors: dict[int, int] | None = None,
    most: int | None = None,
    leave: Collection[int] = (),
) -> Naive:
    """Join every group unless it names two actors or two clusters of more than `most`; `leave` are places left out."""
    actors = actors or {}
    held = Naive([], [])
    for place, (tx, _, ids) in enumerate(groups):
        if tx >= before or place in leave:
            continue
        parts = [held.of(one) for one in ids]
        distinct = [part for n, part in enumerate(parts) if part not in parts[:n]]
        if len({actors[one] for part in distinct for one in part if one in actors}) > 1:
            held.refused.append((place, "ACTORS"))
        elif most is not None and sum(len(part) > most for part in distinct) > 1:
            held.refused.append((place, "SIZE"))
        else:
            held.clusters = [part for part in held.clusters if part not in distinct] + [set().union(*distinct)]
    held.clusters = [part for part in held.clusters if len(part) > 1]
    return held


def spoken(groups: Sequence[Group], refused: Collection[int], one: int, other: int, tx: int, rule: Rule) -> bool:
    """Whether a transaction says by a rule, in a group that was not refused, that two addresses have one owner."""
    return any(
        place not in refused and group[:2] == (tx, rule) and one in group[2] and other in group[2]
        for place, group in enumerate(groups)
    )
