"""A transaction that swaps several times, cut into consecutive windows each of which could be a transaction itself."""

from collections.abc import Sequence

from cointrail.conversions.settlement.movement import Movement, Position, add, positions


def windows(movements: Sequence[Movement], nets: Position, owners: Sequence[Sequence[int]]) -> list[list[Movement]]:
    """The shortest windows that stand for themselves, together all movements; one where no cut is possible.

    In a window nobody is left with what only passes through them in the whole, nobody loses what they gain in the whole
    or the other way round, and who swaps in the whole and has a part in the window swaps in it. `owners` are those who
    swap, each with all parties that they are.
    """
    found: list[list[Movement]] = []
    current: list[Movement] = []
    here: Position = {}
    for one in movements:
        current.append(one)
        add(here, one)
        if _stands(here, nets, owners):
            found.append(current)
            current, here = [], {}
    while current and found:
        current = found.pop() + current
        if _stands(positions(current), nets, owners):
            found.append(current)
            current = []
    return [*found, current] if current else found


def _stands(here: Position, nets: Position, owners: Sequence[Sequence[int]]) -> bool:
    """Whether a window with these positions stands for itself; positions of zero are none."""
    for who, of in here.items():
        whole = nets.get(who, {})
        for asset, net in of.items():
            if net and net * whole.get(asset, 0) <= 0:
                return False
    for parties in owners:
        own = [net for who in parties for net in here.get(who, {}).values() if net]
        if own and not min(own) < 0 < max(own):
            return False
    return True
