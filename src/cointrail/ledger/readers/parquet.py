"""Reading Parquet files in chunks."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cointrail.errors import InputError
from cointrail.ledger.readers.chunk import Chunk

CHUNK_ROWS = 1 << 16
MAGIC = b"PAR1"
CELL_LENGTH = 42  # of a value in the text of a bad row: an address stays whole
REPEATED_BYTES = 12.0  # a text or binary column that takes less a value says the same things again and again


class Parquet:
    """One Parquet file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with pq.ParquetFile(path) as file:  # closed at once: an import may hold thousands of files
                self.types: dict[str, Any] = {field.name: field.type for field in file.schema_arrow}
                self.repeated = _repeated(file.metadata)
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{path}: a damaged or truncated Parquet file; copy it again ({brief(error)})") from error

    def chunks(self, columns: Mapping[str, str]) -> Iterator[Chunk]:
        """The rows with `columns`: our name to the name in the file."""
        done = 0
        try:
            chosen = set(columns.values())
            wanted = [name for name in self.types if name in chosen]
            with pq.ParquetFile(self.path, read_dictionary=self.repeated, memory_map=True) as file:
                for batch in file.iter_batches(batch_size=CHUNK_ROWS, columns=wanted, use_threads=False):
                    found = {name: batch.column(written) for name, written in columns.items()}
                    yield Chunk(found, dict(columns), batch.num_rows, _Rows(done, batch).row)
                    done += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise InputError(
                f"{self.path}: damaged after row {done}; copy the Parquet file again ({brief(error)})"
            ) from error


def _repeated(metadata: Any) -> list[str]:
    """Columns worth reading as dictionaries, so that each distinct value is converted once."""
    if not metadata.num_row_groups:
        return []
    group = metadata.row_group(0)
    return [
        column.path_in_schema
        for place, column in ((place, group.column(place)) for place in range(group.num_columns))
        if column.physical_type == "BYTE_ARRAY"
        and metadata.schema.column(place).logical_type.type in ("NONE", "STRING")
        and metadata.schema.column(place).max_repetition_level == 0
        and column.total_uncompressed_size < REPEATED_BYTES * max(column.num_values, 1)
    ]


class _Rows:
    def __init__(self, first: int, batch: Any) -> None:
        self.first = first
        self.batch = batch

    def row(self, index: int) -> tuple[int, str]:
        return self.first + index + 1, ",".join(_cell(column[index].as_py()) for column in self.batch.columns)


def _cell(value: Any) -> str:
    text = "" if value is None else "0x" + value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= CELL_LENGTH else text[: CELL_LENGTH - 3] + "..."


def brief(error: Exception) -> str:
    """The first line of a library's message."""
    return str(error).strip().split("\n", 1)[0][:120] or type(error).__name__
