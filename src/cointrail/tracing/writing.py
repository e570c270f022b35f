"""Writing a trail: trail.json, movements.csv, movements.parquet, holdings.csv. The same inputs give the same bytes."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cointrail.ledger.files import write_bytes
from cointrail.tracing.results import COLUMNS, HOLDINGS, Results
from cointrail.tracing.tracer import Step, Trail


@dataclass(frozen=True)
class Told:
    """A trail in words and decimals: the content of trail.json, the rows of movements.csv, and all files by name."""

    content: dict[str, Any]
    movements: list[dict[str, str]]
    files: dict[str, bytes]

    def save(self, out: Path) -> None:
        """Write the files into a folder."""
        out.mkdir(parents=True, exist_ok=True)
        for name, data in self.files.items():
            write_bytes(out / name, data)


def tell(trail: Trail, step: Step = lambda what, share: None) -> Told:
    """All that is written of a trail.

    Movements are laid out first: bounds and candidates, which trail.json tells of, may still be computed beside that.
    """
    results = Results(trail)
    movements = list(results.movements())
    files = _tables(movements, results.holdings())
    step("bounds and candidates", 0)
    content = results.trail_json()
    step("bounds and candidates", 1)
    return Told(content, movements, {"trail.json": f"{_json(content)}\n".encode()} | files)


def write(trail: Trail, out: Path) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Tell a trail and write its files into a folder; the content of trail.json, and the rows of movements.csv."""
    told = tell(trail)
    told.save(out)
    return told.content, told.movements


def _tables(movements: Sequence[Mapping[str, str]], holdings: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
    """The files that are tables, by name."""
    lines = list(map(itemgetter(*COLUMNS), movements))
    values = zip(*lines, strict=True) if lines else [()] * len(COLUMNS)
    columns = {name: pa.array(column, pa.string()) for name, column in zip(COLUMNS, values, strict=True)}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return {
        "movements.csv": plain_csv(COLUMNS, lines).encode(),
        "movements.parquet": sink.getvalue().to_pybytes(),
        "holdings.csv": _csv(HOLDINGS, map(itemgetter(*HOLDINGS), holdings)).encode(),
    }


def _json(value: Any, indent: str = "") -> str:
    """JSON with a line for each key and for each entry of a list: to read, to compare, and quick to write."""
    deeper = indent + " "
    if isinstance(value, dict) and any(isinstance(each, dict | list) for each in value.values()):
        lines = [f"{deeper}{json.dumps(key)}: {_json(each, deeper)}" for key, each in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        return "[\n" + ",\n".join(deeper + json.dumps(each, ensure_ascii=False) for each in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def _csv(columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns)
    table.writerows(rows)
    return text.getvalue()


def plain_csv(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """The same of text alone, several times as fast where no value needs quotes: then nothing in it but what parts
    values and lines looks as if it did."""
    text = "\n".join(map(",".join, (columns, *rows, ())))
    parted = text.count(",") == (len(columns) - 1) * (len(rows) + 1) and text.count("\n") == len(rows) + 1
    return text if parted and '"' not in text and "\r" not in text else _csv(columns, rows)
