"""Arrays that are derived from a ledger: a folder of them is swapped in whole, and may be deleted at any time."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.ledger.files import Sink, sealed, sha256, sync_folder, unsealed, write_json

META = "meta.json"
BROKEN = (OSError, ValueError, KeyError, TypeError, RecursionError)  # what damaged files raise
CHECKED = 1 << 26  # bytes of all arrays up to which they are compared with their checksums whenever they are opened


def write_arrays(folder: Path, arrays: Mapping[str, npt.NDArray[Any]], said: Mapping[str, Any]) -> None:
    """Replace a folder of arrays, so that a reader sees all of them or none; `said` is kept with them, sealed."""
    aside = folder.with_name(f"{folder.name}.tmp")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    files = {}
    for name, array in arrays.items():
        with Sink(aside / f"{name}.npy") as sink:
            np.save(sink, array)
        files[name] = {"bytes": sink.bytes, "sha256": sink.sha256}
    write_json(aside / META, sealed({**said, "files": files}))
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
    sync_folder(folder.parent)


def read_said(folder: Path) -> dict[str, Any]:
    """What was kept with the arrays; one of BROKEN where it is not as it was written."""
    return unsealed(json.loads((folder / META).read_text("utf-8")))


def check_arrays(folder: Path, files: Mapping[str, Any]) -> None:
    """ValueError where an array is not as it was written; large ones are only measured."""
    paths = {name: folder / f"{name}.npy" for name in files}
    for name, path in paths.items():
        if path.stat().st_size != files[name]["bytes"]:
            raise ValueError(f"{name} is cut short")
    if sum(said["bytes"] for said in files.values()) <= CHECKED:
        for name, path in paths.items():
            if sha256(path) != files[name]["sha256"]:
                raise ValueError(f"{name} was changed")
