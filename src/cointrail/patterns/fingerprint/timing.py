"""Features of time: when value moved, how long it stayed, how fast it reached services."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from cointrail.patterns.fingerprint.feature import Feature, missing
from cointrail.patterns.fingerprint.holding import held, stays
from cointrail.patterns.fingerprint.waves import DAY
from cointrail.patterns.record import Record

HOURS_2 = 7_200
EMPTIED = Fraction(1, 10)  # a wallet that holds less than so much of what it held is emptied
REST_DAYS = 60
NO_START = "the time of the theft is not known: the trace began at wallets (--theft-time)"
DWELLS = (("below 1 h", 3_600), ("1 h to 1 d", DAY), ("1 d to 7 d", 7 * DAY), ("7 d and more", 1 << 62))


def timing(record: Record) -> Iterator[Feature]:
    """F01, F02, F06, F19, F20, F21 and F28."""
    yield _first_move(record)
    yield _first_swap(record)
    yield _drained(record)
    yield _dwell(record)
    yield _cycle(record)
    yield _hours(record)
    yield _dormant(record)


def _minutes(record: Record, time: int) -> float:
    return (time - (record.start or 0)) / 60


def _first_move(record: Record) -> Feature:
    if record.start is None:
        return missing("F01", NO_START)
    after = [
        s
        for s in record.steps
        if s.tx not in record.thefts and s.time is not None and s.time >= record.start and s.recipient
    ]
    if not after:
        return missing("F01", "nothing moved after the theft")
    return Feature("F01", _minutes(record, after[0].time or 0), 1.0, 1)


def _first_swap(record: Record) -> Feature:
    stolen = [asset for asset in record.stolen if record.worth.freezable(asset)]
    share = float(record.worth.share((asset, record.stolen[asset]) for asset in stolen) or 0)
    if not stolen:
        return missing("F02", "none of the known freezable tokens was stolen", 0.0)
    if record.start is None:
        return missing("F02", NO_START, share)
    swaps = [
        s
        for s in record.steps
        if s.asset in stolen and s.to_asset and s.time is not None and _native(record, s.to_asset)
    ]
    if not swaps:
        return missing("F02", "no swap of a freezable token into a native coin is in the trail", share)
    return Feature("F02", _minutes(record, swaps[0].time or 0), share, len(swaps))


def _native(record: Record, asset: str) -> bool:
    one = record.worth.assets.get(asset)
    return one is not None and one.key == ""


def _drained(record: Record) -> Feature:
    if record.begun is None:
        return missing("F06", "movements have no times")
    first = held(record, record.begun + HOURS_2)
    left = {spot: record.worth.units[spot[2]] * 0 for spot in first}
    emptied: Counter[int] = Counter()
    gone: set[object] = set()
    for step in record.steps:
        spot = step.source
        if spot not in first or step.time is None or step.time <= record.begun + HOURS_2 or spot in gone:
            continue
        left[spot] += record.worth.share([(step.asset, step.stolen)]) or 0
        if first[spot] - left[spot] < EMPTIED * first[spot]:
            gone.add(spot)
            emptied[(step.time - record.begun) // DAY] += 1
    if not emptied:
        return missing(
            "F06", "none of the wallets of the first two hours was emptied later", float(sum(first.values()))
        )
    share = float(sum(first[spot] for spot in first if spot in gone))
    mean = sum(emptied.values()) / len(emptied)
    return Feature("F06", mean, share, sum(emptied.values()), {"mean": mean, "most": float(max(emptied.values()))})


def _dwell(record: Record) -> Feature:
    parts = dict.fromkeys((name for name, _ in DWELLS), Fraction(0))
    count = 0
    for seconds, share in stays(record):
        parts[next(name for name, most in DWELLS if seconds < most)] += share
        count += 1
    whole = sum(parts.values())
    if not whole:
        return missing("F19", "no value was seen to come and go with times")
    shares = {name: float(part / whole) for name, part in parts.items()}
    return Feature("F19", shares[DWELLS[0][0]], min(1.0, float(whole)), count, shares)


def _cycle(record: Record) -> Feature:
    arrived: list[tuple[int, Fraction]] = []
    if record.begun is None:
        return missing("F20", "movements have no times")
    for step in record.steps:
        if step.recipient in record.stops and step.time is not None:
            share = record.worth.share([(step.asset, step.stolen)])
            arrived += [(step.time, share)] if share is not None else []
    whole = sum((share for _, share in arrived), Fraction(0))
    days: dict[str, float] = {}
    for name, part in (("q50", Fraction(1, 2)), ("q90", Fraction(9, 10))):
        total = Fraction(0)
        for time, share in sorted(arrived):
            total += share
            if total >= part:
                days[name] = (time - record.begun) / DAY
                break
    if "q90" not in days:
        said = f"; half after {days['q50']:.1f} days" if "q50" in days else ""
        return Feature("F20", None, float(whole), len(arrived), days, f"{float(whole):.1%} had reached services{said}")
    return Feature("F20", days["q90"], float(whole), len(arrived), days)


def _hours(record: Record) -> Feature:
    times = [step.time for step in record.steps if step.time is not None and step.recipient]
    if not times:
        return missing("F21", "movements have no times")
    counts = Counter(time % DAY // 3_600 for time in times)
    busiest = min(counts, key=lambda hour: (-counts[hour], hour))
    parts = {f"{hour:02}": float(counts[hour]) for hour in range(24)}
    return Feature("F21", float(busiest), 1.0, len(times), parts, "for tests only: weak, and never compared")


def _dormant(record: Record) -> Feature:
    if record.begun is None or record.last is None:
        return missing("F28", "movements have no times")
    end = record.begun + REST_DAYS * DAY
    if record.last < end:
        days = (record.last - record.begun) / DAY
        return missing("F28", f"the ledger ends {days:.1f} days after, before day {REST_DAYS}")
    kept = held(record, end)
    moved = {step.source for step in record.steps if step.time is not None and step.time <= end}
    still = {spot: share for spot, share in kept.items() if spot not in moved}
    return Feature("F28", float(sum(still.values())), 1.0, len(still))
