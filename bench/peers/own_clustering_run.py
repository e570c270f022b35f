"""Our clustering on the same arrays, alone in a process so that its memory can be told: see `gs_clustering_run`."""

import json
import sys
import time
from pathlib import Path

import numpy as np

from bench.peers.memory import megabytes
from cointrail.owners import Clusters, Ties
from cointrail.owners.guards import MOST, unlabelled

ADDED = 0.01  # share of the transactions that comes later
PLAIN = np.empty(0, np.uint8)


def main() -> None:
    folder, repeats = Path(sys.argv[1]), int(sys.argv[2])
    few = Ties(np.array([0, 0], np.uint32), np.array([1, 2], np.uint32), PLAIN)
    for most in (None, MOST):  # compile, or read what was compiled before
        warm = Clusters(unlabelled(most))
        warm.extend(few)
        warm.names()
    tx, owner = np.load(folder / "tx.npy"), np.load(folder / "owner.npy")
    cut = int(np.searchsorted(tx, np.uint32(int(tx[-1]) * (1 - ADDED))))
    whole, early, late = (Ties(tx[part], owner[part], PLAIN) for part in (slice(None), slice(cut), slice(cut, None)))
    before, memory, seconds, added, guarded = megabytes("VmRSS"), 0.0, [], [], []
    for run in range(repeats):
        began = time.perf_counter()
        made = Clusters(unlabelled(None))
        made.extend(whole)
        united = time.perf_counter()
        names = made.names()
        seconds.append((united - began, time.perf_counter() - began))
        if not run:
            memory = megabytes("VmHWM") - before
            np.save(folder / "own.npy", names)
        del made, names
    for _ in range(repeats):
        made = Clusters(unlabelled(None))
        made.extend(early)
        began = time.perf_counter()
        made.extend(late)
        added.append(time.perf_counter() - began)
        del made
        made = Clusters(unlabelled(MOST))
        began = time.perf_counter()
        made.extend(whole)
        guarded.append(time.perf_counter() - began)
        refused = len(made.refused)
        del made
    print(
        json.dumps(
            {"seconds": seconds, "memory": memory, "inputs": before, "added": added, "guarded": guarded,
             "refused": refused}
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
