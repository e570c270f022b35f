"""Maximum flow and ranges against networkx on Python integers, on random networks of any width."""

import random
from collections.abc import Sequence
from itertools import permutations, product

import networkx as nx
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cointrail.tracing.flow import Network, Range, flow, ranges
from cointrail.tracing.flow_kernel import LIMB_BITS, Amounts, give, less, some, take

GOAL = "goal"
WEI = 10**18
Edge = tuple[int, int, int]

# Limbs begin and end at multiples of 62 bits; sums of small multiples of these cross from one to the next.
UNITS = [1, 2**61, 2**62 - 1, 2**62, 2**64, WEI, 2**123, 2**130, 2**186, 2**253]


def network_of(nodes: int, edges: Sequence[Edge]) -> Network:
    network = Network(nodes)
    assert [network.add(*edge) for edge in edges] == list(range(len(edges)))
    return network


def oracle(edges: Sequence[Edge], source: int, sinks: Sequence[int], supply: int | None = None) -> int:
    """The maximum flow into any of the sinks, by networkx; at most `supply` leaves the source."""
    graph: nx.DiGraph[int | str] = nx.DiGraph()
    graph.add_nodes_from([source, GOAL])
    for tail, head, capacity in edges:
        before = graph.get_edge_data(tail, head, {"capacity": 0})["capacity"]
        graph.add_edge(tail, head, capacity=before + capacity)
    enough = sum(capacity for _, _, capacity in edges)
    for sink in sinks:
        graph.add_edge(sink, GOAL, capacity=enough)
    graph.add_edge("start", source, capacity=enough if supply is None else supply)
    return int(nx.maximum_flow_value(graph, "start", GOAL))


def expected(edges: Sequence[Edge], source: int, sinks: Sequence[int], supply: int) -> list[Range]:
    return [
        Range(
            supply - oracle(edges, source, [other for other in sinks if other != sink], supply),
            oracle(edges, source, [sink], supply),
        )
        for sink in sinks
    ]


def ledger(seed: int, transfers: int, addresses: int, unit: int) -> tuple[Network, list[Edge], list[int]]:
    """A theft in random traffic, time-expanded: returns the network, its edges and its sinks; the source is node 0.

    Every transfer makes a node for its sender and one for its recipient at that moment; value waits on hold edges,
    which carry no more than the balance. Some recipients are services, which keep what they get; fees go to one more.
    """
    rng = random.Random(seed)
    services, fees = [1, 2], 3
    balance, last, nodes = [0] * addresses, [0] * addresses, 5
    edges: list[Edge] = [(0, 4, 100 * unit)]
    balance[0], last[0] = 100 * unit, 4
    for _ in range(transfers):
        sender = rng.choice([address for address in range(addresses) if balance[address]])
        edges.append((last[sender], nodes, balance[sender]))
        last[sender], nodes = nodes, nodes + 1
        amount = rng.choice([balance[sender], rng.randint(1, balance[sender])])
        fee = min(rng.randint(0, unit // 10), balance[sender] - amount)
        edges.append((last[sender], fees, fee))
        balance[sender] -= amount + fee
        recipient = rng.randrange(addresses + len(services))
        if recipient >= addresses:
            edges.append((last[sender], services[recipient - addresses], amount))
            if not any(balance):
                break
            continue
        if last[recipient]:
            edges.append((last[recipient], nodes, balance[recipient]))
        edges.append((last[sender], nodes, amount))
        last[recipient], nodes = nodes, nodes + 1
        balance[recipient] += amount + rng.choice([0, rng.randint(0, 50 * unit)])  # clean money comes in as well
    sinks = [*services, fees]
    for address in range(addresses):
        if balance[address] and last[address]:
            edges.append((last[address], nodes, balance[address]))
            sinks.append(nodes)
            nodes += 1
    return network_of(nodes, edges), edges, sinks


def random_case(seed: int) -> tuple[int, list[Edge], list[int]]:
    """Nodes, edges and sinks of a random network with small multiples of a few units, so that exact fits are common."""
    rng = random.Random(seed)
    nodes = rng.randint(2, 9)
    units = rng.sample(UNITS, rng.choice([1, 1, 2]))
    edges = []
    for _ in range(rng.randint(1, 3 * nodes)):
        tail, head = rng.randrange(nodes), rng.randrange(nodes)
        if rng.random() < 0.8:
            tail, head = min(tail, head), max(tail, head)  # mostly in time order, as ledgers are
        edges.append((tail, head, rng.randint(0, 6) * rng.choice(units)))
    return nodes, edges, rng.sample(range(1, nodes), rng.randint(1, min(4, nodes - 1)))


cases = st.integers(0, 2**32).map(random_case)


@settings(deadline=None)
@given(st.integers(0, 2**186 - 1), st.integers(0, 2**186 - 1))
@example(2**62 - 1, 1)
@example(2**124 - 1, 1)
@example(2**62, 2**124)
def test_arithmetic_on_limbs_equals_python(left: int, right: int) -> None:
    def limbs(amount: int) -> Amounts:
        return np.array([[amount >> LIMB_BITS * limb & (1 << LIMB_BITS) - 1 for limb in range(4)]], np.int64)

    row = limbs(left)
    assert less(row, 0, limbs(right)) == (left < right)
    assert some(row, 0) == (left > 0)
    give(row, 0, limbs(right))
    assert row.tolist() == limbs(left + right).tolist()
    take(row, 0, limbs(left))
    assert row.tolist() == limbs(right).tolist()


@settings(deadline=None, max_examples=400)
@given(cases)
def test_flow_equals_networkx(case: tuple[int, list[Edge], list[int]]) -> None:
    nodes, edges, sinks = case
    assert flow(network_of(nodes, edges), 0, sinks[0]) == oracle(edges, 0, sinks[:1])


@settings(deadline=None, max_examples=400)
@given(cases, st.integers(1, 4))
def test_ranges_equal_networkx(case: tuple[int, list[Edge], list[int]], part: int) -> None:
    nodes, edges, sinks = case
    supply = oracle(edges, 0, sinks) * part // 4
    assert ranges(network_of(nodes, edges), 0, sinks, supply) == expected(edges, 0, sinks, supply)


@settings(deadline=None, max_examples=200)
@given(cases)
def test_a_supply_that_cannot_be_routed_is_named(case: tuple[int, list[Edge], list[int]]) -> None:
    nodes, edges, sinks = case
    supply = sum(capacity for tail, _, capacity in edges if tail == 0)
    missing = supply - oracle(edges, 0, sinks)
    if missing:
        with pytest.raises(ValueError, match=f"^{missing} of {supply} cannot be routed"):
            ranges(network_of(nodes, edges), 0, sinks)
    else:
        assert ranges(network_of(nodes, edges), 0, sinks) == expected(edges, 0, sinks, supply)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32), st.integers(1, 60), st.integers(2, 12), st.sampled_from([10, 10**6, WEI, 2**180]))
