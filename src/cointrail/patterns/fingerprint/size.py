"""Features of size: into how many wallets, how equal, how small, and whether their number grew."""

from collections.abc import Iterator
from fractions import Fraction
from statistics import fmean, median, pstdev

from cointrail.patterns.fingerprint.feature import Feature, missing
from cointrail.patterns.fingerprint.holding import held
from cointrail.patterns.fingerprint.timing import HOURS_2
from cointrail.patterns.fingerprint.waves import DAY
from cointrail.patterns.record import Record

DUST = 4  # wallets with less than the median over this are no tranche
SECOND_WAVE = 6  # day
SMALL = 500_000  # USD (Chainalysis, December 2025)
EARLY, LATE = 11, 59  # days: 4 March and 21 April 2025, after the theft of 21 February


def size(record: Record) -> Iterator[Feature]:
    """F04, F05, F07 and F11."""
    if record.begun is None:
        yield from (missing(name, "movements have no times") for name in ("F04", "F05", "F07", "F11"))
        return
    wallets = held(record, record.begun + HOURS_2)
    share = float(sum(wallets.values()))
    told = "" if record.start is not None else "counted from the first movement, as the time of the theft is not known"
    yield (
        Feature("F04", float(len(wallets)), share, len(wallets), {}, told)
        if wallets
        else missing("F04", "nothing was held in wallets of the trail after two hours")
    )
    passed = {s.source for s in record.steps if s.time is not None and s.time <= record.begun + HOURS_2 and s.recipient}
    yield _equal({spot: share for spot, share in wallets.items() if spot not in passed})
    yield _small(record)
    yield _growth(record)


def _equal(wallets: dict[tuple[str, str, str], Fraction]) -> Feature:
    sizes = [float(share) for share in wallets.values()]
    kept = [one for one in sizes if one * DUST >= median(sizes)] if sizes else []
    if len(kept) < 3:
        return missing("F05", f"{len(kept)} wallets held what they had got after two hours: too few", float(sum(sizes)))
    return Feature("F05", pstdev(kept) / fmean(kept), sum(kept), len(kept))


def _small(record: Record) -> Feature:
    begun = record.begun or 0
    late = [s for s in record.steps if s.plain and s.time is not None and s.time >= begun + SECOND_WAVE * DAY]
    whole = record.share(late) or Fraction(0)
    if not whole:
        return missing("F07", f"nothing moved from day {SECOND_WAVE} on", 0.0)
    worth = [(step, record.worth.dollars(step.asset, step.amount, step.time)) for step in late]
    known = [step for step, value in worth if value is not None]
    rests = float((record.share(known) or 0) / whole)
    if not known:
        return missing("F07", "no payment has a price in dollars (--prices)", min(1.0, float(whole)))
    small = [step for step, value in worth if value is not None and value < SMALL]
    part = (record.share(small) or Fraction(0)) / (record.share(known) or Fraction(1))
    return Feature("F07", float(part), min(1.0, float(whole) * rests), len(known))


def _growth(record: Record) -> Feature:
    begun, last = record.begun or 0, record.last
    if last is None or last < begun + LATE * DAY:
        days = 0.0 if last is None else (last - begun) / DAY
        return missing("F11", f"the ledger ends {days:.1f} days after, before day {LATE}")
    first, then = held(record, begun + EARLY * DAY), held(record, begun + LATE * DAY)
    if not first:
        return missing("F11", f"no wallet held a thousandth of the theft on day {EARLY}")
    return Feature("F11", len(then) / len(first), float(sum(first.values())), len(first))
