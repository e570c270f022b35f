"""The terms of transactions, on disk: parts in `terms/`, each holding what an import told and those before did not.

They are no movements and have no part in the ledger's digest. A transaction's id commits to its terms, so that no two
sources can tell different ones; of a transaction without a row they are not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cointrail.ledger.book import Book
from cointrail.ledger.columns import NONE, flat, integers
from cointrail.ledger.manifest import Part
from cointrail.ledger.output_parts import first_told, room
from cointrail.ledger.parts import read_part, write_part
from cointrail.ledger.rows import TERMS

FOLDER = "terms"
STORED = pa.schema([pa.field("tx", pa.uint32(), nullable=False), *(TERMS.field(name) for name in TERMS.names[1:])])
ROW_GROUP = 1 << 17
HELD_BYTES = 1 << 26  # kept in memory before a part is written

Integers = npt.NDArray[np.int64]


def read_terms(folder: Path, part: Part) -> pa.Table:
    """The terms of one part of a ledger; InputError where it is not one of ours."""
    return read_part(folder / FOLDER, part, STORED)


@dataclass
class TermParts:
    """Takes the terms of one import; they count once the manifest names the parts that `save` returns."""

    folder: Path
    parts: list[Part]
    book: Book
    _held: list[pa.Table] = field(default_factory=list)
    _told: npt.NDArray[np.bool_] | None = None  # by id

    def add(self, table: pa.Table) -> None:
        """Take a table of `rows.TERMS`."""
        tx = self.book.number(flat(table.column("tx")))
        told = self._known(int(tx.max(initial=0)))
        fresh = first_told(tx, told)
        told[tx[fresh]] = True
        if len(fresh):
            rest = table.select(TERMS.names[1:]).take(pa.array(fresh))
            self._held.append(pa.table([pa.array(tx[fresh]), *rest.columns], schema=STORED))
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
        rest = TERMS.names[1:]
        encoding = {"use_dictionary": rest, "column_encoding": {"tx": "DELTA_BINARY_PACKED"}}
        first = f"{len(self.parts):06d}"
        self.parts.append(write_part(self.folder / FOLDER, table, first, ROW_GROUP, **encoding))

    def _known(self, highest: int) -> npt.NDArray[np.bool_]:
        """Of which ids the ledger and this import have told, with room for the highest id."""
        if self._told is None:
            self._told = np.zeros(highest + 1, bool)
            for part in self.parts:
                ids = np.asarray(flat(read_terms(self.folder, part).column("tx")))
                self._told = room(self._told, int(ids.max(initial=0)))
                self._told[ids] = True
        self._told = room(self._told, highest)
        return self._told


class Terms:
    """What a ledger's parts tell, by the ids of transactions' keys."""

    def __init__(self, folder: Path, parts: Sequence[Part]) -> None:
        table = pa.concat_tables([STORED.empty_table(), *(read_terms(folder, part) for part in parts)])
        column = {name: integers(flat(table.column(name))) for name in STORED.names}
        order = np.argsort(column["tx"], kind="stable")
        self._column = {name: values[order] for name, values in column.items()}

    def of(self, name: str, ids: npt.ArrayLike) -> Integers:
        """One of "version", "lock_time" and "sequence" of these transactions; NONE where no source told it."""
        known, wanted = self._column["tx"], np.asarray(ids, np.int64)
        if not len(known):
            return np.full(len(wanted), NONE, np.int64)
        at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        return np.where(known[at] == wanted, self._column[name][at], NONE)
