"""Reading the user's price files: every cell is checked, and one fault refuses the file with its line."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from cointrail.chains.moment import parse_time
from cointrail.errors import InputError
from cointrail.prices.price import PriceFile, Prices, Quote
from cointrail.prices.subject import Subject, parse_subject

REQUIRED = ("asset", "time", "price")
CHAIN = "chain"  # may be missing
DELIMITERS = ",;\t"
LONGEST = 100  # characters of a price: more is nobody's, and would cost time to compute with

NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
NONZERO = re.compile(r"[1-9]")


def read_prices(paths: Sequence[Path]) -> Prices:
    """The prices of CSV files with the columns asset, time and price, and chain if wanted.

    Raises InputError, naming file and line, for anything that is not such a file, and where two rows contradict each
    other.
    """
    if not paths:
        raise InputError("no file of prices: give at least one CSV file")
    quotes: list[Quote] = []
    files = []
    for path in paths:
        content = _content(path)
        rows = list(_quotes(path, content))
        files.append(PriceFile(path.name, sha256(content).hexdigest(), len(rows)))
        quotes += rows
    return Prices(quotes, files)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "not readable"
        raise InputError(f"cannot read prices from {path}: {reason}; give a CSV file") from error


def _quotes(path: Path, content: bytes) -> Iterator[Quote]:
    rows = _rows(path, content)
    _, names = next(rows, (0, []))
    names = [name.strip().lower() for name in names]
    wrong = [name for name in REQUIRED if names.count(name) != 1] + [CHAIN] * (names.count(CHAIN) > 1)
    if wrong:
        raise InputError(f"{path}: the header must name {', '.join(wrong)} once: give the columns asset, time, price")
    subjects: dict[tuple[str, str], Subject] = {}  # a file names few assets and each of them often
    for line, cells in rows:
        try:
            if len(cells) != len(names):
                raise ValueError(f"{len(cells)} cells under {len(names)} columns: correct the row")
            row = dict(zip(names, cells, strict=True))
            named = (row["asset"], row.get(CHAIN, ""))
            if named not in subjects:
                subjects[named] = parse_subject(*named)
            yield Quote(
                subjects[named], parse_time(row["time"]), _price(row["price"]), path.name, line, named[0].strip()
            )
        except ValueError as error:  # InputError too
            raise InputError(f"{path}, line {line}: {error}") from error


def _rows(path: Path, content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, with the line each ends in."""
    try:
        text = content.decode("utf-8-sig")
    except ValueError as error:
        raise InputError(f"{path} is not a text file in UTF-8: give a CSV file") from error
    header = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=header.count), strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: not CSV, {error}: correct the row") from error


def _price(text: str) -> str:
    """The number as it stands, checked; raises ValueError with the reason."""
    number = text.strip()
    if len(number) > LONGEST or not NUMBER.fullmatch(number):
        raise ValueError(f"price {number[:40]!r} is not a plain decimal: write US dollars for one whole unit")
    if not NONZERO.search(re.split("[eE]", number)[0]):
        raise ValueError("price 0: leave the row out where there is no price")
    return number
