"""Payments with a memo straight to a vault: only to one that the router's own events tell of."""

from cointrail.conversions.bridges import crossings, shipped
from cointrail.ledger.event import Event
from cointrail.ledger.rows import INPUT
from tests.conversions.bridges.events import log
from tests.conversions.bridges.test_decode import BITCOIN, ROUTER, rule
from tests.making import address

VAULT, PAYER = address(70), address(71)


def paid(to: bytes, memo: str, tx: int = 50) -> Event:
    return Event(tx, 1_800_000_000, tx.to_bytes(32, "big"), 0, INPUT, to, PAYER, (), memo.encode())


def test_a_payment_to_a_known_vault_is_a_deposit() -> None:
    known = log(rule("thorchain", "Deposit").signature, ROUTER, to="0x" + VAULT.hex(), memo=f"=:b:{BITCOIN}")
    found = crossings([("ethereum", [known, paid(VAULT, f"=:BTC.BTC:{BITCOIN}")])], shipped())
    [_, leg] = found.legs
    assert (leg.contract, leg.token, leg.sender, leg.recipient) == (VAULT, "", PAYER, BITCOIN)
    assert (leg.other_chain, leg.amount, leg.key) == ("bitcoin", None, (50).to_bytes(32, "big").hex())
    answer = log(rule("thorchain", "TransferOut").signature, ROUTER, tx=60, time=1_800_000_100,
                 memo="REFUND:" + leg.key, vault="0x" + VAULT.hex(), asset="0x" + "00" * 20)  # fmt: skip
    found = crossings([("ethereum", [known, paid(VAULT, f"=:BTC.BTC:{BITCOIN}"), answer])], shipped())
    assert len(found.links) == 1


def test_a_payment_to_anybody_else_is_a_finding() -> None:
    found = crossings([("ethereum", [paid(address(9), f"=:BTC.BTC:{BITCOIN}")])], shipped())
    assert not found.legs and [one.kind for one in found.findings] == ["memo_to_unknown_vault"]


def test_a_memo_that_is_none_says_nothing() -> None:
    known = log(rule("thorchain", "Deposit").signature, ROUTER, to="0x" + VAULT.hex(), memo=f"=:b:{BITCOIN}")
    found = crossings([("ethereum", [known, paid(VAULT, "=:BTC.BTC:\xff\0")])], shipped())
    assert found.legs[1].recipient == "" and "unreadable_memo" in {one.kind for one in found.findings}
