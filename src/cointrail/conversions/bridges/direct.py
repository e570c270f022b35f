"""Deposits that are paid straight to a vault, with the memo as the transaction's input: native coins into THORChain and
its kin.

A vault is an ordinary address that changes every few days. Only what the router's own events say of an address makes it
a vault; a payment with a memo to anybody else goes nowhere, whatever the memo says.
"""

from collections.abc import Iterable, Sequence

from cointrail.conversions.bridges.leg import DEPOSIT, INTERNAL, Finding, Leg
from cointrail.conversions.bridges.special import NO_MEMO, thorchain_in
from cointrail.conversions.bridges.table import MEMOS, Table
from cointrail.ledger.event import Event

SPECIAL = "thorchain_in"  # the rule of the table that reads such memos
UNKNOWN_VAULT = "memo_to_unknown_vault"


def kin(table: Table) -> set[str]:
    """The bridges whose payments carry such memos."""
    return {name for name, bridge in table.bridges.items() if any(rule.special == SPECIAL for rule in bridge.rules)}


def direct(table: Table, chain: str, inputs: Iterable[Event], legs: Sequence[Leg]) -> tuple[list[Leg], list[Finding]]:
    """The deposits among inputs, given the legs that events tell. The amount is the value of the transaction itself,
    which its input does not say."""
    own = kin(table)
    vaults = {leg.vault: leg.bridge for leg in legs if leg.bridge in own and leg.chain == chain and leg.vault}
    told = {leg.tx for leg in legs}
    found: list[Leg] = []
    findings: list[Finding] = []
    for event in inputs:
        if not own or event.tx in told or not event.data.lower().startswith(MEMOS):
            continue
        bridge = vaults.get(event.address, "")
        if not bridge:
            findings.append(_finding(UNKNOWN_VAULT, chain, event, "", "no event of a router tells of this vault"))
            continue
        memo = event.data.decode("ascii", "replace")
        said = thorchain_in({"memo": memo}) or {}
        if "@finding" in said:
            findings.append(_finding(NO_MEMO, chain, event, bridge, "its memo is none that can be read"))
        found.append(
            Leg(
                DEPOSIT,
                bridge,
                chain,
                event.tx,
                event.block,
                event.time,
                event.position,
                event.address,
                vault=event.address,
                token="",
                sender=event.sender,
                recipient=said.get("@recipient", ""),
                other_chain=said.get("@other_chain", ""),
                other_token=said.get("@other_token"),
                key=event.tx.hex(),
                memo=memo,
                status=INTERNAL if said.get("@status") == INTERNAL else "",
            )
        )
    return found, findings


def _finding(kind: str, chain: str, event: Event, bridge: str, detail: str) -> Finding:
    return Finding(kind, chain, event.tx, event.time, event.position, event.address, bridge, detail)
