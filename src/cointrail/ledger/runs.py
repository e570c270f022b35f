"""Rows of an import on their way to the segments: in memory while they are few, on disk when they are many."""

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from cointrail.ledger.columns import NONE, Columns, Integers, empty
from cointrail.ledger.rows import Kind


@dataclass
class Run:
    """Some rows of an import; `rows` in memory, or `folder` with one array file a column."""

    block: Integers
    time: Integers
    exact: bool
    rows: Columns | None
    folder: Path | None = None
    _spans: dict[str, tuple[bool, int, int]] = field(default_factory=dict)  # by order: ascending, first and last key

    @staticmethod
    def of(rows: Columns) -> "Run":
        exact = rows.exact | (rows.kind == Kind.INPUT)  # the outputs that they spend say exactly how much inputs are
        return Run(rows.block, rows.time, bool(exact.all()), rows)

    @property
    def blockless(self) -> bool:
        return bool((self.block == NONE).any())

    @property
    def timeless(self) -> bool:
        return bool((self.time == NONE).any())

    def keys(self, order: str) -> Integers:
        return self.block if order == "block" else self.time

    def between(self, order: str, low: int, high: int) -> Columns:
        """The rows whose key is in [low, high)."""
        ascending, first, last = self._span(order)
        if last < low or first >= high:
            return empty()
        key = self.keys(order)
        ends = np.searchsorted(key, [low, high], "left").tolist() if ascending else []
        where = slice(*ends) if ascending else (key >= low) & (key < high)  # a slice copies nothing
        if self.rows is not None:
            return self.rows.take(where)
        assert self.folder is not None
        names = [f.name for f in fields(Columns)]
        return Columns(**{n: _load(self.folder / f"{n}.npy", len(self.block))[where] for n in names})

    def _span(self, order: str) -> tuple[bool, int, int]:
        if order not in self._spans:
            key = self.keys(order)
            self._spans[order] = bool((key[1:] >= key[:-1]).all()), int(key.min()), int(key.max())
        return self._spans[order]


def _load(path: Path, rows: int) -> Any:
    if path.stem == "path" and not path.exists():
        return np.full(rows, None, object)
    if path.stem == "path":
        return np.load(path, allow_pickle=True)  # our own file of this very import, in our own staging folder
    return np.load(path, mmap_mode="r")


def spill(staging: Path, number: int, rows: Columns) -> Run:
    """Put a run on disk."""
    run = Run.of(rows)
    folder = staging / f"{number:06d}"
    folder.mkdir(parents=True)
    for f in fields(Columns):
        if f.name == "path" and rows.path.tolist().count(None) == len(rows):
            continue  # none of them has one, as in most sources
        np.save(folder / f"{f.name}.npy", getattr(rows, f.name), allow_pickle=f.name == "path")
    return Run(run.block, run.time, run.exact, None, folder)
