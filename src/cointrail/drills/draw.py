"""Random draws shaped like chain traffic: heavy-tailed popularity and amounts, bursts in time."""

import numpy as np
from numpy.typing import NDArray

from cointrail.drills.columns import Bytes, Ints

Floats = NDArray[np.float64]
MOST_CENTS = 10**13  # no drawn amount exceeds 100 billion USD


def loguniform(rng: np.random.Generator, least: float, most: float, size: int) -> Floats:
    """`size` values whose logarithm is uniform between `least` and `most` (both > 0)."""
    return np.exp(rng.uniform(np.log(least), np.log(most), size))


def popular(rng: np.random.Generator, size: int, among: int, skew: float, cut: float = 2e-6) -> Ints:
    """`size` indices below `among`; index i is drawn with weight (i / among + cut) ** -skew, 0 <= skew < 1.

    With skew 0.9 and a mean degree of 11 half of the addresses have about 2 transfers, one in a hundred about 70 and
    one in a thousand about 550: the shape of Ethereum's transfer graph.
    """
    power = 1.0 - skew
    low, high = cut**power, (1.0 + cut) ** power
    spot = (low + (high - low) * rng.random(size)) ** (1.0 / power) - cut
    chosen: Ints = np.clip((spot * among).astype(np.int64), 0, among - 1)
    return chosen


def cents(rng: np.random.Generator, size: int, median: float, sigma: float, round_share: float = 0.0) -> Ints:
    """Lognormal amounts in cents, at least 1; a share of them in whole tens of dollars, as people type them."""
    drawn = median * 100 * np.exp(sigma * rng.standard_normal(size))
    value: Ints = np.clip(drawn, 1, MOST_CENTS).astype(np.int64)
    typed = (rng.random(size) < round_share) & (value >= 1000)
    value[typed] = value[typed] // 1000 * 1000
    return value


def moments(rng: np.random.Generator, size: int, first: int, last: int, bursts: float = 0.0) -> Ints:
    """Blocks between `first` and `last` (both included); a share `bursts` gathers around a few centres."""
    span = max(last - first, 1)
    spot = rng.random(size)
    if bursts > 0 and size:
        centres = rng.random(max(1, int(rng.integers(1, 12))))
        wide = 10.0 ** rng.uniform(-3.5, -1.0, len(centres))
        at = rng.integers(0, len(centres), size)
        near = centres[at] + wide[at] * rng.standard_normal(size)
        spot = np.where(rng.random(size) < bursts, np.abs(near) % 1.0, spot)
    return np.minimum(first + (spot * (span + 1)).astype(np.int64), max(first, last))


def shares(rng: np.random.Generator, total: int, parts: int) -> Ints:
    """`total` cut into at most `parts` positive pieces of irregular size; they sum to `total` exactly."""
    parts = max(1, min(parts, total))
    weight = rng.dirichlet(np.full(parts, 0.8))
    piece = np.maximum((weight * (total - parts)).astype(np.int64), 0) + 1
    piece[-1] += total - int(piece.sum())
    return piece


def octets(rng: np.random.Generator, rows: int, width: int) -> Bytes:
    """Random bytes of shape (rows, width), drawn fresh (writable)."""
    return np.frombuffer(rng.bytes(rows * width), np.uint8).reshape(rows, width).copy()
