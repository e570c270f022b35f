"""What was changed behind the ledger's back is found, what can be made again is, and no answer is wrong."""

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import numpy as np
import pyarrow.parquet as pq
import pytest

from cointrail.errors import InputError
from cointrail.ledger import index, open_ledger, segment, store
from cointrail.ledger.files import sha256
from cointrail.ledger.manifest import Segment, load
from cointrail.ledger.verify import verify
from tests.cli.command import run
from tests.ledger.worlds import bring, rows_of, truth
from tests.making import address, row

KINDS = (*segment.FOLDERS, "addresses")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with an index, in several segments."""
    folder = tmp_path_factory.mktemp("sound")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "SLICE_ROWS", 20)
        bring(folder, truth(Random(5), 9)).digest  # noqa: B018  builds the index
    return folder


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "copy"))


def flipped(path: Path, count: int = 5) -> Iterator[int]:
    """Change one byte of a file at a time: the first, the last and some between; it is as it was at the end."""
    content = path.read_bytes()
    for place in sorted({round(n * (len(content) - 1) / (count - 1)) for n in range(count)}):
        changed = bytearray(content)
        changed[place] ^= 0x11
        path.write_bytes(changed)
        yield place
    path.write_bytes(content)


def test_a_sound_ledger_is_sound(sound: Path) -> None:
    assert len(load(sound).segments) > 2
    assert verify(sound) == open_ledger(sound).digest


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_byte_is_found_wherever_it_is(copy: Path, kind: str) -> None:
    path = sorted((copy / kind).iterdir())[-1]
    for _ in flipped(path):
        with pytest.raises(InputError, match=rf"{path.name}: changed since it was written"):
            verify(copy)
    verify(copy)


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_file_is_named(copy: Path, kind: str) -> None:
    path = sorted((copy / kind).iterdir())[0]
    path.unlink()
    with pytest.raises(InputError, match=rf"{path.name}: missing"):
        verify(copy)


@pytest.mark.parametrize("kind", KINDS)
def test_no_index_is_made_from_a_damaged_file(copy: Path, kind: str) -> None:
    shutil.rmtree(copy / "index")
    path = sorted((copy / kind).iterdir())[0]
    for _ in flipped(path, 3):
        done = run("ledger", "info", copy)
        assert done.refused and path.name in done.err
    path.unlink()
    assert run("ledger", "info", copy).refused


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_damaged_behind_a_sound_index_is_named(copy: Path, kind: str) -> None:
    path = sorted((copy / kind).iterdir())[0]
    for _ in flipped(path, 20):
        with pytest.raises(InputError, match=path.name):
            open_ledger(copy).digest  # noqa: B018


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_page_of_a_large_ledger_gives_an_error_or_the_right_answer(
    copy: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "CHECKED_ROWS", 0)
    expected = rows_of(open_ledger(copy))
    path = sorted((copy / kind).iterdir())[0]
    footer = int.from_bytes(path.read_bytes()[-8:-4], "little") + 8  # the part without checksums, left to `verify`
    for place in flipped(path, 60):
        with suppress(OSError, ValueError):
            assert place >= path.stat().st_size - footer or rows_of(open_ledger(copy)) == expected


def test_a_changed_manifest_is_refused_wherever_it_was_changed(copy: Path) -> None:
    for _ in flipped(copy / "manifest.json", 40):
        assert run("ledger", "verify", copy).refused
        assert run("ledger", "info", copy).refused
    verify(copy)


def rewritten(folder: Path, change: list[int]) -> None:
    """A segment whose rows stand in another order, in a manifest that knows nothing else."""
    manifest = load(folder)
    first = manifest.segments[0]
    path = segment.file(folder, "transfers", first)
    pq.write_table(pq.read_table(path).take(change), path)
    digests = first.digests | {"transfers": sha256(path)}
    changed = Segment(**first.__dict__ | {"digests": digests, "rows": len(change)})
    manifest.with_(segments=(changed, *manifest.segments[1:])).save(folder)


def test_rows_in_another_order_are_found_even_under_a_matching_manifest(copy: Path) -> None:
    rows = load(copy).segments[0].rows
    rewritten(copy, list(range(rows)))
    verify(copy)
    for swap in ((0, 1), (3, 4), (0, rows - 1)):
        order = list(range(rows))
        order[swap[0]], order[swap[1]] = swap[1], swap[0]
        rewritten(copy, order)
        with pytest.raises(InputError, match="out of order"):
            verify(copy)
        rewritten(copy, order)
        verify(copy)


def test_a_row_that_stands_twice_is_found(copy: Path) -> None:
    rows = load(copy).segments[0].rows
    rewritten(copy, [0, *range(rows)])
    with pytest.raises(InputError, match="out of order"):
        verify(copy)


def test_segments_in_another_order_are_found(copy: Path) -> None:
    manifest = load(copy)
    manifest.with_(segments=manifest.segments[::-1]).save(copy)
    with pytest.raises(InputError, match="out of order"):
        verify(copy)


def test_an_address_that_is_nowhere_is_found(copy: Path) -> None:
    load(copy).with_(addresses=()).save(copy)
    with pytest.raises(InputError, match="addresses are missing"):
        verify(copy)


@pytest.mark.parametrize("name", index.ARRAYS)
def test_a_damaged_index_is_found_and_made_again(copy: Path, name: str) -> None:
    ledger = open_ledger(copy)
    expected = ledger.digest, rows_of(ledger)
    path = copy / "index" / f"{name}.npy"
    for _ in flipped(path, 4):
        with pytest.raises(InputError, match=rf"{path.name}: changed since it was written; delete the folder index"):
            verify(copy)
        again = open_ledger(copy)
        assert (again.digest, rows_of(again)) == expected
    for size in (0, 1, path.stat().st_size - 1):
        path.write_bytes(path.read_bytes()[:size])
        again = open_ledger(copy)
        assert (again.digest, rows_of(again)) == expected
    path.unlink()
    assert open_ledger(copy).digest == expected[0]
    verify(copy)


def test_a_large_index_that_is_cut_is_made_again(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "CHECKED_ROWS", 0)
    expected = rows_of(open_ledger(copy))
    path = copy / "index" / "entries.npy"
    path.write_bytes(path.read_bytes()[:-4])
    assert rows_of(open_ledger(copy)) == expected


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"1", b"null", b"\xff", b"[" * 100_000])
def test_an_index_that_says_nonsense_is_made_again(copy: Path, content: bytes) -> None:
    digest = open_ledger(copy).digest
    (copy / "index" / "meta.json").write_bytes(content)
    assert verify(copy) == open_ledger(copy).digest == digest


def test_a_digest_that_was_changed_in_the_index_is_not_believed(copy: Path) -> None:
    digest = open_ledger(copy).digest
    path = copy / "index" / "meta.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"digest": "0" * 64}))
    assert open_ledger(copy).digest == digest


def test_an_index_of_another_state_is_made_again(copy: Path, tmp_path: Path) -> None:
    stale = Path(shutil.copytree(copy / "index", tmp_path / "stale"))
    bring(copy, [row(500, 1, 9, 5)])
    fresh = open_ledger(copy).digest
    shutil.rmtree(copy / "index")
    shutil.copytree(stale, copy / "index")
    ledger = open_ledger(copy)
    assert ledger.digest == fresh
    assert ledger.address_id(address(9)) is not None


def test_a_ledger_that_cannot_be_written_is_read_with_its_index_and_asks_for_it_without(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = open_ledger(copy).digest
    opened = Path.open

    def readonly(self: Path, mode: str = "r", *arguments: object, **more: object) -> object:
        if copy in self.parents and set(mode) & set("wax+"):
            raise PermissionError(30, "Read-only file system", str(self))
        return opened(self, mode, *arguments, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", readonly)
    assert open_ledger(copy).digest == digest
    shutil.rmtree(copy / "index")
    done = run("ledger", "info", copy)
    assert done.refused and "Read-only" in done.err


def test_the_index_holds_what_the_segments_hold(copy: Path) -> None:
    """Every movement of every holding, in order, with the holding at the other end."""
    ledger = open_ledger(copy)
    facts = ledger.facts(range(ledger.transfers))
    found: list[tuple[int, int, int, int]] = []
    for holding in range(len(ledger.index.holding_address)):
        mine = int(ledger.index.holding_address[holding]), int(ledger.index.holding_asset[holding])
        rows, incoming, amounts, peers = ledger.index.movements(holding)
        keys = [2 * number + comes for number, comes in zip(rows, incoming, strict=True)]
        assert keys == sorted(keys)
        for number, comes, amount, peer in zip(rows, incoming, amounts, peers, strict=True):
            ends = facts.sender[number], facts.recipient[number]
            assert (int(ends[comes]), int(facts.asset[number])) == mine
            assert int(ledger.index.holding_address[peer]) == int(ends[1 - comes])
            assert amount == facts.amount[number]
            found.append((int(number), comes, mine[0], mine[1]))
    valued = [number for number, amount in enumerate(facts.amount) if amount]
    assert sorted(number for number, *_ in found) == sorted([*valued, *valued])
    assert np.all(np.diff(ledger.index.start.astype(np.int64)) >= 0)
