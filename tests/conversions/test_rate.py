"""The measured rates beside the rules."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench import pooling, swapping
from bench.labelled import labelled
from cointrail.conversions.measure import measure
from cointrail.conversions.mixers import coinjoin
from cointrail.conversions.mixers.pools.weights import TOLD
from cointrail.conversions.rate import Rate, rate, rates, write_rates
from cointrail.conversions.settlement.piece import RULES
from cointrail.conversions.swappers.bands import BANDS, banded
from cointrail.conversions.swappers.weighing import RULES as SWAPPED
from cointrail.errors import InputError
from tests.conversions.bridge import needs_nomad

MADE_UP = ("pool-", "swapper-")  # how the rules begin whose truth nobody has published


def agree(found: Iterator[Rate], shipped: Iterable[Rate]) -> None:
    kept = {(one.rule, one.set): one for one in shipped}
    for one in found:
        known = kept.pop((one.rule, one.set))
        assert known.n == one.n
        assert (known.precision, known.recall) == pytest.approx((one.precision, one.recall), abs=0.002)
    assert not kept


@needs_nomad
def test_the_rates_on_labelled_data_are_those_that_are_shipped() -> None:
    agree(labelled("today"), [one for one in rates() if not one.rule.startswith(MADE_UP)])


@pytest.mark.parametrize(("part", "name"), [(pooling, MADE_UP[0]), (swapping, MADE_UP[1])])
def test_the_rates_on_made_up_data_are_those_that_are_shipped(part: Any, name: str) -> None:
    agree(part.measured("today"), [one for one in rates() if one.rule.startswith(name)])


def test_what_is_shipped() -> None:
    known = {one.rule for one in rates()}
    assert {"key", "recipient", "amount", "alarm", "decode", "swap", "unwrap"} <= known
    fees = {"recipient-less-fee", "amount-less-fee"}
    joins = {
        coinjoin.WHIRLPOOL,
        coinjoin.TX0,
        coinjoin.WASABI_1,
        coinjoin.WASABI_2,
        coinjoin.JOINMARKET,
        coinjoin.ALIKE,
    }
    pools = {"pool-link", *(f"pool-{clue}" for clue in TOLD)}
    swappers = {banded(rule, least) for rule in SWAPPED for least in BANDS[:-1]}
    assert fees | joins | pools | swappers <= known
    assert known <= {"key", "recipient", "amount", "alarm", "decode", *fees, *joins, *pools, *swappers, *RULES}
    assert all(one.n > 0 and 0 <= one.precision <= 1 and 0 <= (one.recall or 0) <= 1 for one in rates())


def test_the_least_favourable_of_the_large_sets_is_told() -> None:
    told = rate("amount")
    assert told is not None and told.n >= 100
    assert told.precision == min(one.precision for one in rates() if one.rule == "amount" and one.n >= 100)
    near = rate("alarm", "ronin")
    assert near is not None and near.set.startswith("Ronin")
    assert rate("guess") is None


def test_kept_and_read_again(tmp_path: Path) -> None:
    one = Rate("key", "a, b", 3, 0.5, 0.25, "2026-11-27")
    write_rates([one], tmp_path / "rates.csv")
    assert rates(tmp_path / "rates.csv") == (one,)
    assert str(one) == "precision 50.00%, recall 25.00% on 3 (a, b, 2026-11-27)"


def test_without_the_data(tmp_path: Path) -> None:
    assert rates(tmp_path / "none.csv") == ()
    with pytest.raises(InputError, match="is missing"):
        measure(tmp_path)
