"""Where the boxes of the flow picture stand, so that no two labels overlap whatever the number of boxes.

Plotly decides the height of a box; this module repeats its rule (d3-sankey: columns by longest path, boxes without a
way out in the last one) to know that height, and then places the boxes itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

GAP = 34  # pixels between boxes of a column: two lines of label fit
FLOW = 260  # pixels for the value itself, shared by the boxes of a column
LOWEST = 300  # pixels of the smallest picture
ROUNDS = 5  # tries to find a height in which every column fits
GROWTH = 1.2


@dataclass(frozen=True)
class Box:
    """A box of the picture: its column, and how much flows through it (any unit)."""

    column: int
    value: float


Link = tuple[int, int, float]  # from box, to box, value


def heights(boxes: Sequence[Box], links: Sequence[Link]) -> tuple[float, float]:
    """(height of the picture, pixels for each unit of value)."""
    mine = _columns([box.column for box in boxes])
    theirs = _columns(_depths(len(boxes), links))
    tallest = max(len(column) for column in (*mine, *theirs))
    height = float(max(LOWEST, FLOW + GAP * tallest))
    scale = 0.0
    for _ in range(ROUNDS):
        scale = min((height - GAP * (len(c) - 1)) / sum(boxes[i].value for i in c) for c in theirs)
        if all(sum(boxes[i].value for i in c) * scale + GAP * (len(c) - 1) <= height for c in mine):
            break
        height *= GROWTH
    return round(height), scale


def middles(boxes: Sequence[Box], links: Sequence[Link], height: float, scale: float) -> list[float]:
    """The vertical middle of each box, 0 at the top and 1 at the bottom: each near those that feed it."""
    middle = [height / 2] * len(boxes)
    feeders: list[list[tuple[int, float]]] = [[] for _ in boxes]
    for start, end, value in links:
        feeders[end].append((start, value))
    for number, column in enumerate(_columns([box.column for box in boxes])):
        wanted = {
            i: sum(middle[j] * v for j, v in feeders[i]) / sum(v for _, v in feeders[i]) if feeders[i] else height / 2
            for i in column
        }
        # The first column has nothing to its left: largest first.
        order = sorted(column, key=lambda i: (-boxes[i].value, i) if not number else (wanted[i], i))
        _place(order, [wanted[i] for i in order], [boxes[i].value * scale for i in order], height, middle)
    return [round(position / height, 5) for position in middle]


def _place(
    order: Sequence[int], wanted: Sequence[float], tall: Sequence[float], height: float, middle: list[float]
) -> None:
    """Put the boxes of a column in order, each as near as possible to where it wants to be."""
    # Where value circles, a column can hold more than Plotly reckons with; its boxes then stand closer.
    gap = min(GAP, (height - sum(tall)) / max(1, len(tall) - 1))
    tops: list[float] = []
    free = 0.0
    for want, size in zip(wanted, tall, strict=True):
        tops.append(max(free, want - size / 2))
        free = tops[-1] + size + gap
    floor = height
    for index in range(len(tops) - 1, -1, -1):
        tops[index] = min(tops[index], floor - tall[index])
        floor = tops[index] - gap
        middle[order[index]] = tops[index] + tall[index] / 2


def _columns(column: Sequence[int]) -> list[list[int]]:
    """The boxes of each column that has any, left to right."""
    found: dict[int, list[int]] = {}
    for index, number in enumerate(column):
        found.setdefault(number, []).append(index)
    return [found[number] for number in sorted(found)]


def _depths(count: int, links: Sequence[Link]) -> list[int]:
    """The column that Plotly gives each box: its longest way from the left, or the last when nothing leaves it."""
    depth = [0] * count
    for _ in range(count):
        before = list(depth)
        for start, end, _value in links:
            depth[end] = max(depth[end], depth[start] + 1)
        if depth == before:
            break
    leaving = {start for start, _, _ in links}
    last = max(depth, default=0)
    return [depth[i] if i in leaving else last for i in range(count)]
