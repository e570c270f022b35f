"""Reading CSV files in blocks of whole lines, so that every row knows its line."""

import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import pyarrow as pa

from cointrail.errors import InputError
from cointrail.ledger.readers.chunk import Chunk
from cointrail.ledger.readers.lines import Lines
from cointrail.ledger.readers.parquet import brief

BLOCK_BYTES = 1 << 24
QUOTED_BYTES = 1 << 22  # a quoted field that spans more than this is a quote that nobody closed
HEADER_BYTES = 1 << 20
GZIP = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"
DELIMITERS = ",;\t|"
BROKEN = (OSError, EOFError, zlib.error)


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """A file's bytes, unpacked when it is gzipped (by content, not by name)."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the file") from error
    with file:
        if file.peek(2)[:2] != GZIP:
            yield file
            return
        with gzip.open(file) as unpacked:
            yield cast(IO[bytes], unpacked)


class Text:
    """One CSV file: UTF-8 (a BOM is fine), plain or gzipped, header in its first line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unfinished = ""  # once all was read: its last line, where that has no end
        with open_bytes(path) as file:
            try:
                head = file.read(HEADER_BYTES)
            except BROKEN as error:
                raise InputError(f"{path}: a damaged gzip file; copy it again ({brief(error)})") from error
        if not head.strip():
            raise InputError(f"{path}: the file is empty; nothing can be read from it")
        first, self.ending, _ = head.removeprefix(BOM).partition(b"\n")
        try:
            line = first.decode("utf-8")
        except UnicodeDecodeError:
            line = "\0"
        if "\0" in line or (not self.ending and len(head) >= HEADER_BYTES):
            raise InputError(f"{path}: neither Parquet nor CSV in UTF-8; export it again as one of these")
        try:
            self.delimiter = max(DELIMITERS, key=lambda mark: len(next(csv.reader([line], delimiter=mark), [])))
            self.names = [name.strip() for name in next(csv.reader([line.rstrip("\r")], delimiter=self.delimiter), [])]
        except csv.Error as error:
            raise InputError(f"{path}: its first line is no header of a CSV ({error}); check the file") from error
        self.types: dict[str, Any] = {name: pa.string() for name in self.names}

    def chunks(self, columns: Mapping[str, str]) -> Iterator[Chunk]:
        """The rows with `columns`: our name to the name in the file. All values are text, "" for nothing."""
        wanted = {name: self.names.index(written) for name, written in columns.items()}
        line = 2
        for block in self._blocks():
            rows = Lines(block, line, self.delimiter, len(self.names), sorted(set(wanted.values())))
            table = rows.table
            found = {name: table.column(str(place)) for name, place in wanted.items()}
            chunk = Chunk(found, dict(columns), table.num_rows, rows.row)
            for row, reason in rows.broken:
                chunk.faults.add_rows(np.array([row]), reason)
            chunk.blank = rows.blank
            yield chunk
            line += block.count(b"\n")

    def _blocks(self) -> Iterator[bytes]:
        try:
            with open_bytes(self.path) as file:
                file.readline()
                while block := file.read(BLOCK_BYTES):
                    block += file.readline()
                    extra = 0
                    while block.count(b'"') % 2 and extra < QUOTED_BYTES and (more := file.readline()):
                        block += more  # inside quotes a line goes on
                        extra += len(more)
                    if not block.endswith((b"\n", b"\r")):
                        self.unfinished = _text(block[block.rfind(b"\n") + 1 :]).decode("utf-8")
                    yield _text(block)
        except BROKEN as error:
            raise InputError(f"{self.path}: a damaged file; copy it again ({brief(error)})") from error


def _text(block: bytes) -> bytes:
    """Lines as valid UTF-8: what is not becomes a character that no address, number or time can hold."""
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return block.decode("utf-8", "replace").encode("utf-8")
    return block
