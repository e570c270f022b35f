"""Real blocks as ethereum-etl writes them: what is read equals what its own exports say."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cointrail.errors import InputError
from cointrail.ledger.rows import Kind, Status
from tests.ledger.readers.reader import Read, Reader

BLOCKS = "test_export_blocks_job/blocks_with_transactions_and_withdrawals/expected_blocks.csv"
TRANSACTIONS = "test_export_blocks_job/blocks_with_transactions_and_withdrawals/expected_transactions.csv"
STREAM = "test_stream/blocks_17173049_17173050"
WETH = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2"
TIMES = {17173049: 1683029999, 17173050: 1683030011}


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def save(path: Path, rows: Iterable[dict[str, Any]], *columns: str) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(
            {key: ",".join(value) if isinstance(value, list) else value for key, value in row.items()} for row in rows
        )
    return path


def facts(result: Read, *names: str) -> set[tuple[Any, ...]]:
    return {
        tuple(row[name].hex() if isinstance(row[name], bytes) else row[name] for name in names) for row in result.rows
    }


def minted(row: dict[str, Any]) -> bool:
    """Whether a row mints or burns WETH, which emits no Transfer for it."""
    return row["asset"] == WETH and bytes(20) in (row["sender"], row["recipient"])


@pytest.fixture
def transfers(etl: Path, tmp_path: Path) -> Path:
    columns = "token_address,from_address,to_address,value,transaction_hash,log_index,block_number"
    return save(tmp_path / "t.csv", lines(etl / STREAM / "expected_token_transfers.json"), *columns.split(","))


@pytest.fixture
def logs(etl: Path, tmp_path: Path) -> Path:
    columns = "log_index,transaction_hash,transaction_index,block_hash,block_number,address,data,topics"
    return save(tmp_path / "l.csv", lines(etl / STREAM / "expected_logs.json"), *columns.split(","))


@pytest.fixture
def receipts(etl: Path, tmp_path: Path) -> Path:
    rows = [
        {name.removeprefix("receipt_"): value for name, value in row.items()} | {"transaction_hash": row["hash"]}
        for row in lines(etl / STREAM / "expected_transactions.json")
    ]
    columns = "transaction_hash,transaction_index,block_hash,block_number,gas_used,contract_address,status"
    return save(tmp_path / "r.csv", rows, *columns.split(","), "effective_gas_price")


def test_transactions_and_withdrawals(read: Reader, etl: Path) -> None:
    result = read(etl / TRANSACTIONS, etl / BLOCKS)
    with (etl / TRANSACTIONS).open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    sent = [row for row in result.rows if row["kind"] == Kind.TRANSACTION]
    assert [(row["tx"].hex(), row["amount"], row["tx_index"], row["sender"].hex()) for row in sent] == [
        (row["hash"][2:], int(row["value"]), int(row["transaction_index"]), row["from_address"][2:]) for row in expected
    ]
    assert {(row["status"], row["asset"], row["position"]) for row in sent} == {(Status.UNKNOWN, "", 0)}
    withdrawn = [row for row in result.rows if row["kind"] == Kind.REWARD]
    assert len(withdrawn) == 32
    assert withdrawn[0]["amount"] == 45762059 * 10**9
    assert withdrawn[0]["position"] == 2210752
    assert withdrawn[0]["recipient"].hex() == "b9d7934878b5fb9610b3fe8a5e441e8fad7e293f"
    assert {(row["block"], row["time"]) for row in result.rows} == set(TIMES.items())
    assert len(result.rows) == 298 + 32  # no fees: nothing says what gas was used


def test_withdrawals_that_pay_a_token(read: Reader, etl: Path) -> None:
    assert read(etl / BLOCKS, chain="gnosis").rows == []


def test_transfers_are_the_transfers_of_the_logs(read: Reader, transfers: Path, logs: Path, etl: Path) -> None:
    names = ("block", "time", "tx", "position", "asset", "sender", "recipient", "amount", "block_hash", "kind")
    decoded = read(transfers, etl / BLOCKS)
    assert len([row for row in decoded.rows if row["kind"] == Kind.LOG]) == 291
    raw = read(logs, etl / BLOCKS)
    tokens = {  # ethereum-etl lists the transfers of ERC-721 tokens as well, their number as amount
        (row["block_number"], row["log_index"])
        for row in lines(etl / STREAM / "expected_logs.json")
        if len(row["topics"]) == 4 and row["topics"][0].startswith("0xddf252ad")
    }
    decoded.rows = [row for row in decoded.rows if (row["block"], row["position"]) not in tokens]
    wrapping = [row for row in raw.rows if minted(row)]  # of these only the logs tell
    raw.rows = [row for row in raw.rows if not minted(row)]
    assert facts(raw, *names) == facts(decoded, *names)
    assert tokens
    assert {(row["block"], row["time"]) for row in raw.rows} == set(TIMES.items())
    assert len(wrapping) == 61
    assert raw.problems.skipped == {"no Transfer event": 681 - 291 - 61, "ERC-721 transfer": len(tokens)}
    assert raw.problems.good == 681
    assert not raw.reading.warnings


def test_any_file_that_knows_gives_block_times(read: Reader, transfers: Path, logs: Path, etl: Path) -> None:
    alone = read(transfers)
    assert {row["time"] for row in alone.rows} == {None}
    assert alone.reading.warnings == ["t.csv: 291 rows have no time; give the blocks file in the same import"]
    result = read(transfers, etl / TRANSACTIONS)
    assert {(row["block"], row["time"]) for row in result.rows} == set(TIMES.items())
    assert not {row["block_hash"] for row in result.rows} & {None}


def test_files_that_contradict_each_other(read: Reader, transfers: Path, etl: Path, tmp_path: Path) -> None:
    other = tmp_path / "b.csv"
    other.write_text((etl / BLOCKS).read_text("utf-8").replace("1683029999", "1683029998"), "utf-8")
    with pytest.raises(InputError, match="block 17173049 has two different values of its time"):
        read(transfers, etl / BLOCKS, other)


def test_receipts_join_their_transactions(read: Reader, receipts: Path, etl: Path) -> None:
    result = read(etl / TRANSACTIONS, receipts)
    expected = lines(etl / STREAM / "expected_transactions.json")
    fees = [row for row in result.rows if row["kind"] == Kind.FEE]
    assert [row["amount"] for row in fees] == [
        row["receipt_gas_used"] * row["receipt_effective_gas_price"] for row in expected
    ]
    assert {row["recipient"] for row in fees} == {None}
    sent = [row for row in result.rows if row["kind"] == Kind.TRANSACTION]
    failed = {row["hash"][2:] for row in expected if row["receipt_status"] == 0}
    assert {row["tx"].hex() for row in sent if row["status"] == Status.FAILED} == failed
    assert failed
    assert {row["status"] for row in sent} == {Status.FAILED, Status.DONE}
    assert {row["amount"] for row in sent if row["status"] == Status.FAILED} == {0}
    assert not result.reading.warnings


def test_the_same_transactions_from_bigquery(read: Reader, receipts: Path, etl: Path, tmp_path: Path) -> None:
    rows = lines(etl / STREAM / "expected_transactions.json")
    for row in rows:
        row["value"] = str(row["value"])
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "t.parquet")
    from_parquet, from_csv = read(tmp_path / "t.parquet"), read(etl / TRANSACTIONS, receipts)
    assert from_parquet.reading.sources[0].format == "bigquery/transactions"
    key = ("kind", "tx", "amount", "sender", "recipient", "status", "time", "block_hash", "tx_index", "exact")
    assert facts(from_parquet, *key) == facts(from_csv, *key)


def test_receipts_alone(read: Reader, receipts: Path, etl: Path) -> None:
    with pytest.raises(InputError, match="receipts without their transactions"):
        read(receipts)
    with pytest.raises(InputError, match="receipts without their transactions"):
        read(receipts, etl / BLOCKS)


def test_receipts_of_other_transactions(read: Reader, receipts: Path, etl: Path, tmp_path: Path) -> None:
    text = (etl / TRANSACTIONS).read_text("utf-8").splitlines()
    (tmp_path / "some.csv").write_text("\n".join(text[:11]) + "\n", "utf-8")
    result = read(tmp_path / "some.csv", receipts)
    assert len([row for row in result.rows if row["kind"] == Kind.FEE]) == 10
    assert result.reading.warnings == ["288 receipts belong to no transaction in the files given"]


@pytest.mark.parametrize("case", ["create", "error", "subtraces", "suicide"])
def test_traces(read: Reader, etl: Path, case: str) -> None:
    result = read(etl / f"test_export_traces_job/block_with_{case}/expected_traces.csv")
    assert [row["kind"] for row in result.rows].count(Kind.REWARD) == 1
    reward = next(row for row in result.rows if row["kind"] == Kind.REWARD)
    assert (reward["amount"], reward["sender"], reward["position"]) == (5 * 10**18, None, 0)
    roots = [row for row in result.rows if row["kind"] == Kind.TRANSACTION]
    inner = [row for row in result.rows if row["kind"] == Kind.TRACE]
    if case == "error":
        assert [(row["status"], row["amount"]) for row in roots] == [(Status.FAILED, 0), (Status.DONE, 11 * 10**17)]
    if case == "create":
        assert roots[1]["recipient"].hex() == "a7e3cf952ea8d9438a26ee346c295f1ada328ae1"
    assert [(row["path"], row["amount"]) for row in inner] == ([(b"\0\0", 5 * 10**16)] if case == "suicide" else [])
    assert result.problems.bad == 0


def test_traces_of_a_stream(read: Reader, etl: Path, tmp_path: Path) -> None:
    rows = lines(etl / "test_stream/blocks_508110_508110/expected_traces.json")
    columns = "block_number,transaction_hash,transaction_index,from_address,to_address,value,trace_type,call_type"
    columns += ",reward_type,trace_address,error,status,block_timestamp,block_hash,trace_id"
    for row in rows:
        row["trace_address"] = ",".join(map(str, row["trace_address"]))
    result = read(save(tmp_path / "t.csv", reversed(rows), *columns.split(",")))
    rewards = [row for row in result.rows if row["kind"] == Kind.REWARD]
    assert [(row["position"], row["amount"]) for row in rewards] == [(0, 5156250000000000000), (1, 375 * 10**16)]
    assert [(row["trace_id"], row["value"]) for row in rows[2:]] == [
        ("reward_508110_0", 5156250000000000000), ("reward_508110_1", 375 * 10**16),
    ]  # fmt: skip
    assert {row["time"] for row in result.rows} == {1446973196}


@pytest.mark.parametrize("case", ["create", "error", "subtraces"])
def test_traces_without_hashes_take_those_of_the_transactions(
    read: Reader, etl: Path, tmp_path: Path, case: str
) -> None:
    theirs = etl / f"test_export_traces_job/block_with_{case}/expected_traces.csv"
    ours = etl / f"test_extract_geth_traces_job/block_with_{case}/expected_traces.csv"
    with pytest.raises(InputError, match="no transaction hash"):
        read(ours)
    expected = [row for row in read(theirs).rows if row["kind"] == Kind.TRANSACTION]
    known = [
        {"hash": "0x" + row["tx"].hex(), "nonce": 0, "block_number": row["block"], "value": row["amount"]}
        | {"transaction_index": row["tx_index"], "from_address": "0x" + row["sender"].hex()}
        | {"to_address": "0x" + row["recipient"].hex()}
        for row in expected
    ]
    path = save(tmp_path / "tx.csv", known, *known[0])
    traced = [row for row in read(ours, path).rows if row["status"] != Status.UNKNOWN]
    drop = {"status"} if case == "error" else set()
    assert [{k: v for k, v in row.items() if k not in drop} for row in traced] == [
        {k: v for k, v in row.items() if k not in drop} for row in expected
    ]
