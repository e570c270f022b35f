"""Labels as columns: the layout of the Parquet files in which a ledger keeps them."""

import json
from collections.abc import Mapping
from operator import attrgetter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cointrail.errors import InputError
from cointrail.labels.label import ID_BYTES, Label
from cointrail.ledger.files import write_bytes

WORDS = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        pa.field("address", pa.binary(20), nullable=False),
        ("network", WORDS),
        pa.field("entity", pa.string(), nullable=False),
        ("category", WORDS),
        ("actor", WORDS),
        ("confidence", WORDS),
        pa.field("source", WORDS, nullable=False),
        ("url", WORDS),
        ("valid_from", pa.int64()),
        ("valid_to", pa.int64()),
        ("lastmod", pa.int64()),
        pa.field("file", WORDS, nullable=False),
        ("written", pa.string()),
        pa.field("identity", pa.binary(ID_BYTES), nullable=False),
    ]
)
ADDED = {"written"}  # columns that files of earlier versions lack
FILES = b"cointrail.files"  # in the metadata: the SHA-256 of each imported file by its name
RECORDED = b"cointrail.recorded"  # in the metadata: when it was written, seconds since 1970-01-01 UTC


def to_table(labels: Mapping[bytes, Label]) -> pa.Table:
    """The labels, given by identity, as columns; sorted by address and then by identity."""
    rows = sorted((label.address, identity) for identity, label in labels.items())
    ordered = [labels[identity] for _, identity in rows]
    columns = [pa.array(list(map(attrgetter(field.name), ordered)), field.type) for field in list(SCHEMA)[:-1]]
    identities = pa.array([identity for _, identity in rows], SCHEMA.field("identity").type)
    return pa.Table.from_arrays([*columns, identities], schema=SCHEMA)


def write_segment(path: Path, table: pa.Table, files: Mapping[str, str], recorded: float) -> None:
    """Writes the table in one step that survives a crash.

    `files` are the imported files with their SHA-256, `recorded` is when the store learnt of the labels.
    """
    sink = pa.BufferOutputStream()
    kept = {FILES: json.dumps(dict(files), sort_keys=True), RECORDED: repr(recorded)}
    pq.write_table(table.replace_schema_metadata(kept), sink, compression="zstd")
    write_bytes(path, sink.getvalue().to_pybytes())


def read_segment(path: Path) -> pa.Table:
    """The table in a file; InputError when it is damaged."""
    try:
        table = pq.read_table(path)
        for name in sorted(ADDED - {*table.column_names}):
            place = SCHEMA.get_field_index(name)
            table = table.add_column(place, SCHEMA.field(place), pa.nulls(len(table), SCHEMA.field(place).type))
        return table.cast(SCHEMA) if table.schema.remove_metadata() != SCHEMA else table
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{path}: damaged ({reason}): delete it and import its labels again") from error


def read_files(path: Path) -> dict[str, str]:
    """The imported files behind a segment: SHA-256 by name."""
    found: dict[str, str] = json.loads(pq.read_metadata(path).metadata.get(FILES, b"{}"))
    return found


def read_recorded(path: Path) -> float:
    """When the labels of a segment came into the store, seconds since 1970-01-01 UTC."""
    return float(pq.read_metadata(path).metadata.get(RECORDED, b"0"))
