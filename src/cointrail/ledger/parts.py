"""One Parquet file of a ledger: written aside, synced, and known by what is in it."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cointrail.errors import InputError
from cointrail.ledger.files import Sink, stored, sync_folder
from cointrail.ledger.manifest import Part

ASIDE = "new.parquet.tmp"


def read_part(folder: Path, part: Part, layout: pa.Schema) -> pa.Table:
    """A part in its folder; InputError where it is not one of ours."""
    path = folder / f"{part.name}.parquet"
    try:
        table = stored(path).read()
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path}: missing or damaged; restore the ledger from a copy or import again") from error
    if not table.schema.equals(layout) or table.num_rows != part.rows:
        raise InputError(f"{path}: not as it was written; restore the ledger from a copy or import again")
    return table


def write_part(folder: Path, table: pa.Table, first: str, rows: int, **encoding: Any) -> Part:
    """Write a table as one part whose name begins with `first`; `rows`: of a row group, `encoding`: by columns."""
    digest = write_aside(folder, table, rows, **encoding)
    name = f"{first}-{digest[:24]}"
    settle(folder, name)
    return Part(name, table.num_rows, digest)


def write_aside(folder: Path, table: pa.Table, rows: int, **encoding: Any) -> str:
    """Write a table that does not count yet; its SHA-256."""
    folder.mkdir(exist_ok=True)
    options = {"compression": "zstd", "compression_level": 3, "write_page_checksum": True}
    with Sink(folder / ASIDE) as sink:
        pq.write_table(table, sink, row_group_size=rows, **options, **encoding)
    return sink.sha256


def settle(folder: Path, name: str) -> None:
    """Give what was written aside its name."""
    (folder / ASIDE).replace(folder / f"{name}.parquet")
    sync_folder(folder)
