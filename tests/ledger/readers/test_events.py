"""Events in files of other tools: what is wanted is kept as it is, and costs what it must."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chains import Registry
from cointrail.errors import InputError
from cointrail.ledger.event import Event, of_table
from cointrail.ledger.readers import Options, Reading, Wanted
from cointrail.ledger.readers.inputs import chosen
from cointrail.ledger.rows import EVENTS, INPUT, MOST_DATA, ROWS, Kind
from tests.ledger.readers.reader import Write
from tests.ledger.readers.test_ethereum_etl import STREAM, lines, save

TOPIC = bytes([0x11]) * 32
NEAR = TOPIC[:8] + bytes(24)  # begins as a wanted one does
SELECTOR = bytes.fromhex("a1b2c3d4")
WANTED = Wanted(frozenset([TOPIC]), frozenset([SELECTOR]), (b"=:", b"swap:"))
TX, TO, FROM, AT = b"\xaa" * 32, b"\x70" * 20, b"\x71" * 20, b"\x72" * 20
TIME = 1_683_029_999
BLOCKS = ("number,hash,timestamp,parent_hash", f"7,0x{'77' * 32},{TIME},0x{'66' * 32}")
LOGS = "log_index,transaction_hash,transaction_index,block_hash,block_number,address,data,topics"
SENT = "hash,nonce,block_hash,block_number,transaction_index,from_address,to_address,value,gas,gas_price,input"
ROUTER = bytes.fromhex("3593564c")  # execute(bytes,bytes[],uint256)
SWAPPED = bytes.fromhex("d78ad95fa46c994b6551d0da85fc275fe613ce37657fb8d5e3d130840159d822")  # Swap of a Uniswap v2 pair


def taken(*paths: Path, wanted: Wanted = WANTED, **options: Any) -> tuple[list[Event], list[dict[str, Any]], Reading]:
    """Events, rows, and the reading itself."""
    reading = Reading(paths, Options(Registry("ethereum"), wanted=wanted, **options))
    events: list[Event] = []
    rows: list[dict[str, Any]] = []
    for _, table in reading:
        table.validate(full=True)
        assert table.schema in (ROWS, EVENTS)
        if table.schema == EVENTS:
            events += of_table(table)
        else:
            rows += table.to_pylist()
    return events, rows, reading


def topics(*words: bytes) -> str:
    return '"' + ",".join("0x" + word.hex() for word in words) + '"'


def log(position: int, data: str, *words: bytes, tx: str = "0x" + TX.hex(), at: str = "0x" + AT.hex()) -> str:
    return f"{position},{tx},3,,7,{at},{data},{topics(*words) if words else ''}"


def sent(number: int, content: str, to: str = "0x" + TO.hex()) -> str:
    return f"0x{number:064x},{number},,7,{number},0x{FROM.hex()},{to},5,21000,1,{content}"


def skipped(reading: Reading) -> dict[str, int]:
    return reading.problems[reading.sources[0]].skipped


def test_logs_with_a_wanted_topic_are_kept_as_they_are(write: Write) -> None:
    path = write(
        "logs.csv",
        LOGS,
        log(1, "0x", TOPIC),
        log(2, "0x0102", TOPIC, b"\2" * 32, b"\3" * 32, b"\4" * 32),
        log(3, "0x0102", NEAR, TOPIC),
        log(4, "0x0102", b"\2" * 32, TOPIC),
        log(5, "0x0102"),
        log(6, "0x" + "ab" * 33, TOPIC, b"\2" * 32),
    )
    events, rows, reading = taken(path, write("blocks.csv", *BLOCKS))
    base: dict[str, Any] = {"block": 7, "time": TIME, "tx": TX, "tx_index": 3, "address": AT, "sender": None}
    assert events == [
        Event(**base, position=1, topics=(TOPIC,), data=b""),
        Event(**base, position=2, topics=(TOPIC, b"\2" * 32, b"\3" * 32, b"\4" * 32), data=b"\1\2"),
        Event(**base, position=6, topics=(TOPIC, b"\2" * 32), data=b"\xab" * 33),
    ]
    assert rows == [] and skipped(reading) == {"no Transfer event": 3}
    assert taken(path, wanted=Wanted.none())[0] == []


def test_without_blocks_the_lack_of_times_is_said(write: Write) -> None:
    events, _, reading = taken(write("logs.csv", LOGS, log(1, "0x", TOPIC)))
    assert events[0].time is None
    assert "1 rows have no time; give the blocks file" in reading.warnings[0]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (log(1, "0x", TOPIC, *[b"\1" * 32] * 4), "more than four topics"),
        (log(1, "0x", TOPIC, b"\1" * 31), "a topic is not 32 bytes"),
        (log(1, "0xzz", TOPIC), "data is not hexadecimal"),
        (log(1, "0x123", TOPIC), "data is not hexadecimal"),
        (log(1, "0x12 34", TOPIC), "data is not hexadecimal"),
        (log(1, "0x", TOPIC, tx=""), "no transaction_hash"),
        (log(1, "0x", TOPIC, at=""), "no address"),
        (log(1, "0x", TOPIC, at="0x12"), "address is not an address"),
        (log(10**30, "0x", TOPIC), "log_index is not a whole number"),
        (log(1, "0x", TOPIC).replace(",3,,7", ",9999999999,,7"), "transaction_index is too large"),
    ],
)
def test_bad_events_are_bad_rows(write: Write, row: str, reason: str) -> None:
    path = write("logs.csv", LOGS, row, *[log(n, "0x01", TOPIC) for n in range(2, 202)])
    events, _, reading = taken(path)
    assert len(events) == 200
    problems = reading.problems[reading.sources[0]]
    assert [(problem.line, problem.reason) for problem in problems.rows] == [(2, reason)]
    assert (problems.good, problems.bad) == (200, 1)


def test_data_may_be_long_but_not_endless(write: Write) -> None:
    longest, longer = "0x" + "ab" * MOST_DATA, "0x" + "ab" * (MOST_DATA + 1)
    path = write("logs.csv", LOGS, log(1, longest, TOPIC), log(2, longer, TOPIC))
    events, _, reading = taken(path)
    assert [len(event.data) for event in events] == [MOST_DATA]
    assert skipped(reading) == {"event with more than 64 KiB of data": 1}
    calls = [sent(n, "0x" + SELECTOR.hex() + content[10:]) for n, content in enumerate((longest, longer), 1)]
    events, rows, reading = taken(write("transactions.csv", SENT, *calls))
    assert [len(event.data) for event in events] == [MOST_DATA] and len(rows) == 2
    assert skipped(reading) == {"input of more than 64 KiB": 1}


MEMOS = {
    "=:BTC.BTC:bc1": True,
    "SWAP:ETH.ETH": True,
    "swap:": True,
    "Swap": False,
    "=": False,
    "=:caf\xe9": False,
    "=:new\nline": False,
    "a=:b": False,
}


@pytest.mark.parametrize("binary", [False, True])
def test_inputs_that_begin_as_wanted_are_kept(write: Write, tmp_path: Path, binary: bool) -> None:
    inputs = [SELECTOR, SELECTOR + bytes(32), SELECTOR[:3], b"", bytes(28) + SELECTOR, b"\xff" * 4]
    inputs += [memo.encode("latin-1") for memo in MEMOS]
    expected = [True, True, False, False, False, False, *MEMOS.values()]
    if binary:
        path = tmp_path / "transactions.parquet"
        count = len(inputs)
        columns = {
            "transaction_hash": [n.to_bytes(32) for n in range(count)],
            "nonce": list(range(count)),
            "block_number": [7] * count,
            "transaction_index": list(range(count)),
            "from_address": [FROM] * count,
            "to_address": [TO] * count,
            "value_binary": [(5).to_bytes(32)] * count,
            "input": inputs,
        }
        pq.write_table(pa.table(columns), path)
    else:
        path = write("transactions.csv", SENT, *(sent(n, "0x" + each.hex()) for n, each in enumerate(inputs)))
    events, rows, _ = taken(path)
    assert [event.data for event in events] == [each for each, kept in zip(inputs, expected, strict=True) if kept]
    assert {(event.position, event.address, event.sender, event.topics) for event in events} == {(INPUT, TO, FROM, ())}
    assert [int.from_bytes(event.tx) for event in events] == [n for n, kept in enumerate(expected) if kept]
    assert [event.tx_index for event in events] == [n for n, kept in enumerate(expected) if kept]
    assert len(rows) == len(inputs)
    assert taken(path, wanted=Wanted.none())[0] == []


starts = st.sampled_from([SELECTOR, SELECTOR[:3], b"=", b"=:", b"SwAp:", b"\0", b"\xff=:", b"swap"])


@given(st.lists(st.none() | st.tuples(starts, st.binary(max_size=9) | st.text("aZ :~", max_size=9).map(str.encode))))
def test_whole_chunks_are_chosen_as_one_by_one(parts: list[tuple[bytes, bytes] | None]) -> None:
    inputs = [None if part is None else part[0] + part[1] for part in parts]
    expected = [each is not None and WANTED.takes(each) for each in inputs]
    binary = pa.array(inputs, pa.binary())
    upper = pa.array([None if each is None else "0X" + each.hex().upper() for each in inputs], pa.string())
    for column in (binary, upper, binary.cast(pa.large_binary()), pa.array([None, *upper.to_pylist()])[1:]):
        assert chosen(column, "input", WANTED).tolist() == expected


@given(st.lists(st.text("0xX1aA=:g", max_size=20)))
def test_no_text_breaks_the_choice(texts: list[str]) -> None:
    marked = [text for text in texts if text[:2].lower() == "0x"]
    found = chosen(pa.array(texts, pa.string()), "input", Wanted(frozenset([bytes(4)]), memos=(b"",)))
    assert len(found) == len(texts) and int(found.sum()) <= len(marked)


def test_creations_and_failed_calls_are_no_events(write: Write) -> None:
    content = "0x" + SELECTOR.hex()
    failed = sent(2, content) + ",0"
    path = write("t.csv", SENT + ",receipt_status", sent(1, content, to="") + ",1", failed, sent(3, content) + ",1")
    events, rows, _ = taken(path)
    assert [int.from_bytes(event.tx) for event in events] == [3]
    assert len(rows) == 3


def test_inputs_that_are_not_hexadecimal(write: Write) -> None:
    good = [sent(n, "0x") for n in range(3, 303)]
    path = write("transactions.csv", SENT, sent(1, "0x" + SELECTOR.hex() + "0g"), sent(2, "hello"), *good)
    events, rows, reading = taken(path)
    assert (len(events), len(rows)) == (0, 301)
    problems = reading.problems[reading.sources[0]]
    assert [(problem.line, problem.reason) for problem in problems.rows] == [(2, "input is not hexadecimal")]


def real(etl: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    return lines(etl / STREAM / "expected_logs.json"), lines(etl / STREAM / "expected_transactions.json")


@pytest.mark.parametrize("how", ["etl", "json", "bigquery", "aws", "cryo"])
def test_real_logs_and_inputs_in_every_format(etl: Path, tmp_path: Path, how: str) -> None:
    logs, transactions = real(etl)
    for path in written(how, logs, transactions, tmp_path):
        wanted = Wanted(frozenset([SWAPPED]), frozenset([ROUTER]))
        events = taken(path, wanted=wanted)[0]
        if path.stem == "logs":
            expected = [
                (row["log_index"], row["transaction_hash"], row["address"], row["data"], "".join(row["topics"]))
                for row in logs
                if row["topics"] and row["topics"][0] == "0x" + SWAPPED.hex()
            ]
            assert len(expected) > 20
            found = [(e.position, e.tx, e.address, e.data, e.topics) for e in events]
            assert [(p, _x(t), _x(a), _x(d), "".join(map(_x, w))) for p, t, a, d, w in found] == expected
        else:
            called = [row for row in transactions if row["input"].startswith("0x" + ROUTER.hex())]
            called = [row for row in called if row["receipt_status"] == 1 or how not in ("etl", "json")]
            assert len(called) > 10
            assert [(_x(e.tx), _x(e.address), _x(e.sender or b""), _x(e.data)) for e in events] == [
                (row["hash"], row["to_address"], row["from_address"], row["input"]) for row in called
            ]


def _x(raw: bytes) -> str:
    return "0x" + raw.hex()


def written(how: str, logs: list[dict[str, Any]], transactions: list[dict[str, Any]], folder: Path) -> list[Path]:
    """The same logs and transactions as files of one tool."""
    if how == "etl":
        return [
            save(folder / "logs.csv", logs, *LOGS.split(",")),
            save(folder / "transactions.csv", transactions, *SENT.split(","), "receipt_status"),
        ]
    if how == "json":
        (folder / "logs.json").write_text("\n".join(map(json.dumps, logs)))
        (folder / "transactions.json").write_text(json.dumps(transactions))
        return [folder / "logs.json", folder / "transactions.json"]
    first, second = folder / "logs.parquet", folder / "transactions.parquet"
    if how == "cryo":
        raw = [[_b(topic) for topic in row["topics"]] + [None] * (4 - len(row["topics"])) for row in logs]
        columns = {name: [row[name] for row in logs] for name in ("log_index", "transaction_index", "block_number")}
        columns |= {name: [_b(row[name]) for row in logs] for name in ("transaction_hash", "address", "data")}
        columns |= {f"topic{n}": pa.array([words[n] for words in raw], pa.binary()) for n in range(4)}
        pq.write_table(pa.table(columns), first)
        ours = {"hash": "transaction_hash", "from_address": "from_address", "to_address": "to_address"}
        columns = {ours[name]: [_b(row[name]) for row in transactions] for name in ours}
        columns |= {name: [row[name] for row in transactions] for name in ("nonce", "block_number")}
        columns |= {"input": [_b(row["input"]) for row in transactions]}
        columns |= {"value_binary": [row["value"].to_bytes(32) for row in transactions]}
        pq.write_table(pa.table(columns), second)
        return [first, second]
    more = {"last_modified": [1] * len(logs)} if how == "aws" else {}
    names = LOGS.split(",")
    pq.write_table(pa.table({name: [row[name] for row in logs] for name in names} | more), first)
    columns = {name: [row[name] for row in transactions] for name in SENT.split(",")}
    value = [float(row["value"]) if how == "aws" else str(row["value"]) for row in transactions]
    pq.write_table(pa.table(columns | {"value": value}), second)
    return [first, second]


def _b(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text[2:])


def test_a_column_of_another_type_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "transactions.parquet"
    columns = {name: [_x(FROM)] for name in ("from_address", "to_address")}
    columns |= {"hash": [_x(TX)], "block_hash": [_x(TX)], "value": ["5"]}
    numbers = {"nonce": [1], "block_number": [7], "transaction_index": [0], "input": [12]}
    pq.write_table(pa.table(columns | numbers), path)
    assert len(taken(path, wanted=Wanted.none())[1]) == 1
    with pytest.raises(InputError, match="input: the column has type int64"):
        taken(path)


def test_a_wanted_transfer_is_both(write: Write) -> None:
    transfer = bytes.fromhex("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")
    parties = (bytes(12) + FROM, bytes(12) + TO)
    path = write("logs.csv", LOGS, log(1, "0x" + f"{5:064x}", transfer, *parties))
    events, rows, reading = taken(path, wanted=Wanted(frozenset([transfer])))
    assert len(events) == 1 and [row["kind"] for row in rows] == [Kind.LOG]
    assert reading.problems[reading.sources[0]].good == 1


def test_wanted_says_what_it_takes() -> None:
    assert not Wanted.none() and Wanted.none().digest == "" and WANTED
    assert WANTED.reach == 5
    assert len({WANTED.digest, Wanted(WANTED.topics).digest, Wanted(memos=(b"=:",)).digest}) == 3
    assert WANTED.digest == Wanted(frozenset([TOPIC]), frozenset([SELECTOR]), (b"swap:", b"=:")).digest
    assert WANTED.takes(SELECTOR + b"x") and not WANTED.takes(SELECTOR[:3]) and not WANTED.takes(b"")
    assert WANTED.may_take(b"SwAp:") and not WANTED.may_take(b"none!")
