"""The fingerprint of a trail: the features F01 to F28, each with the share of value that it rests on."""

from cointrail.patterns.fingerprint.feature import Feature, kinds
from cointrail.patterns.fingerprint.known import known
from cointrail.patterns.fingerprint.overlap import overlap
from cointrail.patterns.fingerprint.route import route
from cointrail.patterns.fingerprint.size import size
from cointrail.patterns.fingerprint.timing import timing
from cointrail.patterns.record import Record
from cointrail.patterns.surroundings import Surroundings

__all__ = ["Feature", "fingerprint", "kinds"]


def fingerprint(record: Record, around: Surroundings | None = None) -> tuple[Feature, ...]:
    """All features in order; those that cannot be computed say why."""
    words = {case.id: case.words for case in known()}
    found = [*timing(record), *size(record), *route(record, around), *overlap(record, around, words)]
    by_id = {feature.id: feature for feature in found}
    return tuple(by_id[name] for name in kinds())
