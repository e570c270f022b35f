"""Speed of the bounds: ranges of all sinks of a time-expanded theft, and the same by networkx on a small one.

Run with `.venv/bin/python -m bench.flow`. The ledgers are made up and seeded: stolen value is paid on, joined and split
among wallets that have clean money as well; some of it ends at services, a little in fees, the rest is still held.
"""

import random
import time
from collections.abc import Sequence
from statistics import median

import networkx as nx

from cointrail.tracing.flow import Network, Range, ranges

HEADER = ("edges", "sinks", "amounts", "seconds", "networkx", "ratio")
RUNS = 3
SIZES = [  # transfers, wallets, services, unit; the first is the one that networkx can do
    (300, 40, 5, 10**18),
    (6_000, 400, 30, 10**6),
    (6_000, 400, 30, 10**18),
    (60_000, 3_000, 60, 10**6),
    (60_000, 3_000, 60, 10**18),
    (60_000, 3_000, 60, 2**190),
]


def theft(transfers: int, wallets: int, services: int, unit: int, seed: int = 1) -> tuple[Network, list[int]]:
    """A network and its sinks: the services, the fees, and every wallet that holds something in the end.

    The source is node 0. Each transfer adds a node for its sender and one for its recipient at that moment, joined to
    their earlier ones by hold edges that carry no more than the balance.
    """
    rng = random.Random(seed)
    supply = 1000 * wallets * unit
    sinks = list(range(1, services + 2))
    fees = sinks[-1]
    edges = [(0, services + 2, supply)]
    balance, last, nodes = [supply], [services + 2], services + 3
    done = 0
    while done < transfers:
        sender = int(len(balance) * rng.random() ** 0.7)
        if balance[sender] < unit // 100:
            continue
        done += 1
        here, nodes = nodes, nodes + 1
        edges.append((last[sender], here, balance[sender]))
        last[sender] = here
        fee = min(rng.randrange(unit // 1000), balance[sender])
        left = balance[sender] - fee
        spread = len(balance) < wallets // 3  # the layers are set up first
        amount = left // rng.randint(2, 5) if spread else rng.choice([left, rng.randint(0, left), rng.randint(0, left)])
        balance[sender] = left - amount
        edges.append((here, fees, fee))
        if not spread and rng.random() < 0.06:
            edges.append((here, sinks[int(services * rng.random() ** 2)], amount))
            continue
        there, nodes = nodes, nodes + 1
        recipient = len(balance) if len(balance) < wallets and rng.random() < 0.5 else rng.randrange(len(balance))
        if recipient == len(balance):
            balance.append(rng.choice([0, rng.randrange(200 * unit)]))
            last.append(there)
        else:
            edges.append((last[recipient], there, balance[recipient]))
            last[recipient] = there
        edges.append((here, there, amount))
        balance[recipient] += amount + rng.choice([0] * 9 + [rng.randrange(1000 * unit)])
    for wallet, amount in enumerate(balance):
        if amount:
            edges.append((last[wallet], nodes, amount))
            sinks.append(nodes)
            nodes += 1
    network = Network(nodes)
    for edge in edges:
        network.add(*edge)
    return network, sinks


def by_networkx(network: Network, sinks: list[int]) -> list[Range]:
    """The plain way: two maximum flows a sink, each from nothing."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    goal = network.nodes
    supply = 0
    for tail, head, capacity in network:
        known = graph.get_edge_data(tail, head, {"capacity": 0})["capacity"]
        graph.add_edge(tail, head, capacity=known + capacity)
        supply += capacity if tail == 0 else 0

    def reaching(ends: list[int]) -> int:
        graph.add_node(goal)
        graph.add_edges_from((end, goal) for end in ends)  # without capacity: no limit
        value = int(nx.maximum_flow_value(graph, 0, goal))
        graph.remove_node(goal)
        return value

    return [Range(supply - reaching([other for other in sinks if other != sink]), reaching([sink])) for sink in sinks]


def table(sizes: Sequence[tuple[int, int, int, int]] = SIZES) -> list[tuple[str, ...]]:
    """One row a size: edges, sinks, bits of the supply, median seconds, seconds by networkx and how many times more."""
    rows: list[tuple[str, ...]] = []
    network, sinks = theft(50, 5, 2, 10**6)
    ranges(network, 0, sinks)  # compile
    for size in sizes:
        network, sinks = theft(*size)
        seconds = []
        for _ in range(RUNS):
            began = time.perf_counter()
            found = ranges(network, 0, sinks)
            seconds.append(time.perf_counter() - began)
        slow, ratio = "", ""
        if size == SIZES[0]:
            began = time.perf_counter()
            if by_networkx(network, sinks) != found:
                raise AssertionError("networkx disagrees")
            lasted = time.perf_counter() - began
            slow, ratio = f"{lasted:.2f}", f"{lasted / median(seconds):,.0f}"
        bits = sum(capacity for tail, _, capacity in network if tail == 0).bit_length()
        taken = f"{median(seconds):.3f}"
        rows.append((f"{len(network.tails):,}", f"{len(sinks):,}", f"{bits} bit", taken, slow, ratio))
    return rows


if __name__ == "__main__":
    for row in [HEADER, *table()]:
        print("".join(f"{cell:>10}" for cell in row))
