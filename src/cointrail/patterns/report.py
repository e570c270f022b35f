"""Everything that patterns say of one trail: findings, fingerprint, days, and known cases beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cointrail.ledger import Ledger
from cointrail.patterns.fingerprint import Feature, fingerprint
from cointrail.patterns.fingerprint.comparison import Comparison, compare
from cointrail.patterns.fingerprint.waves import Day, days
from cointrail.patterns.reading import digests, read
from cointrail.patterns.record import Record
from cointrail.patterns.rules import Found, find
from cointrail.patterns.surroundings import surroundings
from cointrail.prices import Prices


@dataclass(frozen=True)
class Report:
    """What was found."""

    record: Record
    found: Found
    features: tuple[Feature, ...]
    days: tuple[Day, ...]
    comparisons: tuple[Comparison, ...]


def report(
    folder: Path,
    policy: str | None = None,
    ledgers: Sequence[Ledger] = (),
    prices: Prices | None = None,
    theft: int | None = None,
) -> Report:
    """Look at the trail in a folder.

    `ledgers` are those it was traced in: with them fees, look-alikes and labels can be seen. `prices` give dollars,
    `theft` the time of the theft in seconds where the trace was started at wallets. Raises InputError as `read` does.
    """
    record = read(folder, policy, prices, theft)
    around = surroundings(record, ledgers, digests(folder)) if ledgers else None
    features = fingerprint(record, around)
    return Report(record, find(record, around), features, tuple(days(record)), compare(features))
