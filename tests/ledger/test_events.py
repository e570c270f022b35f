"""Events are kept as they were told, once, in chain order, in whatever order and company they come."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.errors import InputError
from cointrail.ledger import Ledger, event_parts, open_ledger
from cointrail.ledger.event import Event, as_table, of_table
from cointrail.ledger.importer import import_tables
from cointrail.ledger.manifest import load
from cointrail.ledger.rows import EVENTS, INPUT, Kind, Status
from cointrail.ledger.verify import verify
from tests.ledger.worlds import Row, block_hash, bring, event, happened, truth
from tests.making import START, address, row, table

Seeds = st.integers(0, 2**32)
few = settings(max_examples=10, deadline=None)
TX, OTHER = b"\1" * 32, b"\7" * 32


def log(block: int | None, position: int, **more: Any) -> Row:
    base = {"block": block, "block_hash": None, "time": START, "tx": TX, "tx_index": 0, "position": position}
    return base | {"address": address(9), "sender": None, "topics": b"\5" * 64, "data": b"data"} | more


def call(block: int | None, **more: Any) -> Row:
    return log(block, INPUT, **{"sender": address(1), "topics": b""} | more)


def sources(random: Random, told: list[Row], count: int) -> list[list[Row]]:
    """Sources that each tell some of the events, and not all about them."""
    out = []
    for _ in range(count):
        part = [each for each in told if random.random() < 0.7]
        for name in ("time", "block_hash"):
            if random.random() < 0.4:
                part = [each | {name: None} for each in part]
        out.append(random.sample(part, len(part)))
    return [part for part in out if part]


def content(ledger: Ledger) -> list[Event]:
    events = ledger.events
    assert len(events) == len(list(events))
    return list(events)


@few
@given(Seeds)
def test_the_whole_truth_comes_back_as_it_was_told(seed: int) -> None:
    random = Random(seed)
    rows = truth(random, 3)
    told = happened(random, rows)
    with TemporaryDirectory() as folder:
        ledger = bring(Path(folder), rows, events=[random.sample(told, len(told))])
        assert content(ledger) == [event(each) for each in told]
        for tx in {each["tx"] for each in rows}:
            assert ledger.events.of(tx or b"") == [event(each) for each in told if each["tx"] == tx]
        assert ledger.digest == verify(Path(folder))


@few
@given(Seeds)
def test_any_order_and_company_of_sources_is_the_same(seed: int) -> None:
    """Rows and events come in any order: times, failed transactions and what is told twice settle alike."""
    random = Random(seed)
    rows = truth(random, 4)
    failed = [each for each in rows if each["status"] == Status.FAILED and each["kind"] == Kind.TRANSACTION]
    lies = [call(each["block"], tx=each["tx"], time=each["time"]) for each in failed]
    told = happened(random, rows) + lies
    parts: list[tuple[str, list[Row]]] = [("events", part) for part in sources(random, told, 3)]
    parts += [("rows", rows[::2]), ("rows", rows[1::2])]
    found = set()
    for _ in range(3):
        random.shuffle(parts)
        with TemporaryDirectory() as folder:
            waiting = list(parts)
            while waiting:
                count = random.randint(1, 3)
                now, waiting = waiting[:count], waiting[count:]
                ledger = bring(
                    Path(folder),
                    *(part for kind, part in now if kind == "rows"),
                    events=[part for kind, part in now if kind == "events"],
                )
            again = bring(Path(folder), events=[part for kind, part in parts if kind == "events"])
            assert again.events.digest == ledger.events.digest
            assert not any(each.tx in {lie["tx"] for lie in lies} for each in ledger.events)
            found.add((ledger.digest, ledger.events.digest))
    assert len(found) == 1


@few
@given(Seeds)
def test_twice_is_once(seed: int) -> None:
    random = Random(seed)
    rows = truth(random, 3)
    told = happened(random, rows) or [call(100)]
    with TemporaryDirectory() as folder:
        ledger = bring(Path(folder), rows, events=[told])
        manifest = ledger.manifest
        assert bring(Path(folder), rows, events=[random.sample(told, len(told))]).manifest == manifest
        assert bring(Path(folder), events=[told[:1], told]).manifest == manifest
        assert len(ledger.events) == len(told)


def test_events_alone_are_stored_and_leave_what_moved_as_it_is(tmp_path: Path) -> None:
    first = bring(tmp_path, [row(5, 1, 2, 3)])
    digest, segments = first.digest, first.manifest.segments
    ledger = bring(tmp_path, events=[[log(5, 3), call(5)]])
    assert (ledger.digest, ledger.manifest.segments) == (digest, segments)
    assert [each.position for each in ledger.events] == [INPUT, 3]
    assert [origin.name for origin in ledger.manifest.sources] == ["0", "0"]
    assert verify(tmp_path) == digest


def test_a_ledger_of_events_alone(tmp_path: Path) -> None:
    ledger = bring(tmp_path, events=[[log(5, 3)]])
    assert (ledger.transfers, ledger.times, len(ledger.events)) == (0, None, 1)
    assert ledger.address_id(address(9)) is None and ledger.transaction(TX) == []
    assert verify(tmp_path) == ledger.digest
    both = bring(tmp_path, [row(5, 1, 2, 3)])
    assert (both.transfers, len(both.events)) == (1, 1)
    assert both.digest == bring(tmp_path / "rows", [row(5, 1, 2, 3)]).digest


def test_nothing_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no transfers"):
        bring(tmp_path / "new", events=[[]])
    bring(tmp_path / "old", events=[[log(5, 3)]])
    with pytest.raises(InputError, match="no transfers"):
        bring(tmp_path / "old", [])


@pytest.mark.parametrize("turned", [False, True])
def test_a_failed_transaction_left_no_events(tmp_path: Path, turned: bool) -> None:
    failed = row(5, 1, 2, 0, tx=TX, asset="", kind=Kind.TRANSACTION, status=Status.FAILED)
    events = [call(5), log(5, 3), log(5, 4, tx=OTHER, tx_index=1)]
    for part in [1, 0] if turned else [0, 1]:
        ledger = bring(tmp_path, [failed]) if part else bring(tmp_path, events=[events])
    assert [each.tx for each in ledger.events] == [OTHER]


def test_a_block_that_was_replaced_lost_its_events(tmp_path: Path) -> None:
    def at(version: int, tx: bytes) -> list[Row]:
        return [log(5, 3, block_hash=block_hash(5, version), tx=tx)]

    def transactions(ledger: Ledger) -> list[bytes]:
        return [each.tx for each in ledger.events]

    assert transactions(bring(tmp_path, events=[at(0, TX)])) == [TX]
    assert transactions(bring(tmp_path, events=[at(1, OTHER)])) == [OTHER]
    assert transactions(bring(tmp_path, events=[at(0, TX)])) == [TX]  # what is read last counts, be it older
    assert transactions(bring(tmp_path, events=[at(0, TX), at(1, OTHER)])) == [OTHER]
    assert len(load(tmp_path).events) == 1
    rows = [row(5, 1, 2, 3, block_hash=block_hash(5, 0))]
    assert transactions(bring(tmp_path, rows)) == [TX]  # rows have the last word on which block is there
    assert transactions(bring(tmp_path, events=[at(1, OTHER)])) == [TX]
    rows = [row(5, 1, 2, 4, block_hash=block_hash(5, 1), tx=OTHER)]
    assert transactions(bring(tmp_path, rows)) == [OTHER]
    assert transactions(bring(tmp_path, [row(5, 1, 2, 5, block_hash=block_hash(5, 2))])) == []


def test_events_of_one_identity_settle_the_same_in_any_order(tmp_path: Path) -> None:
    told = [call(5, data=b"b"), call(5, data=b"a"), call(5, data=b"0", sender=None), call(5, data=b"a", time=None)]
    for name, order in {"a": told, "b": told[::-1]}.items():
        for each in order:
            ledger = bring(tmp_path / name, events=[[each]])
        assert [(each.data, each.sender) for each in ledger.events] == [(b"a", address(1))]


def test_times_come_from_the_same_block(tmp_path: Path) -> None:
    events = [log(5, 1, time=None), log(6, 2, time=None, tx=OTHER), log(7, 3, time=None), log(7, 4, time=START + 9)]
    ledger = bring(tmp_path, [row(5, 1, 2, 3)], events=[events])
    assert [each.time for each in ledger.events] == [START + 60, None, START + 9, START + 9]


def test_places_in_the_block_decide_the_order(tmp_path: Path) -> None:
    a, b, c = b"\3" * 32, b"\2" * 32, b"\1" * 32
    told = [log(5, 9, tx=a, tx_index=0), call(5, tx=a, tx_index=None), log(5, 1, tx=b, tx_index=1)]
    told += [log(5, 7, tx=c, tx_index=None), log(5, 3, tx=b"\0" * 31 + b"\1", tx_index=None)]
    told += [log(4, 50, tx=c), log(None, 0, tx=a)]
    ledger = bring(tmp_path, events=[told[::-1]])
    assert [(each.block, each.position) for each in ledger.events] == [
        (None, 0), (4, 50), (5, INPUT), (5, 9), (5, 1), (5, 3), (5, 7)
    ]  # fmt: skip
    assert ledger.events[2].tx_index == 0  # as the other event of the transaction tells


def test_events_are_a_sequence(tmp_path: Path) -> None:
    events = bring(tmp_path, events=[[log(5, n) for n in range(7)]]).events
    assert [each.position for each in events[1:6:2]] == [1, 3, 5]
    assert (events[-1].position, events[0].topics) == (6, (b"\5" * 32, b"\5" * 32))
    assert events[3] in events and events.index(events[3]) == 3
    assert events.of(OTHER) == events.of(b"") == []
    with pytest.raises(IndexError):
        events[7]
    assert len(open_ledger(tmp_path).events) == 7


@pytest.mark.parametrize(("held", "small"), [(1, 0), (1, 3), (1 << 20, 0)])
def test_parts_of_any_size_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: int, small: int) -> None:
    random = Random(3)
    rows = truth(random, 5)
    told = happened(random, rows)
    parts = [told[n::3] for n in range(3)]
    whole = bring(tmp_path / "whole", rows, events=parts).events.digest
    monkeypatch.setattr(event_parts, "HELD_BYTES", held)
    monkeypatch.setattr(event_parts, "SMALL_ROWS", small)
    ledger = bring(tmp_path / "parts", rows, events=parts)
    assert ledger.events.digest == whole
    before = ledger.manifest.events
    assert len(before) > 1 or held > 1
    assert bring(tmp_path / "parts", events=parts).manifest.events == before
    for part in parts:
        ledger = bring(tmp_path / "one by one", events=[part])
    assert bring(tmp_path / "one by one", rows).events.digest == whole
    assert verify(tmp_path / "parts")


def test_a_damaged_part_is_found(tmp_path: Path) -> None:
    ledger = bring(tmp_path, [row(5, 1, 2, 3)], events=[[log(5, n) for n in range(50)]])
    (path,) = (tmp_path / event_parts.FOLDER).iterdir()
    sound = path.read_bytes()
    for place in (len(sound) // 3, len(sound) - 1):
        path.write_bytes(sound[:place] + bytes([sound[place] ^ 0x11]) + sound[place + 1 :])
        for look in (verify, lambda folder: open_ledger(folder).digest):
            with pytest.raises(InputError, match=f"{path.name}: changed since it was written"):
                look(tmp_path)
    path.unlink()
    with pytest.raises(InputError, match="missing"):
        verify(tmp_path)
    with pytest.raises(InputError, match="missing or damaged"):
        open_ledger(tmp_path).events  # noqa: B018
    path.write_bytes(sound)
    assert len(ledger.events) == 50


def test_a_ledger_that_was_written_to_says_so(tmp_path: Path) -> None:
    ledger = bring(tmp_path, events=[[log(5, 1)]])
    bring(tmp_path, events=[[log(5, 2)]])
    with pytest.raises(InputError, match="was written to in the meantime"):
        ledger.events  # noqa: B018


def test_a_ledger_from_before_there_were_events_is_read(tmp_path: Path) -> None:
    import json

    from cointrail.ledger.files import sealed, unsealed, write_json

    bring(tmp_path, [row(5, 1, 2, 3)])
    path = tmp_path / "manifest.json"
    raw = unsealed(json.loads(path.read_text()))
    del raw["events"]
    write_json(path, sealed(raw))
    assert len(open_ledger(tmp_path).events) == 0
    assert len(bring(tmp_path, events=[[log(5, 1)]]).events) == 1


def test_events_of_a_program(tmp_path: Path) -> None:
    made = [Event(5, START, TX, 0, 3, address(1), None, (b"\1" * 32,), b"x" * 70_000), Event(
        5, None, TX, None, INPUT, address(1), address(2), (), b"")]  # fmt: skip
    assert as_table(made).schema == EVENTS
    assert list(of_table(as_table(made))) == made
    done = import_tables([("rows", table([row(5, 1, 2, 3)]))], tmp_path, "ethereum", _named, events=made)
    assert (done.transfers, done.events) == (1, 2)
    assert [each.data for each in open_ledger(tmp_path).events] == [b"", b"x" * 70_000]
    assert [origin.name for origin in load(tmp_path).sources] == ["rows", "events"]


def _named(key: str) -> Any:
    from cointrail.chains import Asset

    return Asset(key, key, 0, "named")


@few
@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_data_of_any_length_comes_back(data: list[bytes]) -> None:
    with TemporaryDirectory() as folder:
        ledger = bring(Path(folder), events=[[log(5, n, data=each) for n, each in enumerate(data)]])
        assert [each.data for each in ledger.events] == data
