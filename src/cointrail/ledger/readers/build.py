"""Tables in the shape of ROWS from whatever columns a reader has."""

from typing import Any

import numpy as np
import pyarrow as pa

from cointrail.chains.asset import NATIVE
from cointrail.ledger.readers.arrays import fixed
from cointrail.ledger.readers.chunk import Chunk
from cointrail.ledger.readers.faults import Mask
from cointrail.ledger.readers.limbs import Limbs, packed
from cointrail.ledger.readers.source import Problems
from cointrail.ledger.rows import EVENTS, ROWS


def build(amount: Limbs, **columns: Any) -> Any:
    """A table of ROWS.

    A column may be an Arrow array, a numpy array, one value for all rows, or None or left out where the source does
    not say. `asset` left out means the native coin, `exact` left out that nothing was rounded.
    """
    rows = len(amount)
    columns = {"asset": NATIVE, "exact": True} | columns | {"amount": fixed(packed(amount))}
    return pa.Table.from_arrays([_column(columns.get(field.name), rows, field) for field in ROWS], schema=ROWS)


def build_events(rows: int, **columns: Any) -> Any:
    """A table of EVENTS, from columns as `build` takes them."""
    return pa.Table.from_arrays([_column(columns.get(field.name), rows, field) for field in EVENTS], schema=EVENTS)


def settle(chunk: Chunk, problems: Problems) -> Mask:
    """Write down the chunk's bad rows, once all its columns were looked at; which rows are good."""
    bad = chunk.faults.bad if chunk.blank is None else chunk.faults.bad & ~chunk.blank
    if bad.any():
        problems.add(chunk.faults, bad, chunk.row)
    good = ~bad if chunk.blank is None else ~bad & ~chunk.blank
    problems.good += int(good.sum())
    return good


def pick(table: Any, rows: Mask) -> Any:
    """The marked rows of a table."""
    return table if rows.all() else table.filter(pa.array(rows))


def _column(values: Any, rows: int, field: Any) -> Any:
    kind = field.type
    if values is None:
        return pa.nulls(rows, kind)
    if pa.types.is_dictionary(kind):
        if isinstance(values, str):
            indices = pa.array(np.zeros(rows, np.int32))
            return pa.DictionaryArray.from_arrays(indices, pa.array([values], pa.string()))
        return values
    if isinstance(values, np.ndarray):
        return pa.array(values, kind)
    if isinstance(values, int):
        return pa.array(np.full(rows, values, kind.to_pandas_dtype()))
    return values if values.type == kind else values.cast(kind)
