"""Which format a file has, from its content."""

from collections.abc import Iterable
from pathlib import Path

from cointrail.errors import InputError
from cointrail.ledger.readers.formats import Format, families, formats
from cointrail.ledger.readers.parquet import MAGIC, Parquet
from cointrail.ledger.readers.source import escape
from cointrail.ledger.readers.text import Text, open_bytes

SHOWN_COLUMNS = 20  # of a file that nobody knows, in the message
SHOWN_LENGTH = 40


def detect(path: Path) -> str:
    """Name of the file's format, such as "ethereum-etl/traces".

    Raises InputError for anything unknown, damaged or empty; the message says which columns were seen.
    """
    return classify(path, open_table(path))[0].name


def open_table(path: Path) -> Parquet | Text:
    """The file, opened by what it is."""
    with open_bytes(path) as file:
        try:
            start = file.read(len(MAGIC))
        except (OSError, EOFError):
            start = b""  # damaged gzip: the text reader says so
    return Parquet(path) if start == MAGIC else Text(path)


def classify(path: Path, file: Parquet | Text, wanted: str = "auto") -> tuple[Format, dict[str, str]]:
    """The format of an opened file and its columns by our names; `wanted` narrows to a family or one format."""
    container = "parquet" if isinstance(file, Parquet) else "csv"
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
    if container == "csv" and names[0].startswith(("{", "[")):
        return f"{what}: this is JSON, which is not read; export it as CSV or Parquet"
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
