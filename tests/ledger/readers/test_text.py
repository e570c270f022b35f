import gzip
from pathlib import Path

import pytest

from cointrail.errors import InputError
from tests.ledger.readers.reader import Reader, Write

MAP = {"time": "t", "from": "f", "to": "o", "amount": "a"}
HEADER = "t,f,o,a,note"
A, B = "0x" + "11" * 20, "0x" + "22" * 20


def row(amount: object, note: str = "") -> str:
    return f"5,{A},{B},{amount},{note}"


def test_lines_are_counted_over_empty_and_broken_ones(read: Reader, write: Write) -> None:
    good = [row(n) for n in range(400)]
    path = write("a.csv", HEADER, row(1), "", row("x"), "1,2", row(2), "   ", row("y"), *good, "", "")
    result = read(path, columns=MAP)
    assert [number for number, _ in result.bad] == [4, 5, 8]
    assert [reason for _, reason in result.bad] == ["a is not a number", "2 fields instead of 5", "a is not a number"]
    assert (result.problems.good, result.problems.bad) == (402, 3)
    assert result.problems.rows[1].text == "1,2"
    assert [entry["amount"] // 10**18 for entry in result.rows] == [1, 2, *range(400)]


def test_quoted_fields_may_span_lines(read: Reader, write: Write) -> None:
    path = write("a.csv", HEADER, row(1, '"two\nlines, and a ""quote"""'), row("x"), *[row(n) for n in range(200)])
    result = read(path, columns=MAP)
    assert result.bad == [(4, "a is not a number")]
    assert len(result.rows) == 201


def test_a_quote_that_nobody_closed_spoils_its_own_line_only(read: Reader, write: Write) -> None:
    path = write("a.csv", HEADER, row(1), row(2, '"open'), *[row(n) for n in range(300)])
    result = read(path, columns=MAP)
    assert len(result.rows) + result.problems.bad == 302
    assert result.problems.bad <= 1
    assert [number for number, _ in result.bad] in ([3], [])


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("last", [True, False])
def test_dialects(read: Reader, tmp_path: Path, ending: str, mark: str, delimiter: str, last: bool) -> None:
    lines = [HEADER, row(1), row(2)]
    text = mark + ending.join(lines).replace(",", delimiter) + ending * last
    plain, packed = tmp_path / "a.csv", tmp_path / "b"
    plain.write_bytes(text.encode())
    packed.write_bytes(gzip.compress(text.encode()))
    for path in (plain, packed):
        assert [entry["amount"] for entry in read(path, columns=MAP).rows] == [10**18, 2 * 10**18]


def test_bytes_that_are_not_utf8_spoil_their_field_only(read: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [HEADER, row(1, "\xe9"), row("\xe9"), *[row(n) for n in range(200)]]
    path.write_bytes("\n".join(lines).encode("latin-1"))
    result = read(path, columns=MAP)
    assert result.bad == [(3, "a is not a number")]
    assert len(result.rows) == 201


def test_control_characters_do_not_reach_the_terminal(read: Reader, write: Write) -> None:
    path = write("a.csv", HEADER, row("\x1b[2J" + "9" * 300), *[row(n) for n in range(200)])
    problem = read(path, columns=MAP).problems.rows[0]
    assert problem.text.isprintable()
    assert len(problem.text) == 200


def test_many_blocks_keep_their_lines(read: Reader, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cointrail.ledger.readers.text.BLOCK_BYTES", 1000)
    lines = [row("x" if n % 400 == 399 else n, '"a\nb"' if n % 7 == 0 else "") for n in range(1200)]
    result = read(write("a.csv", HEADER, *lines), columns=MAP)
    assert len(result.rows) == 1197
    assert [number for number, _ in result.bad] == [
        2 + n + len(range(0, n, 7)) for n in (399, 799, 1199)
    ]  # fmt: skip


def test_damaged_files(read: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    packed = gzip.compress("\n".join([HEADER, *[row(n) for n in range(5000)]]).encode())
    for damage, message in (
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (packed[:-20], "damaged"),
        (packed[:15], "damaged gzip"),
        (bytes(range(256)) * 20, "neither Parquet nor CSV"),
        ("t,f,o,a\n".encode("utf-16"), "neither Parquet nor CSV"),
    ):
        path.write_bytes(damage)
        with pytest.raises(InputError, match=message) as error:
            read(path, columns=MAP)
        assert str(path) in str(error.value)
        assert "\n" not in str(error.value)
