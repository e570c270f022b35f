"""The same trace the plain way: a dictionary over the whole ledger, and networkx over as much as it can hold.

Both follow the haircut rule on every transfer in chain order, stop at the same addresses as the tracer does, and know
neither hubs nor dust.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import networkx as nx
import numpy as np

from cointrail.ledger import Ledger
from cointrail.tracing.walk import Seeds

CHUNK = 1 << 16
Transfer = tuple[int, int, int, int]  # row, sender, recipient (holdings), amount


class Rows:
    """The transfers of a ledger that move something, from one row up to another, in chain order, as Python integers."""

    def __init__(self, ledger: Ledger, first: int = 0, last: int | None = None) -> None:
        index = ledger.index
        self._index = index
        self.first, self.last = first, ledger.transfers if last is None else last
        self._sender = np.zeros(ledger.transfers, np.uint32)
        holding = np.repeat(np.arange(len(index.start) - 1, dtype=np.uint32), np.diff(index.start).astype(np.int64))
        leaves = (index.entries & 1) == 0
        self._sender[index.entries[leaves] >> 1] = holding[leaves]

    def __iter__(self) -> Iterator[list[Transfer]]:
        """Some rows at a time."""
        index = self._index
        for start in range(self.first, self.last, CHUNK):
            rows = np.arange(start, min(start + CHUNK, self.last))
            rows = rows[index.amount[rows] != 0]
            sender = self._sender[rows]
            recipient = index.link[rows] ^ sender
            yield list(zip(rows.tolist(), sender.tolist(), recipient.tolist(), index.amounts(rows), strict=True))


def by_dictionary(chunks: Rows, seeds: Seeds, stops: set[int]) -> dict[int, int]:
    """Stolen value by holding in the end."""
    balance: defaultdict[int, int] = defaultdict(int)
    lowest: defaultdict[int, int] = defaultdict(int)
    for chunk in chunks:
        for _, sender, recipient, amount in chunk:
            left = balance[sender] = balance[sender] - amount
            if left < lowest[sender]:
                lowest[sender] = left
            balance[recipient] += amount
    balance.clear()
    balance.update((holding, -least) for holding, least in lowest.items())
    stolen: defaultdict[int, int] = defaultdict(int)
    ended: defaultdict[int, int] = defaultdict(int)
    moves = frozenset(seeds.moves)
    for chunk in chunks:
        for row, sender, recipient, amount in chunk:
            held = stolen[sender]
            part = -(-held * amount // balance[sender]) if held else 0
            if held:
                stolen[sender] = held - part
            if (row, sender) in moves:
                part = amount
            balance[sender] -= amount
            balance[recipient] += amount
            if part:
                (ended if recipient in stops else stolen)[recipient] += part
    for holding, amount in ended.items():
        stolen[holding] += amount
    return {holding: amount for holding, amount in stolen.items() if amount}


def graph(chunks: Rows) -> "nx.MultiDiGraph[int]":
    """All transfers as edges, numbered by their rows."""
    made: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    for chunk in chunks:
        for row, sender, recipient, amount in chunk:
            made.add_edge(sender, recipient, row, amount=amount)
    return made


def by_networkx(made: "nx.MultiDiGraph[int]", seeds: Seeds, stops: set[int]) -> dict[int, int]:
    """Stolen value by holding in the end; balances and stolen value are attributes of the nodes."""
    edges: list[tuple[int, int, int, int]] = list(made.edges(keys=True, data="amount"))
    order = sorted(edges, key=lambda edge: edge[2])
    nodes: Any = made.nodes
    for node in made:
        nodes[node].update(balance=0, lowest=0, stolen=0)
    for sender, recipient, _, amount in order:
        nodes[sender]["balance"] -= amount
        nodes[sender]["lowest"] = min(nodes[sender]["lowest"], nodes[sender]["balance"])
        nodes[recipient]["balance"] += amount
    for node in made:
        nodes[node]["balance"] = -nodes[node]["lowest"]
    ended: defaultdict[int, int] = defaultdict(int)
    for sender, recipient, row, amount in order:
        source, target = nodes[sender], nodes[recipient]
        part = -(-source["stolen"] * amount // source["balance"]) if source["stolen"] else 0
        source["stolen"] -= part
        if (row, sender) in seeds.moves:
            part = amount
        source["balance"] -= amount
        target["balance"] += amount
        if recipient in stops:
            ended[recipient] += part
        else:
            target["stolen"] += part
    found = {node: nodes[node]["stolen"] + ended.get(node, 0) for node in made}
    return {node: amount for node, amount in found.items() if amount}
