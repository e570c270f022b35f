"""Fixed-width byte keys to small integers: the one hash table behind addresses, transactions and duplicate rows.

Open addressing with linear probing over 64-bit words, compiled: about 6 million keys a second on one core.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Words = npt.NDArray[np.uint64]

EMPTY = np.uint64(0)
LOAD = 2  # slots per key at least
FIRST_ROOM = 1024
AHEAD = 32  # keys whose slots are touched before any is looked up: the waits for memory overlap
TAG = np.uint64(0xFFFFFFFF00000000)  # the part of a slot that holds a piece of the key's hash


@njit(cache=True, nogil=True)
def _hash(keys: Any, i: int) -> Any:
    h = np.uint64(0x9E3779B97F4A7C15)
    for k in range(keys.shape[1]):
        h ^= keys[i, k]
        h *= np.uint64(0xFF51AFD7ED558CCD)
        h ^= h >> np.uint64(32)
    return h


@njit(cache=True, nogil=True)
def _fill(slots: Any, known: Any, stop: int) -> None:
    mask = np.uint64(slots.size - 1)
    for i in range(stop):
        h = _hash(known, i)
        at = h & mask
        while slots[at] != EMPTY:
            at = (at + np.uint64(1)) & mask
        slots[at] = (h & TAG) | np.uint64(i + 1)


@njit(cache=True, nogil=True)
def _intern(slots: Any, known: Any, count: int, keys: Any, out: Any, start: int) -> Any:
    """Number keys[start:] and append the new ones to `known`; stops early when `known` is full."""
    mask = np.uint64(slots.size - 1)
    low = np.uint64(0xFFFFFFFF)
    words = keys.shape[1]
    hashes = np.empty(AHEAD, np.uint64)
    touched = np.uint64(0)
    for first in range(start, keys.shape[0], AHEAD):
        last = min(first + AHEAD, keys.shape[0])
        for i in range(first, last):
            h = _hash(keys, i)
            hashes[i - first] = h
            touched ^= slots[h & mask]
        for i in range(first, last):
            number = slots[hashes[i - first] & mask] & low
            touched ^= known[max(number, np.uint64(1)) - np.uint64(1), 0]
        for i in range(first, last):
            h = hashes[i - first]
            at = h & mask
            found = -1
            while slots[at] != EMPTY:
                if (slots[at] ^ h) & TAG == np.uint64(0):
                    number = (slots[at] & low) - np.uint64(1)
                    same = True
                    for k in range(words):
                        if known[number, k] != keys[i, k]:
                            same = False
                            break
                    if same:
                        found = int(number)
                        break
                at = (at + np.uint64(1)) & mask
            if found == -1:
                if count == known.shape[0]:
                    return count, i, touched
                for k in range(words):
                    known[count, k] = keys[i, k]
                slots[at] = (h & TAG) | np.uint64(count + 1)
                found = count
                count += 1
            out[i] = found
    return count, keys.shape[0], touched


class Interner:
    """Numbers distinct keys in the order of their first appearance, from 0; below 2**32 - 1 of them.

    `room` is how many are expected; more find room all the same.
    """

    def __init__(self, words: int, room: int = FIRST_ROOM) -> None:
        room = max(FIRST_ROOM, 1 << (room - 1).bit_length())
        self._known: Words = np.empty((room, words), np.uint64)
        self._slots = np.zeros(LOAD * room, np.uint64)
        self.count = 0

    def intern(self, keys: Words) -> npt.NDArray[np.int64]:
        """The number of every key; keys is (n, words)."""
        out = np.empty(len(keys), np.int64)
        keys = np.ascontiguousarray(keys)
        done = 0
        while True:
            self.count, done, _ = _intern(self._slots, self._known, self.count, keys, out, done)
            if done == len(keys):
                return out
            self._grow()

    def _grow(self) -> None:
        room = 2 * len(self._known)
        known: Words = np.empty((room, self._known.shape[1]), np.uint64)
        known[: self.count] = self._known[: self.count]
        self._known = known
        self._slots = np.zeros(LOAD * room, np.uint64)
        _fill(self._slots, known, self.count)

    @property
    def keys(self) -> Words:
        """All keys, by number; a view, (count, words)."""
        return self._known[: self.count]


@njit(cache=True, nogil=True)
def some(keys: Any) -> Any:
    """Which rows of words are not zero throughout."""
    out = np.empty(keys.shape[0], np.bool_)
    for i in range(keys.shape[0]):
        every = np.uint64(0)
        for k in range(keys.shape[1]):
            every |= keys[i, k]
        out[i] = every != EMPTY
    return out


@njit(cache=True, nogil=True)
def runs(first: Any, second: Any, keys: Any) -> Any:
    """Rows with the same two numbers and words as the row before form a run.

    For each row its run, counted from 0, and for each run its first row and a mix of all its words: where all mixes
    differ, so do all runs.
    """
    number = np.empty(keys.shape[0], np.int64)
    start = np.empty(keys.shape[0], np.int64)
    mix = np.empty(keys.shape[0], np.uint64)
    count = 0
    for i in range(keys.shape[0]):
        new = i == 0 or first[i] != first[i - 1] or second[i] != second[i - 1]
        for k in range(keys.shape[1]):
            new = new or keys[i, k] != keys[i - 1, k]
        if new:
            start[count] = i
            numbers = (np.uint64(first[i]) * np.uint64(0x9E3779B97F4A7C15)) ^ np.uint64(second[i])
            mix[count] = _hash(keys, i) ^ numbers * np.uint64(0xFF51AFD7ED558CCD)
            count += 1
        number[i] = count - 1
    return number, start[:count].copy(), mix[:count].copy()


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
