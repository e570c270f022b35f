"""The flow picture as the page's script reads it: short keys, because a page may hold twenty of these."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cointrail.reports.amounts import exact, rounded, total
from cointrail.reports.plain import plain
from cointrail.reports.totals import Coin
from cointrail.reports.trail.boxes import Key
from cointrail.reports.trail.flow import Flow, Node, Worth
from cointrail.reports.trail.layout import Box, heights, middles
from cointrail.reports.trail.names import names
from cointrail.reports.trail.tally import Edge, Place, seconds

LISTED = 4  # addresses written out for a box that holds several
EDGE = 0.001  # Plotly takes a coordinate of exactly 0 for none
WIDE = 1.75  # how much wider the way into a column is when conversions, which are labelled, lead there
CALLED = 2  # names of conversions on one band


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


def picture(flow: Flow, coins: Mapping[str, Coin], worth: Worth, backward: bool, book: Book) -> dict[str, Any]:
    """The picture, ready for JSON.

    `height` in pixels; `wide` in columns; `titles` of the columns as [x, text]; `coins` as symbols; `nodes` as [kind,
    name, amount, x, y, largest addresses as [number in the book, exact amount], how many more, number of the coin];
    `links` as [from, to, width (0: the amount), exact amount, movements, first, last in seconds or ''], and for a
    conversion also [exact amount that came, what it is called, the amounts in short, whether between chains]; `inside`
    and `back` as texts. x and y run from 0 to 1, y downwards.
    """
    keys = sorted(flow.nodes, key=lambda key: (key.column, key))
    number = {key: index for index, key in enumerate(keys)}
    symbols = {asset: index for index, asset in enumerate(dict.fromkeys(key.asset for key in keys))}
    last = len(flow.titles) - 1
    across = [last - key.column if backward else key.column for key in keys]
    # Between two boxes lies one edge at most; what is too small for a width keeps one.
    links: list[tuple[int, int, float]] = []
    for (start, end), edge in flow.links.items():
        pair = (number[end], number[start]) if backward else (number[start], number[end])
        links.append((*pair, float(edge.amount) * worth.get(start.asset, 1.0) or 1e-12))
    boxes = [Box(column, _through(index, links)) for index, column in enumerate(across)]
    height, scale = heights(boxes, links)
    middle = middles(boxes, links, height, scale)
    called = names(flow.nodes.values())
    where = _across(flow, backward)
    return {
        "height": height,
        "wide": round(where[-1], 2),
        "titles": [[_x(where[last - c if backward else c], where), title] for c, title in enumerate(flow.titles)],
        "coins": [coins[asset].symbol for asset in symbols],
        "nodes": [
            [
                key.kind,
                called[key],
                _amount(flow.nodes[key], coins[key.asset]),
                _x(where[column], where),
                _inside(y),
                *_places(flow.nodes[key], book),
                symbols[key.asset],
            ]
            for key, column, y in zip(keys, across, middle, strict=True)
        ],
        "links": [
            [start, end, float(f"{value:.6g}") if len(symbols) > 1 else 0, *_link(pair, edge, coins, backward)]
            for (start, end, value), (pair, edge) in zip(links, flow.links.items(), strict=True)
        ],
        "inside": _sums(flow.inside, coins),
        "back": _sums(flow.back, coins),
    }


def _link(pair: tuple[Key, Key], edge: Edge, coins: Mapping[str, Coin], backward: bool) -> list[Any]:
    """What is said of a band, as time ran: from the payer to the paid, also in a backward trace."""
    start, end = (coins[key.asset] for key in (reversed(pair) if backward else pair))
    gone, came = (edge.came, edge.amount) if backward else (edge.amount, edge.came)
    told: list[Any] = [exact(gone), edge.count, _at(edge.first), _at(edge.last)]
    if start.key == end.key:
        return told
    apart = bool(start.chain) and start.chain != end.chain
    words = list(edge.names)
    name = ", ".join(words[:CALLED]) + (" …" if len(words) > CALLED else "")
    if apart:
        name = f"{name}: {start.chain} → {end.chain}"
    brief = f"{_brief(gone, start)} → {_brief(came, end)}"
    return [*told, exact(came), name, brief, int(apart)]


def _brief(amount: Decimal, coin: Coin) -> str:
    return f"{rounded(amount, min(coin.places, 2))} {coin.symbol.split(' (')[0]}"


def _sums(sums: Mapping[str, Decimal], coins: Mapping[str, Coin]) -> str:
    return " and ".join(f"{exact(amount)} {coins[asset].symbol}" for asset, amount in sorted(sums.items()) if amount)


def _through(index: int, links: list[tuple[int, int, float]]) -> float:
    """What flows through a box: the larger of in and out."""
    inward = sum(value for _, end, value in links if end == index)
    outward = sum(value for start, _, value in links if start == index)
    return max(inward, outward)


def _across(flow: Flow, backward: bool) -> list[float]:
    """Where each column stands, left to right as drawn, in usual distances from the first."""
    last = len(flow.titles) - 1
    turning = {
        last - start.column if backward else end.column
        for start, end in flow.links
        if start.asset != end.asset
    }  # fmt: skip
    where = [0.0]
    for column in range(1, last + 1):
        where.append(where[-1] + (WIDE if column in turning else 1.0))
    return where


def _x(position: float, where: list[float]) -> float:
    return _inside(position / where[-1])


def _inside(share: float) -> float:
    return round(min(max(share, EDGE), 1 - EDGE), 5)


def _amount(node: Node, coin: Coin) -> str:
    """The amount under the name of a box."""
    whole = total(node.places.values())
    return f"{rounded(whole, min(coin.places, 2))} {coin.symbol}" if whole else ""


def _places(node: Node, book: Book) -> tuple[list[list[int | str]], int]:
    """The largest addresses of a box, and how many more there are."""
    held: dict[Place, Decimal] = {place: amount for place, amount in node.places.items() if place.address}
    ranked = sorted(held.items(), key=lambda one: (-one[1], one[0]))
    shown: list[list[int | str]] = [[book.number(place.address), exact(amount)] for place, amount in ranked[:LISTED]]
    return shown, max(0, len(ranked) - LISTED)


def _at(time: str) -> int | str:
    return seconds(time) if time else ""
