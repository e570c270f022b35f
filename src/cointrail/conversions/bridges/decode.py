"""Legs from raw events, by the table of bridges. No event is believed that the bridge's own contract did not emit."""

from collections.abc import Iterable, Sequence
from typing import Any

from eth_hash.auto import keccak

from cointrail.chains.abi.signature import Malformed
from cointrail.conversions.bridges.fields import ADDRESS, meaning, text
from cointrail.conversions.bridges.leg import DEPOSIT, INTERNAL, Finding, Leg
from cointrail.conversions.bridges.special import NO_MEMO, SPECIAL
from cointrail.conversions.bridges.table import Rule, Table
from cointrail.ledger.event import Event
from cointrail.ledger.rows import INPUT

FOREIGN = "foreign_contract"
MALFORMED = "malformed_event"
ALONE = "half_an_event"
STRANGE = {
    NO_MEMO: "its memo is none that can be read, so it does not say where the value went",
    ALONE: "the event that belongs to it is not in its transaction",
}
NATIVE = ("0x" + "0" * 40, "0x" + "e" * 40)  # how contracts write the native coin

Values = dict[str, Any]


def decode(table: Table, chain: str, events: Iterable[Event]) -> tuple[list[Leg], list[Finding]]:
    """The legs that the events of a chain tell, in their order, and what is strange about some of them."""
    legs: list[Leg] = []
    findings: list[Finding] = []
    group: list[Event] = []
    for event in events:
        if group and group[0].tx != event.tx:
            _transaction(table, chain, group, legs, findings)
            group = []
        group.append(event)
    if group:
        _transaction(table, chain, group, legs, findings)
    return legs, findings


def _transaction(table: Table, chain: str, events: Sequence[Event], legs: list[Leg], findings: list[Finding]) -> None:
    told: set[str] = set()  # bridges of which events tell
    for event in sorted(events, key=lambda one: one.position == INPUT):  # an input only tells what no event does
        called = event.position == INPUT
        if called:
            rules: Sequence[Rule] = [r for r in table.calls.get(event.data[:4], ()) if r.bridge not in told]
        else:
            rules = table.rules.get(event.topics[0], ()) if event.topics else ()
        own = [rule for rule in rules if table.own(rule, chain, event.address)]
        if rules and not own and not called:
            names = ", ".join(sorted({rule.bridge for rule in rules}))
            findings.append(_finding(FOREIGN, chain, event, names, f"an event of {names}, but not from its contracts"))
        for rule in own[:1] if len(own) == 1 else _fitting(own, event):
            try:
                leg, strange = _leg(table, rule, chain, event, events)
            except Malformed as error:
                detail = f"{rule.signature.canonical}: {error}"
                findings.append(_finding(MALFORMED, chain, event, rule.bridge, detail))
                continue
            if leg is not None:
                legs.append(leg)
                told.add(leg.bridge)
            if strange:
                name = rule.signature.text.partition("(")[0]
                findings.append(_finding(strange, chain, event, rule.bridge, f"{name}: {STRANGE[strange]}"))


def _fitting(rules: Sequence[Rule], event: Event) -> list[Rule]:
    """Of several rules with one topic the first whose indexed parameters are as many as the event has."""
    fits = (rule for rule in rules if sum(p.indexed for p in rule.signature.parameters) == len(event.topics) - 1)
    first = next(fits, None)
    return [first] if first else list(rules[:1])


def _leg(table: Table, rule: Rule, chain: str, event: Event, events: Sequence[Event]) -> tuple[Leg | None, str]:
    values: Values = rule.signature.call(event.data) if rule.call else rule.signature.event(event.topics, event.data)
    if rule.own and not table.own(rule, chain, bytes.fromhex(values[rule.own][2:])):
        return None, ""
    if rule.beside is not None:
        other = _beside(table, rule, chain, event, events)
        if other is None:
            return None, ALONE
        values |= {f"with.{name}": value for name, value in other.items()}
    if rule.special:
        more = SPECIAL[rule.special](values | {"this.chain": chain, "this.contract": event.address})
        if more is None:
            return None, ""
        values |= more
    held = table.bridges[rule.bridge].tokens.get((chain, event.address))
    told: Values = {
        field: _meaning(rule, chain, event, values, held, str(said))
        for field, said in rule.leg.items()
        if field != "key"
    }
    key = ":".join(
        text(_meaning(rule, chain, event, values, held, part)).removeprefix("0x") for part in rule.leg.get("key", ())
    )
    if rule.special:
        told |= {name[1:]: value for name, value in values.items() if name.startswith("@")}
    leg = Leg(
        side=rule.side if rule.side != INTERNAL else DEPOSIT,
        bridge=rule.bridge,
        chain=chain,
        tx=event.tx,
        block=event.block,
        time=event.time,
        position=event.position,
        contract=event.address,
        vault=_address(told.get("vault")),
        token=_token(told.get("token")),
        amount=told.get("amount"),
        sender=_address(told.get("sender")),
        recipient=text(told.get("recipient")),
        other_chain=text(told.get("other_chain")),
        other_token=_token(told.get("other_token")),
        other_amount=told.get("other_amount"),
        key=told.get("key", key),
        memo=text(told.get("memo")),
        status=INTERNAL if rule.side == INTERNAL else text(told.get("status")),
        order=table.bridges[rule.bridge].order,
    )
    return leg, str(values.get("@finding", ""))


def _beside(table: Table, rule: Rule, chain: str, event: Event, events: Sequence[Event]) -> Values | None:
    """The values of the event that is told together with another: the nearest one, if no other event of the rule is
    nearer to it."""
    assert rule.beside is not None
    topic, before = rule.beside.signature.topic, rule.beside.order == "before"
    near = [
        one
        for one in events
        if one.topics[:1] in ((topic,), (rule.signature.topic,))
        and table.own(rule, chain, one.address)
        and (one.position < event.position if before else one.position > event.position)
    ]
    if not near:
        return None
    one = max(near, key=lambda other: other.position) if before else min(near, key=lambda other: other.position)
    return rule.beside.signature.event(one.topics, one.data) if one.topics[0] == topic else None


def _meaning(rule: Rule, chain: str, event: Event, values: Values, held: str | None, said: str) -> Any:
    """What a rule says of a field, in an event; `held` is the token of its contract."""
    if said == "@tx":
        return event.tx.hex()
    if said == "@chain":
        return chain
    if said == "@token":
        return held
    if said == "@kappa":  # Synapse: the hash of the text of the transaction's hash
        found: bytes = keccak(f"0x{event.tx.hex()}".encode())
        return found
    return meaning(rule, values, said)


def _address(value: Any) -> bytes | None:
    told = text(value)
    return bytes.fromhex(told[2:]) if len(told) == 2 + 2 * ADDRESS and told.startswith("0x") else None


def _token(value: Any) -> str | None:
    told = None if value is None else text(value)
    return "" if told in NATIVE else told


def _finding(kind: str, chain: str, event: Event, bridge: str, detail: str) -> Finding:
    return Finding(kind, chain, event.tx, event.time, event.position, event.address, bridge, detail)
