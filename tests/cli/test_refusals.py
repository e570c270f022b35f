"""Whatever cannot be used is refused in one clear line, and the ledger stays as it was."""

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cointrail.errors import InputError
from cointrail.ledger import importer
from cointrail.ledger.manifest import Manifest
from tests.cli.command import MAP, NAMES, done, info, line, load, run, who, write

HEADER = ",".join(NAMES).encode() + b"\n"
MAPPED = ("--format", "csv", "--map", MAP)
MIXED = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"  # carries a good checksum
GARBLED = MIXED[:-1] + "7"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger in a folder whose name is a nuisance, with an index."""
    folder = tmp_path_factory.mktemp("a b") / "lëdger [x]"
    assert load(write(folder.with_suffix(".csv"), [line(n, n % 3 + 1, n % 4 + 2, n) for n in range(1, 30)]), folder).out
    info(folder)
    return folder


def state(folder: Path) -> dict[str, str]:
    """Every file of a folder with what it holds."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def refused(ledger: Path, pattern: str, *arguments: object) -> str:
    """The command ends with 1 and one line that matches, and no file of the ledger is another."""
    before = state(ledger)
    ended = run(*arguments)
    assert ended.refused, ended
    assert re.search(pattern, ended.err), ended.err
    assert state(ledger) == before
    return ended.err


def raw(content: bytes, name: str = "raw.csv") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def rows(*listed: dict[str, object], names: Sequence[str] = NAMES) -> Callable[[Path], Path]:
    return lambda folder: write(folder / "rows.csv", listed, names)


