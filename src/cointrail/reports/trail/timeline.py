"""Value over time: what moved at which hop, and where it had arrived by then."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from cointrail.reports.amounts import EXACT, ZERO, exact
from cointrail.reports.kinds import kinds
from cointrail.reports.trail.tally import CONVERTED, DEEPEST, MOVING, View

MINUTE, HOUR, DAY = 60, 3_600, 86_400
STEPS = (
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
)
BARS = 90  # bars in the picture at most
QUIET_SHARE = 0.04  # of the whole span without a movement counts as dormant ...
QUIET_LEAST = 6 * HOUR  # ... when it is at least this long
QUIET_SHOWN = 4


class Quiet(NamedTuple):
    """A time without any movement of stolen value, in seconds since 1970."""

    start: int
    end: int

    @property
    def length(self) -> str:
        """In days and hours."""
        days, rest = divmod(self.end - self.start, DAY)
        hours = rest // HOUR
        return f"{days:,} d {hours} h" if days else f"{hours} h"


def step(span: int) -> int:
    """Seconds that one bar covers."""
    return next((wide for wide in STEPS if span / wide <= BARS), STEPS[-1] * (1 + span // (STEPS[-1] * BARS)))


def quiet(view: View) -> list[Quiet]:
    """The longest dormant times between two movements, in order of time."""
    times = sorted({at for at, _ in view.by_hop})
    if len(times) < 2:
        return []
    least = max(QUIET_LEAST, (times[-1] - times[0]) * QUIET_SHARE)
    gaps = [Quiet(a, b) for a, b in pairwise(times) if b - a >= least]
    gaps.sort(key=lambda gap: (gap.start - gap.end, gap.start))
    return sorted(gaps[:QUIET_SHOWN])


def timeline(view: View, backward: bool, conserves: bool) -> dict[str, Any] | None:
    """The timeline, ready for JSON, or nothing when no movement has a time.

    `start`, `step` and `last` (movement) in seconds; `bars` as [number of the bar, hop, exact amount], hop 7 standing
    for all deeper ones; `kinds` as [kind, [[number of the bar, exact amount arrived by its end], ...]], the kind
    'moving' being what has set out and not arrived, 'converted' what is in other assets now; `quiet` as [start, end,
    length].
    """
    times = [at for at, _ in (*view.by_hop, *view.by_kind)] + list(view.left)
    if not times:
        return None
    start = min(times)
    wide = step(max(times) - start)
    start -= start % wide
    bars: dict[tuple[int, int], Decimal] = {}
    for (at, hop), amount in view.by_hop.items():
        key = ((at - start) // wide, hop)
        bars[key] = EXACT.add(bars.get(key, ZERO), amount)
    apart = _apart(view.by_kind)
    arrived = {kind: _sums(apart.get(kind, {}), start, wide) for kind in (*kinds(), CONVERTED)}
    arrived = {kind: points for kind, points in arrived.items() if points}
    if conserves and not backward:
        arrived[MOVING] = _moving(view, arrived, start, wide)
    return {
        "start": start,
        "step": wide,
        "last": max(times),
        "bars": [[bar, hop, exact(amount)] for (bar, hop), amount in sorted(bars.items())],
        "deepest": DEEPEST,
        "kinds": [[kind, [[bar, exact(amount)] for bar, amount in points.items()]] for kind, points in arrived.items()],
        "quiet": [[gap.start, gap.end, gap.length] for gap in quiet(view)],
    }


def _apart(by_kind: Mapping[tuple[int, str], Decimal]) -> dict[str, dict[int, Decimal]]:
    """What arrived when, kind by kind."""
    found: dict[str, dict[int, Decimal]] = {}
    for (at, kind), amount in by_kind.items():
        found.setdefault(kind, {})[at] = amount
    return found


def _sums(flows: Mapping[int, Decimal], start: int, wide: int) -> dict[int, Decimal]:
    """Running sum by bar."""
    points: dict[int, Decimal] = {}
    running = ZERO
    for at in sorted(flows):
        running = EXACT.add(running, flows[at])
        points[(at - start) // wide] = running
    return points


def _moving(view: View, arrived: Mapping[str, Mapping[int, Decimal]], start: int, wide: int) -> dict[int, Decimal]:
    """What had left the theft addresses and not arrived anywhere, by the end of each bar in which that changed."""
    left = _sums(view.left, start, wide)
    points: dict[int, Decimal] = {}
    now: dict[str, Decimal] = {}
    out = ZERO
    for bar in sorted({*left, *(bar for sums in arrived.values() for bar in sums)}):
        out = left.get(bar, out)
        now |= {kind: sums[bar] for kind, sums in arrived.items() if bar in sums}
        held = out
        for amount in now.values():
            held = EXACT.subtract(held, amount)
        points[bar] = max(held, ZERO)
    return points
