"""What stands beside the boxes of the flow picture."""

from collections.abc import Iterable

from cointrail.reports.kinds import kinds
from cointrail.reports.plain import plain, short
from cointrail.reports.trail.boxes import THEFT, WALLET, Key
from cointrail.reports.trail.flow import BACK, Node

LABEL = 24  # characters of a label beside a box


def names(nodes: Iterable[Node]) -> dict[Key, str]:
    """A name for each box; one that several share says how many, and '+' when others of its sort have their own box."""
    boxes = {(node.kind, node.column, node.name): node for node in nodes}
    named = {(node.kind, node.column) for node in boxes.values() if node.name}
    return {key: _name(node, (node.kind, node.column) in named) for key, node in boxes.items()}


def _name(node: Node, others: bool) -> str:
    count = sum(1 for place in node.places if place)
    if node.kind == BACK:
        return "back to earlier wallets"
    if node.kind in (THEFT, WALLET):
        if node.name:
            return short(_address(node.name))
        sort = "theft addresses" if node.kind == THEFT else "wallets"
        return f"+ {count:,} more {sort}" if others else f"{count:,} {sort}"
    if node.name:
        return short(_address(node.name)) if node.name in node.places else plain(node.name, LABEL)
    title = kinds()[node.kind].title
    return f"{title} (+ {count:,})" if others else f"{title} ({count:,})" if count > 1 else title


def _address(place: str) -> str:
    return place.split(" ", 1)[-1]
