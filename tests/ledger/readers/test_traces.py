"""Which calls move value, and which come to nothing."""

from typing import Any

import pytest

from cointrail.ledger.rows import Kind, Status
from tests.ledger.readers.reader import Reader, Write

A, B, C = ("0x" + digit * 40 for digit in "abc")
HEADER = "block_number,transaction_hash,transaction_index,from_address,to_address,value,trace_type,call_type," + (
    "reward_type,trace_address,error,status"
)


def frame(path: str, value: object = 7, **more: Any) -> str:
    fields = {
        "block_number": 1, "transaction_hash": "0x" + "11" * 32, "transaction_index": 0, "from_address": A,
        "to_address": B, "value": value, "trace_type": "call", "call_type": "call", "reward_type": "",
        "trace_address": f'"{path}"', "error": "", "status": "",
    }  # fmt: skip
    return ",".join(str(value) for value in (fields | more).values())


def test_a_failed_frame_takes_everything_below_it_along(read: Reader, write: Write) -> None:
    frames = ["0", "0,0", "1", "1,0", "1,0,3", "1,1", "10", "10,0", "2"]
    other = {"transaction_hash": "0x" + "22" * 32, "transaction_index": 1}
    lines = [frame("")] + [frame(path, error="Reverted" if path == "1" else "") for path in frames]
    lines += [frame("", **other, error="Out of gas"), frame("1", **other), frame("1,0", **other)]
    for order in (lines, lines[::-1]):
        result = read(write("t.csv", HEADER, *order))
        inner = [row for row in result.rows if row["kind"] == Kind.TRACE]
        paths = [bytes(byte for place in path.split(",") for byte in (0, int(place))) for path in frames]
        moved = [path for path in paths if not path.startswith(b"\0\1")]
        assert sorted(row["path"] for row in inner) == sorted(moved)
        assert {row["tx"] for row in inner} == {b"\x11" * 32}
        roots = {row["tx"][0]: (row["status"], row["amount"]) for row in result.rows if row["kind"] == Kind.TRANSACTION}
        assert roots == {0x11: (Status.DONE, 7), 0x22: (Status.FAILED, 0)}


def test_failures_are_found_over_the_borders_of_chunks_and_files(
    read: Reader, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cointrail.ledger.readers.text.BLOCK_BYTES", 10)
    first = write("a.csv", HEADER, frame(""), frame("0,1"), frame("1"))
    second = write("b.csv", HEADER, frame("0", error="Reverted"), frame("0,2"))
    result = read(first, second)
    assert [row["path"] for row in result.rows] == [None, b"\0\1"]


def test_a_status_says_it_all(read: Reader, write: Write) -> None:
    lines = [frame("", status=1), frame("0", status=0), frame("0,1", status=0), frame("1", status=1)]
    result = read(write("t.csv", HEADER, *lines))
    assert [row["path"] for row in result.rows] == [None, b"\0\1"]


def test_what_moves_value(read: Reader, write: Write) -> None:
    lines = [
        frame("", 0),
        frame("0", 0),
        frame("1", call_type="delegatecall"),
        frame("2", call_type="staticcall"),
        frame("3", call_type="callcode"),
        frame("4", trace_type="create", call_type=""),
        frame("5", trace_type="suicide", call_type=""),
        frame("6", trace_type="selfdestruct", call_type=""),
        frame("7,65535"),
        frame("8", ""),
    ]
    result = read(write("t.csv", HEADER, *lines))
    assert [row["path"] for row in result.rows] == [None, b"\0\4", b"\0\5", b"\0\6", b"\0\7\xff\xff"]
    assert {row["position"] for row in result.rows[1:]} == {None}
    assert result.problems.good == 10


def test_bad_frames(read: Reader, write: Write) -> None:
    lines = [
        frame("1", trace_type="jump"),
        frame("1", transaction_hash=""),
        frame("1", to_address=""),
        frame("1", from_address=""),
        frame("1/2"),
        frame("65536"),
        frame("1", -1),
        frame("1", block_number=""),
        frame("", "", trace_type="reward", transaction_hash=""),
    ]
    fill = [frame("", transaction_index=n, transaction_hash=f"0x{n:064x}") for n in range(2000)]
    result = read(write("t.csv", HEADER, *lines, *fill))
    assert [line for line, _ in result.bad] == list(range(2, 11))
    assert [reason.split(",")[0] for _, reason in result.bad] == [
        "trace_type is not one of call", "no transaction hash", "no to_address", "no from_address",
        "trace_address is not a trace address", "trace_address is not a trace address", "value is negative",
        "no block_number", "no value",
    ]  # fmt: skip


def test_value_from_nobody(read: Reader, write: Write) -> None:
    bare = {"transaction_hash": "", "transaction_index": "", "call_type": "", "from_address": ""}
    lines = [
        frame("", 3, **bare, trace_type="reward", reward_type="uncle", to_address=C),
        frame("", 2, **bare, trace_type="reward", reward_type="uncle", to_address=B),
        frame("", 5, **bare, trace_type="reward", reward_type="block", to_address=C),
        frame("", 9, **bare | {"block_number": 0}, trace_type="genesis", to_address=B),
        frame("", 9, **bare | {"block_number": 0}, trace_type="genesis", to_address=A),
        frame("", 4, **bare | {"from_address": A, "block_number": 9}, trace_type="daofork"),
    ]
    result = read(write("t.csv", HEADER, *lines))
    rewards = [
        (row["block"], row["position"], row["amount"], row["recipient"][0])
        for row in result.rows
        if row["kind"] == Kind.REWARD
    ]
    assert rewards == [(0, 0, 9, 0xAA), (0, 1, 9, 0xBB), (1, 0, 5, 0xCC), (1, 1, 2, 0xBB), (1, 2, 3, 0xCC)]
    (fork,) = [row for row in result.rows if row["kind"] == Kind.OTHER]
    assert (fork["sender"][0], fork["recipient"][0], fork["position"]) == (0xAA, 0xBB, None)


def test_a_selfdestruct_without_an_amount_is_said(read: Reader, write: Write) -> None:
    destroy = frame("0", "", trace_type="suicide", call_type="", from_address="", to_address="")
    result = read(write("t.csv", HEADER, frame(""), destroy))
    assert len(result.rows) == 1
    assert "selfdestruct" in result.reading.warnings[0]
