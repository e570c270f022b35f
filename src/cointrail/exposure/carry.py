"""How much of each category goes on where value changes its asset: shares of what is gained, in whole units.

Coins keep their place in proportion. A unit of the gain that coins of several categories fall on is of the gravest, so
that the first categories of the order together are carried exactly as a trace of these together is: outward to whole
units. Policies that do not tell coins apart have the known ones in front, the gravest first.
"""

from collections.abc import Iterable, Sequence

from cointrail.exposure.deal import Out
from cointrail.exposure.purses import CLEAN, Run

Span = tuple[int, int, int]  # offset in the inflow, length, colour


def carry(runs: Sequence[Run], out: Out, whole: bool) -> tuple[tuple[Run, ...], list[Span]]:
    """What leaves by a link, and what of the inflow it is: known coins only. `whole`: each run is all (poison)."""
    if whole:
        known = [colour for _, colour in runs if colour != CLEAN and out.amount]
        return tuple((out.size, colour) for colour in known), [(out.at, out.amount, colour) for colour in known]
    left: list[Run] = []
    found: list[Span] = []
    at, behind = 0, 0  # in the outflow; in the gain
    for length, colour in runs:
        low, high = max(at, out.start) - out.start, min(at + length, out.start + out.size) - out.start
        at += length
        if low >= high or colour == CLEAN:
            continue
        left.append((high - low, colour))
        first, end = low * out.amount // out.size, -(-high * out.amount // out.size)
        if first < behind and colour < found[-1][2]:
            offset, size, before = found.pop()
            if size > 1:
                found.append((offset, size - 1, before))
        else:
            first = max(first, behind)
        if first < end:
            found.append((out.at + first, end - first, colour))
        behind = max(behind, end)
    return tuple(left), found


def laid(spans: Iterable[Span], amount: int, whole: bool) -> list[Run]:
    """The runs of an inflow of which some spans are known."""
    if whole:
        return [(length, colour) for _, length, colour in spans]
    found: list[Run] = []
    at = 0
    for offset, length, colour in sorted(spans):
        if offset > at:
            found.append((offset - at, CLEAN))
        found.append((length, colour))
        at = offset + length
    if at < amount:
        found.append((amount - at, CLEAN))
    return found
