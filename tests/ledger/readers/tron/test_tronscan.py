"""Tronscan's CSV exports: the right time of two, tokens by contract, and what moved nothing left out."""

import pytest

from cointrail.errors import InputError
from cointrail.ledger.rows import Kind, Status
from tests.ledger.readers.reader import Reader, Write
from tests.ledger.readers.tron.telling import USDT, USDT_RAW, base58, tx_id, who

TRANSFERS = "Tx Hash,blockHeight,blockTime(UTC+8),blockTime(UTC),from,to,value,symbol,tokenAddress,isConfirm"
TRANSACTIONS = "Tx Hash,blockHeight,blockTime(UTC+8),blockTime(UTC),from,to,value,symbol,contractType,status"
COIN = "transaction_id,block,block_ts,from_address,to_address,confirmed,contractRet,quant"
TIME = 1_762_528_463  # 2025-11-07 15:14:23 UTC
USDT_KEY = "0x" + USDT_RAW.hex()


def moved(name: str, value: str, symbol: str = "USDT", token: str = USDT, confirmed: str = "true") -> str:
    cells = (tx_id(name), 77, "2025/11/07 23:14:23", "2025/11/07 15:14:23", base58(1), base58(2), f'"{value}"')
    return ",".join(map(str, (*cells, symbol, token, confirmed)))


def test_transfers(read: Reader, write: Write) -> None:
    lines = [
        moved("a", "5,586.000001"),
        moved("b", "1.0E-6"),
        moved("c", "2.5", "TRX", "_"),
        moved("d", "3", "TRX", ""),
        moved("e", "9", "BTTOLD", "1002000"),
        moved("f", "9", confirmed="false"),
    ]
    found = read(write("TRON-tokenTransfer.csv", TRANSFERS, *lines), chain="tron")
    assert [(Kind(row["kind"]), row["asset"], row["amount"]) for row in found.rows] == [
        (Kind.LOG, USDT_KEY, 5_586_000_001), (Kind.LOG, USDT_KEY, 1), (Kind.OTHER, "", 2_500_000),
        (Kind.OTHER, "", 3_000_000),
    ]  # fmt: skip
    assert {(row["time"], row["block"], row["sender"], row["recipient"]) for row in found.rows} == {
        (TIME, 77, who(1), who(2))
    }
    assert found.problems.skipped == {"TRC-10 transfer": 1, "transfer that is not confirmed": 1}
    assert found.problems.good == 6 and not found.problems.bad


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (moved("x", "1", "USDT", ""), "no tokenAddress, and not the coin"),
        (moved("x", "1", "USDT", USDT[:-1] + "z"), "tokenAddress is not a contract"),
        (moved("x", "0.0000001"), "value"),
        (moved("x", "-1"), "value"),
        (moved("x", "").replace('""', ""), "no value"),
        (moved("x", "1").replace(base58(2), "Tnobody"), "to is not an address"),
        (moved("x", "1").replace("2025/11/07 15:14:23", "yesterday"), "not a time"),
        (moved("x", "1").replace(tx_id("x"), "ab"), "Tx Hash is not a hash"),
    ],
)
def test_bad_rows_are_set_aside(read: Reader, write: Write, line: str, reason: str) -> None:
    good = [moved(f"g{n}", "1") for n in range(150)]
    found = read(write("t.csv", TRANSFERS, *good, line), chain="tron")
    [(place, said)] = found.bad
    assert place == 152 and reason in said
    assert len(found.rows) == 150


def transaction(
    name: str, value: str, kind: str = "TransferContract", status: str = "SUCCESS", symbol: str = "TRX"
) -> str:
    cells = (tx_id(name), 77, "2025/11/07 23:14:23", "2025/11/07 15:14:23", base58(1), base58(2), value, symbol)
    return ",".join(map(str, (*cells, kind, status)))


def test_transactions(read: Reader, write: Write) -> None:
    lines = [
        transaction("a", "12.5"),
        transaction("b", "1", "TriggerSmartContract"),
        transaction("c", "7", status="OUT_OF_ENERGY"),
        transaction("d", "7", "FreezeBalanceV2Contract"),
        transaction("e", "7", "TransferAssetContract", symbol="BL"),
    ]
    found = read(write("TRON-transaction.csv", TRANSACTIONS, *lines), chain="tron")
    assert [(row["amount"], Status(row["status"]), row["position"]) for row in found.rows] == [
        (12_500_000, Status.DONE, 0), (1_000_000, Status.DONE, 0), (0, Status.FAILED, 0),
    ]  # fmt: skip
    assert found.problems.skipped == {"contract that moves none of the coin to others": 2}
    assert any("no fees" in one for one in found.reading.warnings)


def old(name: str, value: str, result: str = "SUCCESS", confirmed: str = "true") -> str:
    cells = (tx_id(name), 77, "2025-11-07 15:14:23", base58(1), base58(2), confirmed, result, value)
    return ",".join(map(str, cells))


def test_the_older_export(read: Reader, write: Write) -> None:
    path = write("old.csv", COIN, old("a", "1.5"), old("b", "2", "REVERT"), old("c", "3", confirmed="false"))
    found = read(path, chain="tron")
    assert [(Kind(row["kind"]), row["asset"], row["amount"]) for row in found.rows] == [(Kind.OTHER, "", 1_500_000)]
    assert any("does not say of what it is" in one for one in found.reading.warnings)
    [row] = read(path, chain="tron", asset=USDT).rows
    assert (Kind(row["kind"]), row["asset"], row["amount"]) == (Kind.LOG, USDT_KEY, 1_500_000)


def test_asset_is_for_the_export_that_names_none(read: Reader, write: Write) -> None:
    with pytest.raises(InputError, match="say their assets themselves"):
        read(write("t.csv", TRANSFERS, moved("a", "1")), chain="tron", asset=USDT)
