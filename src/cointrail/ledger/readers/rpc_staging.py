"""Chunks of blocks on disk, so that an import that was interrupted goes on where it stopped."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from cointrail.errors import InputError
from cointrail.ledger.files import write_bytes
from cointrail.ledger.rows import EVENTS, HASH_BYTES, ROWS

FORMAT = 2
KEY = b"cointrail"  # of the facts in the file's metadata


@dataclass(frozen=True)
class Chunk:
    """The movements of consecutive blocks, and the events in them that were wanted."""

    table: pa.Table
    events: pa.Table
    parent: bytes  # hash of the block before the first
    last: bytes  # hash of the last block
    tracer: str  # the method that told internal value, "" for none
    manner: str = ""  # what was asked for: of another it holds too little or too much
    counts: Counter[str] = field(default_factory=Counter)


class Staging:
    """A folder with a file a chunk: two Arrow IPC streams, of rows and of events. Whether a chunk is still true is for
    the caller to check."""

    def __init__(self, folder: Path, chain: int) -> None:
        self._folder, self._chain = folder, chain

    def _path(self, first: int, last: int) -> Path:
        return self._folder / f"{self._chain}-{first}-{last}.arrow"

    def save(self, first: int, last: int, chunk: Chunk) -> None:
        """Write a chunk in one step."""
        facts = {
            "format": FORMAT,
            "parent": chunk.parent.hex(),
            "last": chunk.last.hex(),
            "tracer": chunk.tracer,
            "manner": chunk.manner,
            "counts": dict(chunk.counts),
        }
        sink = pa.BufferOutputStream()
        table = chunk.table.replace_schema_metadata({KEY: json.dumps(facts).encode()})
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        for each in (table, chunk.events):
            with pa.ipc.new_stream(sink, each.schema, options=options) as stream:
                stream.write_table(each)
        path = self._path(first, last)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_bytes(path, sink.getvalue())
        except OSError as error:
            raise InputError(f"{path}: cannot be written ({error.strerror}); make room and run again") from error

    def load(self, first: int, last: int) -> Chunk | None:
        """A chunk as it was saved; None where there is none, or none that can be read."""
        path = self._path(first, last)
        if not path.is_file():
            return None
        try:
            content = pa.BufferReader(path.read_bytes())
            with pa.ipc.open_stream(content) as stream:
                table = stream.read_all()
            with pa.ipc.open_stream(content) as stream:
                events = stream.read_all()
            facts = json.loads(table.schema.metadata[KEY])
            table = table.replace_schema_metadata(None)
            table.validate(full=True)
            events.validate(full=True)
            parent, end = bytes.fromhex(facts["parent"]), bytes.fromhex(facts["last"])
            counts = Counter({str(what): int(count) for what, count in facts["counts"].items()})
            sound = facts["format"] == FORMAT and table.schema.equals(ROWS) and events.schema.equals(EVENTS)
            if not sound or not len(parent) == len(end) == HASH_BYTES:
                return None
            return Chunk(table, events, parent, end, str(facts["tracer"]), str(facts["manner"]), counts)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, pa.ArrowException):
            return None
