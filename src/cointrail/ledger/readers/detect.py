"""Which format a file has, from its content."""

import re
from collections.abc import Iterable
from pathlib import Path

from cointrail.errors import InputError
from cointrail.ledger.readers.bitcoin.frames import chains_of, named
from cointrail.ledger.readers.formats import Format, families, formats
from cointrail.ledger.readers.parquet import MAGIC, Parquet
from cointrail.ledger.readers.source import escape
from cointrail.ledger.readers.stream import Items, Stream, is_stream
from cointrail.ledger.readers.text import Text, open_bytes

SHOWN_COLUMNS = 20  # of a file that nobody knows, in the message
SHOWN_LENGTH = 40
START_BYTES = 256
NODE_FILE = re.compile(r"blk\d{5}\.dat")  # as Bitcoin Core and its kin name them


def detect(path: Path) -> str:
    """Name of the file's format, such as "ethereum-etl/traces"; of the first kind of objects in a file of JSON.

    Raises InputError for anything unknown, damaged or empty; the message says which columns were seen.
    """
    file = open_table(path)
    return classify(path, file.items[0] if isinstance(file, Stream) else file)[0].name


def open_table(path: Path) -> Parquet | Text | Stream:
    """The file, opened by what it is."""
    with open_bytes(path) as file:
        try:
            start = file.read(START_BYTES)
        except (OSError, EOFError):
            start = b""  # damaged gzip: the text reader says so
    if start.startswith(MAGIC):
        return Parquet(path)
    if start and not start.isascii() and (chains := chains_of(start, path.parent)):
        raise InputError(f"{path}: {named(chains)}")
    if NODE_FILE.fullmatch(path.name) and not start.isascii():  # under a key that is not here
        raise InputError(f"{path}: by its name a node's file of blocks: give the chain, such as --chain bitcoin")
    return Stream(path) if is_stream(start) else Text(path)


def classify(path: Path, file: Parquet | Text | Items, wanted: str = "auto") -> tuple[Format, dict[str, str]]:
    """The format of an opened file and its columns by our names; `wanted` narrows to a family or one format."""
    container = "parquet" if isinstance(file, Parquet) else "csv" if isinstance(file, Text) else "json"
    allowed = [form for form in formats() if wanted in ("auto", form.family, form.name)]
    if not allowed:
        raise InputError(f"unknown format {wanted!r}: use auto, {', '.join(families())}")
    for form in allowed:
        columns = form.match(container, file.types)
        if columns is not None:
            return form, columns
    raise InputError(f"{path}: {_unknown(container, file.types, allowed)}")


def _unknown(container: str, columns: Iterable[str], allowed: list[Format]) -> str:
    names = list(columns)
    what = "no known format" if len(allowed) == len(formats()) else f"not {allowed[0].family}"
    if container == "json":
        what += " of JSON"
    seen = ", ".join(escape(name)[:SHOWN_LENGTH] for name in names[:SHOWN_COLUMNS])
    seen += ", ..." if len(names) > SHOWN_COLUMNS else ""
    near = min(
        (form for form in allowed if form.container == container),
        key=lambda form: len(form.missing(names)) / len(form.required),
        default=None,
    )
    lacks = near.missing(names) if near else []
    hint = f"; {near.name} also needs {', '.join(lacks)}" if near and 0 < 3 * len(lacks) <= len(near.required) else ""
    other = "give --format csv --map time=COLUMN,from=COLUMN,... or one of" if container == "csv" else "known are"
    return f"{what}: its columns are {seen}{hint}; {other} {', '.join(families()[:-1])}"
