"""The forest against sets that are merged one by one: as of every transaction, explained, extended and taken apart."""

from unittest.mock import patch

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from cointrail.errors import InputError
from cointrail.owners import Clusters, Guards, Rule, Ties, forest
from cointrail.owners.guards import unlabelled
from cointrail.owners.ties import BEGINS, NONE, inputs, merged, pairs
from tests.owners import naive
from tests.owners.naive import Group

IDS = 12
RULES = st.sampled_from(list(Rule))
GROUPS = st.lists(
    st.tuples(st.integers(0, 9), RULES, st.lists(st.integers(1, IDS), min_size=2, max_size=5).map(tuple)), max_size=14
).map(lambda groups: sorted(groups, key=lambda group: group[0]))
ACTORS = st.dictionaries(st.integers(1, IDS), st.integers(1, 3), max_size=4)


def ties(groups: list[Group]) -> Ties:
    rows = [(tx, one, rule | (0 if n else int(BEGINS))) for tx, rule, ids in groups for n, one in enumerate(ids)]
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    tx, owner, rule = columns
    return Ties(np.array(tx, np.uint32), np.array(owner, np.uint32), np.array(rule, np.uint8))


def guards(actors: dict[int, int], most: int | None) -> Guards:
    return Guards(np.array(list(actors), np.uint32), np.array(list(actors.values()), np.int32), most)


def grown(groups: list[Group], actors: dict[int, int] | None = None, most: int | None = None) -> Clusters:
    made = Clusters(guards(actors or {}, most))
    made.extend(ties(groups))
    return made


def found(made: Clusters, before: int = 1 << 33) -> list[set[int]]:
    parts = {tuple(made.members(one, before)) for one in range(1, IDS + 1)}
    return sorted((set(part) for part in parts if len(part) > 1), key=min)


def expected(known: naive.Naive) -> list[set[int]]:
    return sorted(known.clusters, key=min)


@given(GROUPS, ACTORS, st.sampled_from([None, 1, 2, 3]))
@settings(max_examples=300, deadline=None)
def test_clusters_and_refusals_are_those_of_the_naive_way_as_of_every_transaction(
    groups: list[Group], actors: dict[int, int], most: int | None
) -> None:
    made = grown(groups, actors, most)
    for before in [*range(11), 1 << 33]:
        known = naive.clusters(groups, before, actors, most)
        assert found(made, before) == expected(known)
        said = [(refusal.tx, refusal.reason.name) for refusal in made.refusals(before)]
        assert said == [(groups[place][0], reason) for place, reason in known.refused]
    for refusal in made.refusals():
        assert not made.same(refusal.one, refusal.other, refusal.tx + 1) or refusal.reason.name == "SIZE"


@given(GROUPS, ACTORS, st.sampled_from([1, 2]))
@settings(max_examples=100, deadline=None)
def test_refusals_are_not_lost_where_their_room_is_small(
    groups: list[Group], actors: dict[int, int], most: int
) -> None:
    with patch.object(forest, "REFUSED", 1):
        made = grown(groups, actors, most)
    assert list(made.refusals()) == list(grown(groups, actors, most).refusals())
    assert found(made) == found(grown(groups, actors, most))


@given(GROUPS, ACTORS, st.sampled_from([None, 2]))
@settings(max_examples=200, deadline=None)
def test_every_explanation_is_a_way_whose_steps_were_spoken(
    groups: list[Group], actors: dict[int, int], most: int | None
) -> None:
    made, known = grown(groups, actors, most), naive.clusters(groups, actors=actors, most=most)
    refused = [place for place, _ in known.refused]
    for one in range(1, IDS + 1):
        for other in range(1, IDS + 1):
            steps = made.explain(one, other)
            if other not in known.of(one):
                assert steps is None
                continue
            assert steps is not None
            at = one
            for step in steps:
                assert step.one == at
                assert naive.spoken(groups, refused, step.one, step.other, step.tx, step.rule)
                at = step.other
            assert at == other


