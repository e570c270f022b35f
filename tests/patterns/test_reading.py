"""A folder that is no trail, or a damaged one, is refused with file and place; a good one is read to the last unit."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cointrail.errors import InputError
from cointrail.patterns import content, report
from cointrail.patterns.reading import COLUMNS, read
from tests.cli.command import done, movements, run, trail

FLOWS = """when,payer,payee,usd
2024-05-01 10:00:00,0x1111111111111111111111111111111111111111,0x2222222222222222222222222222222222222222,100
2024-05-01 11:00:00,0x2222222222222222222222222222222222222222,0x3333333333333333333333333333333333333333,60.5
2024-05-09 11:00:00,0x3333333333333333333333333333333333333333,0x4444444444444444444444444444444444444444,60.5
"""


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    (folder / "flows.csv").write_text(FLOWS)
    mapped = ("--map", "time=when,from=payer,to=payee,amount=usd", "--asset", "USD", "--decimals", "2")
    done("ledger", "import", folder / "flows.csv", "--into", folder / "ledger", "--format", "csv", *mapped)
    theft = ("--from", "0x1111111111111111111111111111111111111111")
    done("trace", folder / "ledger", *theft, "--policy", "all", "--out", folder / "out")
    return folder


def copied(good: Path, out: Path) -> Path:
    out.mkdir(exist_ok=True)
    for name in ("trail.json", "movements.csv"):
        (out / name).write_bytes((good / "out" / name).read_bytes())
    return out


def changed(good: Path, out: Path, change: Callable[[Any], object]) -> Path:
    folder = copied(good, out)
    said = json.loads((folder / "trail.json").read_text())
    change(said)
    (folder / "trail.json").write_text(json.dumps(said))
    return folder


def test_every_movement_is_read_exactly(good: Path) -> None:
    for policy in ("fifo", "haircut"):
        record = read(good / "out", policy)
        rows = [row for row in movements(good / "out") if row["policy"] == policy]
        assert [Decimal(row["stolen"]) * 100 for row in rows] == [step.stolen for step in record.steps]
        assert [row["tx"] or None for row in rows] == [step.tx for step in record.steps]
    assert record.worth.measure == "USD" and record.worth.whole == 100
    assert record.stolen == {"USD": 100_00}


def test_what_is_no_trail_is_refused(tmp_path: Path, good: Path) -> None:
    for folder, word in ((tmp_path / "none", "is no folder"), (tmp_path, "holds no trail.json")):
        with pytest.raises(InputError, match=word):
            read(folder)
    (tmp_path / "trail.json").write_text("{")
    with pytest.raises(InputError, match="is no JSON"):
        read(tmp_path)
    (tmp_path / "trail.json").write_text('{"schema": "something/else"}')
    with pytest.raises(InputError, match="its schema is not"):
        read(tmp_path)
    said = run("patterns", tmp_path)
    assert said.refused and "trail.json" in said.err
    alone = copied(good, tmp_path / "alone")
    (alone / "movements.csv").unlink()
    with pytest.raises(InputError, match=r"holds no movements\.csv"):
        read(alone)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda c: c["theft"].update(direction="backward"), "backward"),
        (lambda c: c.update(policies={"poison": c["policies"]["poison"]}), "do not add up"),
        (lambda c: c.pop("assets"), "no field 'assets'"),
        (lambda c: c["assets"]["USD"].update(decimals=10**9), "decimals"),
        (lambda c: c["assets"]["USD"].update(chain="nowhere"), "nowhere"),
        (lambda c: c["policies"]["fifo"]["endpoints"].append({}), "no field"),
        (lambda c: c["policies"]["fifo"].update(stolen={"USD": "1e999999999"}), "does not fit"),
        (lambda c: c["policies"]["fifo"]["endpoints"][0].update(address={}), "endpoint's address"),
        (lambda c: c.update(ledgers=5), "int"),
        (lambda c: c.update(assets={}), "USD"),
    ],
)
def test_a_trail_with_a_wrong_part_is_refused(
    good: Path, tmp_path: Path, change: Callable[[Any], object], word: str
) -> None:
    folder = changed(good, tmp_path / "out", change)
    with pytest.raises(InputError, match=word):
        read(folder, None if "add up" in word else "fifo")


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("policy,chain", "rule,chain", "no column policy"),
        ("60.5,", "sixty,", "line [0-9]+: "),
        ("2024-05-01T11:00:00Z", "yesterday", "line [0-9]+: "),
        (",USD,", ",EUR,", "line [0-9]+: asset"),
    ],
)
def test_a_damaged_row_is_refused_with_its_line(good: Path, tmp_path: Path, old: str, new: str, word: str) -> None:
    folder = copied(good, tmp_path / "out")
    text = (folder / "movements.csv").read_text()
    assert old in text
    (folder / "movements.csv").write_text(text.replace(old, new))
    with pytest.raises(InputError, match=word):
        read(folder)


@given(data=st.binary(max_size=300), at=st.floats(0, 1))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_anywhere_is_read_or_refused(good: Path, tmp_path: Path, data: bytes, at: float) -> None:
    for name in ("trail.json", "movements.csv"):
        folder = copied(good, tmp_path / "out")
        raw = (folder / name).read_bytes()
        cut = int(at * len(raw))
        (folder / name).write_bytes(raw[:cut] + data + raw[cut + len(data) :])
        try:
            content(report(folder))
        except InputError as error:
            assert str(folder) in str(error)


def test_a_policy_that_is_not_there_is_refused(good: Path) -> None:
    for name in ("poison", "newest"):
        said = run("patterns", good / "out", "--policy", name)
        assert said.refused and "fifo" in said.err


def test_another_ledger_is_refused(good: Path, tmp_path: Path) -> None:
    (tmp_path / "flows.csv").write_text(FLOWS.replace("60.5", "60"))
    mapped = ("--map", "time=when,from=payer,to=payee,amount=usd", "--asset", "USD", "--decimals", "2")
    done("ledger", "import", tmp_path / "flows.csv", "--into", tmp_path / "ledger", "--format", "csv", *mapped)
    said = run("patterns", good / "out", "--ledger", tmp_path / "ledger")
    assert said.refused and "not the ledger of this trace" in said.err
    assert set(COLUMNS) <= set(trail(good / "out") and movements(good / "out")[0])
