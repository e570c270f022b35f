from pathlib import Path

import pytest

from cointrail.errors import InputError
from cointrail.ledger.rows import Kind, Status
from tests.ledger.readers.reader import Reader, Write
from tests.ledger.readers.test_detect import INTERNAL, NATIVE

A, B, C, TX = "0x" + "11" * 20, "0x" + "22" * 20, "0x" + "33" * 20, "0x" + "ab" * 32
USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"


def quoted(*cells: object) -> str:
    return ",".join(f'"{cell}"' for cell in cells)


def native(value_in: str, value_out: str, status: str = "", error: str = "", to: str = B, made: str = "") -> str:
    return quoted(
        TX, 17395810, 1685742563, "2023-06-02 21:49:23", A, to, made, value_in, value_out, "$1", "0.00105", "1.7",
        "1900.1", status, error, "Transfer",
    )  # fmt: skip


def test_native(read: Reader, write: Write) -> None:
    lines = [
        native("1.5", "0"),
        native("0", "1,234.000000000000000001"),
        native("0", "7", "Error(0)", "Reverted"),
        native("0", "0", to="", made=C),
        native("0", "0"),
    ]
    result = read(write("export.csv", "\ufeff" + NATIVE, *lines))
    sent = [row for row in result.rows if row["kind"] == Kind.TRANSACTION]
    assert [(row["amount"], row["status"], row["recipient"][0]) for row in sent] == [
        (15 * 10**17, Status.DONE, 0x22), (1234 * 10**18 + 1, Status.DONE, 0x22), (0, Status.FAILED, 0x22),
        (0, Status.DONE, 0x33), (0, Status.DONE, 0x22),
    ]  # fmt: skip
    fees = [row for row in result.rows if row["kind"] == Kind.FEE]
    assert [(row["amount"], row["sender"], row["recipient"]) for row in fees] == [
        (105 * 10**13, b"\x11" * 20, None)
    ] * 5
    assert fees[2]["status"] == Status.FAILED
    assert {(row["time"], row["block"], row["position"], row["asset"]) for row in result.rows} == {
        (1685742563, 17395810, 0, "")
    }
    assert result.problems.bad == 0


def internal(value_in: str, value_out: str, status: str = "0", error: str = "", to: str = B, made: str = "") -> str:
    return quoted(
        TX, 7, 1685742563, "2023-06-02 21:49:23", A, C, "0", C, to, made, value_in, value_out, "$1", "1900", status,
        error, "call",
    )  # fmt: skip


def test_internal(read: Reader, write: Write) -> None:
    lines = [
        internal("2", "0"),
        internal("0", "3", "1", "out of gas"),
        internal("0", "0"),
        internal("1", "0", to="", made=B),
    ]
    result = read(write("export.csv", INTERNAL, *lines))
    assert [(row["kind"], row["amount"], row["sender"], row["recipient"], row["position"]) for row in result.rows] == [
        (Kind.TRACE, units * 10**18, b"\x33" * 20, b"\x22" * 20, None) for units in (2, 1)
    ]
    assert result.problems.good == 4


TOKENS = (
    '"Txhash","Blockno","UnixTimestamp","DateTime","From","To","TokenValue","USDValueDayOfTx","ContractAddress",'
    + ('"TokenName","TokenSymbol"')
)


def test_erc20_by_contract(read: Reader, write: Write) -> None:
    lines = [
        quoted(TX, 7, 1685742563, "2023-06-02 21:49:23", A, B, "1,234.56", "$1,234.56", contract, name, name)
        for contract, name in ((USDT, "Tether"), (C, "USDT"))
    ]
    result = read(write("export.csv", TOKENS, *lines))
    assert [(row["kind"], row["asset"], row["amount"], row["position"]) for row in result.rows] == [
        (Kind.LOG, USDT, 1_234_560_000, None), (Kind.LOG, C, 123456 * 10**16, None),
    ]  # fmt: skip
    assert C in result.reading.warnings[0]
    assert [asset.origin for asset in result.reading.assets] == ["unknown"]


def test_erc20_by_asset(read: Reader, write: Write) -> None:
    header = '"Txhash","Blockno","UnixTimestamp","DateTime","From","To","Quantity","Method"'
    path = write("export.csv", header, quoted(TX, 7, 1685742563, "", A, B, "6,000,000.5", "Swapin"))
    with pytest.raises(InputError, match="give --asset CONTRACT"):
        read(path)
    (row,) = read(path, asset=USDT).rows
    assert (row["asset"], row["amount"]) == (USDT, 6_000_000_500_000)
    (row,) = read(path, asset=C, decimals=2).rows
    assert (row["asset"], row["amount"]) == (C, 600_000_050)


def test_dates_where_there_are_no_seconds(read: Reader, write: Write) -> None:
    header = TOKENS.replace('"UnixTimestamp",', "").replace("DateTime", "DateTime (UTC)").replace('"Blockno",', "")
    path = write("export.csv", header, quoted(TX, "2023-06-02 21:49:23", A, B, "1", "", USDT, "", ""))
    (row,) = read(path).rows
    assert (row["time"], row["block"]) == (1685742563, None)


def test_exports_of_another_chain(read: Reader, write: Write) -> None:
    path = write("export.csv", NATIVE.replace("(ETH)", "(BNB)"), native("1", "0"))
    with pytest.raises(InputError, match="amounts are in BNB, not in ethereum's ETH; give the right --chain"):
        read(path)
    assert len(read(path, chain="bsc").rows) == 2
    path = write("export.csv", NATIVE.replace("(ETH)", "(MATIC)"), native("1", "0"))
    assert len(read(path, chain="polygon").rows) == 2


def test_bad_rows(read: Reader, write: Write) -> None:
    lines = [native("1", "2"), native("x", "0"), native("1", "0", to=""), native("1", "0").replace(TX, "0x1")]
    result = read(write("export.csv", NATIVE, *lines, *[native("1", "0")] * 500))
    assert [reason for _, reason in result.bad] == [
        "different amounts received and sent", "Value_IN(ETH) is not a number", "no To",
        "Txhash is not a hash of 32 bytes",
    ]  # fmt: skip


def test_other_tokens_are_not_erc20(read: Reader, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(TOKENS.replace("USDValueDayOfTx", "TokenId") + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="no known format"):
        read(path)
