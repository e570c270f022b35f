"""The flow picture: exact, in few boxes, and laid out so that names do not overlap."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.reports.groups import weights
from cointrail.reports.totals import coin
from cointrail.reports.trail.boxes import BOXES, COLUMNS
from cointrail.reports.trail.flow import ENDS, Flow, flow
from cointrail.reports.trail.layers import layers
from cointrail.reports.trail.layout import GAP, Box, heights, middles
from cointrail.reports.trail.picture import Book, picture
from cointrail.reports.trail.tally import Place, ends, tally
from tests.reports import heists, turns
from tests.reports.story import key as name_of


def drawn(trail: heists.Trail, rows: list[heists.Row], policy: str = "fifo") -> Flow:
    """The flow of one policy and the first group of assets."""
    backward = trail["theft"]["direction"] == "backward"
    return flow(
        tally(trail, policy, [row for row in rows if row["policy"] == policy]).webs[0],
        ends(trail, policy),
        weights(trail),
        backward,
    )


def shown(trail: heists.Trail, graph: Flow, backward: bool, book: Book) -> dict[str, Any]:
    """The picture of a flow."""
    coins = {asset: coin(trail, asset) for asset in trail["assets"]}
    return picture(graph, coins, weights(trail), backward, book)


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
    assert graph.back == {"ETH": 40}
    boxes = {box.name: box.column for box in graph.nodes}
    assert boxes[heists.address("a")] < boxes[heists.address("b")]


def test_what_comes_back_to_the_thief_ends_there() -> None:
    trail, _ = heists.heist()
    trail["policies"]["fifo"]["endpoints"] = [{**held("thief", 30), "reason": "returned"}, held("b", 70)]
    graph = drawn(
        trail, [move("thief", "a", 100, 1), move("a", "thief", 30, 2), move("a", "b", 70, 2), move("a", "a", 5, 2)]
    )
    assert arrived(graph) == 100
    assert graph.inside == {"ETH": 5}
    assert {key[0] for key in graph.nodes} == {"theft", "wallet", "returned", "unspent"}


def held(name: str, amount: int) -> dict[str, Any]:
    """An endpoint."""
    trail, _ = heists.heist(wallets=1, services=0, hops=1)
    shape = trail["policies"]["fifo"]["endpoints"][0]
    return {**shape, "address": heists.address(name), "amount": str(amount), "reason": "unspent", "label": None}


@pytest.mark.parametrize(("several", "crowd"), [(False, 0), (True, 0), (True, 80)])
def test_conversions_are_edges_between_assets_and_the_books_of_every_asset_hold(several: bool, crowd: int) -> None:
    trail, rows = turns.converted(several=several, crowd=crowd)
    graph = drawn(trail, rows, "haircut")
    entry = trail["policies"]["haircut"]
    last = len(graph.titles) - 1
    turned = {pair: edge for pair, edge in graph.links.items() if pair[0].asset != pair[1].asset}
    assert sum(edge.count for edge in turned.values()) == len(entry["conversions"])
    assert all(edge.names for edge in turned.values())
    for asset in sorted({node.asset for node in graph.nodes}):
        arrives = sum(e.came for (_, end), e in graph.links.items() if end.asset == asset and end.column == last)
        held = sum(Decimal(end["amount"]) for end in entry["endpoints"] if end["asset"] == asset)
        assert arrives == held
        came = sum(edge.came for (_, end), edge in turned.items() if end.asset == asset)
        assert came == Decimal(entry["converted_in"].get(asset, "0"))
    assert all(start.column < end.column for start, end in graph.links)


def test_what_the_thief_converts_stands_beside_the_theft() -> None:
    graph = drawn(*turns.converted(several=True), "haircut")
    assert graph.titles[:3] == ["Theft", "Converted there", "Hop 1"]
    staked, ether = name_of("ethereum", "stETH"), name_of("ethereum", "ETH")
    assert {(node.column, node.asset) for node in graph.nodes if node.kind == "theft"} == {(0, staked), (1, ether)}
    assert not [node for node in graph.nodes if node.kind == "returned"]


def test_a_circle_of_conversions_is_drawn_once() -> None:
    trail, _ = heists.heist(assets=("ETH", "USDT"))
    entry = trail["policies"]["fifo"]
    entry["stolen"] = {"ETH": "100"}
    entry["endpoints"] = [held("a", 98)]
    there = {**move("a", "a", 100, 2), "rule": "swap", "to_asset": "USDT", "to_stolen": "250000"}
    back = {**move("a", "a", 250000, 3), "asset": "USDT", "rule": "swap", "to_asset": "ETH", "to_stolen": "98"}
    entry["conversions"] = [conversion(there), conversion(back)]
    entry["converted_in"], entry["converted_out"] = {"ETH": "98", "USDT": "250000"}, {"ETH": "100", "USDT": "250000"}
    graph = drawn(trail, [move("thief", "a", 100, 1), there, back])
    assert graph.back == {"USDT": 250000}
    assert sum(edge.came for (_, end), edge in graph.links.items() if end.kind == "unspent") == 98
    labels = [link[9] for link in shown(trail, graph, False, Book())["links"] if len(link) > 7]
    assert labels == ["100.00 ETH → 250,000.00 USDT", "250,000.00 USDT → 98.00 ETH"]


def conversion(row: heists.Row) -> dict[str, Any]:
    """A row that changes the asset, as trail.json tells it."""
    names = ("chain", "tx", "time", "asset", "amount", "stolen", "rule", "to_asset", "to_stolen")
    told = {name: row[name] for name in names}
    other = {"to_chain": "ethereum", "to_tx": "", "to_time": row["time"], "to_amount": row["to_stolen"]}
    sure = {"bridge": None, "confidence": None, "ambiguous": 0, "rate": None, "evidence": "seen"}
    return {**told, **other, **sure, "address": row["from"], "to_address": row["to"]}


def test_a_deposit_that_went_to_several_chains_is_several_ends() -> None:
    graph = drawn(*turns.converted(), "haircut")
    bridges = {node.name: sum(node.places.values()) for node in graph.nodes.values() if node.kind == "bridge"}
    assert bridges == {"THORChain → bitcoin bc1qar…5mdq": 20000, "THORChain → litecoin": Decimal("4871.5")}


def test_backward_conversions_say_what_became_what() -> None:
    trail, rows = turns.converted()
    trail["theft"]["direction"] = "backward"
    far = max(int(row["hop"]) for row in rows) + 1
    back = [{**row, "hop": far - int(row["hop"])} for row in rows]
    seen = shown(trail, drawn(trail, back, "haircut"), True, Book())
    told = {link[8]: link[9] for link in seen["links"] if len(link) > 7}
    assert told["Across: ethereum → arbitrum"] == "9,000.00 ETH → 8,996.40 ETH"
    for start, end, *_ in seen["links"]:
        assert seen["nodes"][start][3] < seen["nodes"][end][3]


def test_places_are_told_apart_by_asset() -> None:
    trail, rows = turns.converted()
    web = tally(trail, "haircut", rows).webs[0]
    who = heists.address("thief")
    assert web.starts == {Place("ethereum", who, name_of("ethereum", "stETH"))}
    assert Place("ethereum", who, name_of("ethereum", "ETH")) in web.depths


def test_backward_the_theft_is_on_the_right() -> None:
    trail, rows = heists.backward()
    graph = drawn(trail, rows)
    assert arrived(graph) == Decimal(trail["policies"]["fifo"]["stolen"]["ETH"])
    seen = shown(trail, graph, True, Book())
    places = {node[0]: node[3] for node in seen["nodes"]}
    assert places["theft"] > 0.99
    assert places["opening"] < 0.01
    assert all(seen["nodes"][start][3] < seen["nodes"][end][3] for start, end, *_ in seen["links"])


def test_no_box_stands_at_the_very_edge_which_plotly_takes_for_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    trail, rows = heists.heist()
    graph = drawn(trail, rows)
    edges = [float(number % 2) for number in range(len(graph.nodes))]
    monkeypatch.setattr("cointrail.reports.trail.picture.middles", lambda *_: edges)
    seen = shown(trail, graph, False, Book())
    assert all(0 < place < 1 for node in seen["nodes"] for place in node[3:5])


def test_addresses_are_written_once() -> None:
    trail, rows = heists.heist(policies=("fifo", "haircut"))
    book = Book()
    for policy in ("fifo", "haircut"):
        for node in shown(trail, drawn(trail, rows, policy), False, book)["nodes"]:
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
