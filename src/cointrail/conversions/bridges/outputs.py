"""Legs on output-based chains: payments into THORChain's vaults and out of them, by the text that they carry.

There is no contract here whose word could be taken, and anybody can write any text. A payment out counts where it
answers, by key and recipient, a deposit that a router told elsewhere; who made it is a vault. A payment in counts where
it goes to a vault, or where a router paid out elsewhere what it names. A refund counts where a vault gives back what
came in with the transaction that it names.
"""

from collections.abc import Sequence
from dataclasses import replace

from cointrail.chains import parse_any
from cointrail.conversions.bridges.direct import UNKNOWN_VAULT
from cointrail.conversions.bridges.leg import DEPOSIT, INTERNAL, REFUND, WITHDRAWAL, Finding, Leg
from cointrail.conversions.bridges.special import NO_MEMO, Values, thorchain_in, thorchain_out
from cointrail.conversions.bridges.table import MEMOS
from cointrail.ledger.carried import Carried, Paid

UNTOLD = "memo_out_of_nowhere"
DETAILS = {
    UNTOLD: "its memo answers a payment that these ledgers do not hold, or hold with another recipient",
    UNKNOWN_VAULT: "its memo asks for a swap, but nothing in these ledgers says that it was paid to a vault",
    NO_MEMO: "its memo is none that can be read",
}


def by_outputs(chain: str, carried: Sequence[Carried], legs: Sequence[Leg]) -> tuple[list[Leg], list[Finding]]:
    """The legs that a chain's transactions between outputs tell, given those that events tell of other chains."""
    answers = [(one, said) for one in carried if (said := thorchain_out({"memo": one.memo}) or {}).get("@key")]
    asks = [one for one in carried if one.memo.lower().encode().startswith(MEMOS)]
    out = _paid_out(chain, answers, legs)
    vaults = {payer: leg.bridge for leg, one in out for payer in one.payers.values()}
    into, findings = _paid_in(chain, asks, vaults, legs)
    back = _given_back(chain, answers, into)
    told = {one.tx for _, one in (*out, *back)}
    findings += [_finding(UNTOLD, chain, one) for one, _ in answers if one.tx not in told]
    return [leg for leg, _ in (*out, *into, *back)], findings


Told = tuple[Leg, Carried]


def _paid_out(chain: str, answers: Sequence[tuple[Carried, Values]], legs: Sequence[Leg]) -> list[Told]:
    """Payments that answer a deposit elsewhere, to the address that its memo named."""
    deposits: dict[tuple[str, bytes | None], Leg] = {}
    for leg in legs:
        if leg.side == DEPOSIT and leg.key and leg.other_chain == chain:
            deposits[leg.key, _key(leg.recipient)] = leg
    found: list[Told] = []
    for one, said in answers:
        for paid in _others(one):
            answered = deposits.get((said["@key"], paid.key))
            if answered is not None and said["@status"] != REFUND:
                vault = next(iter(one.payers.values()), b"")
                told = _leg(WITHDRAWAL, answered.bridge, chain, one, paid, vault, said)
                found.append((replace(told, recipient=answered.recipient), one))
    return found


def _paid_in(
    chain: str, asks: Sequence[Carried], vaults: dict[bytes, str], legs: Sequence[Leg]
) -> tuple[list[Told], list[Finding]]:
    """Payments with a memo that asks for a swap, to a vault."""
    answered = {leg.key: leg.bridge for leg in legs if leg.side == WITHDRAWAL and leg.key}
    found: list[Told] = []
    findings: list[Finding] = []
    for one in asks:
        others, bridge = _others(one), answered.get(one.tx.hex())
        paid = next((out for out in others if out.key in vaults), others[0] if others and bridge else None)
        if paid is None:
            findings.append(_finding(UNKNOWN_VAULT, chain, one))
            continue
        said = (thorchain_in({"memo": one.memo}) or {}) | {"@key": one.tx.hex()}
        if "@finding" in said:
            findings.append(_finding(NO_MEMO, chain, one))
        found.append((_leg(DEPOSIT, bridge or vaults[paid.key], chain, one, paid, paid.key, said), one))
    return found, findings


def _given_back(chain: str, answers: Sequence[tuple[Carried, Values]], into: Sequence[Told]) -> list[Told]:
    """Payments of a vault that refund what was paid in."""
    deposits = {leg.key: leg for leg, _ in into}
    found: list[Told] = []
    for one, said in answers:
        leg, others = deposits.get(said["@key"]), _others(one)
        if said["@status"] == REFUND and leg is not None and leg.vault in one.payers.values() and others:
            assert leg.vault is not None
            found.append((_leg(WITHDRAWAL, leg.bridge, chain, one, others[0], leg.vault, said), one))
    return found


def _others(one: Carried) -> list[Paid]:
    """What a transaction paid to others than those whose outputs it spent."""
    return [out for out in one.paid if out.amount and out.owner not in one.payers]


def _key(address: str) -> bytes | None:
    """The 20 bytes of an address in a memo; None for what is none."""
    try:
        return parse_any(address)
    except ValueError:
        return None


def _leg(side: str, bridge: str, chain: str, one: Carried, paid: Paid, vault: bytes, said: Values) -> Leg:
    into = side == DEPOSIT
    return Leg(
        side,
        bridge,
        chain,
        one.tx,
        one.block,
        one.time,
        paid.number,
        vault,
        vault=vault,
        token="",
        amount=paid.amount,
        recipient=said.get("@recipient", "") if into else paid.text,
        other_chain=said.get("@other_chain", ""),
        other_token=said.get("@other_token"),
        key=said["@key"],
        memo=one.memo,
        status=INTERNAL if said.get("@status") == INTERNAL else said.get("@status", ""),
    )


def _finding(kind: str, chain: str, one: Carried) -> Finding:
    where = one.paid[0].key if one.paid else b""
    return Finding(kind, chain, one.tx, one.time, 0, where, "", DETAILS[kind])
