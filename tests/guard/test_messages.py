"""Signatures that are no Safe transactions: messages, permits, delegations, and Squads on Solana."""

import sys
from typing import Any

import pytest

from cointrail.guard import Judgement, check, parse_intent, requests
from cointrail.guard.tokens import registry
from cointrail.guard.typed import digest
from cointrail.guard.wallets import encoder
from tests.guard.safes import OWNERS

USDC, PERMIT2 = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "0x000000000022D473030F116dDEE9F6B43aC78BA3"
SPENDER = "0x7a250d5630B4cF539739dF2C5dAcb4c659F2488D"
DOMAIN = [
    {"name": "name", "type": "string"},
    {"name": "version", "type": "string"},
    {"name": "chainId", "type": "uint256"},
    {"name": "verifyingContract", "type": "address"},
]
PERMIT = [
    {"name": "owner", "type": "address"},
    {"name": "spender", "type": "address"},
    {"name": "value", "type": "uint256"},
    {"name": "nonce", "type": "uint256"},
    {"name": "deadline", "type": "uint256"},
]


def permit(value: int = 10**6, **changes: Any) -> dict[str, Any]:
    message = {"owner": OWNERS[0].text, "spender": SPENDER, "value": value, "nonce": 0, "deadline": 2**40}
    return {
        "types": {"EIP712Domain": DOMAIN, "Permit": PERMIT},
        "primaryType": "Permit",
        "domain": {"name": "USD Coin", "version": "2", "chainId": 1, "verifyingContract": USDC},
        "message": {**message, **changes},
    }


def permit2(contract: str = PERMIT2) -> dict[str, Any]:
    details = {"token": USDC, "amount": str(2**160 - 1), "expiration": "1800000000", "nonce": "0"}
    return {
        "types": {
            "EIP712Domain": [DOMAIN[0], *DOMAIN[2:]],
            "PermitSingle": [
                {"name": "details", "type": "PermitDetails"},
                {"name": "spender", "type": "address"},
                {"name": "sigDeadline", "type": "uint256"},
            ],
            "PermitDetails": [
                {"name": "token", "type": "address"},
                {"name": "amount", "type": "uint160"},
                {"name": "expiration", "type": "uint48"},
                {"name": "nonce", "type": "uint48"},
            ],
        },
        "primaryType": "PermitSingle",
        "domain": {"name": "Permit2", "chainId": 1, "verifyingContract": contract},
        "message": {"details": details, "spender": SPENDER, "sigDeadline": "1800000000"},
    }


def judge(document: Any, intent: Any = None, chain_id: int | None = 1) -> Judgement:
    [request] = requests(document, "TX.json", None, chain_id)
    wanted = parse_intent(intent, "intent", None, registry(chain_id)) if intent else None
    return check(request, intent=wanted)


def said(found: Judgement) -> set[tuple[str, str]]:
    return {(reason.rule, reason.severity) for reason in found.reasons}


def test_typed_data_is_hashed_as_wallets_do() -> None:
    full, limit = permit2(), sys.getrecursionlimit()
    encode_typed_data = encoder()
    from eth_account import Account  # under it a library changes the process: only behind `encoder`

    assert sys.getrecursionlimit() == limit
    signed = Account.from_key(bytes([7]) * 32).sign_message(encode_typed_data(full_message=full))
    assert digest(full) == bytes(signed.message_hash)


def test_a_permit_is_a_question_unless_it_was_asked_for() -> None:
    assert judge(permit()).verdict == "review" and ("permit", "review") in said(judge(permit()))
    assert "everything" in judge(permit(2**256 - 1)).reasons[0].text
    asked = {"approve": {"asset": "USDC", "amount": "1", "spender": SPENDER}}
    assert judge(permit(), asked).verdict == "safe"
    assert judge(permit(2 * 10**6), asked).verdict == "stop"
    assert judge(permit(0)).verdict == "safe"


def test_a_permit_for_another_chain_is_stopped() -> None:
    assert ("chain_mismatch", "stop") in said(judge(permit(), chain_id=10))


def test_permit2_counts_only_at_its_own_contract() -> None:
    assert said(judge(permit2())) == {("permit", "review")}
    assert ("typed_impostor", "stop") in said(judge(permit2(SPENDER)))


