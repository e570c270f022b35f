"""Bounds over conversions: every policy and the linear program lie within, and sharp ones are the program's."""

import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st

import cointrail
from cointrail import Settings, Trail
from cointrail.tracing import bounds
from cointrail.tracing.policies import CONSERVING, POLICIES
from tests.tracing import linear, turning
from tests.tracing.following import theft
from tests.tracing.test_turning import CODES, made

SCALE = 10**9  # so that rounding is far below the tolerance
CLOSE = 1e-5  # of the program's floating point

People = st.integers(1, 5)
Assets = st.integers(0, 2)
Units = st.integers(1, 40)
Payment = st.tuples(People, People, Assets, Units).map(lambda one: [one])
POOL = 9
Swap = st.tuples(People, Assets, Assets, Units, Units).map(
    lambda one: [(one[0], POOL, one[1], one[3]), (POOL, one[0], one[2], one[4])]
)  # by a pool that has enough of everything
Wrap = st.tuples(People, Assets, Assets, Units).map(
    lambda one: [(one[0], POOL, one[1], one[3]), (POOL, one[0], one[2], one[3])]
)
Anything = st.lists(st.tuples(People, People, Assets, Units), min_size=1, max_size=5)
Transactions = st.lists(Payment | Payment | Swap | Swap | Wrap | Anything, min_size=2, max_size=14)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """A trail's passages and bridges hold each other, and with them the files of its ledgers: thousands in a test."""
    yield
    gc.collect()


def flat(transactions: list[list[tuple[int, int, int, int]]], scale: int = 1) -> list[turning.Row]:
    return [(number, a, b, asset, n * scale) for number, rows in enumerate(transactions) for a, b, asset, n in rows]


@contextmanager
def bounded(rows: list[turning.Row], asked: cointrail.Theft, **more: Any) -> Iterator[Trail | None]:
    """A trace with bounds; None where nothing was stolen."""
    with TemporaryDirectory() as folder:
        ledger = made(Path(folder) / "ledger", rows)
        try:
            given_ = Settings(tuple(POLICIES), bounds=True, behaviour=None, **more)
            trail = cointrail.trace(ledger, asked, settings=given_)
        except cointrail.InputError:
            trail = None
        yield trail


def check(trail: Trail) -> None:
    """Least <= figure <= most at every place under every policy, and the leasts together no more than there was."""
    assert trail.bounds is not None
    found = {bound.holding: bound for bound in trail.bounds}
    assert len(found) == len(trail.bounds)
    for policy in CONSERVING:
        flow = trail.flows[policy]
        ended: Counter[int] = Counter()
        for end in flow.endpoints.values():
            ended[end.holding] += end.amount
        for holding in ended.keys() | found.keys():
            least, most = (found[holding].least, found[holding].most) if holding in found else (0, 0)
            assert 0 <= least <= ended[holding] <= most, (policy, holding, least, ended[holding], most)
        for asset in {*flow.stolen, *flow.came}:
            sure = sum(bound.least for bound in trail.bounds if trail.ledgers.asset(bound.holding) == asset)
            assert sure <= flow.stolen.get(asset, 0) + flow.came.get(asset, 0) - flow.left.get(asset, 0)


@settings(max_examples=150, deadline=None)
@given(transactions=Transactions, data=st.data())
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_every_policy_lies_within(direction: str, transactions: list[Any], data: st.DataObject) -> None:
    rows = flat(transactions)
    who = data.draw(st.sets(st.sampled_from(sorted({row[1 if direction == "forward" else 2] for row in rows})),
                            min_size=1, max_size=2))  # fmt: skip
    more: dict[str, Any] = {}
    if data.draw(st.booleans()):
        more["tx"] = [(data.draw(st.integers(0, len(transactions) - 1)) + 1).to_bytes(32, "big")]
    deep = data.draw(st.sampled_from([0, 1, bounds.DEEP]))
    with patch.object(bounds, "DEEP", deep), bounded(rows, theft(*who, direction=direction, **more)) as trail:
        if trail is not None:
            event(f"conversions {min(3, len(trail.flows['fifo'].came))}")
            check(trail)


def test_what_ends_at_the_theft_itself_is_not_what_came_back() -> None:
    """Backward, one of two units that arrived came from an exchange whose other side is not seen."""
    rows = flat([[(1, 3, 2, 1)], [(1, 2, 0, 1), (1, 4, 0, 1), (2, 1, 1, 1), (4, 3, 2, 1)]])
    with bounded(rows, theft(3, direction="backward")) as trail:
        assert trail is not None and trail.bounds is not None
        check(trail)
        assert {bound.stop.reason: (bound.least, bound.most) for bound in trail.bounds}["swap"] == (1, 1)


def program(rows: list[turning.Row], trail: Trail, source: int) -> bool:
    """Hold the bounds against the linear program; whether any is sharp though something was converted into it."""
    assert trail.bounds is not None
    expected = linear.Program(rows, source, SCALE).bounds()
    ledgers, sharp = trail.ledgers, False
    converted = trail.flows["poison"].came
    seen = set()
    for bound in trail.bounds:
        raw = ledgers.all[0].addresses([ledgers.address(bound.holding)[1]])[0]
        place = int.from_bytes(raw[:4], "big"), CODES.index(ledgers.assets[ledgers.asset(bound.holding)].key)
        if place[0] == source:
            continue
        seen.add(place)
        least, most = expected[place]
        assert bound.least / SCALE <= least + CLOSE and most - CLOSE <= bound.most / SCALE, (place, bound, least, most)
        if bound.sharp:
            assert abs(bound.least / SCALE - least) < CLOSE, (place, bound, least, most)
            assert abs(bound.most / SCALE - most) < CLOSE, (place, bound, least, most)
            sharp |= ledgers.asset(bound.holding) in converted
    assert all(most < CLOSE for place, (_, most) in expected.items() if place not in seen)
    return sharp


@settings(max_examples=200, deadline=None)
@given(transactions=Transactions)
@example([[(1, 2, 0, 10)], [(3, 2, 0, 30)], [(2, 9, 0, 15), (9, 2, 1, 45)], [(2, 4, 1, 20)]])  # of a mixed holding
@example([[(1, 2, 0, 9)], [(3, 2, 0, 9)], [(2, 9, 0, 9), (9, 2, 1, 7)], [(2, 9, 0, 9), (9, 2, 1, 8)]])  # all, in two
def test_the_linear_program_lies_within(transactions: list[Any]) -> None:
    rows = flat(transactions, SCALE)
    source = rows[0][1]
    assume(linear.plain(rows))
    with bounded(rows, theft(source)) as trail:
        if trail is None:
            return
        event(f"sharp behind a conversion: {program(rows, trail, source)}")


def test_a_swap_of_a_mixed_holding_gives_in_proportion() -> None:
    """10 of 40 are stolen; 35 are swapped for 50, so that 5 to 10 went in, and 8 to 15 of the 50 came: rounded outward,
    the most by a unit more for a run of coins that begins and ends within a unit."""
    rows = flat([[(1, 2, 0, 10)], [(3, 2, 0, 30)], [(2, POOL, 0, 35), (POOL, 2, 1, 50)]])
    with bounded(rows, theft(1)) as trail:
        assert trail is not None and trail.bounds is not None
        check(trail)
        found = [(CODES[trail.ledgers.asset(b.holding)], b.least, b.most, b.sharp) for b in trail.bounds]
    assert found == [("AAA", 0, 5, True), ("BBB", 7, 16, True)]
