"""Clusters on disk, in `owners/` beside a ledger: derived like the index, and may be deleted at any time."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.ledger.derived import BROKEN, check_arrays, read_said, write_arrays
from cointrail.owners.clusters import Clusters
from cointrail.owners.forest import Forest
from cointrail.owners.guards import Guards
from cointrail.owners.ties import Ids, Ties, joined

FOLDER = "owners"
VERSION = 1
ARRAYS = ("parent", "when", "how", "tx", "owner", "rule", "refused", "unknown")


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
    write_arrays(folder / FOLDER, arrays, {"state": state, "last": forest.last, "version": VERSION})


def load(folder: Path, guards: Guards) -> tuple[Clusters, dict[str, Any], Ids] | None:
    """What is stored: the clusters, what they were made from, outputs without owner. None where nothing sound is.

    The arrays are mapped; changes to them stay in memory.
    """
    try:
        meta = read_said(folder / FOLDER)
        if meta["version"] != VERSION:
            return None
        check_arrays(folder / FOLDER, {name: meta["files"][name] for name in ARRAYS})
        mapped = {name: np.load(folder / FOLDER / f"{name}.npy", mmap_mode="c") for name in ARRAYS}
        array = {name: np.asarray(one) for name, one in mapped.items()}
        forest = Forest(array["parent"], array["when"], array["how"], len(array["parent"]), int(meta["last"]))
        ties = Ties(array["tx"], array["owner"], array["rule"])
        refused = [(0, *row) for row in array["refused"].tolist()]
        made = Clusters(guards, forest, [ties] if len(ties) else [], refused)
        return made, dict(meta["state"]), array["unknown"]
    except BROKEN:
        return None
