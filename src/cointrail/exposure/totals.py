"""From amounts by colour to the parts of an answer."""

from collections.abc import Mapping

from cointrail.exposure.answer import Direction, Part
from cointrail.exposure.replay import Came
from cointrail.exposure.said import UNKNOWN, categories


def summed(came: list[Came]) -> Came:
    """Several holdings of one asset as one."""
    whole = Came()
    for one in came:
        whole.total += one.total
        whole.known += one.known
        for colour, amount in one.amounts.items():
            whole.amounts[colour] = whole.amounts.get(colour, 0) + amount
            whole.hops[colour] = min(whole.hops.get(colour, one.hops[colour]), one.hops[colour])
    return whole


def parts(direction: Direction, came: Mapping[str, Came]) -> list[Part]:
    """The parts of one direction, by asset and category; unknown is the last of an asset, and there if there is any."""
    found = []
    for asset, one in sorted(came.items()):
        own = []
        for code in {colour >> 1 for colour in one.amounts}:
            direct, indirect = one.amounts.get(2 * code, 0), one.amounts.get(2 * code + 1, 0)
            hops = min(one.hops[colour] for colour in (2 * code, 2 * code + 1) if colour in one.hops)
            if direct or indirect:
                own.append(Part(direction, asset, categories()[code - 1], direct, indirect, one.total, hops))
        own.sort(key=lambda part: part.category)
        if one.total > one.known:
            own.append(Part(direction, asset, UNKNOWN, 0, one.total - one.known, one.total, 0))
        found += own
    return found
