"""Real lists, to the last row: what each of them says is in the store, set aside with a reason, or of other chains."""

import json
import os
from pathlib import Path

import pytest

from cointrail.chains.address import parse_any
from cointrail.chains.moment import parse_time
from cointrail.labels import Imported, Labels, import_labels, native

DATA = Path(os.environ.get("COINTRAIL_DATA", Path(__file__).parents[2] / ".." / "shared" / "data")) / "labels"


def folder(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"no data: {path} is not there (COINTRAIL_DATA names the folder)")
    return path


def rows(done: Imported) -> int:
    return done.labels + done.known + done.skipped + done.bad


def test_addresses_of_the_sanctions_list(tmp_path: Path) -> None:
    path = folder("ofac_0xb10c")
    lists = sorted(path.glob("*.json"))
    done = import_labels(lists, tmp_path)
    assert len(lists) == 17
    assert (rows(done), done.bad, done.skipped) == (654, 0, 13)  # Monero, Zcash, Dash and the like
    again = import_labels(sorted(path.glob("*.txt")), tmp_path)
    assert (again.labels, rows(again)) == (0, 654)
    store = Labels(tmp_path)
    tornado = parse_any("0xd90e2f925DA726b50C4Ed8D0Fb90Ad053324F31b")
    for moment, listed in (("2022-08-07", False), ("2023-01-01", True), ("2026-01-01", False)):  # the list is of 2024
        assert ("sanctions" in {native(one) for one in store.at(tornado, parse_time(moment))}) == listed, moment


def test_the_sanctions_list(tmp_path: Path) -> None:
    done = import_labels([folder("ofac_sdn_2023")], tmp_path)
    assert rows(done) == 210
    assert done.silent + 30 == 5_572  # entries; the others have addresses, the heading and the last line are none
    assert (done.bad, done.skipped) == (7, 11)
    assert {path.name for path in done.left} == {"SOURCE.md", "sdn_address.csv"}


def test_forta(tmp_path: Path) -> None:
    done = import_labels([folder("forta")], tmp_path)
    assert rows(done) == 7_780 + 6_726 + 753 + 1
    assert done.bad == 4  # addresses with a wrong checksum
    assert done.unknown == ()


def test_etherscan(tmp_path: Path) -> None:
    path = folder("etherscan_brianleect")
    combined = path / "data" / "etherscan" / "combined" / "combinedAllLabels.json"
    assert rows(import_labels([combined], tmp_path)) == 29_945
    done = import_labels([path / "data" / "bscscan"], tmp_path)
    assert (rows(done), done.bad) == (2_875, 2)  # "There are no matching entries"
    assert import_labels([path / "data" / "etherscan" / "accounts"], tmp_path).bad == 0


def test_scamsniffer(tmp_path: Path) -> None:
    path = folder("scamsniffer")
    assert rows(import_labels([path / "blacklist" / "address.json"], tmp_path)) == 2_530
    domains = json.loads((path / "blacklist" / "combined.json").read_text())
    done = import_labels([path / "blacklist" / "combined.json"], tmp_path)
    assert (rows(done), done.bad) == (sum(map(len, domains.values())), 0)


def test_tutela(tmp_path: Path) -> None:
    path = folder("tutela")
    done = import_labels([path / "known_addresses.csv"], tmp_path)
    assert (rows(done), done.bad) == (19_261, 1)  # "contractaddress"
    assert import_labels([path], tmp_path).labels > 0


def test_ransoms(tmp_path: Path) -> None:
    path = folder("ransomware_receipts")
    done = import_labels([path], tmp_path)
    assert (done.labels, done.skipped, done.bad) == (1_013 + 11_186, 0, 0)
    assert {path.name for path in done.left} >= {"vplanas_ransomware_analysis.csv", "LICENSE"}


def test_tag_packs(tmp_path: Path) -> None:
    done = import_labels([folder("graphsense_tagpacks")], tmp_path)
    assert (done.bad, done.unknown) == (0, ())
    assert [path.name for path in done.left] == ["LICENSE.txt", "SOURCE.md", "graphsense.actorpack.yaml"]
