"""The measured rates beside the rules."""

from pathlib import Path

import pytest

from cointrail.conversions.measure import measure, rates
from cointrail.errors import InputError
from tests.conversions.bridge import DATA, needs_nomad


@needs_nomad
def test_the_rates_are_those_that_are_shipped(tmp_path: Path) -> None:
    found = measure(DATA, tmp_path / "rates.csv")
    shipped = {(rate.rule, rate.set): rate for rate in rates()}
    assert {(rate.rule, rate.set) for rate in rates(tmp_path / "rates.csv")} == set(shipped)
    for rate in found:
        kept = shipped[rate.rule, rate.set]
        assert kept.n == rate.n
        assert (kept.precision, kept.recall) == pytest.approx((rate.precision, rate.recall), abs=0.002)


def test_every_rule_has_a_rate() -> None:
    assert {rate.rule for rate in rates()} == {"key", "recipient", "amount"}
    assert all(rate.n > 0 and 0 <= rate.precision <= 1 and 0 <= rate.recall <= 1 for rate in rates())


def test_without_the_data(tmp_path: Path) -> None:
    assert rates(tmp_path / "none.csv") == []
    with pytest.raises(InputError, match="is missing"):
        measure(tmp_path, tmp_path / "rates.csv")
