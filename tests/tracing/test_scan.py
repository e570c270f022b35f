"""The scans of a whole ledger against the slow reference, and against the walk."""

from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.errors import InputError
from cointrail.tracing import scan_kernels as kernels
from cointrail.tracing.exit import Stop
from cointrail.tracing.ledgers import Ledgers
from cointrail.tracing.scan import POLICIES, Scan, Stream, run, scan, stream
from cointrail.tracing.walk import Limits, Seeds, Walk
from tests import making
from tests.tracing import naive
from tests.tracing.memory import Memory
from tests.tracing.test_walk import People, Rows

SIZE = 8  # address ids in the random ledgers


def streamed(rows: list[naive.Row]) -> Stream:
    sender, recipient, amount = (np.array(column) for column in zip(*rows, strict=True))
    ids = sender.astype(np.uint32), recipient.astype(np.uint32)
    return Stream(*ids, amount.astype(np.int64), np.arange(len(rows)), SIZE, 1)


def held(found: Scan) -> dict[int, int]:
    return {address: amount for address, amount in enumerate(found.held.tolist()) if amount}


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=300, deadline=None)
@given(rows=Rows, data=st.data())
def test_scan_is_the_reference(policy: str, rows: list[naive.Row], data: st.DataObject) -> None:
    seeds = data.draw(st.sets(st.integers(0, len(rows) - 1), min_size=1, max_size=3))
    stops = data.draw(st.frozensets(People, max_size=2))
    expected = naive.follow(rows, seeds, policy, stops)
    with patch("cointrail.tracing.scan.FIRST_POOL", kernels.MOST_NEW):  # so that the pool has to grow
        found = run(streamed(rows), {}, seeds, policy, stops=stops)
    assert held(found) == {address: amount for address, amount in expected.ends.items() if amount}
    if policy != "poison":
        assert found.balanced and found.stolen == expected.stolen


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=300, deadline=None)
@given(rows=Rows, data=st.data())
def test_scan_is_the_walk(policy: str, rows: list[naive.Row], data: st.DataObject) -> None:
    """With sources, from which everything leaves stolen and to which it may come back, with a horizon, and huge."""
    scale = data.draw(st.sampled_from([1, 10**6 + 3, 10**15 + 7]))
    rows = [(a, b, amount * scale) for a, b, amount in rows]
    places = st.integers(0, len(rows) - 1)
    sources = data.draw(st.dictionaries(st.sampled_from([row[0] for row in rows]), places, max_size=2))
    moves = data.draw(st.sets(places, max_size=2))
    stops = data.draw(st.frozensets(People, max_size=1)) - set(sources)
    until = data.draw(st.none() | places)
    limits = Limits({}, until=until)
    walk = Walk(Memory(rows), {}, False, lambda h, key: Stop("stop") if h in stops else None, limits)
    flow = walk.follow(policy, Seeds(sources, {(row, rows[row][0]) for row in moves}))
    ends: dict[int, int] = {}
    for end in flow.endpoints.values():
        ends[end.holding] = ends.get(end.holding, 0) + end.amount
    own = [row for row in moves if rows[row][0] not in sources]
    found = run(streamed(rows), sources, own, policy, stops=stops, until=until)
    assert held(found) == {holding: amount for holding, amount in ends.items() if amount}
    assert found.stolen == sum(flow.stolen.values())


@settings(max_examples=1000, deadline=None)
@given(data=st.data())
def test_the_share_is_exact_whatever_the_size(data: st.DataObject) -> None:
    balance = data.draw(st.integers(1, kernels.LIMIT - 1))
    held = data.draw(st.integers(1, balance))
    amount = data.draw(st.integers(1, balance))
    assert kernels.share_up(held, amount, balance) == -(-held * amount // balance)


@pytest.mark.parametrize("balance", [kernels.LIMIT - 1, kernels.ONE_STEP, kernels.ONE_STEP + 1, 1 << 53, 3])
def test_the_share_is_exact_at_the_edges(balance: int) -> None:
    for held in {1, 2, balance // 2, balance - 2, balance - 1, balance}:
        for amount in {1, 2, balance // 3, balance - 2, balance - 1, balance}:
            if 0 < held <= balance and 0 < amount <= balance:
                assert kernels.share_up(held, amount, balance) == -(-held * amount // balance)


@settings(max_examples=300, deadline=None)
@given(
    values=st.lists(st.integers(0, 2**70) | st.integers(0, 2**256 - 1), min_size=1, max_size=5),
    quantum=st.integers(1, 2**32 - 1),
)
def test_quanta_are_whole_and_the_rest_is_told(values: list[int], quantum: int) -> None:
    narrow: list[int] = []
    wide: list[list[int]] = []
    for value in values:
        narrow.append(value if value < 1 << 63 else 1 << 63 | len(wide))
        if value >= 1 << 63:
            wide.append([value >> shift & (1 << 64) - 1 for shift in (192, 128, 64, 0)])
    out, cut, fits = kernels.quanta(np.array(narrow, np.uint64), np.array(wide, np.uint64).reshape(-1, 4), quantum)
    assert fits == all(value // quantum < kernels.LIMIT for value in values)
    if fits:
        assert out.tolist() == [value // quantum for value in values]
        assert cut == sum(value % quantum for value in values)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_ledger_is_scanned_as_it_is_walked(policy: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    rows = []
    for block in range(400):
        sender, recipient = rng.integers(0, 12, 2).tolist()
        amount = int(rng.integers(0, 100)) << int(rng.choice([0, 20]))
        kind = {"asset": "OTHER"} if block % 7 == 0 else {}
        rows.append(making.row(block, sender, recipient if sender else recipient + 1, amount, **kind))
    ledger = making.ledger(tmp_path / "ledger", rows)
    index = ledger.index
    asset = next(n for n, known in enumerate(ledger.assets) if known.key == "COIN")
    source = next(h for h in range(len(index.start) - 1) if index.asset(h) == asset and index.address(h) == 3)
    seeds = Seeds({source: 40}, ())
    walk = Walk(Ledgers([ledger]), {}, False, lambda h, key: None if index.address(h) else Stop("fee"))
    flow = walk.follow(policy, seeds)
    ends: dict[int, int] = {}
    for end in flow.endpoints.values():
        ends[index.address(end.holding)] = ends.get(index.address(end.holding), 0) + end.amount
    found = scan(ledger, asset, seeds, policy, quantum=1)
    assert held(found) == {address: amount for address, amount in ends.items() if amount}
    assert (found.quantum, found.rest) == (1, 0)
    coarse = scan(ledger, asset, seeds, policy, quantum=1000)
    assert coarse.rest == sum(amount % 1000 for amount in index.amounts(stream(ledger, asset, 1).row))
    assert coarse.balanced is (None if policy == "poison" else True)


def test_what_does_not_fit_is_said(tmp_path: Path) -> None:
    ledger = making.ledger(tmp_path / "ledger", [making.row(1, 1, 2, 1 << 200)])
    with pytest.raises(InputError, match="too large for a scan"):
        scan(ledger, 0, Seeds({}, {(0, 0)}), "fifo")
    with pytest.raises(InputError, match="give 1 to"):
        stream(ledger, 0, 1 << 40)
    with pytest.raises(InputError, match="no scan under policy"):
        run(streamed([(1, 2, 3)]), {}, {0}, "tiho")
    many = [(1, 2, kernels.LIMIT - 1), (3, 2, kernels.LIMIT - 1)]
    with pytest.raises(InputError, match="balances are too large"):
        run(streamed(many), {}, {0}, "fifo")
