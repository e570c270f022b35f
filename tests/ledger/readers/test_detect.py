from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cointrail.chains import Registry
from cointrail.errors import InputError
from cointrail.ledger.readers import Options, Reading, detect, families
from cointrail.ledger.readers.formats import formats

NATIVE = (
    '"Txhash","Blockno","UnixTimestamp","DateTime","From","To","ContractAddress","Value_IN(ETH)","Value_OUT(ETH)",'
    '"CurrentValue @ $1642.27/Eth","TxnFee(ETH)","TxnFee(USD)","Historical $Price/Eth","Status","ErrCode","Method"'
)
INTERNAL = (
    '"Transaction Hash","Blockno","UnixTimestamp","DateTime (UTC)","ParentTxFrom","ParentTxTo","ParentTxETH_Value",'
    '"From","TxTo","ContractAddress","Value_IN(ETH)","Value_OUT(ETH)","CurrentValue @ $3414.3/Eth",'
    '"Historical $Price/Eth","Status","ErrCode","Type"'
)
HEADERS = {
    NATIVE: "etherscan/native",
    "\ufeff" + NATIVE.replace("Txhash", "Transaction Hash").replace("DateTime", "DateTime (UTC)"): "etherscan/native",
    INTERNAL: "etherscan/internal",
    '"Txhash","Blockno","UnixTimestamp","DateTime","From","To","Quantity","Method"': "etherscan/erc20",
    '"Txhash","UnixTimestamp","DateTime","From","To","Value","ContractAddress","TokenName","TokenSymbol"':
        "etherscan/erc20",
    '"Transaction Hash","Blockno","UnixTimestamp","DateTime (UTC)","From","To","TokenValue","USDValueDayOfTx",'
    '"ContractAddress","TokenName","TokenSymbol"': "etherscan/erc20",
    "token_address,from_address,to_address,value,transaction_hash,log_index,block_number":
        "ethereum-etl/token_transfers",
    "log_index,transaction_hash,transaction_index,block_hash,block_number,address,data,topics": "ethereum-etl/logs",
    "transaction_hash,transaction_index,block_hash,block_number,cumulative_gas_used,gas_used,contract_address,root,"
    "status,effective_gas_price": "ethereum-etl/receipts",
}  # fmt: skip


@pytest.mark.parametrize(("header", "name"), HEADERS.items())
def test_formats_of_csv(tmp_path: Path, header: str, name: str) -> None:
    path = tmp_path / "some.dat"
    path.write_text(header + "\n", encoding="utf-8")
    assert detect(path) == name


def test_formats_of_real_files(etl: Path) -> None:
    found = {detect(path) for path in etl.rglob("*.csv")}
    assert found == {
        f"ethereum-etl/{table}" for table in ("blocks", "logs", "token_transfers", "traces", "transactions")
    }


def test_every_parquet_format_is_recognised_by_its_own_columns(tmp_path: Path) -> None:
    for form in formats():
        if form.container == "parquet":
            types = {
                choices[0]: pa.float64() if name in form.float else pa.string()
                for name, choices in form.required.items()
            }
            path = tmp_path / "table"
            pq.write_table(pa.schema(list(types.items())).empty_table(), path)
            assert detect(path) == form.name


def test_unknown_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("token_address,from_address,to_address,value,log_index,block_number,\x1bzz\n1,2,3\n", "utf-8")
    with pytest.raises(InputError) as error:
        detect(path)
    message = str(error.value)
    assert message.startswith(f"{path}: no known format: its columns are token_address, from_address,")
    assert "ethereum-etl/token_transfers also needs transaction_hash" in message
    assert "--map" in message and "bigquery" in message and "cryo" in message
    assert message.isprintable()
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(InputError, match="no known format: its columns are a; known are ethereum-etl"):
        detect(path)


def test_json_of_another_shape_is_said_to_be_json(etl: Path) -> None:
    assert detect(next(etl.rglob("expected_blocks.json"))) == "ethereum-etl/blocks"
    with pytest.raises(InputError, match="no known format of JSON: its columns are") as error:
        detect(next(etl.rglob("geth_traces.json")))
    assert len(str(error.value)) < 400


def test_a_format_can_be_insisted_on(tmp_path: Path, etl: Path) -> None:
    path = next(etl.rglob("logs.csv"))
    assert families() == [
        *["ethereum-etl", "aws", "bigquery", "cryo", "etherscan", "tronscan"],
        *["tron-node", "trongrid", "csv"],
    ]
    for name in ("auto", "ethereum-etl", "ethereum-etl/logs"):
        assert Reading([path], Options(Registry("ethereum"), name)).sources[0].format == "ethereum-etl/logs"
    with pytest.raises(InputError, match="not etherscan: its columns are"):
        Reading([path], Options(Registry("ethereum"), "etherscan"))
    with pytest.raises(InputError, match="unknown format 'json': use auto, ethereum-etl"):
        Reading([path], Options(Registry("ethereum"), "json"))


def test_damaged_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": list(range(10_000))}), path)
    whole = path.read_bytes()
    for damage in (whole[:-30], whole[: len(whole) // 2], b"PAR1", whole[:4] + b"\0" * 40):
        path.write_bytes(damage)
        with pytest.raises(InputError, match="damaged or truncated Parquet") as error:
            detect(path)
        assert "\n" not in str(error.value)
