"""JSON of ethereum-etl: what streams and exports hold is read as their CSV is."""

import gzip
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from cointrail.chains import Registry
from cointrail.errors import InputError
from cointrail.ledger.readers import Options, Reading, detect, elements, stream
from cointrail.ledger.readers.signatures import TRANSFER
from cointrail.ledger.rows import Kind
from tests.cli.command import done, info
from tests.ledger.readers.reader import Read, Reader, Write
from tests.ledger.readers.test_ethereum_etl import BLOCKS, STREAM, TRANSACTIONS, WETH, lines, minted, save

NAMES = ("blocks", "transactions", "logs", "token_transfers")
TX, ONE, TWO = "0x" + "aa" * 32, "0x" + "11" * 20, "0x" + "22" * 20
TOKEN = "0x" + "33" * 20


def transfer(position: int, **more: Any) -> dict[str, Any]:
    base = {"type": "token_transfer", "token_address": TOKEN, "from_address": ONE, "to_address": TWO, "value": 5}
    return base | {"transaction_hash": TX, "log_index": position, "block_number": 7, "block_timestamp": 9} | more


def objects(path: Path, rows: Iterable[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def content(result: Read) -> Counter[str]:
    """The rows in any order; what a null or a missing place is does not matter."""
    return Counter(repr(sorted((name, value) for name, value in row.items())) for row in result.rows)


@pytest.mark.parametrize("name", ["transactions", "logs"])
def test_the_same_rows_as_from_csv(read: Reader, etl: Path, tmp_path: Path, name: str) -> None:
    rows = lines(etl / STREAM / f"expected_{name}.json")
    table = save(tmp_path / "table.csv", rows, *(key for key in rows[0] if key != "type"))
    expected, found = read(table), read(etl / STREAM / f"expected_{name}.json")
    assert content(found) == content(expected) and found.rows
    assert found.problems.bad == 0


def test_the_same_withdrawals_as_from_csv(read: Reader, etl: Path) -> None:
    found = read(etl / STREAM / "expected_blocks.json")
    assert content(found) == content(read(etl / BLOCKS)) and len(found.rows) == 32


def test_one_array_a_stream_and_gzip_are_the_same(read: Reader, etl: Path, tmp_path: Path) -> None:
    rows = [row for name in NAMES for row in lines(etl / STREAM / f"expected_{name}.json")]
    expected = content(read(*(etl / STREAM / f"expected_{name}.json" for name in NAMES)))
    assert sum(expected.values()) > 1000
    mixed = objects(tmp_path / "mixed.json", rows)
    (tmp_path / "array.json").write_text(json.dumps(rows))
    (tmp_path / "pretty.json").write_text("\ufeff" + json.dumps(rows, indent=2))
    (tmp_path / "lines.json").write_text("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n")
    (tmp_path / "mixed.json.gz").write_bytes(gzip.compress(mixed.read_bytes()))
    for name in ("mixed.json", "array.json", "pretty.json", "lines.json", "mixed.json.gz"):
        found = read(tmp_path / name)
        assert [source.format.partition("/")[2] for source in found.reading.sources] == list(NAMES)
        assert content(found) == expected, name
        assert [problem.bad for problem in found.reading.problems.values()] == [0, 0, 0, 0]


def test_blocks_of_any_size_are_the_same(etl: Path, tmp_path: Path, read: Reader, monkeypatch: Any) -> None:
    rows = [row for name in NAMES for row in lines(etl / STREAM / f"expected_{name}.json")][::7]
    (tmp_path / "array.json").write_text(json.dumps(rows, indent=1))
    expected = content(read(tmp_path / "array.json"))
    monkeypatch.setattr(elements, "BLOCK_BYTES", 7)
    monkeypatch.setattr(stream, "CHUNK_ROWS", 3)
    assert content(read(tmp_path / "array.json")) == expected


def test_objects_without_a_type_are_known_by_their_names(read: Reader, etl: Path) -> None:
    folder = (etl / TRANSACTIONS).parent
    found = read(folder / "expected_transactions.json", folder / "expected_blocks.json")
    assert content(found) == content(read(etl / TRANSACTIONS, etl / BLOCKS))


def test_traces(read: Reader, etl: Path) -> None:
    found = read(next(etl.rglob("blocks_508110_508110/expected_traces.json")))
    rows = lines(next(etl.rglob("blocks_508110_508110/expected_traces.json")))
    assert Counter(row["kind"] for row in found.rows)[Kind.REWARD] == sum(r["trace_type"] == "reward" for r in rows)
    assert sum(row["amount"] for row in found.rows if row["kind"] == Kind.REWARD) == sum(
        row["value"] for row in rows if row["trace_type"] == "reward"
    )


def test_a_ledger_of_two_real_blocks(etl: Path, tmp_path: Path) -> None:
    files = [etl / STREAM / f"expected_{name}.json" for name in NAMES]
    done("ledger", "import", *files[:3], "--into", tmp_path / "ledger")
    said = info(tmp_path / "ledger")
    logs = lines(files[2])
    tokens = sum(len(r["topics"]) == 3 and r["topics"][0] == "0x" + TRANSFER.hex() for r in logs)
    # 298 values and fees, 32 withdrawals, 61 times WETH was minted or burned
    assert said["transfers"] == 2 * 298 + 32 + tokens + 61
    assert [source["format"] for source in said["sources"]] == [f"ethereum-etl/{name}" for name in NAMES[:3]]
    assert (said["first_block"], said["last_block"]) == (17173049, 17173050)
    done("ledger", "import", files[3], "--into", tmp_path / "ledger")
    art = sum(len(r["topics"]) == 4 and r["topics"][0] == "0x" + TRANSFER.hex() for r in logs)
    assert info(tmp_path / "ledger")["transfers"] == said["transfers"] + art  # the rest was told by the logs
    assert art == 9


def test_amounts_are_exact_and_nothing_else(read: Reader, tmp_path: Path) -> None:
    texts = ["5", "115792089237316195423570985008687907853269984665640564039457584007913129639935", '"7"']
    wrong = ["1e18", "5.0", "-1", "null", "NaN", "[5, 6]", '{"a": 1}', "9" * 5000, str(2**256)]
    template = json.dumps(transfer(0)).replace('"value": 5', '"value": VALUE')
    good = [template.replace("VALUE", text) for text in texts]
    path = tmp_path / "transfers.json"
    path.write_text("\n".join([*good, *(good[:1] * 1000), *(template.replace("VALUE", text) for text in wrong)]))
    result = read(path)
    assert [row["amount"] for row in result.rows[:3]] == [5, 2**256 - 1, 7]
    assert [line for line, _ in result.bad] == list(range(1004, 1004 + len(wrong)))
    reasons = [reason for _, reason in result.bad]
    whole, huge = "value is not a whole number of smallest units", "value does not fit 256 bits"
    assert reasons == [whole, whole, "value is negative", "no value", whole, whole, whole, stream.BAD, huge]


def test_lines_that_are_no_objects_are_bad_rows(read: Reader, tmp_path: Path) -> None:
    broken = ['{"type": "token_transfer", "value"', "5", "[]", "nothing", "[" * 100_000, '"\\ud800"', "{]"]
    good = [json.dumps(transfer(n)) for n in range(1000)]
    path = tmp_path / "transfers.json"
    path.write_text("\n".join([good[0], *broken, "", "  ", *good[1:]]))
    result = read(path)
    assert len(result.rows) == 1000
    assert result.bad == [(line, stream.BAD) for line in range(2, 2 + len(broken))]
    assert result.problems.rows[0].text.startswith('{"type": "token_transfer"')


def test_half_a_character_is_no_address(read: Reader, tmp_path: Path) -> None:
    good = [json.dumps(transfer(n)) for n in range(200)]
    path = tmp_path / "transfers.json"
    path.write_text("\n".join([*good, json.dumps(transfer(9, to_address="\ud800"))]))
    result = read(path)
    assert result.bad == [(201, "to_address is not an address")]


def test_what_is_not_read_is_said(read: Reader, tmp_path: Path) -> None:
    path = objects(tmp_path / "mixed.json", [{"type": "contract", "address": ONE}, transfer(1), {"type": "odd"}])
    result = read(path)
    assert len(result.rows) == 1
    assert result.reading.warnings[:2] == [
        "mixed.json: 1 objects of type contract were not read: nothing in them moves value",
        "mixed.json: 1 objects of type other were not read: nothing in them moves value",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{}", "no known format of JSON: its columns are"),
        ("[]", "holds no JSON objects"),
        ("[1, 2]", "holds no JSON objects"),
        ("[" * 50_000, "damaged JSON|holds no JSON objects"),
        ("{", "holds no JSON objects"),
        (json.dumps(transfer(1), indent=1), "a JSON object over several lines; write one object a line, or all in one"),
        ("{\r\n}\r\n", "a JSON object over several lines"),
        ('[{"type": "log"', "damaged JSON from line 1 on"),
        ('[{"type": "log"}\n, {"type" "log"}]', "damaged JSON from line 2 on"),
        ('{"type": "contract", "address": "0x12"}', "no known format of JSON: its columns are type, address"),
        ('{"block_number": 1, "transaction_traces": []}', "no known format of JSON"),
        (
            json.dumps(dict.fromkeys(("token_address", "from_address", "to_address", "value", "log_index"), 1)),
            "also needs transaction_hash, block_number",
        ),
    ],
)
def test_json_that_is_something_else_is_refused(write: Write, text: str, reason: str) -> None:
    path = write("other.json", text)
    with pytest.raises(InputError, match=reason):
        detect(path)
    with pytest.raises(InputError, match=reason):
        Reading([path], Options(Registry("ethereum")))


def test_a_map_is_for_csv(write: Write) -> None:
    columns = {"time": "a", "from": "b", "to": "c", "amount": "d"}
    with pytest.raises(InputError, match="a JSON file; --map is for CSV"):
        Reading([write("a.json", json.dumps(transfer(1)))], Options(Registry("ethereum"), columns=columns))


def test_a_line_without_end_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LINE_BYTES", 1 << 20)
    path = write("long.json", json.dumps(transfer(1)), '{"a": "' + "x" * (1 << 20) + '"}')
    with pytest.raises(InputError, match="line 2 has more than 1 MB"):
        detect(path)
    monkeypatch.setattr(elements, "ELEMENT_LENGTH", 1000)
    monkeypatch.setattr(elements, "BLOCK_BYTES", 100)
    path = write("long.json", '[{"a": "' + "x" * 10_000 + '"}]')
    with pytest.raises(InputError, match="damaged JSON from line 1 on"):
        detect(path)


def test_a_damaged_gzip_is_said(tmp_path: Path) -> None:
    packed = gzip.compress(b"".join(json.dumps(transfer(n)).encode() + b"\n" for n in range(5000)))
    path = tmp_path / "cut.json.gz"
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(InputError, match="damaged"):
        detect(path)


def test_wrapped_coins_are_minted_from_json_too(read: Reader, etl: Path) -> None:
    rows = [row for row in read(etl / STREAM / "expected_logs.json").rows if minted(row)]
    assert len(rows) == 61 and {row["asset"] for row in rows} == {WETH}
