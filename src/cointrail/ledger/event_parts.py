"""Events on disk: parts in `events/`, each holding what an import told and the parts before it did not.

Nothing that was told is forgotten: which of it counts is decided when it is read (`event_union`), by the rows that the
ledger holds then.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.ledger.event_union import current, keys
from cointrail.ledger.files import stored
from cointrail.ledger.manifest import Part
from cointrail.ledger.parts import read_part, write_part
from cointrail.ledger.rows import EVENTS

FOLDER = "events"
STORED = EVENTS.append(pa.field("source", pa.int32(), nullable=False))  # the number of the origin that told it
SMALL_ROWS = 100_000  # a last part below this is joined with what comes after it
HELD_BYTES = 1 << 28  # kept in memory before a part is written
ROW_GROUP = 1 << 16


def read_events(folder: Path, part: Part) -> pa.Table:
    """The events of one part of a ledger; InputError where it is not one of ours."""
    return read_part(folder / FOLDER, part, STORED)


class EventParts:
    """Takes the events of one import; they count once the manifest names the parts that `save` returns."""

    def __init__(self, folder: Path, parts: Sequence[Part]) -> None:
        self._folder = folder
        self._parts = list(parts)
        self._held: list[pa.Table] = []
        self.told = 0  # events of this import, new or not

    def add(self, table: pa.Table, source: int) -> None:
        """Take a table of `rows.EVENTS`; `source` is the number of the origin that tells it."""
        self.told += table.num_rows
        numbers = pa.array(np.full(table.num_rows, source, np.int32))
        self._held.append(table.cast(EVENTS).append_column(STORED.field("source"), numbers))
        if sum(held.nbytes for held in self._held) >= HELD_BYTES:
            self._write()

    def save(self) -> tuple[Part, ...]:
        """Write what is new; the parts that the manifest is to name."""
        self._write()
        return tuple(self._parts)

    def _write(self) -> None:
        if not self._held:
            return
        table = self._fresh(pa.concat_tables(self._held))
        self._held = []
        if not table.num_rows:
            return
        if self._parts and self._parts[-1].rows < SMALL_ROWS:
            table = pa.concat_tables([read_events(self._folder, self._parts.pop()), table])
        self._parts.append(_store(self._folder, table))

    def _fresh(self, table: pa.Table) -> pa.Table:
        """What the parts do not say already, each once. What was said of a block that was replaced since is new."""
        _, first = np.unique(np.asarray(keys(table).dictionary_encode().indices), return_index=True)
        table = table.take(pa.array(np.sort(first)))
        near = [read_events(self._folder, part) for part in self._parts if self._near(part, table)]
        if near:
            there = pa.concat_tables(near)
            there = there.filter(pa.array(current(there)))
            table = table.filter(pc.invert(pc.is_in(keys(table), keys(there))))
        return table

    def _near(self, part: Part, table: pa.Table) -> bool:
        """Whether a part may hold events of the same blocks."""
        ends = pc.min_max(table.column("block")).as_py()
        metadata = stored(self._folder / FOLDER / f"{part.name}.parquet").metadata
        groups = [metadata.row_group(number).column(0).statistics for number in range(metadata.num_row_groups)]
        if table.column("block").null_count or any(said is None or not said.has_min_max for said in groups):
            return True
        return any(said.min <= ends["max"] and said.max >= ends["min"] for said in groups)


def _store(folder: Path, table: pa.Table) -> Part:
    """Write one part, named by its content."""
    table = table.sort_by([("block", "ascending"), ("position", "ascending")]).combine_chunks()
    first = f"{pc.min(table.column('block')).as_py() or 0:012d}"
    return write_part(
        folder / FOLDER, table, first, ROW_GROUP, use_dictionary=["address", "sender", "topics", "source"]
    )
