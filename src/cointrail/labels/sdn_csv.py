"""OFAC's list of sanctioned persons in its old form: sdn.csv, whose remarks name digital currency addresses.

Twelve columns without a heading; "-0-" is nothing. Remarks are cut after 1,000 characters and go on in sdn_comments.csv
beside it. Source: OFAC, Specially Designated Nationals data formats and data schemas.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from cointrail.labels.table import Row, records

WIDTH = 12
NULL = "-0-"
COMMENTS = re.compile(r"(?i)sdn_comments\.csv")
ADDRESS = re.compile(r"Digital Currency Address - ([A-Z0-9]{2,8}) ([0-9A-Za-z:]+)([;.]?)")
NEXT = "alt. Digital Currency Address - "
CUT = "the remarks are cut {}: put sdn_comments.csv beside {}"
SANCTION = {
    "category": "sanctions",
    "source": "OFAC sanctions list",
    "url": "https://sanctionslist.ofac.treas.gov/Home/SdnList",
    "confidence": "authority_data",
    "authority": "OFAC",
}


def is_sdn(line: str) -> bool:
    """Whether a line of a file is an entry of the list."""
    cells = line.split(",")
    return len(cells) >= WIDTH and cells[0].strip('" ').isdigit() and NULL in line


def read_sdn(path: Path) -> Iterator[Row]:
    """The addresses of the list, one after the other; nothing for an entry that has none."""
    more = _comments(path)
    for line, lines, cells in records(path, ","):
        number = cells[0].strip() if cells else ""
        if len(cells) < WIDTH or not number.isdigit():
            continue  # the heading of a copy, or the mark at the end of the file
        remarks = "" if cells[WIDTH - 1].strip() == NULL else cells[WIDTH - 1]
        yield from _entry(line, lines, cells[1], remarks + more.get(number, ""), path)


def _entry(line: int, lines: int, name: str, remarks: str, path: Path) -> Iterator[Row]:
    found = list(ADDRESS.finditer(remarks))
    if not found:
        yield line, lines, None
    for one in found:
        if not one[3] and one.end() == len(remarks):
            yield line, 1, CUT.format(f"within the address {one[2][:40]}", path.name)
        else:
            yield line, 1, SANCTION | {"address": one[2], "currency": one[1], "entity": name.strip()}
    last = remarks.rpartition(";")[2].strip()
    if last and NEXT.startswith(last):
        yield line, 1, CUT.format("before another address", path.name)


def _comments(path: Path) -> dict[str, str]:
    """How remarks go on, by the number of the entry."""
    found: dict[str, str] = {}
    for beside in path.parent.iterdir():
        if COMMENTS.fullmatch(beside.name):
            for _, _, cells in records(beside, ","):
                if len(cells) > 1 and cells[1].strip() != NULL:
                    number = cells[0].strip()
                    found[number] = found.get(number, "") + cells[1]
    return found
