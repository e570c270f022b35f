"""How long deposits wait, learnt from when withdrawals come."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from cointrail.conversions.mixers.pools.clues import Clues
from cointrail.conversions.mixers.pools.history import history
from cointrail.conversions.mixers.pools.waiting import exposure, learnt
from cointrail.conversions.mixers.pools.weights import AGES, DAY, HOUR, shipped
from tests.conversions.mixers.pools.made import DEPOSIT, WITHDRAWAL, Act, acted

NOTHING = Clues({}, {})


def test_how_long_deposits_were_of_each_age() -> None:
    deposits, withdrawals = acted([Act(True, 1, 0), Act(True, 2, HOUR), Act(False, 3, 2 * DAY)], told=True)
    whole = history(deposits, withdrawals)
    share = np.array([1.0, 0.5])
    plain = np.zeros(len(AGES) + 1)
    for one, part in zip(deposits, share, strict=True):
        for second in range(0, HOUR + 2 * DAY - (one.time or 0), 60):  # minute by minute
            plain[sum(second >= age for age in AGES)] += 60 * part
    np.testing.assert_allclose(exposure(whole, share), plain)


@pytest.mark.parametrize("wait", [2 * HOUR, 5 * DAY])
def test_waits_are_found_without_any_link(wait: int) -> None:
    random = Random(wait)
    times = sorted(random.randrange(200 * DAY) for _ in range(1_500))
    deposits = [replace(DEPOSIT, row=2 * time, time=time, depositor=n + 1, leaf=n) for n, time in enumerate(times)]
    waits = [random.randrange(wait) for _ in times]  # evenly up to there
    paid = sorted(time + one for time, one in zip(times, waits, strict=True))
    withdrawals = [replace(WITHDRAWAL, row=2 * time + 1, time=time, recipient=0) for time in paid]
    whole = history(deposits, withdrawals)
    found = learnt([(whole, whole.windows(), NOTHING)], shipped())
    rates = np.exp([found[f"age_{number}"] for number in range(len(AGES))])
    inside = [rate for rate, age in zip(rates, AGES, strict=True) if age <= wait]
    beyond = [rate for rate, age in zip(rates, AGES, strict=True) if age > 4 * wait]
    assert min(inside) > 10 * max([*beyond[1:], 1.0])


def test_where_nothing_is_seen_the_shipped_waits_count() -> None:
    weights = shipped()
    assert learnt([], weights) == weights
    deposits, _ = acted([Act(True, 1, 5)], told=True)
    alone = history(deposits, [])
    assert learnt([(alone, alone.windows(), NOTHING)], weights) == weights