@given(GROUPS, ACTORS, st.lists(st.integers(0, 10), max_size=3))
@settings(max_examples=200, deadline=None)
def test_growing_in_parts_is_growing_at_once(groups: list[Group], actors: dict[int, int], cuts: list[int]) -> None:
    whole, parts = grown(groups, actors, 2), Clusters(guards(actors, 2))
    for low, high in zip([0, *sorted(cuts)], [*sorted(cuts), 99], strict=True):
        parts.extend(ties([group for group in groups if low <= group[0] < high]))
    assert found(parts) == found(whole)
    assert list(parts.refusals()) == list(whole.refusals())
    assert [parts.explain(1, n) for n in range(1, IDS)] == [whole.explain(1, n) for n in range(1, IDS)]


@given(GROUPS, ACTORS, st.integers(0, 10))
@settings(max_examples=200, deadline=None)
def test_what_is_cut_off_and_grown_again_is_as_before(groups: list[Group], actors: dict[int, int], tx: int) -> None:
    whole, again = grown(groups, actors, 2), grown(groups, actors, 2)
    again.cut(tx)
    early = grown([group for group in groups if group[0] < tx], actors, 2)
    assert found(again) == found(early)
    assert list(again.refusals()) == list(early.refusals())
    again.extend(ties([group for group in groups if group[0] >= tx]))
    assert found(again) == found(whole)
    assert list(again.refusals()) == list(whole.refusals())


@given(GROUPS, ACTORS, st.integers(1, IDS), st.sets(st.integers(0, 9), max_size=3), st.sets(RULES, max_size=2))
@settings(max_examples=200, deadline=None)
def test_a_cluster_taken_apart_is_what_is_left_of_it(
    groups: list[Group], actors: dict[int, int], one: int, transactions: set[int], rules: set[Rule]
) -> None:
    made, known = grown(groups, actors, 2), naive.clusters(groups, actors=actors, most=2)
    others = [part for part in expected(known) if one not in part]
    leave = {place for place, _ in known.refused}
    leave |= {n for n, (tx, rule, _) in enumerate(groups) if tx in transactions or rule in rules}
    left = naive.clusters(groups, leave=leave)
    pieces = made.without(one, transactions, rules)
    assert {tuple(piece) for piece in pieces} == {tuple(sorted(left.of(n))) for n in known.of(one)}
    assert [part for part in found(made) if not part & known.of(one)] == others


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, IDS)), max_size=40), st.sets(st.integers(0, 30)))
@settings(deadline=None)
def test_inputs_are_joined_unless_their_transaction_is_barred(rows: list[tuple[int, int]], barred: set[int]) -> None:
    rows.sort(key=lambda row: row[0])
    mask = np.isin(np.arange(31), list(barred))
    tx, owner = (np.array([row[n] for row in rows], np.int64) for n in (0, 1))
    made = Clusters(unlabelled(None))
    made.extend(inputs(tx, owner, mask))
    groups = [
        (t, Rule.INPUTS, tuple(one for when, one in rows if when == t and one)) for t in range(31) if t not in barred
    ]
    assert found(made) == expected(naive.clusters([group for group in groups if len(set(group[2])) > 1]))
    plain = Clusters(unlabelled(None))  # two bare arrays, as they come
    keep = (owner != 0) & ~mask[tx]
    bare = Ties(tx[keep].astype(np.uint32), owner[keep].astype(np.uint32), np.empty(0, np.uint8))
    plain.extend(bare)
    assert found(plain) == found(made)
    guarded, known = Clusters(unlabelled(1)), naive.clusters([group for group in groups if group[2]], most=1)
    guarded.extend(bare)
    assert found(guarded) == expected(known)
    assert [refusal.tx for refusal in guarded.refusals()] == [
        [group for group in groups if group[2]][place][0] for place, _ in known.refused
    ]


