"""What the tests of file readers share: reading into plain rows, writing small files, the real data."""

import os
from pathlib import Path
from typing import Any

import pytest

from cointrail.chains import Registry
from cointrail.ledger.readers import Options, Reading
from cointrail.ledger.rows import ROWS
from tests.ledger.readers.reader import Read, Reader, Write

DATA = Path(os.environ.get("COINTRAIL_DATA", Path(__file__).parents[4] / "shared" / "data"))


@pytest.fixture
def read() -> Reader:
    def reader(*paths: Path, **options: Any) -> Read:
        reading = Reading(paths, Options(registry=Registry(options.get("chain", "ethereum")), **options))
        rows: list[dict[str, Any]] = []
        for _, table in reading:
            assert table.schema == ROWS
            table.validate(full=True)
            rows += table.to_pylist()
        for row in rows:
            row["amount"] = int.from_bytes(row["amount"])
        return Read(rows, reading)

    return reader


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write lines to a file of the test's own folder."""

    def writer(name: str, *lines: str) -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return writer


@pytest.fixture
def etl() -> Path:
    """Real files of ethereum-etl."""
    return _data("chain_samples/etl_ethereum")


@pytest.fixture
def chain_samples() -> Path:
    """Real blocks and answers of nodes."""
    return _data("chain_samples")


@pytest.fixture
def tracing() -> Path:
    """Real cases of laundering."""
    return _data("tracing")


def _data(folder: str) -> Path:
    path = DATA / folder
    if not path.is_dir():
        pytest.skip(f"no data in {path}; COINTRAIL_DATA names the folder that holds it")
    return path
