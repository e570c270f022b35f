"""The flow picture as the page's script reads it: short keys, because a page may hold twenty of these."""

from typing import Any

from cointrail.reports.amounts import exact, ratio, rounded, total
from cointrail.reports.plain import plain
from cointrail.reports.totals import Coin
from cointrail.reports.trail.flow import Flow, Node
from cointrail.reports.trail.layout import Box, heights, middles
from cointrail.reports.trail.names import names
from cointrail.reports.trail.tally import seconds

LISTED = 4  # addresses written out for a box that holds several
EDGE = 0.001  # Plotly takes a coordinate of exactly 0 for none


class Book:
    """The addresses of all pictures, each written once: twenty pictures name the same ones again and again."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, address: str) -> int:
        """Where the address stands in `addresses`."""
        if address not in self._numbers:
            self._numbers[address] = len(self.addresses)
            self.addresses.append(plain(address))
        return self._numbers[address]


def picture(flow: Flow, coin: Coin, backward: bool, book: Book) -> dict[str, Any]:
    """The picture, ready for JSON.

    `height` in pixels; `titles` of the columns as [x, text]; `nodes` as [kind, name, amount, x, y,
    largest addresses as [number in the book, exact amount], how many more]; `links` as [from, to, exact amount,
    movements, first, last in seconds or '']. x and y run from 0 to 1, y downwards.
    """
    keys = sorted(flow.nodes, key=lambda key: (key[1], key))
    number = {key: index for index, key in enumerate(keys)}
    last = len(flow.titles) - 1
    across = [last - key[1] if backward else key[1] for key in keys]
    links: list[tuple[int, int, float]] = []
    for (start, end), edge in flow.links.items():
        pair = (number[end], number[start]) if backward else (number[start], number[end])
        links.append((*pair, ratio(edge.amount, coin.whole) or float(edge.amount)))
    boxes = [Box(column, _through(index, links)) for index, column in enumerate(across)]
    height, scale = heights(boxes, links)
    middle = middles(boxes, links, height, scale)
    called = names(flow.nodes.values())
    return {
        "height": height,
        "titles": [[_x(last - c if backward else c, last), title] for c, title in enumerate(flow.titles)],
        "nodes": [
            [key[0], called[key], _amount(flow.nodes[key], coin), _x(column, last), y, *_places(flow.nodes[key], book)]
            for key, column, y in zip(keys, across, middle, strict=True)
        ],
        "links": [
            [start, end, exact(edge.amount), edge.count, _at(edge.first), _at(edge.last)]
            for (start, end, _), edge in zip(links, flow.links.values(), strict=True)
        ],
        "inside": exact(flow.inside) if flow.inside else "",
        "back": exact(flow.back) if flow.back else "",
    }


def _through(index: int, links: list[tuple[int, int, float]]) -> float:
    """What flows through a box: the larger of in and out."""
    inward = sum(value for _, end, value in links if end == index)
    outward = sum(value for start, _, value in links if start == index)
    return max(inward, outward)


def _x(column: int, last: int) -> float:
    return round(min(max(column / last, EDGE), 1 - EDGE), 5)


def _amount(node: Node, coin: Coin) -> str:
    """The amount under the name of a box."""
    whole = total(node.places.values())
    return f"{rounded(whole, min(coin.places, 2))} {coin.symbol}" if whole else ""


def _places(node: Node, book: Book) -> tuple[list[list[int | str]], int]:
    """The largest addresses of a box, and how many more there are."""
    ranked = sorted(
        ((place, amount) for place, amount in node.places.items() if place), key=lambda one: (-one[1], one[0])
    )
    shown: list[list[int | str]] = [
        [book.number(place.split(" ", 1)[-1]), exact(amount)] for place, amount in ranked[:LISTED]
    ]
    return shown, max(0, len(ranked) - LISTED)


def _at(time: str) -> int | str:
    return seconds(time) if time else ""
