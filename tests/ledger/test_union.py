"""Importing is the union of what sources say: in whatever order, split and company they come, it ends the same."""

from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.ledger import Ledger, runs, store
from cointrail.ledger.columns import Columns
from cointrail.ledger.rows import Kind, Status
from cointrail.ledger.verify import verify
from tests.ledger.worlds import AMOUNTS, Row, Way, as_rows, block_hash, bring, rows_of, sources, truth
from tests.making import START, address, row

Seeds = st.integers(0, 2**32)
few = settings(max_examples=10, deadline=None)


def digests(seed: int, parts: list[list[Row]], times: int) -> set[str]:
    """The digests of `times` ledgers that get the same parts, each in another order and company."""
    random = Random(seed)
    found = set()
    for _ in range(times):
        random.shuffle(parts)
        with TemporaryDirectory() as folder:
            waiting = list(parts)
            while waiting:
                count = random.randint(1, len(waiting))
                ledger = bring(Path(folder), *waiting[:count])
                waiting = waiting[count:]
            assert verify(Path(folder)) == ledger.digest
            found.add(ledger.digest)
    return found


@few
@given(Seeds)
def test_the_whole_truth_comes_back_as_it_was_told(seed: int) -> None:
    random = Random(seed)
    rows = truth(random, 3)
    with TemporaryDirectory() as folder:
        ledger = bring(Path(folder), random.sample(rows, len(rows)))
        assert rows_of(ledger) == as_rows(rows)
        assert verify(Path(folder)) == ledger.digest


@few
@given(Seeds, st.booleans())
def test_any_order_and_company_of_sources_is_the_same(seed: int, blockless: bool) -> None:
    random = Random(seed)
    parts = sources(random, truth(random, random.randint(1, 4)), 4, blockless)
    assert len(digests(seed, parts, 4)) == 1


@few
@given(Seeds)
def test_any_split_of_one_source_is_the_same(seed: int) -> None:
    random = Random(seed)
    rows = truth(random, 4)
    cuts = sorted(random.sample(range(1, len(rows)), 2))
    shuffled = random.sample(rows, len(rows))
    parts = [shuffled[: cuts[0]], shuffled[cuts[0] : cuts[1]], shuffled[cuts[1] :]]
    assert digests(seed, [rows], 1) == digests(seed, parts, 3)


@few
@given(Seeds)
def test_twice_is_once(seed: int) -> None:
    random = Random(seed)
    parts = sources(random, truth(random, 3), 3)
    with TemporaryDirectory() as folder:
        digest = bring(Path(folder), *parts).digest
        files = len(list(Path(folder).rglob("*.parquet")))
        assert bring(Path(folder), *random.sample(parts, len(parts))).digest == digest
        assert bring(Path(folder), *parts).digest == digest
        assert len(list(Path(folder).rglob("*.parquet"))) == files


@few
@given(Seeds)
def test_what_all_sources_say_together_is_the_truth(seed: int) -> None:
    """One source with positions tells all; whatever the others leave out, they add nothing."""
    random = Random(seed)
    rows = truth(random, 3)
    with TemporaryDirectory() as folder:
        for part in random.sample([*sources(random, rows, 3), rows], 4) if len(rows) > 8 else [rows]:
            ledger = bring(Path(folder), part)
        assert rows_of(ledger) == as_rows(rows)


@pytest.mark.parametrize(("slice_rows", "run_rows", "small"), [(1, 1, 0), (3, 4, 2), (2, 1000, 10), (1000, 2, 0)])
@settings(max_examples=4, deadline=None)
@given(seed=Seeds)
def test_runs_and_slices_of_any_size_are_the_same(slice_rows: int, run_rows: int, small: int, seed: int) -> None:
    random = Random(seed)
    parts = sources(random, truth(random, 4), 3)
    whole = digests(seed, parts, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "SLICE_ROWS", slice_rows)
        patch.setattr(store, "RUN_ROWS", run_rows)
        patch.setattr(store, "SMALL_ROWS", small)
        assert digests(seed, parts, 3) == whole


def test_many_slices_make_many_segments_that_do_not_overlap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "SLICE_ROWS", 3)
    monkeypatch.setattr(store, "SMALL_ROWS", 3)
    for blocks in ([20, 21, 22, 23, 24], [10, 11], [30], [31, 32, 5]):
        ledger = bring(tmp_path, [row(block, 1, 2, block) for block in blocks])
        ends = [(segment.first, segment.last) for segment in ledger.manifest.segments]
        assert all(before[1] < after[0] for before, after in pairwise(ends))
        verify(tmp_path)
    assert [fact[0] for fact in rows_of(ledger)] == [5, 10, 11, 20, 21, 22, 23, 24, 30, 31, 32]


