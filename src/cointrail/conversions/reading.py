"""Reading LEGS.csv: every cell checked, every fault named with file and line; one fault refuses the file."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from cointrail.chains.moment import LAST, parse_time
from cointrail.conversions.codes import factor
from cointrail.conversions.legs import BLANK, COLUMNS, DEPOSIT, WITHDRAWAL, Codes, Legs
from cointrail.errors import InputError

BLOCK = 1 << 22  # bytes that are parsed at once; a row must fit
LONGEST = 256  # characters of a cell: an address, a hash, a memo; more is not a leg
REQUIRED = ("side", "bridge", "chain", "tx", "time", "token", "amount")  # must not be empty in any row
AMOUNT = r"^[0-9]{1,78}$"  # smallest units, at most 256 bits
EPOCH = r"^[0-9]{1,12}$"
SECONDS = "seconds"  # the column of the times as numbers
HEX = r"^0[xX][0-9a-fA-F]+$"
PADDED = r"^0x0{24}([0-9a-f]{40})$"  # an address as a 32-byte word
NUMBER = r"^[0-9]{1,18}$"


def read_legs(paths: Sequence[Path]) -> Legs:
    """The legs of CSV files with the columns of `COLUMNS`; the n-th equal row of two files is one leg.

    Raises InputError, naming file and line, for anything that is not such a file.
    """
    if not paths:
        raise InputError("no file of legs: give at least one CSV file")
    tables = [_read(path) for path in paths]
    table = pa.concat_tables(_new(tables)).combine_chunks()
    return _legs(table)


def _read(path: Path) -> pa.Table:
    lines: list[int] = []

    def bad(row: pcsv.InvalidRow) -> str:
        lines.append(row.number or 0)
        return "error"

    try:
        with path.open("rb") as stream:
            if not stream.read(1):
                raise InputError(f"{path} is empty: give a CSV file with the columns {', '.join(COLUMNS)}")
        table = pcsv.read_csv(
            path,
            read_options=pcsv.ReadOptions(use_threads=False, block_size=BLOCK),
            parse_options=pcsv.ParseOptions(invalid_row_handler=bad, newlines_in_values=False),
            convert_options=pcsv.ConvertOptions(
                column_types=dict.fromkeys(COLUMNS, pa.string()), strings_can_be_null=False, check_utf8=True
            ),
        )
    except pa.ArrowInvalid as error:
        where = f" line {lines[0]}:" if lines and lines[0] else ""
        raise InputError(f"{path}:{where} not a CSV file of legs: {_short(error)}; correct it") from error
    names = [name.strip().lower().lstrip("\ufeff") for name in table.column_names]
    missing = [name for name in COLUMNS if names.count(name) != 1]
    if missing:
        raise InputError(f"{path}: the header must name {', '.join(missing)} once: correct it")
    table = table.rename_columns(names).select(list(COLUMNS))
    if any(field.type != pa.string() for field in table.schema):
        table = table.cast(pa.schema([(name, pa.string()) for name in COLUMNS]))
    table = pa.table({name: pc.ascii_trim_whitespace(table[name]) for name in COLUMNS})
    _check(table, path)
    return table.append_column(SECONDS, pa.array(_times(table["time"], path)))


def _check(table: pa.Table, path: Path) -> None:
    for name in COLUMNS:
        column = table[name]
        _refuse(pc.greater(pc.utf8_length(column), LONGEST), column, path, f"{name} has over {LONGEST} characters")
        _refuse(pc.match_substring(column, "\0"), column, path, f"{name} holds a NUL character")
        if name in REQUIRED:
            _refuse(pc.equal(pc.binary_length(column), 0), column, path, f"{name} is empty")
    known = pc.is_in(pc.utf8_lower(table["side"]), value_set=pa.array([DEPOSIT, WITHDRAWAL]))
    _refuse(pc.invert(known), table["side"], path, f"side is neither {DEPOSIT} nor {WITHDRAWAL}")
    amounts = pc.match_substring_regex(table["amount"], AMOUNT)
    _refuse(pc.invert(amounts), table["amount"], path, "amount is not a whole number of smallest units, 0 or more")


def _refuse(bad: pa.ChunkedArray, column: pa.ChunkedArray, path: Path, why: str) -> None:
    place = pc.index(bad, True).as_py()
    if place >= 0:
        shown = column[place].as_py()[:40]
        raise InputError(f"{path} line {place + 2}: {why}: {shown!r}; correct the row or leave it out")


def _new(tables: list[pa.Table]) -> list[pa.Table]:
    """Leave out rows that an earlier file has too: the n-th equal row of each file is one leg."""
    if len(tables) == 1:
        return tables
    whole = pa.concat_tables(tables).combine_chunks()
    alike = factor(*(_codes(whole[name]) for name in COLUMNS))
    file = np.repeat(np.arange(len(tables)), [table.num_rows for table in tables])
    order = np.lexsort((file, alike))
    first = np.r_[True, (np.diff(alike[order]) != 0) | (np.diff(file[order]) != 0)]
    start = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    nth = np.empty(len(order), np.int64)
    nth[order] = np.arange(len(order)) - start
    _, kept = np.unique(np.stack([alike, nth], axis=1), axis=0, return_index=True)
    return [whole.take(pa.array(np.sort(kept)))]


def _legs(table: pa.Table) -> Legs:
    time = table[SECONDS].to_numpy()
    order = _order(table, time)
    table = table.take(pa.array(order)).combine_chunks()
    text = {name: table[name].chunk(0) if table.num_rows else pa.array([], pa.string()) for name in COLUMNS}
    plain = {name: _plain(text[name]) for name in ("bridge", "chain", "token", "recipient", "key")}
    amounts = pc.replace_substring_regex(text["amount"], r"^0+([0-9])", r"\1")
    numbers = pc.match_substring_regex(plain["key"], NUMBER)
    return Legs(
        deposit=pc.equal(pc.utf8_lower(text["side"]), DEPOSIT).to_numpy(zero_copy_only=False),
        time=time[order],
        amount=_codes(amounts),
        value=pc.cast(amounts, pa.float64()).to_numpy(zero_copy_only=False),
        number=pc.cast(pc.if_else(numbers, plain["key"], "-1"), pa.int64()).to_numpy(zero_copy_only=False),
        other=np.full(len(order), BLANK, np.int64),
        text=text,
        **{name: _codes(column) for name, column in plain.items()},
    )


def _order(table: pa.Table, time: Codes) -> Codes:
    """The rows by time, and rows of one time by what they say, so that their place in the files does not matter."""
    order = np.argsort(time, kind="stable")
    equal = np.diff(time[order]) == 0
    tied = np.flatnonzero(np.r_[equal, False] | np.r_[False, equal])
    rows = table.take(pa.array(order[tied]))
    keys = [(name, "ascending") for name in (SECONDS, *COLUMNS)]
    order[tied] = order[tied][pc.sort_indices(rows, sort_keys=keys).to_numpy()]
    return order


def _times(column: pa.ChunkedArray, path: Path) -> Codes:
    """Seconds since 1970; the common form at once, every other text one by one."""
    plain = pc.match_substring_regex(column, EPOCH)
    seconds: Codes = pc.cast(pc.if_else(plain, column, "0"), pa.int64()).to_numpy().copy()
    odd = np.flatnonzero(~plain.to_numpy() | (seconds > LAST))
    for row in odd.tolist():
        try:
            seconds[row] = parse_time(column[row].as_py())
        except ValueError as error:
            raise InputError(f"{path} line {row + 2}: time {error}; correct the row or leave it out") from error
    return seconds


def _plain(column: pa.Array) -> pa.Array:
    """Hexadecimal texts in lower case, and addresses without the padding of a 32-byte word."""
    lower = pc.if_else(pc.match_substring_regex(column, HEX), pc.utf8_lower(column), column)
    return pc.replace_substring_regex(lower, PADDED, r"0x\1")


def _codes(column: pa.ChunkedArray | pa.Array) -> Codes:
    """One number for each text, BLANK for the empty one."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    words = whole.dictionary_encode()
    codes: Codes = words.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    blank = pc.index(words.dictionary, "").as_py()
    if blank >= 0:
        codes[codes == blank] = BLANK
    return codes


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:160]
