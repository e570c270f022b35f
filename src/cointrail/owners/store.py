"""Clusters on disk, in `owners/` beside a ledger: derived like the index, and may be deleted at any time."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.ledger.files import sealed, sha256, sync_file, sync_folder, unsealed, write_json
from cointrail.owners.clusters import Clusters
from cointrail.owners.forest import Forest
from cointrail.owners.guards import Guards
from cointrail.owners.ties import Ids, Ties, joined

FOLDER = "owners"
VERSION = 1
ARRAYS = ("parent", "when", "how", "tx", "owner", "rule", "refused", "unknown")
BROKEN = (OSError, ValueError, KeyError, TypeError, RecursionError)  # what damaged files raise
CHECKED = 1 << 26  # bytes of all arrays up to which they are compared with their checksums whenever they are opened


def save(folder: Path, made: Clusters, state: dict[str, Any], unknown: Ids) -> None:
    """Replace what is stored. `state` says what the clusters were made from; `unknown` are outputs without owner."""
    ties, forest = joined(made.parts), made.forest
    begin = np.cumsum([0, *(len(part) for part in made.parts)]).tolist()
    refused = [(begin[part] + row, one, other, why) for part, row, one, other, why in made.refused]
    arrays: dict[str, npt.NDArray[Any]] = {
        "parent": forest.parent[: forest.size],
        "when": forest.when[: forest.size],
        "how": forest.how[: forest.size],
        "tx": ties.tx,
        "owner": ties.owner,
        "rule": ties.rule,
        "refused": np.array(refused, np.int64).reshape(-1, 4),
        "unknown": unknown,
    }
    aside = folder / f"{FOLDER}.tmp"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    files = {}
    for name, array in arrays.items():
        path = aside / f"{name}.npy"
        np.save(path, array)
        sync_file(path)
        files[name] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
    write_json(aside / "meta.json", sealed({"state": state, "last": forest.last, "version": VERSION, "files": files}))
    shutil.rmtree(folder / FOLDER, ignore_errors=True)
    aside.rename(folder / FOLDER)
    sync_folder(folder)


def load(folder: Path, guards: Guards) -> tuple[Clusters, dict[str, Any], Ids] | None:
    """What is stored: the clusters, what they were made from, outputs without owner. None where nothing sound is.

    The arrays are mapped; changes to them stay in memory.
    """
    try:
        meta = unsealed(json.loads((folder / FOLDER / "meta.json").read_text("utf-8")))
        if meta["version"] != VERSION or not _sound(folder, meta["files"]):
            return None
        mapped = {name: np.load(folder / FOLDER / f"{name}.npy", mmap_mode="c") for name in ARRAYS}
        array = {name: np.asarray(one) for name, one in mapped.items()}
        forest = Forest(array["parent"], array["when"], array["how"], len(array["parent"]), int(meta["last"]))
        ties = Ties(array["tx"], array["owner"], array["rule"])
        refused = [(0, *row) for row in array["refused"].tolist()]
        made = Clusters(guards, forest, [ties] if len(ties) else [], refused)
        return made, dict(meta["state"]), array["unknown"]
    except BROKEN:
        return None


def _sound(folder: Path, files: dict[str, Any]) -> bool:
    paths = {name: folder / FOLDER / f"{name}.npy" for name in ARRAYS}
    if any(path.stat().st_size != files[name]["bytes"] for name, path in paths.items()):
        return False
    whole = sum(files[name]["bytes"] for name in ARRAYS) <= CHECKED
    return not whole or all(sha256(path) == files[name]["sha256"] for name, path in paths.items())