def test_a_run_on_disk_keeps_every_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spilled = []

    def spill(staging: Path, number: int, rows: Columns) -> runs.Run:
        spilled.append(number)
        return runs.spill(staging, number, rows)

    monkeypatch.setattr(store, "spill", spill)
    monkeypatch.setattr(store, "RUN_ROWS", 5)
    rows = truth(Random(1), 4)
    one = bring(tmp_path / "spilled", rows[:6], rows[6:])
    assert len(spilled) == 2
    assert one.digest == bring(tmp_path / "held", rows).digest
    assert not (tmp_path / "spilled" / "staging").exists()


def loose(block: int, sender: int, recipient: int, amount: int, **more: object) -> Row:
    return row(block, sender, recipient, amount, **{"kind": Kind.OTHER, "tx_index": None} | more) | {"position": None}


def test_equal_rows_of_one_source_are_kept_and_counted(tmp_path: Path) -> None:
    three = [loose(5, 1, 2, 7)] * 3
    ledger = bring(tmp_path, three)
    assert [fact[-1] for fact in rows_of(ledger)] == [7, 7, 7]
    assert bring(tmp_path, [loose(5, 1, 2, 7)] * 2).digest == ledger.digest
    assert bring(tmp_path, three + three[:1]).transfers == 4


def test_equal_rows_with_positions_take_the_place_of_those_without(tmp_path: Path) -> None:
    placed = [row(5, 1, 2, 7, position=n, tx=b"\1" * 32, tx_index=0) for n in (3, 4)]
    bare = [loose(5, 1, 2, 7, tx=b"\1" * 32)] * 3
    for name, parts in {"a": (bare, placed), "b": (placed, bare), "c": (placed[:1], bare, placed[1:])}.items():
        for part in parts:
            ledger = bring(tmp_path / name, part)
        assert ledger.transfers == 3
        assert ledger.digest == bring(tmp_path / "a", bare).digest


def test_a_row_of_another_asset_or_amount_is_another_row(tmp_path: Path) -> None:
    rows = [loose(5, 1, 2, 7), loose(5, 1, 2, 8), loose(5, 1, 2, 7, asset=""), loose(5, 2, 1, 7)]
    assert bring(tmp_path, *([each] for each in rows)).transfers == 4


@pytest.mark.parametrize("turned", [False, True])
def test_a_transaction_that_failed_moves_nothing_in_any_order(tmp_path: Path, turned: bool) -> None:
    base = {"tx": b"\1" * 32, "asset": "", "tx_index": 0}
    hoped = row(5, 1, 2, 9, **base, kind=Kind.TRANSACTION, status=Status.UNKNOWN)
    trace = row(5, 1, 2, 0, **base, kind=Kind.TRANSACTION, status=Status.FAILED)
    fee = row(5, 1, 0, 3, **base, kind=Kind.FEE, status=Status.UNKNOWN)
    inner = row(5, 2, 3, 4, **base, kind=Kind.TRACE, path=b"\0\0", status=Status.UNKNOWN) | {"position": None}
    bare = loose(5, 1, 2, 9, **base | {"tx_index": None})
    parts = [[hoped], [bare], [inner], [fee], [trace]]
    for part in reversed(parts) if turned else parts:
        ledger = bring(tmp_path, part)
    assert [fact[-1] for fact in rows_of(ledger)] == [3, 0]
    assert bring(tmp_path / "once", *parts).digest == ledger.digest


@pytest.mark.parametrize("off", [-64, 64])
def test_an_exact_amount_wins_over_a_rounded_one_and_the_status_of_either_is_kept(tmp_path: Path, off: int) -> None:
    base = {"tx": b"\1" * 32, "asset": "", "kind": Kind.TRANSACTION, "tx_index": 0}
    rounded = row(5, 1, 2, 10**18 + off, **base, exact=False, status=Status.DONE)
    exact = row(5, 1, 2, 10**18 + 1, **base, exact=True, status=Status.UNKNOWN)
    found = []
    for name, parts in {"a": ([rounded], [exact]), "b": ([exact], [rounded])}.items():
        for part in parts:
            ledger = bring(tmp_path / name, part)
        assert [fact[-1] for fact in rows_of(ledger)] == [10**18 + 1]
        found.append(ledger.digest)
    assert found[0] == found[1] == bring(tmp_path / "c", [row(5, 1, 2, 10**18 + 1, **base)]).digest


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(AMOUNTS) | st.integers(0, 2**256 - 1), st.integers(1, 3)), min_size=1))
def test_amounts_of_any_width_come_back_exactly(moves: list[tuple[int, int]]) -> None:
    rows = [row(block, 1, to, amount) for block, (amount, to) in enumerate(moves, 1)]
    with TemporaryDirectory() as folder:
        ledger = bring(Path(folder), rows)
        assert [fact[-1] for fact in rows_of(ledger)] == [amount for amount, _ in moves]
        me = ledger.address_id(address(1))
        assert me is not None
        moved = [amount for h in ledger.index.holdings(me) for amount in ledger.index.movements(h)[2]]
        assert sum(moved) == sum(amount * (2 if to == 1 else 1) for amount, to in moves)  # to oneself stands twice


