from pathlib import Path

import pytest

from cointrail.chains import Registry
from cointrail.errors import InputError
from cointrail.ledger.readers import Options, read_files
from cointrail.ledger.readers.source import KEPT
from tests.ledger.readers.reader import Reader, Write

MAP = {"time": "t", "from": "f", "to": "o", "amount": "a"}
A, B = "0x" + "11" * 20, "0x" + "22" * 20
HEADER = "token_address,from_address,to_address,value,transaction_hash,log_index,block_number,block_timestamp"


def row(number: int, value: object = 1) -> str:
    return f"{A},{A},{B},{value},0x{number:064x},{number},7,9"


def test_a_folder_means_its_files(read: Reader, write: Write, tmp_path: Path) -> None:
    (tmp_path / "day=2").mkdir()
    for place in ("b.csv", "a.csv", "day=2/c.csv", "_SUCCESS", ".hidden"):
        write(place, HEADER, row(1))
    result = read(tmp_path, tmp_path / "b.csv")
    assert [source.path.name for source in result.reading.sources] == ["a.csv", "b.csv", "c.csv"]
    assert len(result.rows) == 3
    assert len({source.sha256 for source in result.reading.sources}) == 1
    assert result.reading.sources[0].size == (tmp_path / "a.csv").stat().st_size


def test_files_for_people_are_passed_over_in_folders_only(read: Reader, write: Write, tmp_path: Path) -> None:
    for place in ("README.md", "LICENSE", "notes/SOURCE.md", "sources.txt"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text("# For people\n")
    write("source.csv", HEADER, row(1))
    result = read(tmp_path)
    assert [source.path.name for source in result.reading.sources] == ["source.csv"]
    said = "4 files are written for people and not read: LICENSE, README.md, SOURCE.md, ..."
    assert said in result.reading.warnings
    with pytest.raises(InputError, match=r"README\.md: no known format"):
        read(tmp_path, tmp_path / "README.md")
    (tmp_path / "source.csv").unlink()
    with pytest.raises(InputError, match="holds no files"):
        read(tmp_path)


def test_paths_that_hold_nothing(read: Reader, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "missing.csv")
    with pytest.raises(InputError, match="holds no files"):
        read(tmp_path)


def test_one_percent_of_bad_rows_is_the_limit(read: Reader, write: Write) -> None:
    good = [row(number) for number in range(99)]
    result = read(write("t.csv", HEADER, *good, row(99, "x")))
    assert (result.problems.good, result.problems.bad, len(result.rows)) == (99, 1, 99)
    path = write("t.csv", HEADER, row(99, "x"), *good[1:])
    with pytest.raises(InputError) as error:
        read(path)
    assert str(error.value).startswith(f"{path}: 1 of 99 rows are bad, the first is line 2: value is not")
    with pytest.raises(InputError, match="leave --strict out"):
        read(write("t.csv", HEADER, *good, row(99, "x")), strict=True)


def test_the_first_bad_rows_are_kept_and_all_are_counted(write: Write) -> None:
    path = write("t.csv", HEADER, *[row(number, "x") for number in range(KEPT + 5)])
    reading = read_files([path], Options(Registry("ethereum")))
    with pytest.raises(InputError):
        list(reading)
    problems = reading.problems[reading.sources[0]]
    assert (len(problems.rows), problems.bad) == (KEPT, KEPT + 5)


def test_a_file_without_rows_is_fine(read: Reader, write: Write) -> None:
    assert read(write("t.csv", HEADER)).rows == []


def test_an_asset_for_files_that_say_their_own(read: Reader, write: Write) -> None:
    with pytest.raises(InputError, match="--asset: ethereum-etl/token_transfers files say their assets themselves"):
        read(write("t.csv", HEADER, row(1)), asset="USDT")


def test_fake_tokens_zero_values_and_mints_are_kept(read: Reader, write: Write) -> None:
    fake = "0x" + "ee" * 20
    zero = "0x" + "00" * 20
    lines = [f"{fake},{zero},{B},0,0x{1:064x},1,7,9", f"{fake},{A},{A},{2**256 - 1},0x{1:064x},2,7,9"]
    result = read(write("t.csv", HEADER, *lines))
    assert [(entry["asset"], entry["amount"], entry["sender"]) for entry in result.rows] == [
        (fake, 0, bytes(20)), (fake, 2**256 - 1, b"\x11" * 20),
    ]  # fmt: skip
    assert not result.reading.assets
