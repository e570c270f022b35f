"""What the import command takes: every allowed way to write times, amounts, addresses and files."""

import gzip
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.cli.command import MAP, NAMES, done, info, line, load, run, trail, who, write

SECONDS = 1_648_590_078
TIMES = (
    "1648590078",
    "1648590078.9",
    "2022-03-29T21:41:18Z",
    "2022-03-29T21:41:18+00:00",
    "2022-03-29 21:41:18",
    "2022-03-29 21:41:18.000 UTC",
    "2022-03-29T23:41:18.5+02:00",
    "2022-03-29T16:41:18-0500",
)
CHECKSUMMED = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"
ADDRESSES = (
    CHECKSUMMED,
    CHECKSUMMED.lower(),
    "0x" + CHECKSUMMED[2:].upper(),
    "\\x" + CHECKSUMMED[2:],
    "\\x" + CHECKSUMMED[2:].lower(),
    f"'{CHECKSUMMED}'",
    f" {CHECKSUMMED} ",
)


def one(folder: Path, row: dict[str, object], *more: str) -> str:
    """The digest of a ledger of one row."""
    folder.mkdir(parents=True)
    assert load(write(folder / "one.csv", [row]), folder / "ledger", *more).status == 0
    return str(info(folder / "ledger")["digest"])


@pytest.mark.parametrize("written", TIMES)
def test_times(tmp_path: Path, written: str) -> None:
    row = line(1, 1, 2, 5)
    assert one(tmp_path / "a", row | {"time": written}) == one(tmp_path / "b", row | {"time": SECONDS})


def test_a_date_is_its_first_second(tmp_path: Path) -> None:
    one(tmp_path / "a", line(1, 1, 2, 5) | {"time": "2022-03-29"})
    assert info(tmp_path / "a" / "ledger")["first_time"] == "2022-03-29T00:00:00Z"


@pytest.mark.parametrize("written", ADDRESSES)
def test_addresses(tmp_path: Path, written: str) -> None:
    row = line(1, 1, 2, 5)
    expected = one(tmp_path / "b", row | {"from": CHECKSUMMED.lower()})
    assert one(tmp_path / "a", row | {"from": written}) == expected


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("1e-05", "0.00001"),
        ("1E3", "1000"),
        ("1.50", "1.5"),
        ("1e-18", "0.000000000000000001"),
        ("0e9", "0"),
        (".5", "0.5"),
    ],
)
def test_amounts_are_exact_decimals(tmp_path: Path, written: str, plain: str) -> None:
    row = line(1, 1, 2, 0)
    assert one(tmp_path / "a", row | {"amount": written}) == one(tmp_path / "b", row | {"amount": plain})


def test_the_largest_amount_and_the_smallest(tmp_path: Path) -> None:
    largest = "115792089237316195423570985008687907853269984665640564039457.584007913129639935"
    path = write(tmp_path / "rows.csv", [line(1, 1, 2, largest), line(2, 2, 3, "1e-18")])
    assert load(path, tmp_path / "ledger").status == 0
    done("trace", tmp_path / "ledger", "--from", who(1), "--out", tmp_path / "out")
    assert trail(tmp_path / "out")["policies"]["fifo"]["stolen"] == {"ETH": largest}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.replace(b",", b";"),
        lambda text: text.replace(b",", b"\t"),
        lambda text: text + b"\n\n",
        lambda text: text.rstrip(b"\n"),
        lambda text: gzip.compress(text),
        lambda text: b'"' + text.replace(b",", b'","').replace(b"\n", b'"\n"').rstrip(b'"'),
    ],
    ids=["bom", "crlf", "semicolon", "tab", "blank lines", "no end of line", "gzip", "quoted"],
)
def test_ways_to_write_a_csv(tmp_path: Path, change) -> None:  # type: ignore[no-untyped-def]
    path = write(tmp_path / "plain.csv", [line(n, 1, n + 1, n) for n in range(1, 9)])
    (tmp_path / "other.csv").write_bytes(change(path.read_bytes()))
    for name in ("plain", "other"):
        assert load(tmp_path / f"{name}.csv", tmp_path / name).status == 0
    assert info(tmp_path / "plain")["digest"] == info(tmp_path / "other")["digest"]
    assert info(tmp_path / "other")["transfers"] == 8


