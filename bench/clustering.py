"""Clusters of addresses: against the union-find of GraphSense (Rust), in the same run, each in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from bench.figures import Part, Times
from bench.ground import Ground
from bench.machine import ROOT

PEER = "graphsense-clustering==0.2.0"
LIBRARIES = (PEER, "numpy", "pyarrow")
SLOWER, LARGER, ADDED = 1.5, 1.5, 0.03  # at most: times the peer's time and memory; share of the whole for 1 % more
ROUNDS = 3  # processes of each side, in turn
REPEATS = 3  # runs in each process
OWNERS_EACH, MEAN_INPUTS, MOST_INPUTS = 0.45, 2.2, 200  # addresses an input, inputs a transaction


def clustering(ground: Ground, inputs: int, alone: bool) -> Part:
    """The multi-input rule on made-up transactions; `alone` installs and measures no peer."""
    part = Part(
        "cluster",
        "Clusters of addresses",
        f"The multi-input rule on {inputs:,} made-up inputs: geometric numbers of inputs, addresses by a skewed"
        f" popularity, so that clusters percolate. Both sides get arrays in memory and give the least address of each"
        f" cluster; ours keeps for every link the transaction that made it. Medians of {ROUNDS} processes with"
        f" {REPEATS} runs each, in turn; memory is the most held beyond the loaded inputs in the first run.",
    )
    folder = ground.folder / "clustering"
    folder.mkdir()
    _make(folder, inputs)
    peer = None if alone else _environment(ground.folder / "peer")
    own, other = [], []
    for _ in range(ROUNDS):
        own.append(_run([sys.executable, "-m", "bench.peers.own_clustering_run"], folder))
        if peer is not None:
            other.append(_run([str(peer), str(ROOT / "bench" / "peers" / "gs_clustering_run.py")], folder))
    _lines(part, folder, inputs, own, other)
    return part


def _lines(part: Part, folder: Path, inputs: int, own: list[Any], other: list[Any]) -> None:
    whole, united = _times(own, 1), _times(own, 0)
    memory = max(one["memory"] for one in own)
    if other:
        same = bool((np.load(folder / "own.npy") == np.load(folder / "peer.npy")).all())
        theirs, held = _times(other, 1), max(one["memory"] for one in other)
        ratio, more = whole.median / theirs.median, memory / held
        part.add(f"{PEER}", str(theirs), f"{inputs / theirs.median / 1e6:.1f} M inputs/s, {held:.0f} MB")
        part.add("ours", str(whole), f"{ratio:.2f} times its time", f"<= {SLOWER} times", ratio <= SLOWER)
        part.add("... memory", f"{memory:.0f} MB", f"{more:.2f} times its memory", f"<= {LARGER} times", more <= LARGER)
        part.add("the same clusters", "yes" if same else "no", "address by address", "all", same)
    else:
        part.add("ours", str(whole), f"{memory:.0f} MB; {PEER} was not there to compare with")
    added = Times([one for run in own for one in run["added"]], [0.0])
    share = added.median / united.median
    part.add("1 % more transactions", str(added), f"{share:.1%} of all at once", f"<= {ADDED:.0%}", share <= ADDED)
    guarded = Times([one for run in own for one in run["guarded"]], [0.0])
    part.add("with guards", str(guarded), f"without names of clusters; {own[0]['refused']:,} merges refused for size")


def _times(runs: list[Any], which: int) -> Times:
    return Times([one[which] for run in runs for one in run["seconds"]], [0.0])


def _make(folder: Path, inputs: int) -> None:
    rng = np.random.Generator(np.random.PCG64(6))
    count = np.minimum(rng.geometric(1 / MEAN_INPUTS, int(inputs / MEAN_INPUTS * 1.1) + 10), MOST_INPUTS)
    start = np.concatenate([[0], np.cumsum(count)])
    start = start[: int(np.searchsorted(start, inputs, "right"))]
    owners = int(inputs * OWNERS_EACH)
    np.save(folder / "start.npy", start.astype(np.int32))
    np.save(folder / "tx.npy", np.repeat(np.arange(len(start) - 1, dtype=np.uint32), np.diff(start)))
    np.save(folder / "owner.npy", (rng.random(int(start[-1])) ** 2 * owners).astype(np.uint32) + np.uint32(1))


def _environment(folder: Path) -> Path | None:
    """The Python of an environment with the peer, made anew; None where the package cannot be had."""
    python = folder / "bin" / "python"
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *LIBRARIES]
        subprocess.run(install, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return python


def _run(command: list[str], folder: Path) -> Any:
    done = subprocess.run([*command, str(folder), str(REPEATS)], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)