def test_unknown_typed_data_is_a_question() -> None:
    document = {**permit(), "primaryType": "Order"}
    assert said(judge(document)) == {("typed_unknown", "review")}
    assert judge({**permit(), "message": {"spender": []}}).verdict == "review"
    assert judge({**permit(), "message": "x"}).verdict == "review"


@pytest.mark.parametrize("key", ["authorization", "delegation", "authorizationList"])
def test_a_delegation_is_stopped_and_taking_it_back_is_not(key: str) -> None:
    one = {"chainId": 0, "address": SPENDER, "nonce": 1}
    assert judge({key: one}).verdict == "stop"
    assert len([r for r in judge({key: [one]}).reasons if r.severity == "stop"]) == 2  # on every chain, too
    assert judge({key: {**one, "chainId": 1, "address": "0x" + "00" * 20}}).verdict == "safe"
    assert judge({key: {"address": "0x12"}}).verdict == "stop"


def test_a_message_of_a_safe_is_bound_to_its_hash() -> None:
    # safe-eth-py and Safe's own app hash a text by EIP-191 before SafeMessage
    safe = "0x1db92e2eebc8e0c075a02bea49a2935bcd2dfcf4"
    document = {"safe": safe, "chainId": 1, "message": "hello", "version": "1.3.0"}
    found = judge(document)
    assert found.verdict == "review" and found.digest is not None
    signed = [{"owner": OWNERS[0].text, "signature": "0x" + OWNERS[0].sign(found.digest).hex()}]
    whole = {**document, "messageHash": "0x" + found.digest.hex(), "confirmations": signed}
    assert judge(whole).subject.signers[0].state == "signed" and judge(whole).verdict == "review"
    assert judge({**whole, "message": "hallo"}).verdict == "stop"
    assert judge({**document, "message": permit()}).verdict == "review"


NONCE = {
    "program": "system",
    "programId": "11111111111111111111111111111111",
    "parsed": {"type": "advanceNonce", "info": {"nonceAccount": "Nonce1", "nonceAuthority": "Member1"}},
}
SQUADS = "SQDS4ep65T869zMMBKyuUq6aD6EgTu8psMjkvj52pCf"


def squads(*instructions: Any, **head: Any) -> Judgement:
    return judge({"signers": ["Member1"], "instructions": list(instructions), **head}, chain_id=None)


def test_a_durable_nonce_is_a_question_and_with_a_change_of_power_stopped() -> None:
    approve = {"programId": SQUADS, "name": "proposalApprove", "args": {}}
    assert squads(NONCE, approve).verdict == "review"
    change = {
        "programId": SQUADS,
        "name": "configTransactionCreate",
        "args": {"actions": [{"kind": "ChangeThreshold", "newThreshold": 1}]},
    }
    found = squads(NONCE, change, threshold=2)
    assert found.verdict == "stop"
    assert {"solana_nonce_power", "solana_threshold"} <= {r.rule for r in found.reasons if r.severity == "stop"}


def test_a_durable_nonce_in_other_hands_is_stopped() -> None:
    assert squads(NONCE, signers=["Member2"]).verdict == "stop"


def test_thresholds_and_timelocks_may_rise_but_not_fall_unseen() -> None:
    for name, key in (("multisigChangeThreshold", "newThreshold"), ("multisigSetTimeLock", "newTimeLock")):
        head = {"threshold": 3, "time_lock": 3}
        assert squads({"programId": SQUADS, "name": name, "args": {key: 4}}, **head).verdict == "review"
        assert squads({"programId": SQUADS, "name": name, "args": {key: 0}}, **head).verdict == "stop"
        assert squads({"programId": SQUADS, "name": name, "args": {}}, **head).verdict == "stop"


def test_what_is_not_known_on_solana_is_never_safe() -> None:
    for one in (
        {"programId": "Strange"},
        {"name": "proposalReject"},
        {"name": "x" * 10_000},
        {"parsed": "hi", "program": "p"},
    ):
        assert squads(one).verdict == "review"
    deep: Any = {"name": "transfer"}
    for _ in range(50):
        deep = {"instructions": [deep]}
    assert judge(deep, chain_id=None).verdict == "review"
    assert judge({"instructions": [3]}, chain_id=None).verdict == "review"
    assert judge({"instructions": []}, chain_id=None).verdict == "review"
