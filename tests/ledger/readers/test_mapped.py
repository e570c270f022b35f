import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cointrail.chains import parse_time
from cointrail.errors import InputError
from cointrail.ledger.rows import Kind, Status
from tests.ledger.readers.reader import Reader, Write

MAP = {"time": "t", "block": "b", "tx": "x", "from": "f", "to": "o", "amount": "a"}
HEADER = "t,b,x,f,o,a,c"
A, B, TX = "0x" + "11" * 20, "0x" + "22" * 20, "0x" + "ab" * 32
USDT = "0xdAC17F958D2ee523a2206206994597C13D831ec7"
FILL = [f"1,,,{A},{B},0," for _ in range(1000)]  # good rows, so that a few bad ones do not refuse the file


def test_a_row_as_it_is_read(read: Reader, write: Write) -> None:
    result = read(write("a.csv", HEADER, f"1970-01-01 00:00:09,7,{TX},{A},{B},1.5,"), columns=MAP)
    assert result.rows == [{
        "block": 7, "block_hash": None, "time": 9, "tx": bytes.fromhex(TX[2:]), "tx_index": None, "kind": Kind.OTHER,
        "position": None, "path": None, "sender": b"\x11" * 20, "recipient": b"\x22" * 20, "asset": "",
        "amount": 15 * 10**17, "status": Status.UNKNOWN, "exact": True,
    }]  # fmt: skip
    assert result.reading.warnings == [
        "a.csv: no column for the asset was named, so all of it counts as ETH; or give --asset"
    ]
    assert not result.reading.assets


def test_bad_rows_say_why(read: Reader, write: Write) -> None:
    wrong = USDT.replace("dAC", "dac")
    cases = {
        f"1,,,{wrong},{B},1,": "f has a bad checksum (EIP-55)",
        f"1,,,0x12,{B},1,": "f is not an address",
        f"1,,,{A[2:]},{B},1,": "f is not an address",
        f"1,,,,{B},1,": "no f",
        f"1,,,{A},,1,": "no o",
        f"1,,,{A},{B},-1,": "a is negative",
        f"1,,,{A},{B},nan,": "a is not a number",
        f"1,,,{A},{B},1e60,": "a does not fit 256 bits",
        f"1,,,{A},{B},1e-19,": "a has more than 18 decimals",
        f"1,,,{A},{B},,": "no a",
        f",,,{A},{B},1,": "neither time nor block",
        f"soon,,,{A},{B},1,": "t is not a time from 1970 to 9999: epoch seconds or ISO 8601 are needed",
        f"1,7.5,,{A},{B},1,": "b is not a whole number",
        f"1,,0x12,{A},{B},1,": "x is not a hash of 32 bytes",
    }
    result = read(write("a.csv", HEADER, *cases, *FILL * 2), columns=MAP)
    assert result.bad == [(line, reason) for line, reason in enumerate(cases.values(), start=2)]
    assert [problem.text for problem in result.problems.rows] == list(cases)


def test_every_way_to_write_a_value(read: Reader, write: Write) -> None:
    written = ["1e-05", "1E2", "+3", " 4 ", "0005", "6.000000000000000000000", ".5", "7."]
    lines = [f'1648590078,,,\\x{A[2:]},"{B}",{text},' for text in written]
    result = read(write("a.csv", HEADER, *lines, f',5,,"{A},",{B.upper().replace("X", "x")},1,'), columns=MAP)
    units = [int(Decimal(text.strip()) * 10**18) for text in [*written, "1"]]
    assert [row["amount"] for row in result.rows] == units
    assert (result.rows[-1]["block"], result.rows[-1]["time"]) == (5, None)
    assert {row["recipient"] for row in result.rows} == {b"\x22" * 20}


def test_assets_by_column(read: Reader, write: Write) -> None:
    other = "0x" + "33" * 20
    lines = [f"1,,,{A},{B},2,{text}" for text in ("", USDT, USDT.lower(), other, "USDT", "ETH")]
    path = write("a.csv", HEADER, *lines, *FILL)
    result = read(path, columns=MAP | {"asset": "c"})
    assert [(row["asset"], row["amount"]) for row in result.rows[:4]] == [
        ("", 2 * 10**18), (USDT.lower(), 2 * 10**6), (USDT.lower(), 2 * 10**6), (other, 2 * 10**18),
    ]  # fmt: skip
    assert [line for line, _ in result.bad] == [6, 7]
    assert result.bad[0][1].startswith("unknown asset")
    assert [(asset.key, asset.decimals, asset.origin) for asset in result.reading.assets] == [(other, 18, "unknown")]
    assert other in result.reading.warnings[0]
    result = read(path, columns=MAP | {"asset": "c"}, decimals=3)
    assert [row["amount"] for row in result.rows[:4]] == [2 * 10**18, 2 * 10**6, 2 * 10**6, 2000]
    assert not result.reading.warnings