def test_a_later_source_replaces_a_block_that_was_reorganised(tmp_path: Path) -> None:
    def block(version: int, amount: int) -> list[Row]:
        return [row(n, 1, 2, amount + n, block_hash=block_hash(n, version if n == 6 else 0)) for n in (5, 6, 7)]

    bring(tmp_path, block(0, 100))
    ledger = bring(tmp_path, [row(6, 1, 3, 1, block_hash=block_hash(6, 1), tx=b"\7" * 32)])
    assert [(fact[0], fact[-1]) for fact in rows_of(ledger)] == [(5, 105), (6, 1), (7, 107)]
    assert verify(tmp_path) == ledger.digest
    old = bring(tmp_path, block(0, 100))  # what is read last counts, be it older
    assert [fact[-1] for fact in rows_of(old)] == [105, 106, 107]


def test_a_source_without_block_hashes_replaces_nothing(tmp_path: Path) -> None:
    bring(tmp_path, [row(6, 1, 2, 5, block_hash=block_hash(6))])
    ledger = bring(tmp_path, [row(6, 1, 3, 1, tx=b"\7" * 32)])
    assert ledger.transfers == 2


def test_a_block_hash_that_comes_later_is_kept_and_the_old_files_stay_as_they_are(tmp_path: Path) -> None:
    bare = [row(6, 1, 2, 5)]
    before = bring(tmp_path, bare)
    digest, names = before.digest, [segment.name for segment in before.manifest.segments]
    ledger = bring(tmp_path, [each | {"block_hash": block_hash(6)} for each in bare])
    assert (ledger.digest, ledger.transfers) == (digest, 1)  # a block's hash is not part of the content
    assert not set(names) & {segment.name for segment in ledger.manifest.segments}
    assert bring(tmp_path, [row(6, 1, 9, 9, tx=b"\7" * 32, block_hash=block_hash(6, 1))]).transfers == 1


def test_times_of_other_sources_fill_in(tmp_path: Path) -> None:
    untimed = [row(n, 1, 2, n, time=None) for n in (5, 6)]
    assert [fact[1] for fact in rows_of(bring(tmp_path, untimed))] == [-1, -1]
    ledger = bring(tmp_path, [row(5, 3, 4, 1, tx=b"\7" * 32)])
    assert [fact[1] for fact in rows_of(ledger)] == [START + 60, START + 60, -1]


def test_a_row_without_block_orders_the_ledger_by_time(tmp_path: Path) -> None:
    blocks = [row(n, 1, 2, n) for n in (5, 6, 7)]
    ledger = bring(tmp_path, blocks)
    assert ledger.manifest.order == "block"
    bare = row(0, 2, 3, 99, tx=None, tx_index=None, kind=Kind.OTHER, time=START + 12 * 6 + 1)
    bare |= {"block": None, "position": None}
    ledger = bring(tmp_path, [bare])
    assert ledger.manifest.order == "time"
    assert [fact[-1] for fact in rows_of(ledger)] == [5, 6, 99, 7]
    assert verify(tmp_path) == ledger.digest == bring(tmp_path / "once", blocks, [bare]).digest
    assert bring(tmp_path / "turned", [bare]).transfers == 1
    assert bring(tmp_path / "turned", blocks).digest == ledger.digest


@pytest.mark.parametrize("together", [False, True])
def test_rows_without_block_and_rows_without_time_cannot_be_put_in_order(tmp_path: Path, together: bool) -> None:
    from cointrail.errors import InputError

    timed, untimed = row(5, 1, 2, 5), row(6, 1, 2, 6, time=None)
    bare = row(0, 2, 3, 99, tx=None, tx_index=None, kind=Kind.OTHER) | {"block": None, "position": None}
    if together:
        with pytest.raises(InputError, match="blocks file"):
            bring(tmp_path / "new", [timed, untimed], [bare])
        assert not (tmp_path / "new").exists()
        return
    before = bring(tmp_path, [timed, untimed]).digest
    with pytest.raises(InputError, match="blocks file"):
        bring(tmp_path, [bare])
    assert Ledger(tmp_path).digest == before


def test_a_way_of_telling_that_has_no_index_is_put_in_order_by_one_that_has(tmp_path: Path) -> None:
    rows = truth(Random(3), 2)
    bring(tmp_path, [Way(index=False).tell(each) for each in rows])
    assert rows_of(bring(tmp_path, rows)) == as_rows(rows)
