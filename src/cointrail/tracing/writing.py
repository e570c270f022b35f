"""Writing a trail: trail.json, movements.csv, movements.parquet, holdings.csv. The same inputs give the same bytes."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cointrail.ledger.files import write_bytes
from cointrail.tracing.results import COLUMNS, HOLDINGS, Results
from cointrail.tracing.tracer import Trail


@dataclass(frozen=True)
class Told:
    """What is written of a trail: the content of trail.json, the rows of movements.csv and of holdings.csv."""

    content: dict[str, Any]
    movements: list[dict[str, str]]
    holdings: list[dict[str, Any]]


def tell(trail: Trail) -> Told:
    """A trail in words and decimals."""
    results = Results(trail)
    with ThreadPoolExecutor(1) as aside:  # candidates are weighed by compiled loops, beside which rows can be made
        weighed = aside.submit(results.weigh)
        movements = list(results.movements())
        weighed.result()
    return Told(results.trail_json(), movements, list(results.holdings()))


def save(told: Told, out: Path) -> None:
    """Write trail.json, movements.csv, movements.parquet and holdings.csv into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    write_bytes(out / "trail.json", f"{_json(told.content)}\n".encode())
    _write_csv(out / "movements.csv", COLUMNS, told.movements)
    _write_csv(out / "holdings.csv", HOLDINGS, told.holdings)
    columns = {name: pa.array([row[name] for row in told.movements], pa.string()) for name in COLUMNS}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    write_bytes(out / "movements.parquet", sink.getvalue().to_pybytes())


def write(trail: Trail, out: Path) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Tell a trail and save it; the content of trail.json, and the rows of movements.csv."""
    told = tell(trail)
    save(told, out)
    return told.content, told.movements


def _json(value: Any, indent: str = "") -> str:
    """JSON with a line for each key and for each entry of a list: to read, to compare, and quick to write."""
    deeper = indent + " "
    if isinstance(value, dict) and any(isinstance(each, dict | list) for each in value.values()):
        lines = [f"{deeper}{json.dumps(key)}: {_json(each, deeper)}" for key, each in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        return "[\n" + ",\n".join(deeper + json.dumps(each, ensure_ascii=False) for each in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def _write_csv(path: Path, columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> None:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns)
    table.writerows(map(itemgetter(*columns), rows))
    write_bytes(path, text.getvalue().encode())
