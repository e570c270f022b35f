"""How long a bridge takes, learnt from samples of any shape."""

import numpy as np
import pytest

from cointrail.conversions.delays import GRID, by_epoch, learn
from cointrail.conversions.legs import Floats

LONGEST = 1e7


def two_modes(count: int) -> Floats:
    rng = np.random.default_rng(1)
    fast = rng.random(count) < 0.6
    return np.where(fast, rng.normal(600, 30, count), rng.normal(90_000, 9_000, count))


def heavy_tail(count: int) -> Floats:
    return 300 * (1 + np.random.default_rng(2).pareto(0.8, count)).clip(max=LONGEST / 301)


@pytest.mark.parametrize("draw", [two_modes, heavy_tail])
def test_fresh_samples_are_foretold_better_than_by_one_bell(draw: object) -> None:
    assert callable(draw)
    whole = draw(4_000)
    seen, fresh = whole[:2_000], whole[2_000:]
    learnt = learn(seen, np.ones(len(seen)), LONGEST)
    logs = np.log1p(fresh)
    mean, spread = np.log1p(seen).mean(), np.log1p(seen).std()
    bell = -0.5 * ((logs - mean) / spread) ** 2 - np.log(spread * np.sqrt(2 * np.pi)) - logs
    assert learnt.log_density(fresh).mean() > bell.mean() + 0.1


def test_a_density_sums_to_one() -> None:
    learnt = learn(two_modes(500), np.ones(500), LONGEST)
    assert learnt.density.sum() * learnt.top / (GRID - 1) == pytest.approx(1, abs=0.02)
    assert learnt.later(np.array([0.0, 5_000.0, LONGEST])) == pytest.approx([1, 0.4, 0], abs=0.06)


def test_samples_do_not_vouch_for_themselves() -> None:
    """A single odd delay is no likelier for having been seen once, by itself."""
    delay = np.r_[np.full(200, 1_000.0), 777_777.0]
    learnt = learn(delay, np.ones(201), LONGEST)
    assert learnt.log_density(delay[-1:], 1.0)[0] < learnt.log_density(delay[-1:])[0] - 0.2


def test_nothing_learnt_is_even() -> None:
    learnt = learn(np.zeros(0), np.zeros(0), LONGEST)
    one, two = learnt.log_density(np.array([9.0, 99.0]))
    assert one - two == pytest.approx(np.log(10))


def test_each_time_has_its_own_pace() -> None:
    rng = np.random.default_rng(3)
    delay = np.r_[rng.normal(1_000, 20, 400), rng.normal(2_000, 20, 400)]
    weight, opened = np.ones(800), np.arange(800)
    whole = learn(delay, weight, LONGEST)
    own = by_epoch(whole, np.zeros(800, np.int64), opened, delay, weight)
    assert own.mean() > whole.log_density(delay, weight).mean() + 0.3
    routes = by_epoch(whole, np.arange(800) // 400, opened[::-1].copy(), delay, weight)
    assert routes.mean() > whole.log_density(delay, weight).mean() + 0.3
