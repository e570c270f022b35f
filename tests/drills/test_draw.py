"""The random draws and the exact columns under the synthetic ledgers."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.drills.columns import GIGA, small, wide
from cointrail.drills.draw import cents, moments, popular, shares


@given(st.lists(st.tuples(st.integers(0, 2**62), st.integers(0, GIGA - 1)), min_size=1, max_size=20))
@settings(max_examples=50)
def test_wide_amounts_are_exact(pairs: list[tuple[int, int]]) -> None:
    giga, rest = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
    for row, (high, low) in zip(wide(giga, rest), pairs, strict=True):
        assert int.from_bytes(row.tobytes(), "big") == high * GIGA + low


@given(st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=20))
@settings(max_examples=50)
def test_small_amounts_are_exact(values: list[int]) -> None:
    rows = small(np.array(values, np.int64))
    assert [int.from_bytes(row.tobytes(), "big") for row in rows] == values


@given(st.integers(1, 10**15), st.integers(1, 30), st.integers(0, 99))
@settings(max_examples=50)
def test_shares_sum_to_the_total(total: int, parts: int, seed: int) -> None:
    pieces = shares(np.random.default_rng(seed), total, parts)
    assert int(pieces.sum()) == total
    assert len(pieces) <= parts
    assert pieces.min() >= 1


def test_popularity_has_the_published_shape() -> None:
    drawn = popular(np.random.default_rng(0), 550_000, 50_000, 0.9)
    degree = np.sort(np.bincount(drawn, minlength=50_000))
    assert drawn.min() >= 0
    assert drawn.max() < 50_000
    assert 1 <= np.median(degree) <= 4
    assert 40 <= np.percentile(degree, 99) <= 200
    assert degree[-1] > 5_000


def test_moments_and_cents_stay_in_range() -> None:
    rng = np.random.default_rng(0)
    for bursts in (0.0, 0.5, 1.0):
        drawn = moments(rng, 10_000, 100, 200, bursts)
        assert drawn.min() >= 100
        assert drawn.max() <= 200
    assert moments(rng, 3, 7, 7).tolist() == [7, 7, 7]
    assert cents(rng, 10_000, 0.01, 3.0).min() >= 1
    assert (cents(rng, 1_000, 500, 0.1, 1.0) % 1000 == 0).all()
