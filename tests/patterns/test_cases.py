"""Real thefts: every finding is judged, the precision is what is told, and fingerprints say what they lack."""

from pathlib import Path

import pytest

from bench.patterns import RIGHT, WORDS, drawn, findings, judged, judgements
from cointrail.patterns import report
from cointrail.patterns.rates import measured
from tests.patterns.cases import CASES, LAUNDERINGS, there, traced

LEAST = 60  # findings that are judged
PRECISION = 0.85  # of all that were


@pytest.fixture(autouse=True)
def data() -> None:
    if not there():
        pytest.skip("no data: the annotated thefts are not there (COINTRAIL_DATA names the folder)")


def test_every_finding_is_judged_and_the_rates_are_theirs() -> None:
    found = list(findings())
    rows = judged(found)
    assert sum(one.n for one in rows) >= LEAST and not any(one.unjudged for one in rows)
    assert sum(one.verdicts[RIGHT] for one in rows) >= PRECISION * sum(one.n for one in rows)
    for one in rows:
        if one.n:
            (kept,) = (rate for rate in measured(one.rule) if "by hand" in rate.set)
            assert kept.n == one.n
            assert kept.precision == pytest.approx(one.precision, abs=1e-3)
    assert set(drawn(found)) == set(drawn(reversed(found)))


def test_judgements_keep_what_was_wrong() -> None:
    said = judgements()
    assert set(said.values()) == set(WORDS)
    assert sum(1 for case, *_ in said if case in LAUNDERINGS) >= LEAST


@pytest.mark.parametrize("case", CASES)
def test_a_fingerprint_is_computed_and_says_what_it_lacks(case: str, tmp_path: Path) -> None:
    made = report(traced(case, tmp_path), "fifo")
    known = {one.id for one in made.features if one.value is not None}
    assert len(made.features) == 28 and {"F19", "F21"} <= known
    assert all(len(one.why) > 10 for one in made.features if one.value is None)
    assert made.days and made.days[0].day == 0
    for one in made.comparisons:  # USD alone, no labels, no time of the theft: too thin to lay beside anything
        assert one.verdict == "refused" and one.ratio is None
