"""Whole lines of a CSV file, parsed so that every row still knows its line."""

import csv
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from cointrail.ledger.readers.arrays import plain, sizes
from cointrail.ledger.readers.faults import Mask


class Lines:
    """Whole lines of a file, parsed; rows with the wrong number of fields stand in it as empty ones."""

    def __init__(self, data: bytes, line: int, delimiter: str, width: int, places: list[int]) -> None:
        self.data, self.line, self.delimiter, self.width = data, line, delimiter, width
        self.places = places
        self.lines: list[int] | None = None
        self.ragged: list[tuple[int, int, str]] = []  # row in the block from 1, fields found, text
        try:
            table = self._parse(data)
        except pa.ArrowInvalid:
            try:
                table = self._parse(data.decode("utf-8", "replace").encode())  # a bad byte spoils its field only
            except pa.ArrowInvalid:
                table = None
        self.broken: list[tuple[int, str]] = []
        if table is None or any("\n" in text for _, _, text in self.ragged) or self._swallows(table.num_rows):
            table = self._by_line()  # a quote that nobody closed: it must not swallow the lines after it
        elif self.ragged:
            table = self._with_gaps(table)
        self.table = table
        self.blank = self._blank()

    def row(self, index: int) -> tuple[int, str]:
        """Line in the file and raw text of a row."""
        if self.lines is None:
            self.lines = self._lines()
        place = self.lines[index]
        return self.line + place, self._raw[place].decode("utf-8", "replace").rstrip("\r")

    def _parse(self, data: bytes) -> Any:
        self.ragged = []

        def refuse(row: Any) -> str:
            self.ragged.append((row.number, row.actual_columns, row.text))
            return "skip"

        names = [str(place) for place in range(self.width)]
        wanted = [str(place) for place in self.places]
        return arrow_csv.read_csv(
            pa.BufferReader(data),
            arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=max(len(data), 1)),
            arrow_csv.ParseOptions(
                delimiter=self.delimiter,
                newlines_in_values=b'"' in data,
                ignore_empty_lines=False,
                invalid_row_handler=refuse,
            ),
            arrow_csv.ConvertOptions(
                include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string()), strings_can_be_null=False
            ),
        )

    def _with_gaps(self, table: Any) -> Any:
        """Put empty rows where rows were left out, so that rows keep their numbers."""
        total = table.num_rows + len(self.ragged)
        gaps = np.array([number - 1 for number, _, _ in self.ragged])
        self.broken = [(number - 1, self._reason(found)) for number, found, text in self.ragged if text.strip()]
        index = np.zeros(total, np.int64)
        index[gaps] = -1
        index[index == 0] = np.arange(table.num_rows)
        picked = table.take(pa.array(index, mask=index < 0))
        return pa.table({name: picked[name].fill_null("") for name in picked.column_names})

    def _swallows(self, rows: int) -> bool:
        """Whether some quoted field holds what looks like whole rows of this file."""
        quotes = self.data.count(b'"')
        if not quotes or quotes % 2:
            return bool(quotes)
        if rows + len(self.ragged) == self.data.count(b"\n") + (not self.data.endswith(b"\n")):
            return False
        raw = self._raw
        start = np.zeros(len(raw) + 1, bool)
        start[self._starts()] = True
        inside = np.flatnonzero(~start[:-1] & ~start[1:])
        fields = self.delimiter.encode()
        return any(raw[line].count(fields) == self.width - 1 for line in inside[inside + 1 < len(raw)])

    def _by_line(self) -> Any:
        kept: list[list[str]] = []
        self.broken = []
        for row, line in enumerate(self._raw):
            try:
                fields = next(csv.reader([line.decode("utf-8", "replace")], delimiter=self.delimiter), [])
            except csv.Error:  # a field longer than Python reads, which no column of ours is
                fields = [""]
            if len(fields) != self.width and fields:
                self.broken.append((row, self._reason(len(fields))))
            kept.append(fields if len(fields) == self.width else [""] * self.width)
        self.lines = list(range(len(kept)))
        return pa.table({str(place): pa.array([row[place] for row in kept], pa.string()) for place in self.places})

    def _blank(self) -> Mask:
        """Rows that are empty lines; they say nothing and are not wrong."""
        empty = np.ones(self.table.num_rows, bool)
        for name in self.table.column_names:
            if not empty.any():
                return empty
            empty &= sizes(plain(self.table[name])) <= 0
        empty[[row for row, _ in self.broken]] = False
        empty[empty] = [not self.row(int(row))[1].strip() for row in np.flatnonzero(empty)]
        return empty

    def _lines(self) -> list[int]:
        """For each row the line of the block on which it begins."""
        starts = self._starts()
        return starts if len(starts) == self.table.num_rows else list(range(self.table.num_rows))

    def _starts(self) -> list[int]:
        """Lines that no open quote reaches into."""
        quotes = np.array([line.count(b'"') for line in self._raw])
        starts: list[int] = np.flatnonzero((np.cumsum(quotes) - quotes) % 2 == 0).tolist()
        return starts

    @cached_property
    def _raw(self) -> list[bytes]:
        """The lines of the block."""
        lines = self.data.split(b"\n")
        return lines[:-1] if lines and not lines[-1] else lines

    def _reason(self, found: int) -> str:
        return f"{found} fields instead of {self.width}"
