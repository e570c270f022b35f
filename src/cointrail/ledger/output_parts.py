"""Who may spend which output, on disk: parts in `outputs/`, each holding what an import told and those before did not.

A row is an output and its owner, by their ids in the address book; the owner's script stands in the first row that
names it. An output is told once: its script is part of what its transaction's id commits to.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cointrail.ledger.book import Book
from cointrail.ledger.columns import flat
from cointrail.ledger.manifest import Part
from cointrail.ledger.parts import read_part, write_part
from cointrail.ledger.rows import OUTPUTS

FOLDER = "outputs"
STORED = pa.schema(
    [
        pa.field("output", pa.uint32(), nullable=False),
        pa.field("owner", pa.uint32(), nullable=False),
        ("script", pa.binary()),
    ]
)
ROW_GROUP = 1 << 17
HELD_BYTES = 1 << 28  # kept in memory before a part is written

Ids = npt.NDArray[np.uint32]


def read_outputs(folder: Path, part: Part) -> pa.Table:
    """The outputs of one part of a ledger; InputError where it is not one of ours."""
    return read_part(folder / FOLDER, part, STORED)


@dataclass
class OutputParts:
    """Takes the outputs of one import; they count once the manifest names the parts that `save` returns."""

    folder: Path
    parts: list[Part]
    book: Book
    _held: list[pa.Table] = field(default_factory=list)
    _told: npt.NDArray[np.bool_] | None = None  # by id: an output whose owner is known, an owner whose script is

    def add(self, table: pa.Table) -> None:
        """Take a table of `rows.OUTPUTS`."""
        output = self.book.number(flat(table.column("output")))
        owner = self.book.number(flat(table.column("owner")))
        script = flat(table.column("script").cast(OUTPUTS.field("script").type))
        told = self._known(int(max(output.max(initial=0), owner.max(initial=0))))
        fresh = first_told(output, told)
        told[output[fresh]] = True
        output, owner, script = output[fresh], owner[fresh], script.take(pa.array(fresh))
        shown = np.zeros(len(output), bool)
        shown[first_told(owner, told)] = True
        told[owner[shown]] = True
        script = pa.compute.if_else(pa.array(shown), script, pa.scalar(None, pa.binary()))
        if len(output):
            self._held.append(pa.table([pa.array(output), pa.array(owner), script], schema=STORED))
        if sum(held.nbytes for held in self._held) >= HELD_BYTES:
            self._write()

    def save(self) -> tuple[Part, ...]:
        """Write what is new; the parts that the manifest is to name."""
        self._write()
        return tuple(self.parts)

    def _write(self) -> None:
        if not self._held:
            return
        table = pa.concat_tables(self._held).combine_chunks()
        self._held = []
        encoding = dict.fromkeys(("output", "owner"), "DELTA_BINARY_PACKED")
        first = f"{len(self.parts):06d}"
        folder = self.folder / FOLDER
        self.parts.append(write_part(folder, table, first, ROW_GROUP, use_dictionary=False, column_encoding=encoding))

    def _known(self, highest: int) -> npt.NDArray[np.bool_]:
        """Of which ids the ledger and this import have told, with room for the highest id."""
        if self._told is None:
            self._told = np.zeros(highest + 1, bool)
            for part in self.parts:
                table = read_outputs(self.folder, part)
                for name in ("output", "owner"):
                    ids = np.asarray(flat(table.column(name)))
                    self._told = room(self._told, int(ids.max(initial=0)))
                    self._told[ids] = True
        self._told = room(self._told, highest)
        return self._told


def first_told(ids: Ids, told: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """The places of ids that were not told before, each once, in order; `told` is by id."""
    places = np.flatnonzero(~told[ids])
    _, first = np.unique(ids[places], return_index=True)
    return places[np.sort(first)]


def room(told: npt.NDArray[np.bool_], highest: int) -> npt.NDArray[np.bool_]:
    """The same with room for the highest id."""
    if highest < len(told):
        return told
    wider = np.zeros(max(highest + 1, 2 * len(told)), bool)
    wider[: len(told)] = told
    return wider
