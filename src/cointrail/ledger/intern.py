"""Fixed-width byte keys to small integers: the one hash table behind addresses, transactions and duplicate rows.

Open addressing with linear probing over 64-bit words, compiled: about 6 million keys a second on one core.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Words = npt.NDArray[np.uint64]

EMPTY = -1
LOAD = 2  # slots per key at least
FIRST_ROOM = 1024


@njit(cache=True)
def _hash(keys: Any, i: int) -> Any:
    h = np.uint64(0x9E3779B97F4A7C15)
    for k in range(keys.shape[1]):
        h ^= keys[i, k]
        h *= np.uint64(0xFF51AFD7ED558CCD)
        h ^= h >> np.uint64(32)
    return h


@njit(cache=True)
def _fill(slots: Any, known: Any, start: int, stop: int) -> None:
    mask = np.uint64(slots.size - 1)
    for i in range(start, stop):
        at = _hash(known, i) & mask
        while slots[at] != -1:
            at = (at + np.uint64(1)) & mask
        slots[at] = i


@njit(cache=True)
def _intern(slots: Any, known: Any, count: int, keys: Any, out: Any, start: int) -> Any:
    """Number keys[start:] and append the new ones to `known`; stops early when `known` is full."""
    mask = np.uint64(slots.size - 1)
    words = keys.shape[1]
    for i in range(start, keys.shape[0]):
        at = _hash(keys, i) & mask
        found = -1
        while slots[at] != -1:
            number = slots[at]
            same = True
            for k in range(words):
                if known[number, k] != keys[i, k]:
                    same = False
                    break
            if same:
                found = number
                break
            at = (at + np.uint64(1)) & mask
        if found == -1:
            if count == known.shape[0]:
                return count, i
            for k in range(words):
                known[count, k] = keys[i, k]
            slots[at] = count
            found = count
            count += 1
        out[i] = found
    return count, keys.shape[0]


class Interner:
    """Numbers distinct keys in the order of their first appearance, from 0."""

    def __init__(self, words: int) -> None:
        self._known: Words = np.empty((FIRST_ROOM, words), np.uint64)
        self._slots = np.full(LOAD * FIRST_ROOM, EMPTY, np.int64)
        self.count = 0

    def intern(self, keys: Words) -> npt.NDArray[np.int64]:
        """The number of every key; keys is (n, words)."""
        out = np.empty(len(keys), np.int64)
        keys = np.ascontiguousarray(keys)
        done = 0
        while True:
            self.count, done = _intern(self._slots, self._known, self.count, keys, out, done)
            if done == len(keys):
                return out
            self._grow()

    def _grow(self) -> None:
        room = 2 * len(self._known)
        known: Words = np.empty((room, self._known.shape[1]), np.uint64)
        known[: self.count] = self._known[: self.count]
        self._known = known
        self._slots = np.full(LOAD * room, EMPTY, np.int64)
        _fill(self._slots, known, 0, self.count)

    @property
    def keys(self) -> Words:
        """All keys, by number; a view, (count, words)."""
        return self._known[: self.count]


def words(raw: npt.NDArray[np.uint8]) -> Words:
    """Rows of bytes as rows of 64-bit words whose order is the order of the bytes (big-endian, zero-padded)."""
    n, width = raw.shape
    padded = -(-width // 8) * 8
    if padded != width:
        wide = np.zeros((n, padded), np.uint8)
        wide[:, :width] = raw
        raw = wide
    return np.ascontiguousarray(raw).view(">u8").astype(np.uint64).reshape(n, padded // 8)


def unwords(keys: Words, width: int) -> npt.NDArray[np.uint8]:
    """The inverse of `words`: (n, width) bytes."""
    return np.ascontiguousarray(keys.astype(">u8").view(np.uint8).reshape(len(keys), 8 * keys.shape[1])[:, :width])
