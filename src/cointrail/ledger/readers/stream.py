"""Files of JSON objects, one a line or all in one array. Each kind of object in a file is a table of its own."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa

from cointrail.errors import InputError
from cointrail.ledger.readers.chunk import Chunk
from cointrail.ledger.readers.elements import DECODER, Element, elements
from cointrail.ledger.readers.parquet import brief
from cointrail.ledger.readers.text import BOM, BROKEN, open_bytes

CHUNK_ROWS = 1 << 14
LINE_BYTES = 1 << 26
LOOKED = 1 << 16  # bytes of a file to see how it begins
SAMPLE = 200  # objects of a kind whose names are all its columns
KINDS = ("block", "transaction", "log", "token_transfer", "trace", "contract", "token")  # as ethereum-etl names them
NAMELESS, OTHER = "", "other"  # objects that do not say what they are, or that are something else
MARK = re.compile(rb'\s*\{\s*"type"\s*:\s*"(\w*)"')
BAD = "not a JSON object"


@dataclass(frozen=True)
class Items:
    """The objects of one kind in a file."""

    path: Path
    kind: str
    types: Mapping[str, Any]  # columns
    count: int
    first: bool  # of the kinds of its file: what is broken stands with it

    def chunks(self, columns: Mapping[str, str]) -> Iterator[Chunk]:
        """The objects with `columns`: our name to the name in the file. All values are text, "" for nothing."""
        rows: list[Element] = []
        for kind, element in _objects(self.path, self.kind, self.first):
            if kind == self.kind or (kind is None and self.first):
                rows.append(element)
            if len(rows) == CHUNK_ROWS:
                yield _chunk(rows, columns)
                rows = []
        if rows:
            yield _chunk(rows, columns)


class Stream:
    """One file of JSON objects, UTF-8, plain or gzipped."""

    def __init__(self, path: Path) -> None:
        """Look through the file. InputError where it holds no objects."""
        self.path = path
        counts: dict[str, int] = {}
        names: dict[str, dict[str, Any]] = {}
        for kind, element in _objects(path, None, False):
            counts[kind or NAMELESS] = counts.get(kind or NAMELESS, 0) + 1
            if counts[kind or NAMELESS] <= SAMPLE and isinstance(element.value, dict):
                names.setdefault(kind or NAMELESS, {}).update(dict.fromkeys(element.value, pa.string()))
        if not names:
            if _goes_on(path):
                raise InputError(
                    f"{path}: a JSON object over several lines; write one object a line, or all in one array: put"
                    " [ and ] around it"
                )
            raise InputError(f"{path}: holds no JSON objects, one a line or in one array; nothing can be read from it")
        self.items = [Items(path, kind, names[kind], counts[kind], not place) for place, kind in enumerate(names)]


def _objects(path: Path, wanted: str | None, broken: bool) -> Iterator[tuple[str | None, Element]]:
    """The elements of a file with their kinds, None for what is no object.

    Of kinds other than `wanted` some are left out; without it all are there, and only the first of each are looked
    into. `broken` says whether what is no object is needed.
    """
    try:
        with open_bytes(path) as file:
            if _first(file) == b"[":
                for element in elements(file, path):
                    yield _kind(element.value), element
            else:
                yield from _lines(file, path, wanted, broken)
    except BROKEN as error:
        raise InputError(f"{path}: a damaged file; copy it again ({brief(error)})") from error


def _lines(file: IO[bytes], path: Path, wanted: str | None, broken: bool) -> Iterator[tuple[str | None, Element]]:
    seen: dict[str, int] = {}
    number = 0
    while raw := file.readline(LINE_BYTES):
        number += 1
        if len(raw) == LINE_BYTES:
            raise InputError(f"{path}: line {number} has more than {LINE_BYTES >> 20} MB; check the file")
        if raw.isspace():
            continue
        mark = MARK.match(raw)
        kind = _named(mark[1].decode("ascii", "replace")) if mark else None if b'"type"' in raw else NAMELESS
        if kind is not None and raw.lstrip()[:1] == b"{":
            if wanted is not None and kind != wanted and not (broken and not mark):
                continue
            seen[kind] = seen.get(kind, 0) + 1
            if wanted is None and seen[kind] > SAMPLE:
                yield kind, Element(number, "", None)
                continue
        text = raw.decode("utf-8", "replace")
        value = _parse(text)
        yield (kind if mark else _kind(value)), Element(number, text, value)


def _goes_on(path: Path) -> bool:
    """Whether a file begins with an object that does not end in its line."""
    with open_bytes(path) as file:
        start = file.read(LOOKED).removeprefix(BOM).lstrip()
    first, ending, rest = start.partition(b"\n")
    return first[:1] == b"{" and first.rstrip()[-1:] != b"}" and bool(ending and rest.strip())


def _parse(text: str) -> Any:
    try:
        return DECODER.decode(text)
    except (ValueError, RecursionError):
        return None


def _kind(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    kind = value.get("type")
    return _named(kind) if isinstance(kind, str) else NAMELESS


def _named(kind: str) -> str:
    return kind if kind in KINDS else OTHER


def _first(file: IO[bytes]) -> bytes:
    """The first byte that is no space; the file is where it was."""
    start = file.read(LOOKED)
    file.seek(0)
    return start.removeprefix(BOM).lstrip()[:1]


def is_stream(start: bytes) -> bool:
    """Whether a file that begins so is one of JSON."""
    return start.removeprefix(BOM).lstrip()[:1] in (b"{", b"[")


def _chunk(rows: list[Element], columns: Mapping[str, str]) -> Chunk:
    records = [row.value if isinstance(row.value, dict) else {} for row in rows]
    found = {ours: _column([record.get(name) for record in records]) for ours, name in columns.items()}
    chunk = Chunk(found, dict(columns), len(rows), lambda row: (rows[row].line, rows[row].text.strip()))
    bad = np.array([not isinstance(row.value, dict) for row in rows], bool)
    if bad.any():
        chunk.faults.add(bad, BAD)
    return chunk


def _column(values: list[Any]) -> Any:
    texts = [_text(value) for value in values]
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:  # half of a surrogate pair
        return pa.array([text.encode("utf-8", "replace").decode() for text in texts], pa.string())


def _text(value: Any) -> str:
    """A value as a CSV would hold it: lists of simple things with commas, what is nested as JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
        return ",".join(map(_text, value))
    try:
        return json.dumps(value)
    except (ValueError, RecursionError):
        return "?"
