"""What a tracer should find in a haystack, and how well it did."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cointrail.drills.haystack.case import Case


@dataclass(frozen=True)
class Truth:
    """`tainted`: wallets that a walk forward in time along the case's rows reaches from the sources; the walk ends at
    terminals, which are `services`. Sources are given, so they are neither tainted nor an error."""

    tainted: frozenset[bytes]
    services: frozenset[bytes]
    sources: tuple[bytes, ...]
    labels: tuple[bytes, ...]  # addresses that a tracer may know to be services
    since: int  # seconds since 1970 UTC: the first outflow of a source in the case
    touched: frozenset[bytes]  # strangers whom wallets of the case paid; finding them counts as an error


def reach(case: Case) -> set[int]:
    """The case's addresses that value from the sources can have reached by movements in chain order.

    Rows of one block may follow each other in any order, because the data gives none.
    """
    terminals, reached = set(case.terminals.tolist()), set(case.sources.tolist())
    rows = list(
        zip(case.block.tolist(), case.sender.tolist(), case.recipient.tolist(), case.amount.tolist(), strict=True)
    )
    at = 0
    while at < len(rows):
        end = at
        while end < len(rows) and rows[end][0] == rows[at][0]:
            end += 1
        before = -1
        while before != len(reached):
            before = len(reached)
            reached |= {to for _, by, to, amount in rows[at:end] if by in reached and by not in terminals and amount}
        at = end
    return reached


def truth(case: Case, touched: Iterable[bytes] = ()) -> Truth:
    """The truth of a case; the same whatever it is mixed into."""

    def named(ids: Iterable[int]) -> list[bytes]:
        return [case.addresses[i].tobytes() for i in sorted(ids)]

    out = np.isin(case.sender, case.sources)
    ends = set(case.terminals.tolist()) | set(case.sources.tolist())
    tainted = frozenset(named(reach(case) - ends))
    return Truth(
        tainted=tainted,
        services=frozenset(named(case.terminals.tolist())),
        sources=tuple(named(case.sources.tolist())),
        labels=tuple(named(case.terminals.tolist())),
        since=int(case.time[out].min()) if out.any() else int(case.time[0]),
        touched=frozenset(touched) - tainted,
    )


def half(labels: Sequence[bytes], seed: int) -> tuple[bytes, ...]:
    """A random half of the labels (the larger half when odd); the others are removed."""
    keep = np.random.default_rng([seed, 0x1F]).permutation(len(labels))[: (len(labels) + 1) // 2]
    return tuple(labels[i] for i in sorted(keep.tolist()))


def score(found: Iterable[bytes], truth: Truth, strict: bool = True) -> tuple[float, float]:
    """(recall, precision) of the wallets found to have received stolen value, endpoints at services left out.

    Sources are not counted. A service that is passed through like a wallet is an error when `strict`, else ignored.
    """
    counted = set(found) - set(truth.sources)
    if not strict:
        counted -= truth.services
    hit = len(counted & truth.tainted)
    recall = hit / len(truth.tainted) if truth.tainted else 1.0
    return recall, hit / len(counted) if counted else 1.0
