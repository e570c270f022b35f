"""All bridge legs of some ledgers and the links between them."""

from collections.abc import Sequence

from cointrail.conversions.bridges.decode import decode
from cointrail.conversions.bridges.direct import BRIDGE, direct
from cointrail.conversions.bridges.joining import join
from cointrail.conversions.bridges.leg import Crossings, Finding, Leg
from cointrail.conversions.bridges.table import Table, shipped
from cointrail.ledger.event import Event


def crossings(chains: Sequence[tuple[str, Sequence[Event]]], table: Table | None = None) -> Crossings:
    """Decode the events of several chains and join the legs by key. `table`: the shipped one if None."""
    known = shipped() if table is None else table
    legs: list[Leg] = []
    findings: list[Finding] = []
    for chain, events in chains:
        found, strange = decode(known, chain, events)
        straight, odd = direct(chain, events, found) if BRIDGE in known.bridges else ([], [])
        legs += [*found, *straight]
        findings += [*strange, *odd]
    links, alone = join(known, legs, [chain for chain, _ in chains])
    return Crossings(legs, links, [*findings, *alone])
