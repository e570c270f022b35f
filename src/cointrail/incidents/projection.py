"""What the next year may bring, with an interval that is honest about heavy tails.

A year is a number of thefts of `FLOOR` or more, each with a size. The number is drawn anew for each simulated year: one
of the last years' counts is picked, and a Poisson number with that mean, so that good and bad years both stay possible.
Sizes above the median of the last years follow a Pareto law whose exponent is estimated by maximum likelihood (Hill
1975, doi:10.1214/aos/1176343247; Clauset, Shalizi and Newman 2009, doi:10.1137/070710111), below it they are drawn from
those seen. The exponent is itself uncertain: each simulated year takes one from the distribution of the estimate. With
an exponent of 3 or less the variance is infinite, and with 2 or less the mean is too: only quantiles are told. A size
is cut off at `CEILING`, as nobody can steal more than there is.

`backtest` gives every earlier year the projection that would have been made before it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

FLOOR = Decimal(10_000_000)  # dollars: of smaller thefts the lists of earlier years are not complete
CEILING = 50e9  # dollars: more than any one platform holds for others
HISTORY = 5  # years that a projection rests on
FEWEST = 3  # years without which there is none
RUNS = 20_000
SEED = 20090103
LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95  # the interval covers nine years in ten


@dataclass(frozen=True, slots=True)
class Projection:
    """The projected value of thefts of `FLOOR` or more in a year, in dollars, and the chance that records break.

    `exponent` is that of the tail, above `threshold`, from `tail` thefts. `record` is the largest year so far and
    `largest` the largest theft so far, both before the year; `last` is the year before it.
    """

    year: int
    years: tuple[int, ...]
    n: int
    exponent: float
    exponent_error: float
    threshold: float
    tail: int
    low: float
    middle: float
    high: float
    last: float
    last_exceeded: float
    record: float
    record_year: int
    record_broken: float
    largest: float
    largest_broken: float


def project(thefts: Mapping[int, Sequence[Decimal]], year: int) -> Projection | None:
    """The projection of a year from the thefts of the years before it; None where there are too few.

    `thefts` are the values by year, of `FLOOR` or more; smaller ones are left out here.
    """
    before = {
        past: [float(value) for value in sorted(values) if value >= FLOOR]
        for past, values in sorted(thefts.items()) if past < year
    }  # fmt: skip
    used = tuple(past for past in before if past >= year - HISTORY and before[past])
    sizes = np.sort(np.array([value for past in used for value in before[past]]))
    if len(used) < FEWEST or len(sizes) < 2 * FEWEST:
        return None
    threshold = float(np.median(sizes))
    tail = sizes[sizes >= threshold]
    exponent = hill(tail, threshold)
    totals, maxima = _simulate(sizes, [len(before[past]) for past in used], threshold, exponent, len(tail), year)
    sums = {past: math.fsum(values) for past, values in before.items()}
    record_year = max(sums, key=lambda past: (sums[past], -past))
    largest = max(max(values, default=0.0) for values in before.values())
    low, middle, high = (float(value) for value in np.quantile(totals, (LOW, MIDDLE, HIGH)))
    last = sums[used[-1]]
    return Projection(
        year, used, len(sizes), exponent, (exponent - 1) / math.sqrt(len(tail)), threshold, len(tail),
        low, middle, high, last, float(np.mean(totals > last)),
        sums[record_year], record_year, float(np.mean(totals > sums[record_year])),
        largest, float(np.mean(maxima > largest)),
    )  # fmt: skip


def hill(tail: npt.NDArray[np.float64], threshold: float) -> float:
    """Exponent of a Pareto density by maximum likelihood: 1 + n / sum(log(size / threshold))."""
    return 1 + len(tail) / float(np.sum(np.log(tail / threshold)))


def backtest(thefts: Mapping[int, Sequence[Decimal]], first: int, last: int) -> list[tuple[Projection, float, bool]]:
    """For each year that can be projected: the projection made before it, what came, and whether that lay inside."""
    out = []
    for year in range(first, last + 1):
        made = project(thefts, year)
        came = math.fsum(float(value) for value in thefts.get(year, ()) if value >= FLOOR)
        if made is not None and came:
            out.append((made, came, made.low <= came <= made.high))
    return out


def _simulate(
    sizes: npt.NDArray[np.float64], counts: Sequence[int], threshold: float, exponent: float, tail: int, year: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Totals and largest thefts of simulated years. The same inputs give the same numbers."""
    random = np.random.default_rng((SEED, year))
    body = sizes[sizes < threshold]
    share = tail / len(sizes)
    numbers = random.poisson(random.choice(np.array(counts), RUNS))
    # the estimate of (exponent - 1) is inverse-gamma around the truth: 1 / Gamma(n) scaled by n
    exponents = 1 + (exponent - 1) * random.gamma(tail, 1.0, RUNS) / tail
    above = random.binomial(numbers, share) if len(body) else numbers
    below = numbers - above
    large = threshold * (1 - random.random(int(above.sum()))) ** (-1 / (np.repeat(exponents, above) - 1))
    small = random.choice(body, int(below.sum())) if len(body) else np.zeros(0)
    drawn = np.minimum(np.concatenate((large, small)), CEILING)
    run = np.concatenate((np.repeat(np.arange(RUNS), above), np.repeat(np.arange(RUNS), below)))
    maxima = np.zeros(RUNS)
    np.maximum.at(maxima, run, drawn)
    return np.bincount(run, drawn, RUNS).astype(np.float64), maxima
