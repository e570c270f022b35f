"""Work in Python on all processors: the same function over parts of a range, each in a process of its own.

A child is a copy of this process at the moment of the fork, so it has everything that was read and nothing is sent to
it; what it finds comes back through a pipe. Where processes cannot be forked, there is little to do, or this is a
thread of a server, whose other threads may hold locks that a copy would wait for, the work is done here.
"""

import multiprocessing
import os
import threading
from collections.abc import Callable
from itertools import pairwise
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar, cast

Found = TypeVar("Found")

LEAST = 5_000  # pieces of work: below this a fork costs more than it saves
BATCH = 1_024  # pieces between two messages


def each(
    work: Callable[[int], list[Found]], count: int, step: Callable[[float], None] = lambda share: None
) -> list[Found]:
    """What `work` finds for the numbers 0 to `count` - 1, in their order. RuntimeError should a child die."""
    processes = os.cpu_count() or 1
    alone = threading.current_thread() is threading.main_thread()
    if count < LEAST or processes < 2 or not alone or "fork" not in multiprocessing.get_all_start_methods():
        return _here(work, range(count), step)
    context = multiprocessing.get_context("fork")
    cuts = [count * n // processes for n in range(processes + 1)]
    pipes: list[tuple[Connection, Any]] = []
    for low, high in pairwise(cuts):
        near, far = context.Pipe(duplex=False)
        child = context.Process(target=_there, args=(work, range(low, high), far), daemon=True)
        child.start()
        far.close()
        pipes.append((near, child))
    found: dict[Connection, list[Found]] = {near: [] for near, _ in pipes}
    done = 0
    waiting = set(found)
    try:
        while waiting:
            for near in cast(list[Connection], wait(list(waiting))):
                told = _next(near)
                if told is None:
                    waiting.discard(near)
                else:
                    found[near] += told
                    done += BATCH
                    step(min(1.0, done / count))
    finally:
        for near, child in pipes:
            child.terminate()
            child.join()
            near.close()
    return [one for near, _ in pipes for one in found[near]]


def _here(work: Callable[[int], list[Found]], numbers: range, step: Callable[[float], None]) -> list[Found]:
    found: list[Found] = []
    for place, number in enumerate(numbers):
        found += work(number)
        if not place % BATCH:
            step(place / len(numbers))
    return found


def _there(work: Callable[[int], list[Any]], numbers: range, pipe: Connection) -> None:
    """In a child: send what is found, batch by batch, and None at the end."""
    for low in range(0, len(numbers), BATCH):
        pipe.send([one for number in numbers[low : low + BATCH] for one in work(number)])
    pipe.send(None)


def _next(pipe: Connection) -> list[Any] | None:
    try:
        told: list[Any] | None = pipe.recv()
    except EOFError:
        raise RuntimeError("a process that settled transactions ended before it was done") from None
    return told
