"""What a trace with conversions says came to every address."""

from collections import Counter
from collections.abc import Iterable

from cointrail import Ledger, Settings, Theft
from cointrail.tracing import trace


def traced(ledger: Ledger, thieves: Iterable[bytes], policy: str, direction: str) -> dict[int, Counter[str]]:
    """What a trace from thieves says came to every address (backward: left it), by asset, from others than itself."""
    theft = Theft(tuple(thieves), (), direction=direction)  # type: ignore[arg-type]
    trail = trace(ledger, theft, settings=Settings((policy,), behaviour=None))
    found: dict[int, Counter[str]] = {}
    for move in trail.flows[policy].moves:
        sender, recipient = (trail.ledgers.address(one)[1] for one in (move.sender, move.recipient))
        if sender != recipient:
            asset = trail.ledgers.name(trail.ledgers.asset(move.recipient))
            found.setdefault(recipient, Counter())[asset] += move.came
    return {one: +counts for one, counts in found.items()}
