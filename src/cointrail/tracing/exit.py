"""Where value goes from an outflow, and why it may not be followed beyond."""

from dataclasses import dataclass
from typing import NamedTuple

from cointrail.tracing.policies import Part
from cointrail.tracing.shares import Claims, add, within


@dataclass(frozen=True)
class Stop:
    """Why value is not followed beyond where it arrived."""

    reason: str  # label, stop, hub, unspent, time, hops, floor, fee, burned, returned, opening, mint, bridge, ...
    label: str | None = None
    category: str | None = None
    detail: str | None = None
    target: str | None = None  # where it went on to, outside the ledgers: chain and address


class Exit(NamedTuple):
    """The units [start, start + size) of an outflow arrive as [at, at + amount) of the inflow `key` of a holding.

    `rule` is the rule of settlement or of bridges that says so, "" for a plain movement. With `stop` it ends there
    whatever is known of the address. `crossing` is the number of the bridge link that it follows, -1 for none.
    """

    start: int
    size: int
    holding: int
    key: int
    at: int
    amount: int
    rule: str = ""
    stop: Stop | None = None
    crossing: int = -1


def carry(part: Part, out: Exit, asset: int, same: bool) -> tuple[int, Part, Claims]:
    """The stolen units that leave by an exit, and where they are in the inflow it leads to.

    `asset` is that of the outflow; `same`: the inflow is the same units of it. Returns how many units leave, the part
    of the inflow, and claims that no unit is left for because they are worth less than one. A span keeps its place in
    proportion and is rounded outward to whole units, never into another span.
    """
    size, arrived, stray, free = 0, [], Claims(), 0
    end = out.start + out.size
    for offset, length, claim in part:
        low, high = max(offset, out.start), min(offset + length, end)
        if low >= high:
            continue
        claim = within(claim, low - offset, high - offset, length)
        size += high - low
        if same:
            arrived.append((out.at + low - out.start, high - low, claim))
            continue
        first = max(free, (low - out.start) * out.amount // out.size)
        free = max(first, -(-(high - out.start) * out.amount // out.size))
        claims: Claims = {}
        add(claims, claim, asset, high - low)
        if free > first:
            if stray and not arrived:  # too small for a unit of its own: it goes with the next
                for stolen, units in stray.items():
                    claims[stolen] = claims.get(stolen, 0) + units
                stray = {}
            arrived.append((out.at + first, free - first, claims))
        elif arrived:
            last = arrived[-1][2]
            assert last is not None
            for stolen, units in claims.items():
                last[stolen] = last.get(stolen, 0) + units
        else:
            for stolen, units in claims.items():
                stray[stolen] = stray.get(stolen, 0) + units
    return size, arrived, stray
