"""Parquet tables in the shapes of AWS, BigQuery and cryo."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cointrail.errors import InputError
from cointrail.ledger.rows import Kind, Status
from tests.ledger.readers.reader import Reader

A, B, TOKEN = "0x" + "11" * 20, "0x" + "22" * 20, "0x" + "33" * 20
TX, BLOCK = "0x" + "44" * 32, "0x" + "55" * 32
TIME = datetime(2023, 6, 2, 21, 49, 23, tzinfo=UTC)
SECONDS = 1685742563
TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
APPROVAL = "0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925"
PLACE = {"block_timestamp": TIME, "block_number": 7, "block_hash": BLOCK}


def raw(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def word(address: str) -> str:
    return "0x" + "00" * 12 + address[2:]


def save(path: Path, rows: list[dict[str, Any]], **types: Any) -> Path:
    table = pa.Table.from_pylist(rows)
    for name, kind in types.items():
        table = table.set_column(table.schema.get_field_index(name), name, table[name].cast(kind))
    pq.write_table(table, path)
    return path


def transfer(value: object) -> dict[str, Any]:
    return {"token_address": TOKEN, "from_address": A, "to_address": B, "value": value} | {
        "transaction_hash": TX, "log_index": 5, **PLACE,
    }  # fmt: skip


def test_token_transfers(read: Reader, tmp_path: Path) -> None:
    expected = {
        "block": 7, "block_hash": raw(BLOCK), "time": SECONDS, "tx": raw(TX), "tx_index": None, "kind": Kind.LOG,
        "position": 5, "path": None, "sender": raw(A), "recipient": raw(B), "asset": TOKEN, "status": Status.DONE,
    }  # fmt: skip
    exact = read(save(tmp_path / "bq", [transfer(str(2**256 - 1)), transfer("0")]))
    assert exact.reading.sources[0].format == "bigquery/token_transfers"
    assert exact.rows == [expected | {"amount": amount, "exact": True} for amount in (2**256 - 1, 0)]
    assert not exact.reading.warnings
    rounded = read(save(tmp_path / "aws", [transfer(1e30), transfer(1.0)]))
    assert rounded.reading.sources[0].format == "aws/token_transfers"
    assert rounded.rows == [expected | {"amount": amount, "exact": False} for amount in (int(1e30), 1)]
    assert "2 amounts were already rounded at the source" in rounded.reading.warnings[0]


def transaction(**more: Any) -> dict[str, Any]:
    return {
        "hash": TX, "nonce": 1, "transaction_index": 2, "from_address": A, "to_address": B, "value": Decimal(10**20),
        "gas_price": 30, "receipt_gas_used": 21000, "receipt_status": 1, "receipt_contract_address": None,
        "receipt_effective_gas_price": 25, "max_fee_per_gas": 40, "transaction_type": 2, **PLACE,
    } | more  # fmt: skip


@pytest.mark.parametrize("kind", [pa.decimal128(38, 9), pa.decimal128(38, 0), pa.decimal256(76, 38), pa.string()])
def test_transactions_of_bigquery(read: Reader, tmp_path: Path, kind: Any) -> None:
    failed = transaction(receipt_status=0, hash="0x" + "66" * 32)
    if pa.types.is_string(kind):
        failed["value"] = "5"
    path = save(tmp_path / "t", [transaction(value=failed["value"]), failed], value=kind)
    result = read(path)
    amount = int(failed["value"])
    assert [(row["kind"], row["status"], row["amount"]) for row in result.rows] == [
        (Kind.TRANSACTION, Status.DONE, amount), (Kind.TRANSACTION, Status.FAILED, 0),
        (Kind.FEE, Status.DONE, 525_000), (Kind.FEE, Status.FAILED, 525_000),
    ]  # fmt: skip
    assert {row["exact"] for row in result.rows} == {True}
    assert {(row["time"], row["tx_index"], row["position"]) for row in result.rows} == {(SECONDS, 2, 0)}


def test_transactions_of_aws_are_inexact_but_their_fees(read: Reader, tmp_path: Path) -> None:
    result = read(save(tmp_path / "t", [transaction(value=1.5e18)]))
    assert result.reading.sources[0].format == "aws/transactions"
    assert [(row["amount"], row["exact"]) for row in result.rows] == [(15 * 10**17, False), (525_000, True)]


@pytest.mark.parametrize(
    ("more", "fee", "exact"),
    [
        ({"receipt_gas_used": None}, None, True),
        ({"receipt_effective_gas_price": None}, None, True),
        ({"receipt_effective_gas_price": None, "max_fee_per_gas": None, "transaction_type": 0}, 630_000, True),
        ({"transaction_type": 3}, 525_000, False),
        (
            {"transaction_type": 3, "receipt_blob_gas_used": 2, "receipt_blob_gas_price": 2**62},
            525_000 + 2**63,
            True,
        ),
        ({"receipt_l1_fee": 1}, 525_001, True),
        ({"receipt_gas_used": 2**40, "receipt_effective_gas_price": 2**60}, 2**100, True),
    ],
)
def test_fees(read: Reader, tmp_path: Path, more: dict[str, Any], fee: int | None, exact: bool) -> None:
    rows = read(save(tmp_path / "t", [transaction(**more)], value=pa.decimal128(38, 9))).rows
    assert [(row["amount"], row["exact"]) for row in rows if row["kind"] == Kind.FEE] == (
        [] if fee is None else [(fee, exact)]
    )


def test_created_contracts(read: Reader, tmp_path: Path) -> None:
    # A published example of the rule, for the first three transactions of an account.
    creator = "0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0"
    made = {
        0: "cd234a471b72ba2f1ccf0a70fcaba648a5eecd8d",
        1: "343c43a37d37dff08ae8c4a11544c718abb4fcf8",
        2: "f778b86fa74e846c4f0a1fbd1335fe81c00a0c91",
    }
    rows = [
        transaction(nonce=nonce, to_address=None, from_address=creator, hash=f"0x{nonce:064x}", value="0")
        for nonce in made
    ]
    found = [row["recipient"].hex() for row in read(save(tmp_path / "t", rows)).rows if row["kind"] != Kind.FEE]
    assert found == list(made.values())
    rows[1]["receipt_contract_address"] = TOKEN
    found = [row["recipient"].hex() for row in read(save(tmp_path / "u", rows)).rows if row["kind"] != Kind.FEE]
    assert found == [made[0], TOKEN[2:], made[2]]


def log(topics: list[str], data: str, **more: Any) -> dict[str, Any]:
    row = {"log_index": 5, "transaction_hash": TX, "transaction_index": 2, "address": TOKEN, "data": data}
    return row | {"topics": topics} | PLACE | more


LOGS = [
    log([TRANSFER, word(A), word(B)], "0x" + "00" * 31 + "07"),
    log([TRANSFER, word(A), word(B)], "0x" + "ff" * 32, log_index=6),
    log([TRANSFER, word(A), word(B), "0x" + "00" * 32], "0x"),
    log([TRANSFER, word(A)], "0x" + "00" * 32),
    log([TRANSFER, word(A), word(B)], "0x" + "00" * 64),
    log([APPROVAL, word(A), word(B)], "0x" + "00" * 32),
    log([], "0x"),
]
SKIPPED = {"no Transfer event": 2, "ERC-721 transfer": 1, "Transfer event of another shape": 2}


def test_logs_of_aws_and_bigquery(read: Reader, tmp_path: Path) -> None:
    for name, more in (("bigquery/logs", {}), ("aws/logs", {"last_modified": TIME})):
        result = read(save(tmp_path / "l", [row | more for row in LOGS]))
        assert result.reading.sources[0].format == name
        assert [(row["amount"], row["position"]) for row in result.rows] == [(7, 5), (2**256 - 1, 6)]
        assert result.rows[0]["sender"], result.rows[0]["recipient"] == (raw(A), raw(B))
        assert result.rows[0]["asset"] == TOKEN
        assert result.problems.skipped == SKIPPED
        assert result.problems.good == 7


SPELLINGS: dict[str, Callable[[str], object]] = {"binary": raw, "0x": str, "bare": lambda text: text[2:]}


@pytest.mark.parametrize("write", SPELLINGS)
def test_logs_of_cryo(read: Reader, tmp_path: Path, write: str) -> None:
    convert = SPELLINGS[write]
    rows = []
    for row in LOGS:
        topics = [convert(topic) for topic in row["topics"]] + [None] * 4
        cells = {name: convert(row[name]) for name in ("transaction_hash", "address", "data")}
        rows.append(cells | {f"topic{n}": topics[n] for n in range(4)} | {
            "block_number": 7, "transaction_index": 2, "log_index": row["log_index"], "chain_id": 1, "n_data_bytes": 32,
        })  # fmt: skip
    result = read(save(tmp_path / "l", rows))
    assert result.reading.sources[0].format == "cryo/logs"
    assert [(row["amount"], row["position"]) for row in result.rows] == [(7, 5), (2**256 - 1, 6)]
    assert (result.rows[0]["sender"], result.rows[0]["recipient"], result.rows[0]["asset"]) == (raw(A), raw(B), TOKEN)
    assert result.problems.skipped == SKIPPED


VALUES: dict[str, tuple[Callable[[int], object], bool]] = {
    "value_binary": (lambda value: value.to_bytes(32), True),
    "value_string": (str, True),
    "value": (lambda value: value.to_bytes(32), True),
    "value_f64": (float, False),
}


def erc20(value: dict[str, Any], convert: Any = raw, **more: Any) -> dict[str, Any]:
    parties = {"erc20": TOKEN, "from_address": A, "to_address": B, "transaction_hash": TX}
    place = {"block_number": 7, "transaction_index": 2, "log_index": 5, "chain_id": 1}
    return place | {name: convert(text) for name, text in parties.items()} | value | more


@pytest.mark.parametrize("column", VALUES)
@pytest.mark.parametrize("convert", SPELLINGS.values())
def test_erc20_transfers_of_cryo(read: Reader, tmp_path: Path, column: str, convert: Any) -> None:
    write, exact = VALUES[column]
    result = read(save(tmp_path / "t", [erc20({column: write(10**21)}, convert)], block_number=pa.uint32()))
    assert result.reading.sources[0].format == "cryo/erc20_transfers"
    (row,) = result.rows
    assert (row["amount"], row["exact"], row["asset"], row["tx_index"]) == (10**21, exact, TOKEN, 2)
    assert (row["sender"], row["recipient"], row["tx"], row["time"]) == (raw(A), raw(B), raw(TX), None)


def test_the_best_column_of_cryo_is_taken(read: Reader, tmp_path: Path) -> None:
    values = {column: write(10**21 + 1) for column, (write, _) in VALUES.items() if column != "value"}
    (row,) = read(save(tmp_path / "t", [erc20(values | {"value_u64": 5})])).rows
    assert (row["amount"], row["exact"]) == (10**21 + 1, True)
    with pytest.raises(InputError, match="also needs value_binary"):
        read(save(tmp_path / "u", [erc20({"value_u64": 5})]))
    hexadecimal = erc20({"value_binary": "0x" + f"{10**21:064x}"}, str)
    assert read(save(tmp_path / "v", [hexadecimal])).rows[0]["amount"] == 10**21


def test_times_come_from_cryo_blocks(read: Reader, tmp_path: Path) -> None:
    block = {"block_hash": raw(BLOCK), "author": raw(A), "block_number": 7, "gas_used": 5, "timestamp": SECONDS}
    blocks = save(tmp_path / "blocks", [block | {"chain_id": 1}], block_number=pa.uint32(), timestamp=pa.uint32())
    result = read(save(tmp_path / "t", [erc20({"value_string": "5"})]), blocks)
    assert [(row["time"], row["block_hash"]) for row in result.rows] == [(SECONDS, raw(BLOCK))]
    assert result.reading.problems[result.reading.sources[1]].good == 1


def test_files_of_another_chain(read: Reader, tmp_path: Path) -> None:
    path = save(tmp_path / "t", [erc20({"value_string": "5"}, chain_id=137)])
    with pytest.raises(InputError, match="is from chain 137, not ethereum"):
        read(path)
    assert len(read(path, chain="polygon").rows) == 1


def test_transactions_of_cryo(read: Reader, tmp_path: Path) -> None:
    base = {"block_number": 7, "transaction_index": 2, "transaction_hash": raw(TX), "nonce": 1, "from_address": raw(A)}
    base |= {"to_address": raw(B), "value_string": "9", "gas_used": 21000, "gas_price": 30, "transaction_type": 0}
    path = save(tmp_path / "t", [base | {"success": success, "max_fee_per_gas": None} for success in (True, False)])
    assert [(row["kind"], row["status"], row["amount"]) for row in read(path).rows] == [
        (Kind.TRANSACTION, Status.DONE, 9), (Kind.TRANSACTION, Status.FAILED, 0),
        (Kind.FEE, Status.DONE, 630_000), (Kind.FEE, Status.FAILED, 630_000),
    ]  # fmt: skip


def test_traces_of_cryo(read: Reader, tmp_path: Path) -> None:
    def frame(path: str, kind: str | None = "call", **more: Any) -> dict[str, Any]:
        return {
            "action_from": raw(A), "action_to": raw(B), "action_value": "7", "action_call_type": kind,
            "action_type": "call", "action_reward_type": None, "result_address": None, "trace_address": path,
            "transaction_position": 2, "transaction_hash": raw(TX), "block_number": 7, "block_hash": raw(BLOCK),
            "error": None, "chain_id": 1,
        } | more  # fmt: skip

    rows = [
        frame(""),
        frame("0_12"),
        frame("1", "delegate_call"),
        frame("2", "call_code"),
        frame("3", None, action_type="create", action_to=None, result_address=raw(TOKEN)),
        frame("", None, action_type="reward", action_to=None, action_reward_type="reward", transaction_hash=None),
    ]
    for n, value in (("action_call_type", None), ("transaction_position", None)):
        rows[-1][n] = value
    result = read(save(tmp_path / "t", rows, error=pa.string()))
    assert [(row["kind"], row["path"], row["sender"], row["recipient"]) for row in result.rows] == [
        (Kind.TRANSACTION, None, raw(A), raw(B)),
        (Kind.TRACE, b"\0\0\0\x0c", raw(A), raw(B)),
        (Kind.TRACE, b"\0\3", raw(A), raw(TOKEN)),
        (Kind.REWARD, None, None, raw(A)),
    ]


def test_native_transfers_of_cryo(read: Reader, tmp_path: Path) -> None:
    def row(index: int, value: int, tx: bytes | None) -> dict[str, Any]:
        parties = {"from_address": raw(A), "to_address": raw(B), "transaction_hash": tx, "value_string": str(value)}
        return {"block_number": 7, "transaction_index": 2, "transfer_index": index, "chain_id": 1} | parties

    path = save(tmp_path / "n", [row(0, 5, raw(TX)), row(1, 0, raw(TX)), row(2, 6, None)])
    result = read(path)
    assert [(row["kind"], row["amount"], row["sender"], row["position"]) for row in result.rows] == [
        (Kind.TRACE, 5, raw(A), 0), (Kind.REWARD, 6, None, 2),
    ]  # fmt: skip
    assert "delegate calls" in result.reading.warnings[0]
    other = save(tmp_path / "t", [transaction(value="1")])
    with pytest.raises(InputError, match="give only one"):
        read(path, other)


def test_bad_rows_are_named_by_their_number(read: Reader, tmp_path: Path) -> None:
    rows = [transfer("5") | {"log_index": n} for n in range(500)]
    rows[3] |= {"to_address": "0x12"}
    rows[7] |= {"value": str(2**256)}
    rows[9] |= {"token_address": None}
    rows[11] |= {"transaction_hash": None}
    result = read(save(tmp_path / "t", rows))
    assert result.bad == [
        (4, "to_address is not an address"), (8, "value does not fit 256 bits"), (10, "no token_address"),
        (12, "no transaction_hash"),
    ]  # fmt: skip
    assert result.problems.rows[0].text.startswith(f"{TOKEN},{A},0x12,5,0x4444")
    assert len(result.rows) == 496


def test_damage_inside_a_file(read: Reader, tmp_path: Path) -> None:
    path = save(tmp_path / "t", [transfer(str(n)) | {"log_index": n} for n in range(20_000)])
    whole = bytearray(path.read_bytes())
    whole[2000:4000] = b"\xff" * 2000
    path.write_bytes(whole)
    with pytest.raises(InputError, match="copy the Parquet file again"):
        read(path)


@pytest.mark.parametrize("change", [{"value": [1]}, {"log_index": "x"}, {"from_address": 5}])
def test_columns_of_a_wrong_type(read: Reader, tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(InputError) as error:
        read(save(tmp_path / "t", [transfer("5") | change]))
    assert next(iter(change)) in str(error.value)
