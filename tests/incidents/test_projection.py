"""The projection: the estimate of the tail, intervals that cover, and the same numbers every time."""

from decimal import Decimal

import numpy as np
import numpy.typing as npt

from cointrail.incidents.projection import CEILING, FLOOR, RUNS, backtest, hill, project

EXPONENT = 2.3


def pareto(random: np.random.Generator, count: int, least: float = float(FLOOR)) -> npt.NDArray[np.float64]:
    return np.minimum(least * (1 - random.random(count)) ** (-1 / (EXPONENT - 1)), CEILING)


def years(random: np.random.Generator, first: int, last: int, mean: int) -> dict[int, list[Decimal]]:
    return {
        year: [Decimal(int(value)) for value in pareto(random, int(random.poisson(mean)))]
        for year in range(first, last + 1)
    }


def test_the_exponent_of_a_known_tail_is_found() -> None:
    tail = pareto(np.random.default_rng(1), 20_000, 3.0)
    assert abs(hill(tail, 3.0) - EXPONENT) < 0.03


def test_intervals_cover_what_comes_as_often_as_they_say() -> None:
    """Nine in ten, on made-up years whose law is known; of 120 years within what chance allows."""
    inside = []
    for seed in range(20):
        found = years(np.random.default_rng(seed), 2010, 2020, 25)
        inside += [one for _, _, one in backtest(found, 2015, 2020)]
    assert len(inside) == 120 and 0.82 <= sum(inside) / len(inside) <= 0.98


def test_the_same_thefts_give_the_same_numbers_in_any_order() -> None:
    found = years(np.random.default_rng(3), 2015, 2020, 20)
    turned = {year: list(reversed(values)) for year, values in reversed(found.items())}
    assert project(found, 2021) == project(turned, 2021) is not None


def test_a_year_knows_nothing_of_what_came_later() -> None:
    found = years(np.random.default_rng(4), 2015, 2020, 20)
    before = project({year: values for year, values in found.items() if year < 2019}, 2019)
    assert project(found, 2019) == before


def test_small_thefts_and_too_few_years_make_no_projection() -> None:
    assert project({}, 2021) is None
    assert project({2019: [FLOOR] * 9, 2020: [FLOOR * 2] * 9}, 2021) is None
    assert project({year: [Decimal(5)] * 50 for year in range(2015, 2021)}, 2021) is None


def test_a_naive_simulation_says_the_same() -> None:
    found = years(np.random.default_rng(5), 2016, 2020, 15)
    made = project(found, 2021)
    assert made is not None
    random = np.random.default_rng(99)
    sizes = sorted(float(value) for values in found.values() for value in values)
    body = [value for value in sizes if value < made.threshold]
    totals = []
    for _ in range(RUNS):
        number = random.poisson(len(found[int(random.choice(list(found)))]))
        exponent = 1 + (made.exponent - 1) * random.gamma(made.tail) / made.tail
        total = 0.0
        for _ in range(number):
            if random.random() < made.tail / len(sizes):
                total += min(made.threshold * (1 - random.random()) ** (-1 / (exponent - 1)), CEILING)
            else:
                total += float(random.choice(body))
        totals.append(total)
    low, middle = np.quantile(totals, (0.05, 0.5))
    assert abs(low / made.low - 1) < 0.1 and abs(middle / made.middle - 1) < 0.06
    assert abs(np.mean(np.array(totals) > made.record) - made.record_broken) < 0.03
