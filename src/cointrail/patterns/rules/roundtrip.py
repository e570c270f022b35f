"""Round trips: value leaves a wallet, passes others and comes back to it."""

from collections.abc import Iterator
from fractions import Fraction

from cointrail.patterns.finding import FAIR, STRONG, Finding, once, span
from cointrail.patterns.record import Record, Spot, Step

RULE = "round_trip"
HOPS = 4  # movements from the wallet back to it, at most
SPAN = 30 * 86_400  # seconds
KEPT = Fraction(1, 3)  # of what a movement carried, that the next one carries at least: parts are paid away between
GREW = Fraction(21, 20)  # and at most: more is other money
TRIED = 20_000  # movements looked at from one wallet


def trips(record: Record) -> Iterator[Finding]:
    """For every wallet, the ways on which what it paid came back to it; each movement starts one at most."""
    backed: set[Spot] = {step.target for paid in record.paid.values() for step in paid}
    for spot in record.paid:
        if spot in backed and record.wallet(spot[1]):
            used: set[int] = set()
            for step in record.paid[spot]:
                way = _back(record, spot, step)
                if way and not used & {one.number for one in way}:
                    used |= {one.number for one in way}
                    yield _finding(record, spot, way)


def _back(record: Record, home: Spot, first: Step) -> list[Step] | None:
    """The shortest way back that keeps to time and amount."""
    tried, ways = 0, [[first]]
    for _ in range(HOPS - 1):
        longer: list[list[Step]] = []
        for way in ways:
            last = way[-1]
            if not record.wallet(last.recipient):
                continue
            for step in record.paid.get(last.target, ()):
                tried += 1
                if tried > TRIED:
                    return None
                if step.number <= last.number or not KEPT * last.amount <= step.amount <= GREW * last.amount:
                    continue
                if (step.time or 0) - (first.time or 0) > SPAN or step.recipient in {one.sender for one in way[1:]}:
                    continue
                if not _same(record, last, step):
                    continue
                if step.target == home:
                    if step.amount >= KEPT * first.amount and (step.tx is None or step.tx != first.tx):  # no change
                        return [*way, step]
                    continue
                longer.append([*way, step])
        ways = longer
    return None


def _same(record: Record, came: Step, went: Step) -> bool:
    """Whether what a wallet paid on can be what it had got: not if that, and all that lay there, was paid elsewhere."""
    spot = came.target
    between = sum(s.amount for s in record.left.get(spot, ()) if came.number < s.number < went.number)
    return went.amount + between <= GREW * (came.amount + record.held(spot, came.number))


def _finding(record: Record, home: Spot, way: list[Step]) -> Finding:
    first, last = way[0], way[-1]
    seconds = (last.time or 0) - (first.time or 0)
    return Finding(
        RULE,
        once([home[1], *(step.sender for step in way[1:])]),
        once(step.tx for step in way),
        first.time,
        f"{record.said(first.amount, home[2])} left {home[1]} and {record.said(last.amount, home[2])} came back over"
        f" {len(way) - 1} other wallet{'s' if len(way) > 2 else ''} within {span(seconds)}",
        {
            "sent": record.text(first.amount, home[2]),
            "returned": record.text(last.amount, home[2]),
            "movements": len(way),
            "hours": round(seconds / 3_600, 2),
        },
        STRONG if last.amount * 10 >= first.amount * 9 else FAIR,
        record.share([first]),
    )
