"""Which column of the picture each wallet stands in: about as many hops from the theft as the value that reached it."""

from collections.abc import Hashable, Mapping
from heapq import nsmallest
from typing import TypeVar

STRONGEST = 400  # edges that may move a wallet to the right, strongest first; the others hardly show

Wallet = TypeVar("Wallet", bound=Hashable)  # whatever can be sorted
Pair = tuple[Wallet, Wallet]


def layers(weights: Mapping[Pair[Wallet], float], depths: Mapping[Wallet, float]) -> dict[Wallet, int]:
    """A column for each wallet, 1 being next to the theft.

    A wallet starts at the mean hop of the value it received. Then the strongest edges that close no circle are made to
    point away from the theft: whoever is paid stands at least one column further than who pays.

    :param weights: how much flows along each edge (nearer the theft, further from it).
    :param depths: mean hop of the stolen value that reached each wallet, at least 1.
    """
    column = {wallet: max(1, int(depth + 0.5)) for wallet, depth in depths.items()}
    edges = (
        (-weight, pair)
        for pair, weight in weights.items()
        if pair[0] in column and pair[1] in column and pair[0] != pair[1]
    )
    onward = _acyclic([pair for _, pair in nsmallest(STRONGEST, edges)])
    for wallet in _sorted(onward):
        for paid in onward[wallet]:
            column[paid] = max(column[paid], column[wallet] + 1)
    # Value that circles raises the mean hop of all it touches: close the columns that nobody stands in.
    used = {number: index for index, number in enumerate(sorted(set(column.values())), 1)}
    return {wallet: used[number] for wallet, number in column.items()}


def _acyclic(edges: list[Pair[Wallet]]) -> dict[Wallet, list[Wallet]]:
    """The edges that close no circle when taken in the order given."""
    onward: dict[Wallet, list[Wallet]] = {}
    for start, end in edges:
        if not _reaches(onward, end, start):
            onward.setdefault(start, []).append(end)
            onward.setdefault(end, [])
    return onward


def _reaches(onward: Mapping[Wallet, list[Wallet]], start: Wallet, goal: Wallet) -> bool:
    """Whether a path leads from one wallet to the other."""
    waiting, seen = [start], {start}
    while waiting:
        here = waiting.pop()
        if here == goal:
            return True
        for there in onward.get(here, ()):
            if there not in seen:
                seen.add(there)
                waiting.append(there)
    return False


def _sorted(onward: Mapping[Wallet, list[Wallet]]) -> list[Wallet]:
    """The wallets, each before all that it pays."""
    open_payers = dict.fromkeys(onward, 0)
    for receivers in onward.values():
        for wallet in receivers:
            open_payers[wallet] += 1
    ready = [wallet for wallet, count in open_payers.items() if not count]
    order = []
    while ready:
        wallet = ready.pop()
        order.append(wallet)
        for paid in onward[wallet]:
            open_payers[paid] -= 1
            if not open_payers[paid]:
                ready.append(paid)
    return order