def test_the_name_of_a_cluster_is_its_least_address() -> None:
    made = grown([(0, Rule.INPUTS, (5, 3)), (1, Rule.INPUTS, (3, 9)), (4, Rule.INPUTS, (7, 2))])
    assert made.names().tolist() == [0, 1, 2, 3, 4, 3, 6, 2, 8, 3]
    assert made.names(before=1).tolist() == [0, 1, 2, 3, 4, 3, 6, 7, 8, 9]


def test_ties_of_several_rules_are_in_the_order_of_transactions() -> None:
    first = inputs(np.array([1, 1, 3, 3]), np.array([1, 2, 3, 4]))
    second = pairs(Rule.CHANGE, np.array([3, 1]), np.array([3, 1]), np.array([9, 8]))
    both = merged(first, second)
    assert [both.group(n) for n in range(4)] == [
        (Rule.INPUTS, [1, 2]), (Rule.CHANGE, [1, 8]), (Rule.INPUTS, [3, 4]), (Rule.CHANGE, [3, 9]),
    ]  # fmt: skip
    assert merged(NONE, NONE) is NONE


@pytest.mark.parametrize(
    ("tx", "owner", "said"), [([3, 2], [1, 2], "ascend"), ([0, 0], [0, 1], "nobody"), ([1, 1], [1, 2], "behind")]
)
def test_ties_that_make_no_sense_are_refused(tx: list[int], owner: list[int], said: str) -> None:
    made = grown([(0, Rule.INPUTS, (1, 2)), (1, Rule.INPUTS, (3, 4))] if said == "behind" else [])
    with pytest.raises(InputError, match=said):
        made.extend(Ties(np.array(tx, np.uint32), np.array(owner, np.uint32), np.empty(0, np.uint8)))


def test_inputs_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InputError, match="ascend"):
        inputs(np.array([2, 1]), np.array([1, 1]))
    with pytest.raises(InputError, match="both of every input"):
        inputs(np.array([2]), np.array([1, 1]))


@pytest.mark.parametrize("most", [None, 10**9])
@pytest.mark.parametrize("seed", range(3))
def test_large_random_graphs_have_the_components_of_networkx(seed: int, most: int | None) -> None:
    rng = np.random.default_rng(seed)
    tx = np.sort(rng.integers(0, 12_000, 30_000))
    owner = rng.integers(1, 25_000, len(tx))
    made = Clusters(unlabelled(most))
    for part in np.split(np.arange(len(tx)), np.searchsorted(tx, [4_000, 9_000])):
        made.extend(inputs(tx[part], owner[part]))
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(1, made.forest.size))
    first = np.searchsorted(tx, tx)
    graph.add_edges_from(zip(owner[first].tolist(), owner.tolist(), strict=True))
    graph.remove_nodes_from([one for one in graph if one >= made.forest.size])  # alone: no tie names them
    expected = np.zeros(made.forest.size, np.uint32)
    for component in nx.connected_components(graph):
        expected[list(component)] = min(component)
    assert (made.names() == expected).all()
    assert expected.max() > 0 and len(np.unique(expected)) < made.forest.size / 2


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("edges", [5_000, 20_000, 60_000])
def test_clusters_of_large_random_graphs_are_the_components_that_scipy_finds(seed: int, edges: int) -> None:
    count = 20_000
    one, other = np.random.default_rng(seed).integers(1, count, (2, edges))
    made = Clusters(guards({}, None))
    made.extend(pairs(Rule.CHANGE, np.arange(edges), one, other))
    graph = coo_array((np.ones(edges, np.int8), (one, other)), shape=(count, count))
    _, component = connected_components(graph, directed=False)
    used = np.unique([one, other])
    both = np.stack([made.names()[used], component[used]])
    parts = np.unique(both, axis=1).shape[1]
    assert parts == len(np.unique(both[0])) == len(np.unique(both[1]))