def test_assets_by_name_by_contract_and_by_column(tmp_path: Path) -> None:
    usdt = "0xdAC17F958D2ee523a2206206994597C13D831ec7"
    plain = write(tmp_path / "plain.csv", [line(1, 1, 2, "1.5")])
    for name in ("USDT", usdt, usdt.lower()):
        assert load(plain, tmp_path / name, "--asset", name).status == 0
    mixed = write(tmp_path / "mixed.csv", [line(1, 1, 2, "1.5", token=usdt)], (*NAMES, "token"))
    mapped = (*("ledger", "import", mixed, "--into", tmp_path / "column"), *("--map", MAP + ",asset=token"))
    done(*mapped)
    found = {info(tmp_path / name)["digest"] for name in ("USDT", usdt, usdt.lower(), "column")}
    assert len(found) == 1
    native = write(tmp_path / "native.csv", [line(1, 1, 2, "1.5", token="")], (*NAMES, "token"))
    done("ledger", "import", native, "--into", tmp_path / "empty", "--map", MAP + ",asset=token")
    assert load(plain, tmp_path / "eth").status == 0
    assert info(tmp_path / "empty")["digest"] == info(tmp_path / "eth")["digest"]


def test_without_block_and_hash(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.csv", [line(n, 1, 2, n) for n in (3, 1, 2)])
    done("ledger", "import", path, "--into", tmp_path / "ledger", "--map", "time=time,from=from,to=to,amount=amount")
    said = info(tmp_path / "ledger")
    assert (said["order"], said["first_block"], said["transfers"]) == ("time", None, 3)
    done("trace", tmp_path / "ledger", "--from", who(1), "--out", tmp_path / "out")
    text = (tmp_path / "out" / "movements.csv").read_text().splitlines()
    assert [row.split(",")[8] for row in text[1:]] == ["1", "2", "3"]


def test_without_time(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.csv", [line(n, 1, 2, n) for n in (3, 1, 2)])
    done("ledger", "import", path, "--into", tmp_path / "l", "--map", "block=block,tx=tx,from=from,to=to,amount=amount")
    assert info(tmp_path / "l")["first_time"] is None
    done("trace", tmp_path / "l", "--from", who(1), "--out", tmp_path / "out")
    ended = run("trace", tmp_path / "l", "--from", who(1), "--since", "2022-01-01", "--out", tmp_path / "out")
    assert ended.refused and "has no times" in ended.err


def test_twice_is_once_and_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.csv", [line(n, 1, 2, n) for n in range(1, 5)])
    assert "4 rows read, 4 new" in load(path, tmp_path / "ledger").out
    before = info(tmp_path / "ledger")
    assert "Nothing to do: imported before" in load(path, tmp_path / "ledger").out
    copy = tmp_path / "copy.csv"
    copy.write_bytes(path.read_bytes() + b"\n")
    assert "4 rows read, 0 new" in load(copy, tmp_path / "ledger").out
    assert info(tmp_path / "ledger") == before


def test_files_read_alone_are_read_again_when_they_come_together(tmp_path: Path) -> None:
    """They may complete each other; only what was imported the same way before is skipped."""
    paths = [write(tmp_path / f"{n}.csv", [line(n, 1, 2, n)]) for n in (1, 2)]
    for path in paths:
        load(path, tmp_path / "ledger")
    together = ("ledger", "import", *paths, "--into", tmp_path / "ledger", "--map", MAP)
    assert "2 rows read, 0 new" in done(*together).out
    assert info(tmp_path / "ledger")["transfers"] == 2


def test_every_row_knows_its_file(tmp_path: Path) -> None:
    """Of equal rows it is the file that told them first."""
    for n in (1, 2, 3):
        load(write(tmp_path / f"{n}.csv", [line(m, 1, 2, m) for m in range(1, n + 1)]), tmp_path / "ledger")
    assert [source["name"] for source in info(tmp_path / "ledger")["sources"]] == ["1.csv", "2.csv", "3.csv"]
    (path,) = (tmp_path / "ledger" / "transfers").iterdir()
    assert pq.read_table(path)["source"].to_pylist() == [0, 1, 2]


def test_a_folder_is_its_files(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for n in (1, 2, 3):
        write(tmp_path / "in" / ("deep" if n == 3 else "") / f"{n}.csv", [line(n, 1, 2, n)])
    (tmp_path / "in" / ".hidden").write_text("nothing")
    assert load(tmp_path / "in", tmp_path / "ledger").status == 0
    assert info(tmp_path / "ledger")["transfers"] == 3


def test_names_that_are_a_nuisance(tmp_path: Path) -> None:
    folder = tmp_path / "[/red] ünï\ncode 'x'"
    folder.mkdir(parents=True)
    path = write(folder / "[bold]rows.csv", [line(1, 1, 2, 5), line(2, 1, 2, 6)])
    said = load(path, folder / "led ger")
    assert said.status == 0 and str(folder / "led ger") in said.out
    assert "[bold]rows.csv" in done("ledger", "info", folder / "led ger").out
    assert "sound" in done("ledger", "verify", folder / "led ger").out
    done("trace", folder / "led ger", "--from", who(1), "--out", folder / "out")
    ended = run("ledger", "info", folder / "nothing")
    assert ended.refused


def test_a_file_whose_name_is_no_text(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.csv", [line(n, 1, 2, n if n != 9 else "x") for n in range(1, 201)])
    strange = path.rename(tmp_path / "r\udcffws.csv")
    assert load(strange, tmp_path / "ledger").status == 0
    assert info(tmp_path / "ledger")["sources"][0]["name"] == "r\\udcffws.csv"
    assert "r\\udcffws.csv,10," in next((tmp_path / "ledger" / "quarantine").iterdir()).read_text()


@pytest.mark.parametrize(("recipient", "amount"), [(2, 0), (2, 5), (1, 5)], ids=["zero", "one", "self"])
def test_ledgers_of_one_row(tmp_path: Path, recipient: int, amount: int) -> None:
    assert load(write(tmp_path / "rows.csv", [line(1, 1, recipient, amount)]), tmp_path / "ledger").status == 0
    assert info(tmp_path / "ledger")["transfers"] == 1
    assert "sound" in done("ledger", "verify", tmp_path / "ledger").out
    ended = run(
        "trace", tmp_path / "ledger", "--from", who(1), "--policy", "all", "--bounds", "--out", tmp_path / "out"
    )
    assert ended.status == 0 if amount else ended.refused


def test_a_transaction_that_moves_nothing_but_its_fee(tmp_path: Path) -> None:
    row = {"hash": f"0x{5:064x}", "nonce": 1, "block_hash": f"0x{9:064x}", "block_number": 1, "transaction_index": 0}
    row |= {"from_address": who(1), "to_address": who(2), "value": 0, "gas": 21000, "gas_price": 10**9}
    row |= {"block_timestamp": 1_700_000_000, "receipt_gas_used": 21000, "receipt_status": 1}
    path = write(
        tmp_path / "tx.csv", [row | {"receipt_effective_gas_price": 10**9}], [*row, "receipt_effective_gas_price"]
    )
    done("ledger", "import", path, "--into", tmp_path / "ledger")
    assert info(tmp_path / "ledger")["transfers"] == 2
    done("trace", tmp_path / "ledger", "--from", who(1), "--policy", "all", "--bounds", "--out", tmp_path / "out")
    (end,) = trail(tmp_path / "out")["policies"]["fifo"]["endpoints"]
    assert (end["reason"], end["address"], end["amount"]) == ("fee", None, "0.000021")


def test_info_says_what_is_there(tmp_path: Path) -> None:
    assert load(write(tmp_path / "rows.csv", [line(n, 1, 2, n) for n in (1, 7)]), tmp_path / "ledger").status == 0
    said = info(tmp_path / "ledger")
    assert len(said["digest"]) == 64 and said["transfers"] == 2
    assert (said["chain"], said["first_block"], said["last_block"]) == ("ethereum", 1, 7)
    assert said["sources"][0]["name"] == "rows.csv" and said["exact"] is True
    shown = done("ledger", "info", tmp_path / "ledger").out
    assert "rows.csv (csv, 2 rows, 0 bad)" in shown
