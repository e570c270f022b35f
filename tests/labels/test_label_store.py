"""The label store against a plain list, and what happens when it is interrupted."""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.chains import parse_address
from cointrail.errors import InputError
from cointrail.labels import segment
from cointrail.labels.columns import distinct
from cointrail.labels.confidence import level
from cointrail.labels.label import Label
from cointrail.labels.store import Labels

DATA = Path(os.environ.get("COINTRAIL_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))
POOLS = DATA / "mixers" / "tornado_lambdaclass" / "tornado_pools.json"
ZERO, DEAD = bytes(20), bytes(18) + b"\xde\xad"
# Addresses that share their first bytes, as made-to-measure ones do, and that end in zeros.
ADDRESSES = [b"\x11" * 20, b"\x11" * 19 + b"\x12", b"\x11" * 8 + bytes(12), b"\xff" * 20, bytes(19) + b"\x01", ZERO]
TIMES = st.none() | st.integers(0, 20)


def label(address: bytes = ADDRESSES[0], entity: str = "Example", **fields: object) -> Label:
    rest: dict[str, object] = {
        "network": "ethereum",
        "category": "exchange",
        "actor": None,
        "confidence": "forensic",
        "source": "a report",
        "url": None,
        "valid_from": None,
        "valid_to": None,
        "lastmod": None,
        "file": "labels.csv",
    }
    return Label(address=address, entity=entity, **(rest | fields))  # type: ignore[arg-type]


LABELS = st.builds(
    label,
    st.sampled_from(ADDRESSES),
    st.sampled_from(["Example", "Śmieć \U0001f4a9", 'a "b", c']),
    network=st.sampled_from([None, "ethereum", "bsc"]),
    category=st.sampled_from([None, "exchange", "user"]),
    confidence=st.sampled_from([None, "ownership", "web_crawl", "60", "nonsense"]),
    valid_from=TIMES,
    valid_to=TIMES,
    lastmod=TIMES,
    file=st.sampled_from(["a.csv", "b.csv"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(LABELS, max_size=8), max_size=3), st.none() | st.integers(0, 20))
def test_lookups_equal_a_plain_list(batches: list[list[Label]], time: int | None) -> None:
    with TemporaryDirectory() as folder:
        store = Labels(Path(folder))
        said: dict[bytes, Label] = {}
        for batch in batches:
            expected = {item.identity() for item in batch} - set(said)
            for item in batch:
                said.setdefault(item.identity(), item)
            assert store.add(batch) == len(expected)
        reopened = Labels(Path(folder))
        assert len(store) == len(reopened) == len(said)
        assert store.digest == reopened.digest
        for address in ADDRESSES:
            found = [item for item in reopened.at(address, time) if item.file != "builtin.csv"]
            naive = [item for item in said.values() if item.address == address and item.valid(time)]
            assert {item.identity(): item for item in found} == {item.identity(): item for item in naive}
            assert len(found) == len(naive)
            assert [level(item.confidence) for item in found] == sorted(
                (level(item.confidence) for item in naive), reverse=True
            )
            assert found == [item for item in store.at(address, time) if item.file != "builtin.csv"]


def test_the_end_of_a_claim_is_exclusive() -> None:
    item = label(valid_from=10, valid_to=20)
    assert [item.valid(time) for time in (9, 10, 19, 20, None)] == [False, True, True, False, True]


def test_contradictions_live_side_by_side(tmp_path: Path) -> None:
    store = Labels(tmp_path)
    sure = label(entity="A", confidence="ownership")
    store.add([label(entity="B", confidence="web_crawl"), label(entity="C", confidence="web_crawl", lastmod=5), sure])
    assert [item.entity for item in store.at(ADDRESSES[0], 100)] == ["A", "C", "B"]


def test_burn_addresses_are_built_in(tmp_path: Path) -> None:
    store = Labels(tmp_path / "nothing here")
    assert [item.category for item in store.at(ZERO, None) + store.at(DEAD, 0)] == ["burn", "burn"]
    assert len(store) == 0
    assert store.files() == {}
    assert not list(tmp_path.iterdir())


def test_shipped_labels_say_where_they_come_from(tmp_path: Path) -> None:
    store = Labels(tmp_path)
    said = [label for row in store.addresses() for label in store.at(row.tobytes(), None)]
    assert len({(label.address, label.category) for label in said}) == len(said)  # nothing stands twice
    assert all(label.url for label in said if label.category != "burn")


@pytest.mark.skipif(not POOLS.is_file(), reason="no list of Tornado Cash's pools here (COINTRAIL_DATA names the data)")
def test_every_pool_of_tornado_cash_is_built_in(tmp_path: Path) -> None:
    store = Labels(tmp_path)
    for pool, denomination in json.loads(POOLS.read_text()).items():
        [said] = [label for label in store.at(parse_address(pool), None) if label.category != "sanctions"]
        assert (said.category, said.entity) == ("mixer", f"Tornado Cash: {denomination}")


def test_addresses_are_listed_once_in_order(tmp_path: Path) -> None:
    store = Labels(tmp_path)
    shipped = {row.tobytes() for row in store.addresses()}
    store.add([label(ADDRESSES[3]), label(ADDRESSES[1]), label(ADDRESSES[1], "Other")], {"a.csv": "00"})
    found = store.addresses()
    assert found.dtype == np.uint8
    assert [row.tobytes() for row in found] == sorted({ADDRESSES[1], ADDRESSES[3]} | shipped)
    assert {ZERO, DEAD} <= shipped
    assert store.files() == {"a.csv": "00"}


def test_the_digest_does_not_depend_on_the_way_in(tmp_path: Path) -> None:
    one, other = Labels(tmp_path / "one"), Labels(tmp_path / "other")
    items = [label(address, file="a.csv") for address in ADDRESSES]
    one.add(items)
    other.add(items[3:] + items[:1])
    other.add([label(address, file="b.csv") for address in reversed(ADDRESSES)])
    assert one.digest == other.digest
    assert len(list((tmp_path / "other" / "labels").glob("*.parquet"))) == 2


def test_two_imports_at_once_do_not_count_twice(tmp_path: Path) -> None:
    Labels(tmp_path / "one").add([label(), label(entity="Other")])
    Labels(tmp_path / "two").add([label()])
    for file in (tmp_path / "two" / "labels").iterdir():
        file.rename(tmp_path / "one" / "labels" / file.name)  # as a second writer would have left it
    store = Labels(tmp_path / "one")
    assert len(store) == 2
    assert len(store.at(ADDRESSES[0], None)) == 2


def test_an_interrupted_import_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Labels(tmp_path)
    store.add([label()])

    def broken(path: Path, content: bytes) -> None:
        path.with_name(path.name + ".tmp").write_bytes(content[: len(content) // 2])
        raise OSError("the machine stopped")

    monkeypatch.setattr(segment, "write_bytes", broken)
    with pytest.raises(OSError, match="stopped"):
        store.add([label(entity="Other")])
    monkeypatch.undo()
    assert len(Labels(tmp_path)) == 1
    assert Labels(tmp_path).add([label(entity="Other")]) == 1


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    Labels(tmp_path).add([label()])
    (file,) = (tmp_path / "labels").glob("*.parquet")
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(InputError, match=rf"{file.name}: damaged .* import its labels again"):
        Labels(tmp_path)
    file.write_bytes(b"")
    with pytest.raises(InputError, match="damaged"):
        Labels(tmp_path)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(min_size=16, max_size=16) | st.sampled_from([bytes(16), bytes(15) + b"\x01", b"\x01" * 16])))
def test_identities_are_ordered_as_bytes_are(identities: list[bytes]) -> None:
    rows = np.frombuffer(b"".join(identities), np.uint8).reshape(-1, 16)
    assert distinct(rows).tobytes() == b"".join(sorted(set(identities)))