def test_a_file_whose_last_line_has_no_end_may_have_been_cut_off(read: Reader, tmp_path: Path) -> None:
    """The amount was 1.55: nothing in the row shows that it is another one."""
    file = tmp_path / "cut.csv"
    file.write_text(f"t,b,x,f,o,a\n1970-01-01 00:00:09,7,{TX},{A},{B},1.5")
    told = [one for one in read(file, columns=MAP).reading.warnings if "its last line has no end" in one]
    assert len(told) == 1 and "1.5)" in told[0]
    file.write_text(f"{file.read_text()}5\n")
    assert not any("no end" in one for one in read(file, columns=MAP).reading.warnings)


@pytest.mark.parametrize(
    ("asset", "decimals", "key", "amount", "origin"),
    [
        (None, None, "", 10**18, None),
        ("eth", None, "", 10**18, None),
        ("ETH", 18, "", 10**18, None),
        ("USDT", None, USDT.lower(), 10**6, None),
        (USDT, 6, USDT.lower(), 10**6, None),
        ("0x" + "33" * 20, 4, "0x" + "33" * 20, 10**4, "user"),
        ("USD", 2, "USD", 100, "named"),
    ],
)
def test_one_asset_for_all_rows(
    read: Reader, write: Write, asset: str | None, decimals: int | None, key: str, amount: int, origin: str | None
) -> None:
    path = write("a.csv", HEADER, f"1,,,{A},{B},1,")
    result = read(path, columns=MAP, asset=asset, decimals=decimals)
    assert [(row["asset"], row["amount"]) for row in result.rows] == [(key, amount)]
    assert [known.origin for known in result.reading.assets] == ([origin] if origin else [])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"asset": "USD"}, "unknown asset"),
        ({"asset": "0x" + "33" * 20}, "unknown asset"),
        ({"asset": "USDT", "decimals": 18}, "USDT has 6"),
        ({"asset": "USD", "decimals": 99}, "give 0 to 77"),
        ({"columns": None, "format": "csv"}, "needs --map from=COLUMN"),
        ({"columns": {"from": "f", "to": "o", "amount": "a"}}, "time=COLUMN or block=COLUMN"),
        ({"columns": MAP | {"who": "f"}}, "unknown key 'who'"),
        ({"columns": MAP | {"asset": "c"}, "asset": "ETH"}, "give one of them"),
        ({"format": "cryo"}, "leave --map out"),
        ({"columns": MAP | {"tx": "hash"}}, "no column 'hash' for --map tx=; its columns are t, b, x, f, o, a, c"),
    ],
)
def test_options_that_cannot_be(read: Reader, write: Write, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        read(write("a.csv", HEADER, f"1,,,{A},{B},1,"), **{"columns": MAP} | options)
    assert "\n" not in str(error.value)


def test_blocks_alone_are_enough(read: Reader, write: Write) -> None:
    columns = {key: name for key, name in MAP.items() if key not in ("time", "tx")}
    result = read(write("a.csv", HEADER, f"1,7,,{A},{B},1,"), columns=columns)
    assert (result.rows[0]["block"], result.rows[0]["time"]) == (7, None)
    assert any("blocks file" in one for one in result.reading.warnings)


@pytest.mark.parametrize("case", ["atomic_wallet_2023", "lifi_2024"])
def test_real_cases(read: Reader, tracing: Path, case: str) -> None:
    path = tracing / case / "flows.csv"
    columns = {"time": "Timestamp", "block": "Block", "tx": "Tx_hash", "from": "From", "to": "To"}
    result = read(path, format="csv", columns=columns | {"amount": "Value_in_USD"}, asset="USD", decimals=2)
    with path.open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    assert [
        (row["time"], row["block"], row["tx"].hex(), row["sender"].hex(), row["recipient"].hex(), row["amount"])
        for row in result.rows
    ] == [
        (
            parse_time(line["Timestamp"]),
            int(line["Block"]),
            line["Tx_hash"][2:],
            line["From"][2:],
            line["To"][2:],
            int(Decimal(line["Value_in_USD"]) * 100),
        )
        for line in expected
    ]
    assert result.problems.bad == 0


def test_ronin(read: Reader, tracing: Path) -> None:
    path = tracing / "ronin_2022" / "flows.csv"
    columns = {"time": "block_time", "from": "from", "to": "to", "amount": "total_eth"}
    result = read(path, columns=columns, asset="ETH")
    main = bytes.fromhex("098b716b8aaf21512996dc57eb0615e2383e2f96")
    assert len(result.rows) == 436
    sent = sum(row["amount"] for row in result.rows if row["sender"] == main)
    assert sent // 10**15 == 182_163_956
    assert sum(row["amount"] for row in result.rows) // 10**17 == 3_354_257
