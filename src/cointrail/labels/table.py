"""Labels from a CSV file: one row a label, the columns found by their names."""

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from cointrail.errors import InputError

DELIMITERS = ",;\t"

# Column names as they are read, without case, blanks, underscores and hyphens; earlier ones win.
COLUMNS = {
    "address": ("address",),
    "entity": ("entity", "label", "name"),
    "category": ("category",),
    "actor": ("actor",),
    "confidence": ("confidence",),
    "source": ("source",),
    "url": ("url", "sourceurl"),
    "network": ("network", "chain"),
    "currency": ("currency",),
    "valid_from": ("validfrom",),
    "valid_to": ("validto", "validuntil"),
    "lastmod": ("lastmod", "lastmodified"),
}
REQUIRED = ("address", "entity")
Said = tuple[int, int, Mapping[str, str] | str]  # line, lines it takes, and what it says, or why it is bad
Row = Said | tuple[int, int, None]  # or that it says nothing of an address
IGNORED = re.compile(r"[\s_\-]+")


def is_header(line: str) -> bool:
    """Whether the first line of a file looks like the header of a label table."""
    cells = _cells(line)
    return len(cells) > 1 and any(_plain(cell) == "address" for cell in cells) and ": " not in line  # that is YAML


def is_table(line: str) -> bool:
    """Whether it has a column for each field that a label needs."""
    names = {_plain(cell) for cell in _cells(line)}
    return is_header(line) and all(names & {*COLUMNS[field]} for field in REQUIRED)


def read_table(path: Path) -> Iterator[Said]:
    """The rows of the file: line, lines it takes, and its fields, or the reason why it cannot be used.

    Raises InputError when the file is no table of labels or cannot be read to its end.
    """
    where: tuple[int, dict[str, int]] | None = None
    for line, lines, cells in records(path):
        if where is None:
            where = _columns(cells, path)
        else:
            yield line, lines, _fields(cells, where, lines)


def records(path: Path, delimiter: str | None = None) -> Iterator[tuple[int, int, list[str]]]:
    """The records of a CSV file, the heading too, blank ones left out: line, lines it takes, cells.

    The delimiter is found in the heading if it is not given. Raises InputError when the file cannot be read to its end.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            first = text.readline()
            mark = delimiter or max(DELIMITERS, key=lambda one: len(first.split(one)))
            yield 1, 1, next(csv.reader([first], delimiter=mark), [])
            reader = csv.reader(text, delimiter=mark)
            last = 0
            for cells in reader:
                line, lines, last = last + 2, reader.line_num - last, reader.line_num
                if any(cell.strip() for cell in cells):
                    yield line, lines, cells
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text: save it as UTF-8 ({error.reason})") from error
    except csv.Error as error:
        raise InputError(f"{path}: not a CSV file that can be read: {error}") from error


def _fields(cells: list[str], where: tuple[int, dict[str, int]], lines: int) -> Mapping[str, str] | str:
    width, columns = where
    if lines > 1:
        return f"it runs over {lines} lines: is a quote missing?"
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        return f"it has {len(cells)} cells for {width} columns: quote the cells that hold a delimiter"
    return {name: cells[index] for name, index in columns.items() if index < len(cells)}


def _columns(header: list[str], path: Path) -> tuple[int, dict[str, int]]:
    names = [_plain(cell) for cell in header]
    found: dict[str, int] = {}
    for field, accepted in COLUMNS.items():
        for name in accepted:
            if name in names and field not in found:
                found[field] = names.index(name)
    missing = [field for field in REQUIRED if field not in found]
    if missing:
        raise InputError(f"{path}: no column {' and no column '.join(missing)} in the header: name them so")
    return len(header), found


def _cells(line: str) -> list[str]:
    return re.split(f"[{DELIMITERS}]", line)


def _plain(cell: str) -> str:
    return IGNORED.sub("", cell.strip(" \t\r\n\ufeff\"'")).lower()