def parquet(change: slice = slice(None), **columns: Sequence[object]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "table.parquet"
        pq.write_table(pa.table(columns), path)
        path.write_bytes(path.read_bytes()[change])
        return path

    return make


def empty_folder(folder: Path) -> Path:
    (folder / "nothing").mkdir()
    return folder / "nothing"


def loop(folder: Path) -> Path:
    (folder / "loop").symlink_to(folder / "loop")
    return folder / "loop"


def circle(folder: Path) -> Path:
    (folder / "circle").mkdir()
    (folder / "circle" / "again").symlink_to(folder / "circle")
    return folder / "circle"


FILES: dict[str, tuple[Callable[[Path], Path], tuple[str, ...], str]] = {
    "truncated parquet": (parquet(slice(-30), a=[1]), (), r"table.parquet: .*damaged or truncated"),
    "only a beginning": (raw(b"PAR1", "short.parquet"), (), r"short.parquet: .*damaged or truncated"),
    "half of it": (parquet(slice(200), a=list(range(100))), (), r"table.parquet: .*damaged or truncated"),
    "wrong columns": (parquet(a=[1]), (), r"table.parquet: no known format: its columns are a"),
    "parquet with a map": (parquet(a=[1]), MAPPED, r"--map is for CSV"),
    "negative": (rows(line(1, 1, 2, -5)), MAPPED, r"rows.csv: .*line 2: amount is negative"),
    "2**256": (rows(line(1, 1, 2, 2**256)), MAPPED, r"line 2: amount does not fit 256 bits"),
    "2**256 wei": (
        rows(line(1, 1, 2, "115792089237316195423570985008687907853269984665640564039457.584007913129639936")),
        MAPPED,
        r"line 2: amount does not fit 256 bits",
    ),
    "thousands": (rows(line(1, 1, 2, "1,000")), MAPPED, r"line 2: amount is not a number"),
    "nan": (rows(line(1, 1, 2, "NaN")), MAPPED, r"line 2: amount is not a number"),
    "huge exponent": (rows(line(1, 1, 2, "1e99999999999")), MAPPED, r"line 2: amount has an exponent out of range"),
    "too fine": (rows(line(1, 1, 2, "1e-19")), MAPPED, r"line 2: amount has more than 18 decimals"),
    "checksum": (rows(line(1, 1, 2, 5) | {"from": GARBLED}), MAPPED, r"line 2: from has a bad checksum"),
    "no address": (
        rows(line(1, 1, 2, 5) | {"to": "bc1qxy2kgdygjrsqtzq2n0"}),
        MAPPED,
        r"line 2: to",
    ),
    "nobody": (rows(line(1, 1, 2, 5) | {"from": ""}), MAPPED, r"line 2: no from"),
    "bad hash": (rows(line(1, 1, 2, 5) | {"tx": "0x12"}), MAPPED, r"line 2: tx is not a hash"),
    "no time": (rows(line(1, 1, 2, 5) | {"time": "yesterday"}), MAPPED, r"line 2: time is not a time"),
    "milliseconds": (rows(line(1, 1, 2, 5) | {"time": 1_700_000_000_000}), MAPPED, r"line 2: time is not a time"),
    "before 1970": (rows(line(1, 1, 2, 5) | {"time": "1969-12-31"}), MAPPED, r"line 2: time is not a time"),
    "block below zero": (rows(line(1, 1, 2, 5) | {"block": -1}), MAPPED, r"line 2: block is not a whole number"),
    "block of 64 bits": (rows(line(1, 1, 2, 5) | {"block": 2**63}), MAPPED, r"line 2: block is not a whole number"),
    "neither time nor block": (
        rows(line(1, 1, 2, 5) | {"time": "", "block": ""}),
        MAPPED,
        r"line 2: neither time nor block",
    ),
    "ragged": (raw(HEADER + b"1,2\n"), MAPPED, r"line 2: 2 fields instead of 6"),
    "open quote": (raw(HEADER + b'"1,2,3,4,5,6\n'), MAPPED, r"line 2: "),
    "nul bytes": (raw(HEADER + b"1,1,\0,\0,\0,1\n"), MAPPED, r"line 2: "),
    "nul header": (raw(b"time\0,block\n1,1\n"), MAPPED, r"neither Parquet nor CSV"),
    "utf-16": (raw("time,block\n1,2\n".encode("utf-16")), MAPPED, r"neither Parquet nor CSV"),
    "huge cell": (raw(HEADER + b"1,1,0x," + b"a" * 3_000_000 + b",b,1\n"), MAPPED, r"line 2: "),
    "million columns": (raw(b",".join(b"c%d" % n for n in range(10**6)) + b"\n1\n"), MAPPED, r"raw.csv: "),
    "wide header": (raw(b",".join(b"c%d" % n for n in range(10**5)) + b"\n1\n"), MAPPED, r"raw.csv: "),
    "no utf-8, ragged": (raw(HEADER + b"\xff\xfe\n"), MAPPED, r"line 2: "),
    "no utf-8": (raw(HEADER + b"1,1,\xff,\xfe,\xff,1\n"), MAPPED, r"line 2: "),
    "only a header": (raw(HEADER), MAPPED, r"nothing to import"),
    "only blank lines": (raw(HEADER + b"\n\r\n\n"), MAPPED, r"nothing to import"),
    "empty file": (raw(b""), (), r"raw.csv: the file is empty"),
    "only spaces": (raw(b" \n \n"), (), r"raw.csv: the file is empty"),
    "damaged gzip": (raw(b"\x1f\x8b\x08" + b"x" * 50), (), r"raw.csv: .*damaged"),
    "missing": (lambda folder: folder / "nowhere.csv", (), r"nowhere.csv: no such file"),
    "empty folder": (empty_folder, (), r"nothing: the folder holds no files"),
    "loop": (loop, (), r"loop: no such file"),
    "folder in a circle": (circle, (), r"circle: the folder holds no files"),
    "nobody's csv": (raw(HEADER + b"1,2,3,4,5,6\n"), (), r"no known format: its columns are time.*--map"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_used(ledger: Path, tmp_path: Path, case: str) -> None:
    make, options, pattern = FILES[case]
    path = make(tmp_path)
    refused(ledger, pattern, "ledger", "import", path, "--into", ledger, *options)
    refused(ledger, pattern, "ledger", "import", path, "--into", tmp_path / "new", *options)
    assert not (tmp_path / "new").exists()


GOOD = {
    "unknown format": (("--format", "foo"), r"unknown format 'foo': use auto"),
    "unknown asset": ((*MAPPED, "--asset", "FOO"), r"--asset FOO: unknown asset"),
    "unknown contract": ((*MAPPED, "--asset", who(77)), r"unknown asset; give its --decimals"),
    "too many decimals": ((*MAPPED, "--asset", "FOO", "--decimals", "78"), r"--decimals 78"),
    "negative decimals": ((*MAPPED, "--asset", "FOO", "--decimals", "-1"), r"--decimals -1"),
    "wrong decimals": ((*MAPPED, "--asset", "ETH", "--decimals", "6"), r"ETH has 18"),
    "other chain": ((*MAPPED, "--chain", "bsc"), r"holds ethereum, not bsc"),
    "unknown chain": ((*MAPPED, "--chain", "moon"), r"unknown chain 'moon': use one of ethereum"),
    "map without =": (("--map", "time"), r"--map: 'time' is not KEY=COLUMN"),
    "map key twice": (("--map", MAP + ",time=block"), r"--map: time is given twice"),
    "map key unknown": (("--map", MAP + ",fee=block"), r"--map: unknown key 'fee'"),
    "map column missing": (("--map", "time=when,from=from,to=to,amount=amount"), r"no column 'when' for --map time="),
    "map lacking": (("--map", "time=time"), r"needs --map from=COLUMN"),
    "map without order": (("--map", "from=from,to=to,amount=amount"), r"--map needs time=COLUMN or block=COLUMN"),
    "csv without map": (("--format", "csv"), r"needs --map"),
    "map for another": (("--format", "cryo", "--map", MAP), r"--map describes a CSV, not cryo"),
    "two ways of assets": ((*MAPPED[:3], MAP + ",asset=tx", "--asset", "ETH"), r"--map asset= one for each"),
    "files and a node": (("--rpc", "http://127.0.0.1:1"), r"not both"),
}


@pytest.mark.parametrize("case", GOOD)
def test_options_that_cannot_be_used(ledger: Path, tmp_path: Path, case: str) -> None:
    options, pattern = GOOD[case]
    path = write(tmp_path / "good.csv", [line(99, 1, 2, 5)])
    refused(ledger, pattern, "ledger", "import", path, "--into", ledger, *options)


def test_a_known_file_is_still_refused_for_another_chain(ledger: Path) -> None:
    known = ledger.with_suffix(".csv")
    assert "imported before" in load(known, ledger).out
    refused(ledger, "holds ethereum, not bsc", "ledger", "import", known, "--into", ledger, *MAPPED, "--chain", "bsc")


@pytest.mark.parametrize("bad", [1, 2])
def test_one_bad_row_in_a_hundred_is_set_aside_and_more_are_refused(tmp_path: Path, bad: int) -> None:
    listed = [line(n, 1, 2, n) for n in range(1, 101)]
    for number in range(bad):
        listed[40 + number] |= {"from": GARBLED}
    path = write(tmp_path / "some.csv", listed)
    if bad == 2:
        assert "2 of 100 rows are bad, the first is line 42" in refused(
            tmp_path, "bad checksum", "ledger", "import", path, "--into", tmp_path / "new", *MAPPED
        )
        return
    refused(tmp_path, "line 42", "ledger", "import", path, "--into", tmp_path / "new", *MAPPED, "--strict")
    said = load(path, tmp_path / "new").out
    assert "99 rows read, 99 new" in said and "1 bad row left out; see" in said
    kept = next((tmp_path / "new" / "quarantine").iterdir()).read_text()
    assert "some.csv,42,from has a bad checksum" in kept and GARBLED in kept
    again = refused(tmp_path, "line 42", "ledger", "import", path, "--into", tmp_path / "new", *MAPPED, "--strict")
    assert "leave --strict out" in again


def test_bad_rows_are_set_aside_before_the_good_ones_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "some.csv", [line(n, 1, 2, n if n != 50 else "x") for n in range(1, 202)])
    seen: list[int] = []
    commit = importer._commit

    def spy(*arguments: object) -> Manifest:
        seen.append(len(list((tmp_path / "new" / "quarantine").iterdir())))
        if len(seen) == 1:
            raise InputError("something in between")
        return commit(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(importer, "_commit", spy)
    assert load(path, tmp_path / "new").refused
    assert not (tmp_path / "new").exists()
    assert load(path, tmp_path / "new").status == 0
    assert seen == [1, 1] and info(tmp_path / "new")["sources"][0]["bad"] == 1


PLACES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a file": (lambda folder: folder / "rows.csv", r"rows.csv: is a file"),
    "under a file": (lambda folder: folder / "rows.csv" / "ledger", r"rows.csv/ledger: Not a directory"),
    "somebody's folder": (lambda folder: folder, r"not a ledger and not empty"),
}


@pytest.mark.parametrize("case", PLACES)
def test_places_where_no_ledger_can_be(ledger: Path, tmp_path: Path, case: str) -> None:
    place, pattern = PLACES[case]
    path = write(tmp_path / "rows.csv", [line(1, 1, 2, 5)])
    before = state(tmp_path)
    refused(ledger, pattern, "ledger", "import", path, "--into", place(tmp_path), *MAPPED)
    assert state(tmp_path) == before


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "rows.csv", [line(1, 1, 2, 5)])

    def denied(self: Path, *arguments: object, **more: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", denied)
    refused(tmp_path, "Permission denied", "ledger", "import", path, "--into", tmp_path / "new", *MAPPED)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.csv", [line(1, 1, 2, 5)])
    path.chmod(0)
    refused(tmp_path / "new", "Permission denied", "ledger", "import", path, "--into", tmp_path / "new", *MAPPED)


NONSENSE = (b"", b"{}", b"[]", b"1", b'{"version": 1}', b"\xff\xfe", b"[" * 100_000)


@pytest.mark.parametrize("content", NONSENSE, ids=range(len(NONSENSE)))
def test_a_manifest_that_is_none(tmp_path: Path, content: bytes) -> None:
    path = write(tmp_path / "rows.csv", [line(1, 1, 2, 5)])
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "manifest.json").write_bytes(content)
    for command in (
        ("ledger", "info", tmp_path / "ledger"),
        ("ledger", "verify", tmp_path / "ledger"),
        ("ledger", "import", path, "--into", tmp_path / "ledger", *MAPPED),
        ("label", "import", path, "--into", tmp_path / "ledger"),
        ("trace", tmp_path / "ledger", "--from", who(1), "--out", tmp_path / "out"),
    ):
        refused(tmp_path, r"manifest.json: not a ledger manifest", *command)


def test_a_ledger_of_a_later_version(tmp_path: Path) -> None:
    assert load(write(tmp_path / "rows.csv", [line(1, 1, 2, 5)]), tmp_path / "ledger").status == 0
    path = tmp_path / "ledger" / "manifest.json"
    path.write_text(path.read_text().replace('"version": 1', '"version": 9'))
    refused(tmp_path, "version 9, this cointrail reads 1", "ledger", "info", tmp_path / "ledger")


def test_where_there_is_no_ledger(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    path = write(tmp_path / "rows.csv", [line(1, 1, 2, 5)])
    for command in (
        ("ledger", "info", nowhere),
        ("ledger", "verify", nowhere),
        ("ledger", "info", path),
        ("trace", nowhere, "--from", who(1), "--out", tmp_path / "out"),
        ("label", "import", path, "--into", nowhere),
        ("asset", "import", path, "--into", nowhere),
    ):
        refused(tmp_path, "no ledger here", *command)
    assert not nowhere.exists() and not (tmp_path / "out").exists()


USAGE = (
    ("nonsense",),
    ("ledger", "nonsense"),
    ("ledger", "info"),
    ("ledger", "import", "x.csv"),
    ("ledger", "import", "x.csv", "--into"),
    ("ledger", "import", "x.csv", "--into", "y", "--decimals", "many"),
    ("trace", "x"),
    ("trace", "x", "--out", "y", "--max-hops", "few"),
    ("trace", "x", "--out", "y", "--what"),
)


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_usage_ends_with_2(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).status == 2


def test_nothing_to_import(tmp_path: Path) -> None:
    refused(tmp_path, "give files, folders, or --rpc URL", "ledger", "import", "--into", tmp_path / "new")
    refused(tmp_path, "--from-block and --to-block", "ledger", "import", "--into", tmp_path / "n", "--rpc", "http://x")
    turned = ("--rpc", "http://127.0.0.1:1", "--from-block", 5, "--to-block", 2)
    refused(tmp_path, "--from-block 5 --to-block 2: the first", "ledger", "import", "--into", tmp_path / "n", *turned)


def test_the_right_thing_is_still_taken(ledger: Path) -> None:
    assert "sound; digest" in done("ledger", "verify", ledger).out
