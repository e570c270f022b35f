"""128-bit amounts in compiled loops: two 64-bit words, the high one first. All amounts stay below 2**126."""

from typing import Any

import numpy as np
from numba import njit

from cointrail.tracing.scan_kernels import LIMIT, share_up

LARGEST = 1 << 126
ZERO, ONE = np.uint64(0), np.uint64(1)
HALF, LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
STEP = np.uint64(48)  # bits of a factor that are divided at once
REST = np.uint64(64 - 48)
MASK = np.uint64((1 << 48) - 1)
WORD, SHIFT = 2.0**64, 2.0**48
NARROW = np.uint64(LIMIT)  # below this, 64-bit arithmetic does
SIGN = np.uint64(63)
_narrow: Any = share_up


@njit(cache=True)
def plus(high: Any, low: Any, more_high: Any, more_low: Any) -> Any:
    """The sum."""
    total = low + more_low
    return high + more_high + np.uint64(total < low), total


@njit(cache=True)
def minus(high: Any, low: Any, less_high: Any, less_low: Any) -> Any:
    """The difference; it wraps around below zero."""
    return high - less_high - np.uint64(low < less_low), low - less_low


@njit(cache=True)
def below(high: Any, low: Any, other_high: Any, other_low: Any) -> Any:
    """Whether the first is less than the second."""
    return high < other_high or (high == other_high and low < other_low)


@njit(cache=True)
def _times(high: Any, low: Any, factor: Any) -> Any:
    """The product with a 64-bit factor, modulo 2**128."""
    a, b, c, d = low >> HALF, low & LOW, factor >> HALF, factor & LOW
    inner, left, right = b * d, a * d, b * c
    middle = (inner >> HALF) + (left & LOW) + (right & LOW)
    top = a * c + (left >> HALF) + (right >> HALF) + (middle >> HALF)
    return high * factor + top, (middle << HALF) | (inner & LOW)


@njit(cache=True, error_model="numpy")
def share(held_high: Any, held_low: Any, high: Any, low: Any, whole_high: Any, whole_low: Any) -> Any:
    """held * amount / whole, rounded up; for held <= whole and amount <= whole, whole above zero."""
    if held_high == whole_high and held_low == whole_low:
        return high, low
    if high == whole_high and low == whole_low:
        return held_high, held_low
    if whole_high == ZERO and whole_low < NARROW:
        return ZERO, np.uint64(_narrow(np.int64(held_low), np.int64(low), np.int64(whole_low)))
    out_high, out_low, left = _divided(held_high, held_low, high, low, whole_high, whole_low)
    return plus(out_high, out_low, ZERO, ONE) if left else (out_high, out_low)


@njit(cache=True, error_model="numpy")
def scaled(held_high: Any, held_low: Any, high: Any, low: Any, whole_high: Any, whole_low: Any, up: bool) -> Any:
    """held * amount / whole, rounded up or down; for held <= whole, whole above zero, and any amount."""
    if held_high == whole_high and held_low == whole_low:
        return high, low
    if high == whole_high and low == whole_low:
        return held_high, held_low
    out_high, out_low, left = _divided(held_high, held_low, high, low, whole_high, whole_low)
    return plus(out_high, out_low, ZERO, ONE) if left and up else (out_high, out_low)


@njit(cache=True, error_model="numpy")
def _divided(held_high: Any, held_low: Any, high: Any, low: Any, whole_high: Any, whole_low: Any) -> Any:
    """held * amount / whole, rounded down, and whether anything is left; for held < whole.

    Long division by digits of 48 bits. A digit in floating point is at most 2**49 and off by a few 2**-52 of that, so
    by at most one; what is left then lies within twice the divisor, and arithmetic that wraps around gives it exactly.
    """
    divisor = float(whole_high) * WORD + float(whole_low)
    factor = float(held_high) * WORD + float(held_low)
    out_high, out_low, left_high, left_low = ZERO, ZERO, ZERO, ZERO
    start = 0 if high >> (REST + REST) else 1 if high or low >> STEP else 2
    for digit in range(start, 3):
        if digit == 0:
            one = high >> (REST + REST)
        elif digit == 1:
            one = ((high << REST) | (low >> STEP)) & MASK
        else:
            one = low & MASK
        guess = np.uint64(((float(left_high) * WORD + float(left_low)) * SHIFT + factor * float(one)) / divisor)
        product_high, product_low = _times(held_high, held_low, one)
        left_high, left_low = plus(
            (left_high << STEP) | (left_low >> REST), left_low << STEP, product_high, product_low
        )
        taken_high, taken_low = _times(whole_high, whole_low, guess)
        left_high, left_low = minus(left_high, left_low, taken_high, taken_low)
        while left_high >> SIGN:
            guess -= ONE
            left_high, left_low = plus(left_high, left_low, whole_high, whole_low)
        while not below(left_high, left_low, whole_high, whole_low):
            guess += ONE
            left_high, left_low = minus(left_high, left_low, whole_high, whole_low)
        out_high, out_low = plus((out_high << STEP) | (out_low >> REST), out_low << STEP, ZERO, guess)
    return out_high, out_low, bool(left_high or left_low)
