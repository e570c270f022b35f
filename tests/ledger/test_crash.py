"""A crash at any point leaves the last complete ledger, and the same import again ends as if nothing had happened."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from cointrail.errors import InputError
from cointrail.ledger import Ledger, event_parts, index, open_ledger, segment, store
from cointrail.ledger.manifest import NAME, load
from cointrail.ledger.store import writer
from cointrail.ledger.verify import verify
from tests.cli.command import MAP, line, write
from tests.cli.command import load as load_csv
from tests.ledger.dying import DONE, STEPS, events, parts, small
from tests.ledger.worlds import bring
from tests.making import row

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from cointrail.cli import app; app()", "ledger", "import")


def kill_all(folder: Path) -> None:
    """One import for each step into a folder of its name; each is killed there."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.ledger.dying", folder], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [word for step in STEPS for word in (step, str(int(signal.SIGKILL)))], done.stdout


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RUN_ROWS", "SLICE_ROWS", "SMALL_ROWS"):
        monkeypatch.setattr(store, name, getattr(store, name))
    small()


def digests(ledger: Ledger) -> tuple[str, str]:
    return ledger.digest, ledger.events.digest


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.suffix != ".npy"}


def test_a_killed_import_leaves_the_old_ledger_or_the_new_one(tmp_path: Path, few_rows: None) -> None:
    (old, new), (early, late) = parts(), events()
    before = digests(bring(tmp_path / "undisturbed", old, events=[early]))
    after = digests(bring(tmp_path / "undisturbed", *new, events=late))
    assert before[1] != after[1]
    dying = tmp_path / "dying"
    for step in STEPS:
        bring(dying / step, old, events=[early])
    kill_all(dying)
    for step in STEPS:
        assert digests(open_ledger(dying / step)) == (after if step in DONE else before), step
        assert digests(bring(dying / step, *new, events=late)) == after, step
        assert verify(dying / step) == after[0]
        told = {part.name for part in load(dying / step).events}
        assert told == {path.stem for path in (dying / step / event_parts.FOLDER).iterdir()}, step
        named = {each.name for each in load(dying / step).segments}
        held = {path.stem for kind in segment.FOLDERS for path in (dying / step / kind).iterdir()}
        assert held == named, step
        assert not (dying / step / "staging").exists()


def test_a_first_import_that_is_killed_leaves_no_ledger_and_can_be_repeated(tmp_path: Path, few_rows: None) -> None:
    told, late = parts()[1], events()[1]
    whole = digests(bring(tmp_path / "undisturbed", *told, events=late))
    kill_all(tmp_path / "dying")
    for step in STEPS:
        folder = tmp_path / "dying" / step
        if step in DONE:
            assert digests(open_ledger(folder)) == whole
        else:
            with pytest.raises(InputError, match="no ledger here"):
                open_ledger(folder)
        assert digests(bring(folder, *told, events=late)) == whole, step
        assert step in DONE or files(folder) == files(tmp_path / "undisturbed"), step


@pytest.mark.parametrize("moment", [".lock", "addresses", "transfers/*", "blocks/*"])
def test_kill_9_of_the_command(tmp_path: Path, moment: str) -> None:
    rows = write(tmp_path / "rows.csv", [line(n // 3, n % 97 + 1, n % 89 + 1, n) for n in range(20_000)])
    arguments = [*COMMAND, str(rows), "--format", "csv", "--map", MAP, "--into"]
    killed = subprocess.Popen([*arguments, str(tmp_path / "killed")], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with killed:
        while not list((tmp_path / "killed").glob(moment)) and killed.poll() is None:
            time.sleep(0.0005)
        killed.kill()
    ended = killed.returncode == 0  # on a busy machine the command may be quicker than we are
    assert ended or not (tmp_path / "killed" / NAME).exists() or load(tmp_path / "killed").transfers == 20_000
    for name in ("killed", "undisturbed"):
        assert load_csv(rows, tmp_path / name).status == 0
    assert verify(tmp_path / "killed") == open_ledger(tmp_path / "undisturbed").digest


def test_an_import_that_fails_leaves_everything_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(tmp_path / "old", [row(5, 1, 2, 3)])
    (tmp_path / "empty").mkdir()
    before = files(tmp_path)

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(segment, "write", full)
    for name in ("old", "empty", "new"):
        with pytest.raises(OSError, match="No space"):
            bring(tmp_path / name, [row(6, 1, 2, 3)])
    assert files(tmp_path) == before
    assert (tmp_path / "empty").is_dir() and not (tmp_path / "new").exists()


def test_a_second_writer_is_told_to_wait(tmp_path: Path) -> None:
    ledger = bring(tmp_path, [row(5, 1, 2, 3)])
    with writer(tmp_path, "ethereum"):
        with pytest.raises(InputError, match="another command is writing"):
            bring(tmp_path, [row(6, 1, 2, 3)])
        assert Ledger(tmp_path).digest == ledger.digest
    assert bring(tmp_path, [row(6, 1, 2, 3)]).transfers == 2


def test_a_writer_that_waited_for_the_first_one_adds_to_its_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking and locking another command may have made the ledger."""
    lock = store.locked
    first = [row(5, 1, 2, 3)]

    def late(folder: Path) -> object:
        if first:
            monkeypatch.setattr(store, "locked", lock)
            bring(folder, [first.pop()])
        return lock(folder)

    monkeypatch.setattr(store, "locked", late)
    assert bring(tmp_path / "new", [row(6, 1, 2, 3)]).transfers == 2


@pytest.mark.parametrize("name", ["transactions", "blocks", "addresses", "staging", "notes.txt"])
def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, name: str) -> None:
    theirs = tmp_path / name / "2024.parquet" if "." not in name else tmp_path / name
    theirs.parent.mkdir(exist_ok=True)
    theirs.write_text("mine")
    with pytest.raises(InputError, match="not a ledger and not empty"):
        bring(tmp_path, [row(5, 1, 2, 3)])
    assert theirs.read_text() == "mine"


def test_readers_that_come_together_make_one_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(tmp_path, [row(n, n % 7 + 1, 9, n) for n in range(1, 50)])
    (tmp_path / "index.tmp").mkdir()  # somebody who was killed
    (tmp_path / "index.tmp" / "entries.npy").write_bytes(b"half")
    made: list[Path] = []
    build = index.build

    def slow(folder: Path, *more: Any) -> None:
        made.append(folder)
        time.sleep(0.1)
        build(folder, *more)

    monkeypatch.setattr(index, "build", slow)
    # straight to the making: in one process the property lets one thread in at a time anyway
    threads = [threading.Thread(target=open_ledger(tmp_path)._make_index) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert verify(tmp_path) == open_ledger(tmp_path).digest
