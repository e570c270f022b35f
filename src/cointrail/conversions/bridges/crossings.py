"""All bridge legs of some ledgers and the links between them."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from cointrail.conversions.bridges.decode import decode
from cointrail.conversions.bridges.direct import direct, kin
from cointrail.conversions.bridges.joining import join
from cointrail.conversions.bridges.leg import Crossings, Finding, Leg
from cointrail.conversions.bridges.orders import cut
from cointrail.conversions.bridges.outputs import by_outputs
from cointrail.conversions.bridges.table import Table, shipped
from cointrail.ledger import Ledger
from cointrail.ledger.carried import Carried, carried
from cointrail.ledger.event import Event
from cointrail.ledger.rows import INPUT

ROUNDS = range(2)


def crossings(
    chains: Sequence[tuple[str, Sequence[Event]]],
    table: Table | None = None,
    outputs: Sequence[tuple[str, Sequence[Carried]]] = (),
) -> Crossings:
    """Decode the events of several chains and join the legs by key. `table`: the shipped one if None; `outputs`: the
    transactions of output-based chains that carry a text."""
    known = shipped() if table is None else table
    legs: list[Leg] = []
    findings: list[Finding] = []
    for chain, events in chains:
        inputs: list[Event] = []
        found, strange = decode(known, chain, _noting(events, inputs))
        straight, odd = direct(known, chain, inputs, found)
        legs += [*found, *straight]
        findings += [*strange, *odd]
    for paid, odd in _carried(outputs, legs) if kin(known) else ():
        legs += paid
        findings += odd
    names = [chain for chain, _ in chains]
    legs, settled, open_orders = cut(legs, names)
    links, alone = join(known, legs, names)
    return Crossings(legs, [*links, *settled], [*findings, *alone, *open_orders])


def crossings_of(ledgers: Sequence[Ledger], table: Table | None = None) -> Crossings:
    """`crossings` of all that ledgers hold."""
    events = [(one.chain, one.events) for one in ledgers]
    return crossings(events, table, [(one.chain, carried(one)) for one in ledgers])


def _carried(
    outputs: Sequence[tuple[str, Sequence[Carried]]], legs: Sequence[Leg]
) -> Collection[tuple[list[Leg], list[Finding]]]:
    """What transactions with a text tell, chain by chain. Each can answer another's, so all are read twice."""
    told: dict[str, tuple[list[Leg], list[Finding]]] = {}
    for _ in ROUNDS:
        for chain, texts in outputs:
            others = [leg for other, (paid, _) in told.items() if other != chain for leg in paid]
            told[chain] = by_outputs(chain, texts, [*legs, *others])
    return told.values()


def _noting(events: Iterable[Event], inputs: list[Event]) -> Iterator[Event]:
    """The events as they are, read once; the inputs of transactions are noted as they pass."""
    for event in events:
        if event.position == INPUT:
            inputs.append(event)
        yield event
