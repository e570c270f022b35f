"""The walks against the slow reference, on random ledgers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.tracing.bounds import bounds
from cointrail.tracing.exit import Stop
from cointrail.tracing.policies import CONSERVING, POLICIES
from cointrail.tracing.walk import Flow, Limits, Seeds, Walk
from tests.tracing import naive
from tests.tracing.memory import Memory

People = st.integers(1, 6)
Rows = st.lists(st.tuples(People, People, st.integers(1, 12)), min_size=1, max_size=30)


def walked(
    rows: list[naive.Row], seeds: set[int], policy: str, stops: frozenset[int] = frozenset(), backward: bool = False
) -> Flow:
    walk = Walk(Memory(rows), {}, backward, lambda h, key: Stop("stop") if h in stops else None)
    side = 1 if backward else 0
    return walk.follow(policy, Seeds({}, {(-row if backward else row, rows[row][side]) for row in seeds}))


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=200, deadline=None)
@given(rows=Rows, data=st.data())
def test_walk_is_the_reference(policy: str, rows: list[naive.Row], data: st.DataObject) -> None:
    seeds = data.draw(st.sets(st.integers(0, len(rows) - 1), min_size=1, max_size=3))
    stops = data.draw(st.frozensets(People, max_size=2))
    expected = naive.follow(rows, seeds, policy, stops)
    flow = walked(rows, seeds, policy, stops)
    ends: dict[int, int] = {}
    for end in flow.endpoints.values():
        ends[end.holding] = ends.get(end.holding, 0) + end.amount
    assert {move.key: move.stolen for move in flow.moves} == expected.moves
    assert ends == {address: amount for address, amount in expected.ends.items() if amount}
    if policy in CONSERVING:
        assert sum(flow.stolen.values()) == expected.stolen == sum(ends.values())


@pytest.mark.parametrize("policy", CONSERVING)
@settings(max_examples=100, deadline=None)
@given(rows=Rows, data=st.data())
def test_poison_contains_every_other_policy(policy: str, rows: list[naive.Row], data: st.DataObject) -> None:
    seeds = data.draw(st.sets(st.integers(0, len(rows) - 1), min_size=1, max_size=3))
    reach = {m.key: m.stolen for m in walked(rows, seeds, "poison").moves}
    flow = walked(rows, seeds, policy)
    assert all(move.stolen <= reach.get(move.key, 0) for move in flow.moves)


@pytest.mark.parametrize("policy", ["fifo", "lifo", "haircut"])
@settings(max_examples=200, deadline=None)
@given(rows=Rows, data=st.data())
def test_forward_and_backward_agree(policy: str, rows: list[naive.Row], data: st.DataObject) -> None:
    """What of one movement reaches another is the same from either end; haircut up to its rounding."""
    scale = 10**12 if policy == "haircut" else 1
    rows = [(a, b, amount * scale) for a, b, amount in rows]
    first = data.draw(st.integers(0, len(rows) - 1))
    last = data.draw(st.integers(first, len(rows) - 1))
    there = {m.key: m.stolen for m in walked(rows, {first}, policy).moves}
    back = {-m.key: m.stolen for m in walked(rows, {last}, policy, backward=True).moves}
    assert abs(there.get(last, 0) - back.get(first, 0)) <= (len(rows) if policy == "haircut" else 0)


@settings(max_examples=150, deadline=None)
@given(rows=Rows, data=st.data())
def test_every_policy_ends_inside_the_bounds(rows: list[naive.Row], data: st.DataObject) -> None:
    seeds = Seeds({}, {(row, rows[row][0]) for row in data.draw(st.sets(st.integers(0, len(rows) - 1), min_size=1))})
    if data.draw(st.booleans()):
        seeds = Seeds(dict.fromkeys(data.draw(st.sets(People, min_size=1, max_size=2)) & {r[0] for r in rows}, 0), ())
    stops = data.draw(st.frozensets(People, max_size=2))
    until = data.draw(st.none() | st.integers(1, len(rows)))
    walk = Walk(
        Memory(rows),
        {},
        False,
        lambda h, key: Stop("stop") if h in stops else None,
        Limits({}, until=until),
    )
    found = {b.holding: b for b in bounds(walk, walk.follow("poison", seeds), seeds)}
    for policy in CONSERVING:
        flow = walk.follow(policy, seeds)
        assert sum(end.amount for end in flow.endpoints.values()) == sum(flow.stolen.values())
        ends: dict[int, int] = {}
        for end in flow.endpoints.values():
            ends[end.holding] = ends.get(end.holding, 0) + end.amount
        for holding, amount in ends.items():
            assert amount <= found[holding].most
        for holding, bound in found.items():
            assert bound.least <= ends.get(holding, 0)
