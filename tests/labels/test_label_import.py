"""Importing label files into a ledger: formats, bad rows, all or nothing."""

import csv
import os
from pathlib import Path

import pytest

from cointrail.chains.address import format_address, parse_address
from cointrail.errors import InputError
from cointrail.labels import Imported, Labels, import_labels, stops

DATA = Path(os.environ.get("COINTRAIL_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))
PACKS = DATA / "labels" / "graphsense_tagpacks"

PACK = """title: t
label: Example
category: exchange
source: https://example.org
currency: ETH
tags:
"""


def address(number: int) -> str:
    return format_address(number.to_bytes(20, "big"))


def table(folder: Path, rows: list[str], name: str = "labels.csv") -> Path:
    path = folder / name
    path.write_text("address,entity,category\n" + "".join(row + "\n" for row in rows), encoding="utf-8")
    return path


def good(count: int) -> list[str]:
    return [f"{address(number + 1)},Owner {number},exchange" for number in range(count)]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_both_formats_in_one_import(tmp_path: Path) -> None:
    pack = tmp_path / "pack.txt"  # the content decides, not the name
    pack.write_text(PACK + f"- address: '{address(7)}'\n- {{address: 1abc, currency: BTC}}\n", encoding="utf-8")
    ledger = tmp_path / "ledger"
    done = import_labels([pack, table(tmp_path, good(5), "list.yaml")], ledger)
    assert done == Imported(labels=6, skipped=1, bad=0, quarantine=None)
    store = Labels(ledger)
    assert len(store) == 6
    (found,) = store.at(parse_address(address(7)), 0)
    assert (found.file, stops(found)) == ("pack.txt", "exchange")
    assert set(store.files()) == {"pack.txt", "list.yaml"}


def test_the_same_file_twice_is_once(tmp_path: Path) -> None:
    file = table(tmp_path, good(5))
    ledger = tmp_path / "ledger"
    first = import_labels([file], ledger)
    before = snapshot(ledger)
    again = import_labels([file, file], ledger)
    assert (first.labels, first.known, again.labels, again.known) == (5, 0, 0, 10)
    assert snapshot(ledger) == before


def test_the_same_claims_in_another_file_are_once(tmp_path: Path) -> None:
    rows = [f"{address(1)},A,https://example.org", f"{address(2)},B,https://example.org"]
    for name, count in (("one.csv", 1), ("two.csv", 2)):
        text = "address,entity,source\n" + "\n".join(rows[:count])
        (tmp_path / name).write_text(text, encoding="utf-8")
    ledger = tmp_path / "ledger"
    assert import_labels([tmp_path / "one.csv"], ledger).labels == 1
    assert import_labels([tmp_path / "two.csv"], ledger).labels == 1
    assert [found.file for found in Labels(ledger).at(parse_address(address(1)), None)] == ["one.csv"]


def test_bad_rows_are_set_aside(tmp_path: Path) -> None:
    rows = good(200)
    rows[50] = "0x12,Somebody,exchange"
    ledger = tmp_path / "ledger"
    done = import_labels([table(tmp_path, rows)], ledger)
    assert (done.labels, done.bad) == (199, 1)
    assert done.quarantine is not None and done.quarantine.parent == ledger / "labels" / "quarantine"
    with done.quarantine.open(encoding="utf-8", newline="") as text:
        (bad,) = csv.DictReader(text)
    assert (bad["file"], bad["line"]) == ("labels.csv", "52")
    assert "is not an address" in bad["reason"]
    assert len(Labels(ledger)) == 199


@pytest.mark.parametrize(("bad", "strict"), [(3, False), (1, True)])
def test_too_many_bad_rows_change_nothing(tmp_path: Path, bad: int, strict: bool) -> None:
    ledger = tmp_path / "ledger"
    import_labels([table(tmp_path, good(3))], ledger)
    before = snapshot(ledger)
    rows = good(200)
    rows[50 : 50 + bad] = ["0x12,Somebody,exchange"] * bad
    fine, broken = table(tmp_path, good(9), "fine.csv"), table(tmp_path, rows, "broken.csv")
    with pytest.raises(
        InputError, match=rf"broken\.csv: {bad} of 200 rows .* line 52: '0x12' is not an address"
    ) as caught:
        import_labels([fine, broken], ledger, strict=strict)
    assert "\n" not in str(caught.value)
    assert snapshot(ledger) == before


def test_an_open_quote_does_not_hide_rows(tmp_path: Path) -> None:
    rows = good(200)
    rows[100] = f'{address(500)},"Owner,exchange'
    with pytest.raises(InputError, match="100 of 200 rows cannot be used, the first in line 102"):
        import_labels([table(tmp_path, rows)], tmp_path / "ledger")
    assert not (tmp_path / "ledger").exists()


def test_unknown_categories_are_reported(tmp_path: Path) -> None:
    rows = [f"{address(1)},A,exchange", f"{address(2)},B,wizard", f"{address(3)},C,"]
    assert import_labels([table(tmp_path, rows)], tmp_path / "ledger").unknown == ("wizard",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"PAR1\x00\x01", "is not text"),
        (b"address\n0x12\n", "columns address and entity"),
        (b"wallet,holder\n0x12,x\n", "columns address and entity"),
        (b"just some words\n", "columns address and entity"),
    ],
)
def test_files_of_another_kind(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "labels.csv"
    file.write_bytes(content)
    with pytest.raises(InputError, match=reason):
        import_labels([file], tmp_path / "ledger")
    assert not (tmp_path / "ledger").exists()


def test_files_and_ledgers_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read labels from .*none\.csv: No such file"):
        import_labels([tmp_path / "none.csv"], tmp_path / "ledger")
    with pytest.raises(InputError, match="cannot read labels"):
        import_labels([tmp_path], tmp_path / "ledger")
    file = table(tmp_path, good(1))
    with pytest.raises(InputError, match="is a file: give the folder of a ledger"):
        import_labels([file], file)


@pytest.mark.skipif(not PACKS.is_dir(), reason="the public tag packs are not here (set COINTRAIL_DATA)")
def test_public_tag_packs(tmp_path: Path) -> None:
    packs = sorted(PACKS.glob("*.yaml"))
    done = import_labels(packs, tmp_path)
    assert done.bad == 0 and done.quarantine is None
    assert done.unknown == ()
    store = Labels(tmp_path)
    assert done.labels == len(store) > 10_000
    assert done.labels + done.known + done.skipped > 29_000
    kinds = {
        "0x1Db92e2EeBC8E0c075a02BeA49a2935BcD2dFCF4": "exchange",
        "0xDD4c48C0B24039969fC16D1cdF626eaB821d3384": "mixer",
        "0x098B716B8Aaf21512996dC57EB0615e2383E2f96": None,  # a thief's: sanctioned, hacked with, never a service
    }
    for text, kind in kinds.items():
        found = store.at(parse_address(text), None)
        assert found
        assert {stops(label) for label in found} - {None} == ({kind} - {None})
    assert import_labels(packs, tmp_path).labels == 0


@pytest.mark.skipif(not PACKS.is_dir(), reason="the public tag packs are not here (set COINTRAIL_DATA)")
def test_a_list_of_actors_is_no_tag_pack(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it has no tags"):
        import_labels([PACKS / "actors" / "graphsense.actorpack.yaml"], tmp_path / "ledger")
