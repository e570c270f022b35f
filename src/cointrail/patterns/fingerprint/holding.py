"""Which wallets held how much stolen value at a time, and how long value stayed in each."""

from collections import defaultdict, deque
from collections.abc import Iterator
from fractions import Fraction

from cointrail.patterns.record import Record, Spot

CRUMB = Fraction(1, 1000)  # of the theft: wallets with less are not counted


def held(record: Record, time: int) -> dict[Spot, Fraction]:
    """Shares of the theft that wallets held at a time, without crumbs; only assets that have a weight."""
    amounts: dict[Spot, int] = defaultdict(int)
    for step in record.steps:
        if step.time is None or step.time > time:
            continue
        if step.sender is not None:
            amounts[step.source] -= step.stolen
        if step.recipient is not None:
            amounts[step.target] += step.to_stolen if step.to_asset else step.stolen
    found: dict[Spot, Fraction] = {}
    for spot, amount in amounts.items():
        share = record.worth.share([(spot[2], amount)])
        if record.wallet(spot[1]) and share is not None and share >= CRUMB:
            found[spot] = share
    return found


def stays(record: Record) -> Iterator[tuple[int, Fraction]]:
    """How many seconds each part stayed in a wallet before it left, first in first out, with its share of the theft."""
    lots: dict[Spot, deque[list[int]]] = defaultdict(deque)  # time of arrival, amount
    for step in record.steps:
        if step.time is None:
            continue
        left, queue = step.stolen, lots[step.source]
        while left and queue:
            part = min(left, queue[0][1])
            share = record.worth.share([(step.asset, part)])
            if share is not None and record.wallet(step.sender):
                yield step.time - queue[0][0], share
            left -= part
            queue[0][1] -= part
            if not queue[0][1]:
                queue.popleft()
        if step.recipient is not None:
            lots[step.target].append([step.time, step.to_stolen if step.to_asset else step.stolen])
