"""A ledger opened for reading: what it answers, and that other tools can read it as well."""

from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

import cointrail
from cointrail.errors import InputError
from cointrail.ledger import Ledger, open_ledger, store
from tests.ledger.worlds import Row, bring, rows_of, truth
from tests.making import START, address, row


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ledger, list[Row]]:
    """Several segments; hashes and addresses of which many begin alike."""
    folder = tmp_path_factory.mktemp("world")
    rows = truth(Random(8), 12)
    alike = [b"\7" * 8 + bytes([n]) * 12 for n in range(4)]
    rows += [row(200 + n, 1, 9, n + 1) | {"sender": alike[n]} for n in range(4)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "SLICE_ROWS", 25)
        return bring(folder, rows), rows


def test_every_transaction_is_found_with_all_its_rows(world: tuple[Ledger, list[Row]]) -> None:
    ledger, _ = world
    assert len(ledger.manifest.segments) > 2
    held = rows_of(ledger)
    for hash_ in {fact[2] for fact in held if fact[2]}:
        assert sorted(ledger.transaction(hash_)) == [n for n, fact in enumerate(held) if fact[2] == hash_]
    assert ledger.transaction(b"\1" * 32) == []


def test_every_address_is_found_by_its_bytes_and_shown_by_its_id(world: tuple[Ledger, list[Row]]) -> None:
    ledger, rows = world
    everyone = sorted({each[side] for each in rows for side in ("sender", "recipient") if each.get(side)})
    ids = [ledger.address_id(raw) for raw in everyone]
    assert ledger.addresses([number for number in ids if number is not None]) == everyone
    assert ledger.addresses([0]) == [b""]
    assert ledger.address_id(b"\7" * 20) is None
    assert ledger.address_id(bytes(20)) is None  # nobody is not the address of zeros
    assert sum(part.rows for part in ledger.manifest.addresses) == len(everyone)


def test_facts_come_in_the_order_asked_for(world: tuple[Ledger, list[Row]]) -> None:
    ledger, _ = world
    wanted = Random(1).sample(range(ledger.transfers), 30)
    wanted += wanted[:3]
    held = rows_of(ledger)
    facts = ledger.facts(wanted)
    assert facts.block.tolist() == [held[n][0] for n in wanted]
    assert facts.tx == [held[n][2] for n in wanted]
    assert facts.amount == [held[n][-1] for n in wanted]


def test_the_first_row_at_a_time(world: tuple[Ledger, list[Row]]) -> None:
    ledger, _ = world
    times = [fact[1] for fact in rows_of(ledger)]
    for time in {*times, *(time + 1 for time in times), 0, times[-1] + 99}:
        expected = next((n for n, held in enumerate(times) if held >= time), len(times))
        assert ledger.row_at(time) == expected
    assert ledger.times == (times[0], times[-1])
    assert ledger.blocks == (100, 203)


def test_duckdb_reads_it(world: tuple[Ledger, list[Row]]) -> None:
    """Amounts are decimals that add up; the few that do not fit stand beside them as 32 bytes."""
    ledger, rows = world
    amounts = [int.from_bytes(each["amount"]) for each in rows]
    narrow = [amount for amount in amounts if amount < 10**38]
    files = f"'{ledger.path}/transfers/*.parquet'"
    held = sql(f"select amount, wide from {files}")
    assert sorted(int(amount) for amount, _ in held if amount is not None) == sorted(narrow)
    assert sorted(int.from_bytes(wide) for _, wide in held if wide is not None) == sorted(set_aside(amounts))
    hashes = sql(f"select count(distinct hash) from '{ledger.path}/transactions/*.parquet'")
    assert hashes == [(len({each["tx"] for each in rows if each["tx"]}),)]


def sql(text: str) -> list[Any]:
    relation = duckdb.sql(text)
    assert relation is not None
    return relation.fetchall()


def set_aside(amounts: list[int]) -> list[int]:
    return [amount for amount in amounts if amount >= 10**38]


def test_a_ledger_without_times_or_blocks(tmp_path: Path) -> None:
    assert bring(tmp_path / "a", [row(5, 1, 2, 3, time=None)]).times is None
    bare = row(5, 1, 2, 3, tx=None, tx_index=None, kind=4) | {"block": None, "position": None}
    assert bring(tmp_path / "b", [bare]).blocks is None


def test_the_short_way_in(tmp_path: Path) -> None:
    bring(tmp_path, [row(5, 1, 2, 3, time=START)])
    ledger = cointrail.open_ledger(tmp_path)
    trail = cointrail.trace(ledger, cointrail.Theft(addresses=(address(1),)), policy="fifo")
    assert trail.balanced("fifo") is True
    with pytest.raises(InputError, match="no ledger here"):
        cointrail.open_ledger(tmp_path / "nowhere")


def test_a_ledger_that_is_written_to_while_it_is_read_says_so(tmp_path: Path) -> None:
    bring(tmp_path, [row(5, 1, 2, 3)])
    reader = open_ledger(tmp_path)
    bring(tmp_path, [row(6, 1, 2, 3)])
    with pytest.raises(InputError, match="was written to in the meantime; run the command again"):
        reader.digest  # noqa: B018
    assert open_ledger(tmp_path).transfers == 2


def test_a_ledger_that_was_read_is_still_read_after_a_write(tmp_path: Path) -> None:
    bring(tmp_path, [row(5, 1, 2, 3)])
    reader = open_ledger(tmp_path)
    movements = reader.index.movements(0)
    bring(tmp_path, [row(6, 1, 2, 3)])
    again = reader.index.movements(0)
    assert [list(map(int, part)) for part in again] == [list(map(int, part)) for part in movements]
