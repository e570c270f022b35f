"""How often candidates of swappers are right in generated worlds, for `make accuracy`."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from cointrail.conversions.rate import Rate
from cointrail.conversions.swappers.bands import BANDS, band, banded
from cointrail.drills.swapping.judging import Verdict


def rates(verdicts: Sequence[Verdict], name: str, date: str) -> Iterator[Rate]:
    """For each rule and band the share of candidates that is right, and of the deposits that were paid out the share
    whose payout is among them."""
    found: dict[tuple[str, int], list[bool]] = defaultdict(list)
    for verdict in verdicts:
        for one in verdict.candidates:
            found[one.rule, band(one.said.chance)].append(one.said.right)
    count = sum(verdict.deposits for verdict in verdicts)
    for (rule, least), right in sorted(found.items()):
        most = min(end for end in BANDS if end > least)
        said = f"{name}, said {least}% to {most}%"
        yield Rate(banded(rule, least), said, count, sum(right) / len(right), sum(right) / count, date)
