"""All bridge legs of some ledgers and the links between them."""

from collections.abc import Iterable, Iterator, Sequence

from cointrail.conversions.bridges.decode import decode
from cointrail.conversions.bridges.direct import direct
from cointrail.conversions.bridges.joining import join
from cointrail.conversions.bridges.leg import Crossings, Finding, Leg
from cointrail.conversions.bridges.table import Table, shipped
from cointrail.ledger.event import Event
from cointrail.ledger.rows import INPUT


def crossings(chains: Sequence[tuple[str, Sequence[Event]]], table: Table | None = None) -> Crossings:
    """Decode the events of several chains and join the legs by key. `table`: the shipped one if None."""
    known = shipped() if table is None else table
    legs: list[Leg] = []
    findings: list[Finding] = []
    for chain, events in chains:
        inputs: list[Event] = []
        found, strange = decode(known, chain, _noting(events, inputs))
        straight, odd = direct(known, chain, inputs, found)
        legs += [*found, *straight]
        findings += [*strange, *odd]
    links, alone = join(known, legs, [chain for chain, _ in chains])
    return Crossings(legs, links, [*findings, *alone])


def _noting(events: Iterable[Event], inputs: list[Event]) -> Iterator[Event]:
    """The events as they are, read once; the inputs of transactions are noted as they pass."""
    for event in events:
        if event.position == INPUT:
            inputs.append(event)
        yield event
