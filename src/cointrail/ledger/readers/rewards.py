"""Value from nobody: block and uncle rewards, the genesis allocation."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.ledger.rows import ROWS


def numbered(tables: list[Any], reasons: list[Any]) -> Any:
    """REWARD rows of one file with their ordinals in the block as position.

    The order in a block is reason ("block" before "uncle"), recipient, amount: the same whatever the order of the
    file, and that of ethereum-etl's trace ids (cryo calls a block's reward "reward"). `reasons` holds one text array
    a table.
    """
    table = pa.concat_tables(tables, promote_options="none").unify_dictionaries().combine_chunks()
    keys = pa.table(
        {
            "block": table["block"],
            "reason": pc.replace_substring_regex(pa.chunked_array(reasons).combine_chunks(), "^reward$", "block"),
            "recipient": table["recipient"].cast(pa.binary()),
            "amount": table["amount"].cast(pa.binary()),
        }
    )
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.column_names])
    table = table.take(order)
    blocks = table["block"].to_numpy()
    rows = np.arange(len(blocks))
    begins = np.append(True, blocks[1:] != blocks[:-1])
    ordinal = rows - np.maximum.accumulate(np.where(begins, rows, 0))
    place = ROWS.get_field_index("position")
    return table.set_column(place, ROWS.field(place), pa.array(ordinal))
