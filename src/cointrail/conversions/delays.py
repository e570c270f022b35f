"""How long a bridge takes: the density of the delay, learnt from pairs that are sure to a degree each.

Delays run from seconds to months, have several modes and a long tail; so no formula is assumed. The density is a sum of
bell curves on the logarithm of the delay, narrow where samples are dense and wide where they are sparse (Abramson
1982), their scale chosen by how well each sample is foretold by the others. A little of it is spread evenly over all
delays, and the less there is to learn from the more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cointrail.conversions.legs import Codes, Floats

GRID = 2048
WIDTHS = 10  # classes of width of the bell curves
NEIGHBOURS = (0.4, 0.7, 1.2, 2.0, 3.5)  # times the root of the samples: how many give a curve its width
NARROWEST = 0.004  # of the logarithm: 0.4 % of the delay
WIDEST = 1.0
EPOCH = 90.0  # sure samples in an epoch: enough to see a mode move, few enough to see it soon
EPOCHS = 128  # at most
DOUBT = 20.0  # samples that the even spread counts for


@dataclass(frozen=True)
class Delays:
    """The density of the logarithm of (delay + 1 s) on an even grid, from 0 to `top`; `samples` is its weight.

    `peak` is how high the bell curve of one sample stands at its own place, over all samples' weight.
    """

    top: float
    density: Floats
    peak: Floats
    samples: float
    scale: float = NEIGHBOURS[0]

    def log_density(self, delay: Floats, own: Floats | float = 0.0, prior: Floats | None = None) -> Floats:
        """The log-density per second at each delay, leaving out what a sample of weight `own` there added itself.

        `prior` is the density of the logarithm that is believed before any sample; even if None.
        """
        position = np.log1p(delay) * ((GRID - 1) / self.top)
        grid = np.arange(GRID)
        seen = np.interp(position, grid, self.density) * self.samples - np.interp(position, grid, self.peak) * own
        even = DOUBT / self.top if prior is None else DOUBT * prior
        found: Floats = np.log((np.maximum(seen, 0.0) + even) / np.maximum(self.samples - own + DOUBT, DOUBT))
        return found - np.log1p(delay)

    def later(self, age: Floats) -> Floats:
        """The share of delays that are longer than each age."""
        step = self.top / (GRID - 1)
        even = DOUBT / self.top
        mass = (self.density * self.samples + even) * step
        behind = np.cumsum(mass[::-1])[::-1] / mass.sum()
        found: Floats = np.interp(np.log1p(np.maximum(age, 0.0)) / step, np.arange(GRID), behind)
        return found


def learn(delay: Floats, weight: Floats, longest: float, scales: Sequence[float] = NEIGHBOURS) -> Delays:
    """The density of the delays, `weight` (0 to 1) being how sure each is; `longest` is the longest one possible.

    The best of `scales` is taken: how many neighbours give a curve its width, in roots of the number of samples.
    """
    top = float(np.log1p(max(longest, 1.0)))
    step = top / (GRID - 1)
    cell = np.minimum(np.rint(np.log1p(delay) / step).astype(np.int64), GRID - 1)
    mass: Floats = np.bincount(cell, weight, GRID).astype(np.float64)
    total = float(mass.sum())
    if total < 1:
        return Delays(top, np.full(GRID, 1 / top), np.zeros(GRID), 0.0)
    best: tuple[float, Floats, Floats, float] | None = None
    for neighbours in scales:
        width = _widths(mass, max(neighbours * total**0.5, 2.0), step)
        density = _sum(mass, width, step) / total
        peak = 1 / (width * np.sqrt(2 * np.pi))
        others = np.maximum(density * total - peak * np.minimum(mass, 1.0), 0.0) + DOUBT / top
        score = float(mass @ np.log(others))
        if best is None or score > best[0]:
            best = score, density, peak, neighbours
    assert best is not None
    return Delays(top, best[1], best[2], total, best[3])


def _widths(mass: Floats, wanted: float, step: float) -> Floats:
    """For each cell of the grid, how far one must look to both sides to find the wanted number of samples."""
    below = np.r_[0.0, np.cumsum(mass)]
    place = np.arange(GRID)
    low, high = np.zeros(GRID, np.int64), np.full(GRID, GRID, np.int64)
    while (high - low > 1).any():
        middle = (low + high) // 2
        inside = below[np.minimum(place + middle + 1, GRID)] - below[np.maximum(place - middle, 0)]
        enough = inside >= wanted
        high, low = np.where(enough, middle, high), np.where(enough, low, middle)
    return np.clip(high * step, max(NARROWEST, step), WIDEST)


def _sum(mass: Floats, width: Floats, step: float) -> Floats:
    """The bell curves of all samples together; widths are rounded to a few classes, each one convolution."""
    classes = np.geomspace(max(NARROWEST, step), WIDEST, WIDTHS)
    nearest = np.abs(np.log(width)[:, None] - np.log(classes)[None, :]).argmin(axis=1)
    length = 2 * GRID
    distance = np.minimum(np.arange(length), length - np.arange(length)) * step
    spectrum = np.zeros(length // 2 + 1, np.complex128)
    for place, scale in enumerate(classes.tolist()):
        part = np.where(nearest == place, mass, 0.0)
        if part.any():
            bell = np.exp(-0.5 * (distance / scale) ** 2)
            spectrum += np.fft.rfft(part, length) * np.fft.rfft(bell / (bell.sum() * step))
    found: Floats = np.maximum(np.fft.irfft(spectrum, length)[:GRID], 0.0)
    return found


def by_epoch(whole: Delays, route: Codes, opened: Codes, delay: Floats, weight: Floats) -> Floats:
    """The log-density per second of each delay among the deposits of its own route and time.

    Bridges change their pace, so that the deposits of a route, in order of time, are cut into epochs of `EPOCH` sure
    samples; each has a density of its own that starts from the `whole` one. One entry a sample.
    """
    if not len(delay):
        return np.zeros(0)
    order = np.lexsort((opened, route))
    so_far = np.cumsum(weight[order])
    new = np.r_[True, np.diff(route[order]) != 0]
    so_far -= np.maximum.accumulate(np.where(new, so_far, 0.0))
    epoch = so_far // max(EPOCH, float(weight.sum()) / EPOCHS)
    prior = np.exp(whole.log_density(delay, weight) + np.log1p(delay))
    found = np.empty(len(delay))
    for part in np.split(order, np.flatnonzero((np.diff(epoch) != 0) | new[1:]) + 1):
        own = learn(delay[part], weight[part], float(np.expm1(whole.top)), (whole.scale,))
        found[part] = own.log_density(delay[part], weight[part], prior[part])
    return found
