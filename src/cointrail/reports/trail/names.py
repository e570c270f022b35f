"""What stands beside the boxes of the flow picture."""

from collections.abc import Iterable

from cointrail.reports.kinds import kinds
from cointrail.reports.plain import plain, short
from cointrail.reports.trail.boxes import THEFT, WALLET, Key
from cointrail.reports.trail.flow import BACK, Node

LABEL = 30  # characters of a label beside a box


def names(nodes: Iterable[Node]) -> dict[Key, str]:
    """A name for each box; one that several share says how many, and '+' when others of its sort have their own box."""
    boxes = {Key(node.kind, node.column, node.name, node.asset): node for node in nodes}
    named = {(node.kind, node.column, node.asset) for node in boxes.values() if node.name}
    return {key: _name(node, (node.kind, node.column, node.asset) in named) for key, node in boxes.items()}


def _name(node: Node, others: bool) -> str:
    count = sum(1 for place in node.places if place.address)
    if node.kind == BACK:
        return "back to earlier wallets"
    if node.kind in (THEFT, WALLET):
        if node.name:
            return short(node.name)
        one = "theft address" if node.kind == THEFT else "wallet"
        sort = one if count == 1 else f"{one}s" if node.kind == WALLET else "theft addresses"
        return f"+ {count:,} more {sort}" if others else f"{count:,} {sort}"
    if node.name:
        return short(node.name) if any(place.address == node.name for place in node.places) else plain(node.name, LABEL)
    title = kinds()[node.kind].title
    return f"{title} (+ {count:,})" if others else f"{title} ({count:,})" if count > 1 else title
