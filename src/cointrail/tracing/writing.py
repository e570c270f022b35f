"""Writing a trail: trail.json, movements.csv, movements.parquet, holdings.csv. The same inputs give the same bytes."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cointrail.ledger.files import write_bytes
from cointrail.tracing.results import COLUMNS, HOLDINGS, Results
from cointrail.tracing.tracer import Step, Trail


def write(
    trail: Trail, out: Path, step: Step = lambda what, share: None
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Write trail.json, movements.csv, movements.parquet and holdings.csv into a folder.

    Returns the content of trail.json and the rows of movements.csv. Movements are laid out and written first: bounds
    and candidates, which trail.json tells of, may still be computed beside that.
    """
    out.mkdir(parents=True, exist_ok=True)
    results = Results(trail)
    movements = list(results.movements())
    _write_movements(list(map(itemgetter(*COLUMNS), movements)), out)
    write_bytes(out / "holdings.csv", _csv(HOLDINGS, map(itemgetter(*HOLDINGS), results.holdings())).encode())
    step("bounds and candidates", 0)
    content = results.trail_json()
    step("bounds and candidates", 1)
    write_bytes(out / "trail.json", f"{_json(content)}\n".encode())
    return content, movements


def _write_movements(lines: Sequence[tuple[str, ...]], out: Path) -> None:
    write_bytes(out / "movements.csv", plain_csv(COLUMNS, lines).encode())
    values = zip(*lines, strict=True) if lines else [()] * len(COLUMNS)
    columns = {name: pa.array(column, pa.string()) for name, column in zip(COLUMNS, values, strict=True)}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    write_bytes(out / "movements.parquet", sink.getvalue().to_pybytes())


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