def test_ranges_of_random_ledgers(seed: int, transfers: int, addresses: int, unit: int) -> None:
    network, edges, sinks = ledger(seed, transfers, addresses, unit)
    assert ranges(network, 0, sinks) == expected(edges, 0, sinks, 100 * unit)


def test_ranges_of_a_larger_ledger() -> None:
    network, edges, sinks = ledger(7, 600, 40, WEI)
    found = ranges(network, 0, sinks)
    supply = 100 * WEI
    for index in (0, 2, len(sinks) // 2, len(sinks) - 1):
        others = [sink for sink in sinks if sink != sinks[index]]
        assert found[index].most == oracle(edges, 0, [sinks[index]], supply)
        assert found[index].least == supply - oracle(edges, 0, others, supply)
    assert sum(each.least for each in found) <= supply <= sum(each.most for each in found)
    assert any(each.least < each.most for each in found)


def test_every_routing_of_a_tiny_network_lies_in_the_range_and_both_ends_happen() -> None:
    # Source 0 sends 3 to node 1, which has 2 of its own; it pays 2 to each of the sinks 2 and 3 and keeps 1 in sink 4.
    network = network_of(5, [(0, 1, 3), (1, 2, 2), (1, 3, 2), (1, 4, 1)])
    routings = [parts for parts in product(range(3), range(3), range(2)) if sum(parts) == 3]
    assert ranges(network, 0, [2, 3, 4]) == [Range(min(parts), max(parts)) for parts in zip(*routings, strict=True)]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_bottleneck_is_kept_in_whatever_order_its_edges_come(order: tuple[int, ...]) -> None:
    # Node 2 could be merged with the node before it or with the one behind it, but not with both.
    edges = [(0, 1, 9), (1, 2, 5), (2, 3, 5), (1, 4, 9)]
    assert ranges(network_of(5, [edges[place] for place in order]), 0, [3, 4]) == [Range(0, 5), Range(4, 9)]


@pytest.mark.parametrize("spare", [-1, 0, 1])
@pytest.mark.parametrize("unit", [1, WEI])
def test_capacities_that_just_do_or_do_not_bind(spare: int, unit: int) -> None:
    receipts = [(0, 1, 3 * unit), (0, 2, 2 * unit), (1, 3, 3 * unit), (2, 3, 2 * unit), (3, 4, 5 * unit + spare)]
    elsewhere = [(1, 5, unit), (2, 5, unit)]
    edges = [*receipts, *elsewhere]
    assert ranges(network_of(6, edges), 0, [4, 5]) == expected(edges, 0, [4, 5], 5 * unit)
    payments = [(0, 1, 9 * unit), (1, 2, 5 * unit + spare), (2, 3, 3 * unit), (2, 4, 2 * unit), (1, 5, 9 * unit)]
    assert ranges(network_of(6, payments), 0, [3, 4, 5]) == expected(payments, 0, [3, 4, 5], 9 * unit)


def test_the_order_of_sinks_changes_nothing() -> None:
    network, _, sinks = ledger(3, 300, 20, WEI)
    found = dict(zip(sinks, ranges(network, 0, sinks), strict=True))
    turned = list(reversed(sinks))
    assert dict(zip(turned, ranges(network, 0, turned), strict=True)) == found


def test_nothing_to_route() -> None:
    assert ranges(Network(2), 0, [1]) == [Range(0, 0)]
    assert ranges(Network(1), 0, []) == []
    assert flow(Network(2), 0, 1) == 0


@pytest.mark.parametrize(
    ("source", "sinks", "supply", "message"),
    [
        (0, [1, 1], None, "each named once"),
        (0, [0, 1], None, "each named once"),
        (0, [3], None, "numbered 0 to 2"),
        (-1, [1], None, "numbered 0 to 2"),
        (0, [1], -1, "negative"),
        (0, [1], 6, "^1 of 6 cannot be routed"),
        (0, [2], None, "^5 of 5 cannot be routed"),
        (0, [], None, "^5 of 5 cannot be routed"),
    ],
)
def test_wrong_questions(source: int, sinks: list[int], supply: int | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ranges(network_of(3, [(0, 1, 5)]), source, sinks, supply)


@pytest.mark.parametrize(
    ("edge", "message"), [((0, 2, 1), "numbered 0 to 1"), ((-1, 1, 1), "numbered"), ((0, 1, -1), "negative")]
)
def test_wrong_edges(edge: Edge, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Network(2).add(*edge)
