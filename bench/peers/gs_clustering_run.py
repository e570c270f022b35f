"""The clustering of GraphSense on the arrays of a folder; runs alone, in an environment that has its package.

`python gs_clustering_run.py FOLDER REPEATS` prints JSON: seconds of each run, and megabytes beyond the loaded inputs.
"""

import json
import sys
import time
from pathlib import Path

import gs_clustering
import numpy as np
import pyarrow as pa
from memory import megabytes  # type: ignore[import-not-found]


def main() -> None:
    folder, repeats = Path(sys.argv[1]), int(sys.argv[2])
    owner = np.load(folder / "owner.npy")
    inputs = pa.ListArray.from_arrays(pa.array(np.load(folder / "start.npy")), pa.array(owner))
    most = int(owner.max())
    before, memory, seconds = megabytes("VmRSS"), 0.0, []
    for run in range(repeats):
        began = time.perf_counter()
        made = gs_clustering.Clustering(most)
        made.process_transactions_arrow(inputs)
        united = time.perf_counter()
        found = made.get_mapping_min(True)
        seconds.append((united - began, time.perf_counter() - began))
        if not run:
            memory = megabytes("VmHWM") - before
            names = np.arange(most + 1, dtype=np.uint32)
            names[found.column(0).to_numpy()] = found.column(1).to_numpy()
            np.save(folder / "peer.npy", names)
            del names
        del made, found
    print(json.dumps({"seconds": seconds, "memory": memory, "inputs": before}))


if __name__ == "__main__":
    main()
