"""The part of a ledger that the funds of some holdings depend on: what came to them, and to their payers before."""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from heapq import heappop, heappush, merge
from operator import attrgetter

from cointrail.errors import InputError
from cointrail.exposure.deal import Deal
from cointrail.exposure.replay import Movement
from cointrail.exposure.said import FREE
from cointrail.tracing.account import SETTLED, Account

MOST = 1_000_000  # movements that are replayed for one answer
BY_KEY = attrgetter("key")


def upstream(
    targets: Mapping[int, int],
    account: Callable[[int], Account],
    code: Callable[[int, int], int],
    deal: Callable[[int], Deal | None],
    most: int = MOST,
) -> tuple[dict[int, int], list[Movement | Deal]]:
    """The holdings that matter, each up to a key (not included), and their movements in walking order.

    `deal(key)` is the settled transaction of a net movement. `targets` are holdings with the keys up to which they are
    asked for. An address with a category is not looked behind. InputError where there are more than `most` movements.
    """
    limits: dict[int, int] = {}
    queue = [(-limit, holding) for holding, limit in targets.items()]
    queue.sort()
    size = 0
    while queue:  # the latest first: so whoever is taken out has its final limit
        negative, holding = heappop(queue)
        if holding in limits:
            continue
        limit = limits[holding] = -negative
        of = account(holding)
        end = bisect_left(of.keys, limit)
        size += end
        if size > most:
            raise InputError(
                f"the answer depends on more than {most:,} movements: build the exposures of the whole ledger"
                " (cointrail exposure LEDGER --all), or name an earlier time (--as-of)"
            )
        latest: dict[int, int] = {}
        for place in range(end):
            if of.incoming[place]:
                key = of.keys[place]
                for peer in _payers(of, place, deal):
                    if code(peer, key) == FREE:
                        latest[peer] = key
        for peer, key in latest.items():
            if peer not in limits:
                heappush(queue, (-(key + 1), peer))
    found: dict[int, Movement] = {}
    deals: dict[int, Deal] = {}
    for holding, limit in limits.items():
        of = account(holding)
        for place in range(bisect_left(of.keys, limit)):
            key, peer = of.keys[place], of.peers[place]
            if peer == SETTLED:
                if key not in deals and (settled := deal(key)):
                    deals[key] = settled
                continue
            ends = (peer, holding) if of.incoming[place] else (holding, peer)
            found[key] = Movement(key, *ends, of.amounts[place])
    return limits, list(merge((found[key] for key in sorted(found)), (deals[key] for key in sorted(deals)), key=BY_KEY))


def _payers(of: Account, place: int, deal: Callable[[int], Deal | None]) -> list[int]:
    if of.peers[place] != SETTLED:
        return [of.peers[place]]
    settled = deal(of.keys[place])
    return settled.payers(of.holding) if settled else []
