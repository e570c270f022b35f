"""Transactions as other tools tell them: bitcoin-etl's JSON, AWS's Parquet, and Bitcoin Core's blocks as JSON.

Where a source has every part of a transaction, its id is computed again and must be the one that it tells; amounts and
fees must then add up. Sources: bitcoin-etl's schema; AWS public blockchain data v1.0; Bitcoin Core's `getblock` with
verbosity 2 and 3 (the latter tells what inputs spend).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cointrail.chains.bitcoin import Network
from cointrail.errors import InputError
from cointrail.ledger.readers.bitcoin.batch import tables
from cointrail.ledger.readers.bitcoin.transaction import FRESH, Input, Transaction, Wrong, gather
from cointrail.ledger.readers.elements import elements
from cointrail.ledger.readers.parquet import MAGIC, brief
from cointrail.ledger.readers.source import KEPT, Problem, Problems, Source, escape
from cointrail.ledger.readers.text import BROKEN, open_bytes

ETL, AWS, CORE, BLOCKS = "bitcoin-etl", "aws-bitcoin", "bitcoin-core", "bitcoin-blocks"
TOLD = (ETL, AWS, CORE)
COIN = Decimal(10) ** 8
NEAR = 0.3  # smallest units: how far a floating-point amount may be from a whole number of them
BATCH_ROWS = 50_000  # transactions that become one table
PARQUET_ROWS = 4_096
NONE_SPENT = "0" * 64

Record = Mapping[str, Any]


def kind_of(path: Path) -> str:
    """Which of the formats a file has; BLOCKS for whatever is no JSON and no Parquet."""
    with open_bytes(path) as file:
        try:
            start = file.read(1 << 12).lstrip()
        except BROKEN:
            start = b""
    if start.startswith(MAGIC):
        return AWS
    if start[:1] not in (b"{", b"["):
        return BLOCKS
    with open_bytes(path) as file:
        first = next((_opened(one.value) for one in elements(file, path) if isinstance(one.value, dict)), {})
    return CORE if isinstance(first.get("tx"), list) else ETL


def read_told(source: Source, network: Network, problems: Problems) -> Iterator[pa.Table]:
    """Rows, outputs and terms of a file; transactions that cannot be are noted in `problems`."""
    told: list[Transaction] = []
    read = {ETL: _from_etl, AWS: _from_aws, CORE: _from_core}[source.format]
    for line, text, transactions in read(source.path):
        try:
            for one in transactions:
                one.check(network.most)
                told.append(one)
                problems.good += 1
        except (Wrong, ValueError, KeyError, TypeError, AttributeError, OverflowError, InvalidOperation) as error:
            _note(problems, line, error, text)
        if len(told) >= BATCH_ROWS:
            yield from tables(gather(told))
            told = []
    if told:
        yield from tables(gather(told))


def block_of(record: Record) -> Iterator[Transaction]:
    """The transactions of a block as Bitcoin Core tells it with verbosity 2 or 3; Wrong for what is none."""
    place = (int(record["height"]), _hash(record["hash"]), int(record["time"]))
    for index, told in enumerate(record["tx"]):
        if not isinstance(told, dict):
            raise Wrong("the block lists only the ids of its transactions: ask for it with verbosity 2 or 3")
        inputs = [_core_input(one) for one in told["vin"]]
        outputs = [(_coins(one["value"]), bytes.fromhex(one["scriptPubKey"]["hex"])) for one in told["vout"]]
        version, lock = int(told["version"]), int(told["locktime"])
        yield Transaction(_hash(told["txid"]), *place, index, version, lock, inputs, outputs)


def _from_core(path: Path) -> Iterator[tuple[int, str, Iterator[Transaction]]]:
    with open_bytes(path) as file:
        for one in elements(file, path):
            yield one.line, one.text, block_of(_opened(one.value))


def _core_input(told: Record) -> Input:
    sequence = int(told["sequence"])
    if "coinbase" in told:
        return replace(FRESH, unlocking=bytes.fromhex(told["coinbase"]), sequence=sequence)
    before = told.get("prevout") or {}
    script = bytes.fromhex(before["scriptPubKey"]["hex"]) if before else None
    amount = _coins(before["value"]) if before else None
    unlocking = bytes.fromhex(told["scriptSig"]["hex"])
    return Input(_hash(told["txid"]), int(told["vout"]), amount, script, unlocking, sequence)


def _from_etl(path: Path) -> Iterator[tuple[int, str, Iterator[Transaction]]]:
    with open_bytes(path) as file:
        for one in elements(file, path):
            if isinstance(one.value, dict) and "outputs" not in one.value and "transaction_count" in one.value:
                continue  # a block: all that is needed of it stands in its transactions
            yield one.line, one.text, _lazily(one.value, int)


def _from_aws(path: Path) -> Iterator[tuple[int, str, Iterator[Transaction]]]:
    done = 0
    try:
        with pq.ParquetFile(path, memory_map=True) as file:
            if lacking := {"hash", "inputs", "outputs", "block_number"} - set(file.schema_arrow.names):
                raise InputError(f"{path}: not AWS's table of Bitcoin's transactions: it lacks {', '.join(lacking)}")
            for batch in file.iter_batches(PARQUET_ROWS, use_threads=False):
                for record in batch.to_pylist():
                    done += 1
                    yield done, str(record.get("hash")), _lazily(record, _rounded)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path}: damaged after row {done}; copy the file again ({brief(error)})") from error


def _lazily(record: Record, worth: Callable[[Any], int]) -> Iterator[Transaction]:
    yield _listed(record, worth)


def _listed(told: Record, worth: Callable[[Any], int]) -> Transaction:
    """A transaction with lists of inputs and outputs, as bitcoin-etl names their fields."""
    inputs = [
        Input(
            _hash(one["spent_transaction_hash"]),
            int(one["spent_output_index"]),
            worth(one["value"]) if one.get("value") is not None and one.get("type") is not None else None,
            None,
            None if one.get("script_hex") is None else bytes.fromhex(one["script_hex"]),
            None if one.get("sequence") is None else int(one["sequence"]),
        )
        for one in sorted(told["inputs"] or (), key=lambda one: int(one["index"]))
        if one.get("spent_transaction_hash") not in (None, NONE_SPENT)
    ]
    outputs = sorted(told["outputs"], key=lambda one: int(one["index"]))
    if [int(one["index"]) for one in outputs] != list(range(len(outputs))):
        raise Wrong("its outputs are not numbered through")
    fresh = bool(told.get("is_coinbase")) or not inputs
    return Transaction(
        _hash(told["hash"]),
        int(told["block_number"]),
        _hash(told["block_hash"]),
        _seconds(told["block_timestamp"]),
        int(told["index"]),
        None if told.get("version") is None else int(told["version"]),
        None if told.get("lock_time") is None else int(told["lock_time"]),
        [FRESH] if fresh else inputs,
        [(worth(one["value"]), bytes.fromhex(one["script_hex"])) for one in outputs],
    )


def _opened(value: Any) -> Record:
    """A block, also inside the answer of a node."""
    record = value.get("result", value) if isinstance(value, dict) else {}
    return record if isinstance(record, dict) else {}


def _hash(text: Any) -> bytes:
    raw = bytes.fromhex(str(text).removeprefix("0x"))
    if len(raw) != 32:
        raise Wrong(f"{escape(str(text))} is not a hash")
    return raw


def _coins(value: Any) -> int:
    """An exact amount in coins, as smallest units."""
    units = Decimal(str(value)) * COIN
    if units != int(units):
        raise Wrong(f"{value} coins are no whole number of smallest units")
    return int(units)


def _rounded(value: float) -> int:
    """A floating-point amount in coins, as the smallest units that it stands for: 21 million coins have 16 digits, so
    none is lost."""
    units = round(value * 1e8)
    if abs(value * 1e8 - units) > NEAR:
        raise Wrong(f"{value} coins are no whole number of smallest units")
    return units


def _seconds(value: Any) -> int:
    return int(value.timestamp()) if hasattr(value, "timestamp") else int(value)


def _note(problems: Problems, line: int, error: Exception, text: str) -> None:
    reason = str(error) if isinstance(error, Wrong) else f"a field is missing or wrong: {brief(error)}"
    problems.bad += 1
    if len(problems.rows) < KEPT:
        problems.rows.append(Problem(line, escape(reason), escape(text)))
