"""The flow picture: exact, in few boxes, and laid out so that names do not overlap."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.reports.totals import coin
from cointrail.reports.trail.boxes import BOXES, COLUMNS
from cointrail.reports.trail.flow import ENDS, Flow, flow
from cointrail.reports.trail.layers import layers
from cointrail.reports.trail.layout import GAP, Box, heights, middles
from cointrail.reports.trail.picture import Book, picture
from cointrail.reports.trail.tally import ends, tally, thieves
from tests.reports import heists


def drawn(trail: heists.Trail, rows: list[heists.Row], policy: str = "fifo", asset: str = "ETH") -> Flow:
    """The flow of one policy and asset."""
    backward = trail["theft"]["direction"] == "backward"
    view = tally(trail, rows).views[policy, asset]
    return flow(view, ends(trail, policy, asset), thieves(trail), backward)


def arrived(graph: Flow) -> Decimal:
    """What reaches the last column, apart from what goes back."""
    last = len(graph.titles) - 1
    return sum(
        (edge.amount for (_, end), edge in graph.links.items() if end[1] == last and end[0] != "back"), Decimal(0)
    )


@pytest.mark.parametrize(
    ("wallets", "services", "hops"), [(1, 0, 1), (2, 1, 2), (40, 7, 5), (1000, 600, 11), (3, 2, 20)]
)
def test_all_that_was_stolen_reaches_the_last_column(wallets: int, services: int, hops: int) -> None:
    trail, rows = heists.heist(wallets=wallets, services=services, hops=hops)
    graph = drawn(trail, rows)
    assert arrived(graph) == Decimal(trail["policies"]["fifo"]["stolen"]["ETH"])
    assert len(graph.titles) <= COLUMNS + 2
    assert all(start[1] < end[1] for start, end in graph.links)
    for column in range(len(graph.titles) - 1):
        assert sum(key[1] == column for key in graph.nodes) <= BOXES + 1
    kinds = {key[0] for key in graph.nodes}
    assert sum(key[1] == len(graph.titles) - 1 for key in graph.nodes) <= ENDS + len(kinds)


def test_every_box_passes_on_what_it_receives() -> None:
    graph = drawn(*heists.heist(wallets=200, services=50, hops=6))
    last = len(graph.titles) - 1
    for key in graph.nodes:
        inward = sum(edge.amount for (_, end), edge in graph.links.items() if end == key)
        outward = sum(edge.amount for (start, _), edge in graph.links.items() if start == key)
        if 0 < key[1] < last:
            assert inward == outward


def test_ten_addresses_have_ten_boxes() -> None:
    graph = drawn(*heists.heist(wallets=6, services=3, hops=3))
    assert all(key[2] for key in graph.nodes if key[0] in ("wallet", "theft"))


def move(payer: str, paid: str, amount: int, hop: int) -> heists.Row:
    """One movement."""
    ends = {"from": heists.address(payer), "to": heists.address(paid)}
    text = {
        "amount": str(amount),
        "stolen": str(amount),
        "asset": "ETH",
        "policy": "fifo",
        "chain": "ethereum",
        "tx": "",
    }
    return {**ends, **text, "block": None, "time": heists.stamp(hop), "hop": hop}


def test_a_circle_is_drawn_once_and_said() -> None:
    trail, _ = heists.heist()
    trail["policies"]["fifo"]["endpoints"] = [held("c", 100)]
    rows = [
        move("thief", "a", 100, 1),
        move("a", "b", 100, 2),
        move("b", "a", 40, 3),
        move("a", "c", 40, 4),
        move("b", "c", 60, 3),
    ]
    graph = drawn(trail, rows)
    assert arrived(graph) == 100
    assert graph.back == 40
    boxes = {key[2]: key[1] for key in graph.nodes}
    assert boxes[f"ethereum {heists.address('a')}"] < boxes[f"ethereum {heists.address('b')}"]


def test_what_comes_back_to_the_thief_ends_there() -> None:
    trail, _ = heists.heist()
    trail["policies"]["fifo"]["endpoints"] = [{**held("thief", 30), "reason": "returned"}, held("b", 70)]
    graph = drawn(
        trail, [move("thief", "a", 100, 1), move("a", "thief", 30, 2), move("a", "b", 70, 2), move("a", "a", 5, 2)]
    )
    assert arrived(graph) == 100
    assert graph.inside == 5
    assert {key[0] for key in graph.nodes} == {"theft", "wallet", "returned", "unspent"}


def held(name: str, amount: int) -> dict[str, Any]:
    """An endpoint."""
    trail, _ = heists.heist(wallets=1, services=0, hops=1)
    shape = trail["policies"]["fifo"]["endpoints"][0]
    return {**shape, "address": heists.address(name), "amount": str(amount), "reason": "unspent", "label": None}


def test_backward_the_theft_is_on_the_right() -> None:
    trail, rows = heists.backward()
    graph = drawn(trail, rows)
    assert arrived(graph) == Decimal(trail["policies"]["fifo"]["stolen"]["ETH"])
    shown = picture(graph, coin(trail, "ETH"), True, Book())
    places = {node[0]: node[3] for node in shown["nodes"]}
    assert places["theft"] > 0.99
    assert places["opening"] < 0.01
    assert all(shown["nodes"][start][3] < shown["nodes"][end][3] for start, end, *_ in shown["links"])


def test_addresses_are_written_once() -> None:
    trail, rows = heists.heist(policies=("fifo", "haircut"))
    book = Book()
    for policy in ("fifo", "haircut"):
        shown = picture(drawn(trail, rows, policy), coin(trail, "ETH"), False, book)
        for node in shown["nodes"]:
            assert all(book.addresses[number].startswith("0x") for number, _ in node[5])
    assert len(book.addresses) == len(set(book.addresses))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(2, 8), st.randoms(use_true_random=False))
def test_boxes_of_a_column_keep_their_distance(count: int, columns: int, random: Any) -> None:
    column = [0, *(random.randrange(1, columns) for _ in range(count))]
    links = [
        (random.choice([j for j in range(len(column)) if column[j] < column[i]]), i, 0.0001 + random.random() ** 6)
        for i in range(1, len(column))
    ]
    size = [
        max(sum(v for _, e, v in links if e == i), sum(v for s, _, v in links if s == i)) for i in range(len(column))
    ]
    boxes = [Box(where, value) for where, value in zip(column, size, strict=True)]
    height, scale = heights(boxes, links)
    middle = middles(boxes, links, height, scale)
    # A wallet may pay more than it got here, so a column can outgrow the picture; what is promised is for sound books.
    for number in set(column):
        own = sorted((middle[i] * height, size[i] * scale) for i in range(len(column)) if column[i] == number)
        if sum(tall + GAP for _, tall in own) - GAP > height:
            continue
        for (upper, tall), (lower, next_tall) in pairwise(own):
            assert lower - next_tall / 2 - (upper + tall / 2) >= GAP - 0.1
        assert own[0][0] - own[0][1] / 2 >= -0.1
        assert own[-1][0] + own[-1][1] / 2 <= height + 0.1


def test_whoever_is_paid_stands_further_right() -> None:
    weights = {("a", "b"): 5.0, ("b", "c"): 4.0, ("c", "a"): 1.0, ("x", "c"): 3.0}
    column = layers(weights, dict.fromkeys("abcx", 1.0))
    assert column["a"] < column["b"] < column["c"]
    assert column["x"] < column["c"]
