"""Exact arithmetic on columns of 256-bit amounts.

An amount is four 64-bit numbers, the most significant first: an array of shape (rows, 4).
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.ledger.readers.faults import Mask
from cointrail.ledger.rows import AMOUNT_BYTES

Limbs = npt.NDArray[np.uint64]


def small(values: npt.NDArray[Any]) -> Limbs:
    """Amounts from integers of at most 64 bits."""
    limbs = np.zeros((len(values), 4), np.uint64)
    limbs[:, 3] = values.astype(np.uint64)
    return limbs


def split(value: int) -> list[int]:
    """One amount as its four numbers."""
    return [(value >> shift) & (2**64 - 1) for shift in (192, 128, 64, 0)]


def nonzero(limbs: Limbs) -> Mask:
    """Which amounts are not 0."""
    result: Mask = (limbs != 0).any(axis=1)
    return result


def product(first: npt.NDArray[np.uint64], second: npt.NDArray[np.uint64]) -> Limbs:
    """The exact products of two columns of 64-bit numbers."""
    half, low = np.uint64(32), np.uint64(2**32 - 1)
    a, b, c, d = first >> half, first & low, second >> half, second & low
    bottom = b * d
    middle = b * c + (bottom >> half)
    other = a * d + (middle & low)
    limbs = np.zeros((len(first), 4), np.uint64)
    limbs[:, 2] = a * c + (middle >> half) + (other >> half)
    limbs[:, 3] = (other << half) | (bottom & low)
    return limbs


def total(first: Limbs, second: Limbs) -> Limbs:
    """The exact sums of two columns of amounts that stay below 2**256."""
    limbs = np.zeros_like(first)
    carry = np.zeros(len(first), np.uint64)
    for place in (3, 2, 1, 0):
        part = first[:, place] + second[:, place]
        over = part < first[:, place]
        limbs[:, place] = part + carry
        carry = (over | (limbs[:, place] < part)).astype(np.uint64)
    return limbs


def packed(limbs: Limbs) -> npt.NDArray[np.uint8]:
    """Big-endian bytes, shape (rows, 32)."""
    return limbs.astype(">u8").view(np.uint8).reshape(-1, AMOUNT_BYTES)


def doubles(values: npt.NDArray[np.float64]) -> Limbs:
    """Amounts from whole floating-point numbers from 0 to below 2**256, exactly."""
    fraction, exponent = np.frexp(values)
    shift = np.maximum(exponent.astype(np.int64) - 53, 0)  # a double is a 53-bit integer, shifted
    mantissa = np.ldexp(fraction, np.where(shift > 0, 53, exponent)).astype(np.uint64)
    place, bits = 3 - shift // 64, (shift % 64).astype(np.uint64)
    limbs = np.zeros((len(values), 4), np.uint64)
    every = np.arange(len(values))
    limbs[every, place] = mantissa << bits
    upper = (bits > 0) & (place > 0)
    limbs[every[upper], place[upper] - 1] = mantissa[upper] >> (np.uint64(64) - bits[upper])
    return limbs
