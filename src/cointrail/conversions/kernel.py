"""Compiling the inner loops."""

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def kernel(function: Kernel) -> Kernel:
    """Compile with Numba on first use and keep the result on disk; to the type checker nothing changes.

    Compiled loops do not hold Python's lock, so that other threads go on meanwhile.
    """
    return cast(Kernel, njit(cache=True, nogil=True)(function))
