"""Every rule by an example of its own: without the rule its test fails."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cointrail.errors import InputError
from cointrail.exposure import Exposure, Part
from cointrail.guard import Confirmation, History, Judgement, Request, State, check, layout, parse_intent
from cointrail.guard.request import Transaction
from cointrail.guard.rules import RULES
from cointrail.guard.state import Account, Block
from cointrail.guard.tokens import registry
from cointrail.labels import Label
from tests.conversions.onchain.stage import ETH, NEVER
from tests.guard import safes
from tests.guard.safes import BATCH, OWNERS, Owner, batch, call, hashed, tx
from tests.guard.world import LARGEST, World, person

EVIL, OTHER = person("evil"), person("other")
ZERO = "0x" + "00" * 20


def raw(address: str) -> bytes:
    return bytes.fromhex(address[2:])


def with_code(w: World, address: str, code: str, storage: dict[int, int] | None = None, **more: Any) -> State:
    """The world with a contract more."""
    account = Account(code=bytes.fromhex(code), storage=storage or {})
    return replace(w.state, accounts={**w.state.accounts, raw(address): account}, **more)


def judge(w: World, transaction: Transaction, state: State | None = None, **more: Any) -> Judgement:
    history = more.pop("history", w.history)
    return check(w.request(transaction, **more), state=state or w.state, history=history)


def payment(w: World) -> Transaction:
    return tx(w.payees[0], ETH)


def confirmed(w: World, signatures: list[Confirmation], **more: Any) -> Judgement:
    request = replace(w.request(payment(w)), confirmations=tuple(signatures), **more)
    return check(request, state=w.state, history=w.history)


def digest(w: World, transaction: Transaction) -> bytes:
    return hashed(w.safe, transaction).safe_tx


def usdc(w: World, function: str, *values: Any) -> Transaction:
    return tx(w.places["USDC"], data=call(function, *values))


def hash_mismatch(w: World) -> Judgement:
    return check(replace(w.request(payment(w)), presented=bytes(32)), state=w.state, history=w.history)


def chain_mismatch(w: World) -> Judgement:
    request = w.request(payment(w), ())
    return check(replace(request, chain_id=10), history=w.history)


def operation(w: World) -> Judgement:
    return judge(w, replace(payment(w), operation=2))


def only_hash(w: World) -> Judgement:
    return check(Request(raw(w.safe), 1, presented=b"1" * 32))


def version(w: World) -> Judgement:
    return check(Request(raw(w.safe), 1, payment(w)), history=w.history)


def confirmation_stranger(w: World) -> Judgement:
    wrong = OWNERS[0].sign(digest(w, tx(w.payees[1], ETH)))
    return confirmed(w, [Confirmation(OWNERS[0].address, wrong)])


def confirmation_not_owner(w: World) -> Judgement:
    somebody = Owner(99)
    return confirmed(w, [Confirmation(somebody.address, somebody.sign(digest(w, payment(w))))])


def confirmation_malformed(w: World) -> Judgement:
    return confirmed(w, [Confirmation(OWNERS[0].address, b"\1" * 64)])


def confirmation_twice(w: World) -> Judgement:
    both = [OWNERS[0].sign(digest(w, payment(w)), eth_sign) for eth_sign in (False, True)]
    return confirmed(w, [Confirmation(OWNERS[0].address, one) for one in both])


def confirmation_unproven(w: World) -> Judgement:
    approved = OWNERS[0].address.rjust(32, b"\0") + bytes(32) + b"\1"
    return confirmed(w, [Confirmation(OWNERS[0].address, approved)])


def eth_sign(w: World) -> Judgement:
    return confirmed(w, [Confirmation(OWNERS[0].address, OWNERS[0].sign(digest(w, payment(w)), True))])


def owners(w: World) -> Judgement:
    return check(w.request(payment(w)), history=w.history)


def delegatecall_unpinned(w: World) -> Judgement:
    return judge(w, tx(EVIL, operation=1))


def delegatecall_unseen(w: World) -> Judgement:
    wanted = tx(EVIL, operation=1)
    request = w.request(wanted)
    signed = Confirmation(OWNERS[0].address, OWNERS[0].sign(digest(w, wanted), True))
    return check(replace(request, confirmations=(signed,)), state=w.state, history=w.history)


def delegatecall_token(w: World) -> Judgement:
    return judge(w, tx(w.places["USDC"], data=call("transfer(address,uint256)", w.payees[0], 5), operation=1))


def delegatecall_code(w: World) -> Judgement:
    return judge(w, tx(BATCH, data=batch([(w.payees[0], 1, b"")]), operation=1), with_code(w, BATCH, "00"))


def delegatecall_function(w: World) -> Judgement:
    return judge(w, tx(BATCH, data=call("approve(address,uint256)", EVIL, 5), operation=1))


def delegatecall_inside(w: World) -> Judgement:
    head = bytes([1]) + raw(EVIL) + bytes(64)
    return judge(w, tx(BATCH, data=call("multiSend(bytes)", head), operation=1))


def batch_by_call(w: World) -> Judgement:
    return judge(w, tx(BATCH, data=batch([(w.payees[0], 0, b"")])))


def helper(w: World) -> Judgement:
    return judge(w, tx(BATCH, data=batch([(w.payees[0], 1, b"")]), operation=1))


def safe_storage(w: World) -> Judgement:
    return judge(w, tx(EVIL, operation=1), with_code(w, EVIL, "6001" + "5f" + "55" + "00"))


def power_moved(w: World) -> Judgement:
    """A contract of which the Safe is the owner, and a function with an unknown name that changes that."""
    evil = with_code(w, EVIL, "6004355f5500", {0: int(w.safe, 16)})
    return judge(w, tx(EVIL, data=b"\1\2\3\4" + raw(OTHER).rjust(32, b"\0")), evil)


def simulation_differs(w: World) -> Judgement:
    """Pays back only where a coinbase is seen, as every block has one."""
    code = "41600857" + "00" + "5b5b5b5b" + "5f5f5f5f47335af1" + "00"  # COINBASE PUSH1 8 JUMPI STOP, then CALL caller
    return judge(w, tx(EVIL, ETH, b"\1\2\3\4"), with_code(w, EVIL, code))


def loss_hidden(w: World) -> Judgement:
    """A contract that the Safe has allowed to spend USDC long ago takes it during an innocent call."""
    pull = call("transferFrom(address,address,uint256)", w.safe, EVIL, 10**6)
    words = [(at, pull[at : at + 32].ljust(32, b"\1")) for at in range(0, len(pull), 32)]
    code = "".join(f"7f{word.hex()}61{at:04x}52" for at, word in words)  # PUSH32 word, PUSH2 place, MSTORE
    code += "5f5f60645f5f73" + w.places["USDC"][2:] + "5af100"
    state = with_code(w, EVIL, code)
    token = state.accounts[raw(w.places["USDC"])]
    # Token.sol keeps allowances in slot 4, or 3: both are set
    inner = {slot: layout.entry(raw(EVIL), layout.entry(raw(w.safe), slot)) for slot in (2, 3, 4)}
    given = replace(token, storage={**token.storage, **dict.fromkeys(inner.values(), 10**12)})
    state = replace(state, accounts={**state.accounts, raw(w.places["USDC"]): given})
    return judge(w, tx(EVIL, data=call("deposit()")), state)


def gain_hidden(w: World) -> Judgement:
    path = [w.places["WETH"], w.places["USDC"]]
    data = call("swapETHForExactTokens(uint256,address[],address,uint256)", 1, path, EVIL, NEVER)
    return judge(w, tx(w.places["router"], ETH, data))


def payment_missing(w: World) -> Judgement:
    return judge(w, tx(EVIL, data=call("transfer(address,uint256)", w.payees[0], 5)), with_code(w, EVIL, "00"))


def simulation_fails(w: World) -> Judgement:
    return judge(w, tx(w.payees[0], 10**6 * ETH))


def simulation_incomplete(w: World) -> Judgement:
    safe = w.state.accounts[raw(w.safe)]
    known = replace(safe, storage={**safe.storage, layout.NONCE: 0})  # a whole state leaves zeros out
    accounts = {**w.state.accounts, raw(w.safe): known}
    return judge(w, tx(OTHER, ETH), replace(w.state, complete=False, accounts=accounts))


def simulation_blind(w: World) -> Judgement:
    return judge(w, tx(EVIL, data=b"\1\2\3\4"), with_code(w, EVIL, "4850" + "00"))


def safe_power(w: World) -> Judgement:
    return judge(w, tx(w.safe, data=call("setGuard(address)", EVIL)))


def admin_power(w: World) -> Judgement:
    return judge(w, tx(OTHER, data=call("transferOwnership(address)", EVIL)))


def intended(w: World, asked: dict[str, Any]) -> Judgement:
    from cointrail.guard import parse_intent
    from cointrail.guard.tokens import registry

    intent = parse_intent(asked, "intent", raw(w.safe), registry(1))
    return check(w.request(payment(w)), state=w.state, history=w.history, intent=intent)


def intent_other(w: World) -> Judgement:
    pay = {"pay": {"asset": "ETH", "amount": "1", "to": w.payees[0]}}
    return intended(w, {"nonce": 7, "actions": [pay]})


def intent_extra(w: World) -> Judgement:
    return intended(w, {"pay": {"asset": "ETH", "amount": "1", "to": w.payees[1]}})


def intent_unmet(w: World) -> Judgement:
    return intended(w, {"pay": {"asset": "ETH", "amount": "0.9", "to": w.payees[0]}})


def intent_met(w: World) -> Judgement:
    return intended(w, {"pay": {"asset": "ETH", "amount": "1", "to": w.payees[0]}})


def allowance(w: World) -> Judgement:
    return judge(w, usdc(w, "approve(address,uint256)", EVIL, 5))


def allowance_hidden(w: World) -> Judgement:
    """A contract that says (it has the Safe's approval in its power) that the Safe allows somebody to spend."""
    topic = "8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925"
    code = "60055f52" + "73" + EVIL[2:] + "33" + "7f" + topic + "60205fa300"
    return judge(w, tx(OTHER, data=b"\1\2\3\4"), with_code(w, OTHER, code))


def refund(w: World) -> Judgement:
    return judge(w, replace(payment(w), gas_price=1, base_gas=1, refund_receiver=raw(EVIL)))


def lookalike(w: World) -> Judgement:
    return judge(w, tx(w.payees[0][:8] + "9" * 26 + w.payees[0][-8:], ETH))


def label(w: World) -> Judgement:
    said = Label(raw(w.payees[0]), None, "Thief", "hacker", None, None, "a list", None, None, None, None, "f")
    request = w.request(payment(w))
    return check(request, state=w.state, history=w.history, labels=lambda a: [said] if a == said.address else [])


def exposure(w: World) -> Judgement:
    """A payee who was paid before, a quarter of whose coins came straight from a thief."""
    part = Part("source", "ETH", "perpetrator", 25, 0, 100, 1, 25, 25)
    said = Exposure(raw(w.payees[0]), "haircut", (part,), "", "")
    return check(w.request(payment(w)), state=w.state, history=w.history, exposures=lambda address: said)


def recipient_new(w: World) -> Judgement:
    return judge(w, tx(OTHER, ETH))


def recipient_young(w: World) -> Judgement:
    history = replace(w.history, first=lambda address: 1_000_000)
    return judge(w, tx(OTHER, ETH), replace(w.state, block=Block(1, 1_000_100, 1)), history=history)


def amount(w: World) -> Judgement:
    return judge(w, tx(w.payees[0], 3 * LARGEST["ETH"]))


def payment_empty(w: World) -> Judgement:
    return judge(w, usdc(w, "transfer(address,uint256)", w.payees[0], 0))


def payment_strange(w: World) -> Judgement:
    return judge(w, tx(ZERO, ETH))


def token_unknown(w: World) -> Judgement:
    return judge(w, tx(OTHER, data=call("transfer(address,uint256)", w.payees[0], 5)))


def nonce_used(w: World) -> Judgement:
    safe = w.state.accounts[raw(w.safe)]
    moved = replace(safe, storage={**safe.storage, layout.NONCE: 5})
    return judge(w, payment(w), replace(w.state, accounts={**w.state.accounts, raw(w.safe): moved}))


def nonce_later(w: World) -> Judgement:
    return judge(w, replace(payment(w), nonce=3))


def nonce_twice(w: World) -> Judgement:
    return judge(w, payment(w), siblings=(w.request(tx(w.payees[1], ETH)),))


def executed(w: World) -> Judgement:
    return judge(w, payment(w), executed=True)


def call_unknown(w: World) -> Judgement:
    return judge(w, tx(OTHER, data=b"\1\2\3\4"))


def contract_new(w: World) -> Judgement:
    history = History()
    data = call("swapExactETHForTokens(uint256,address[],address,uint256)", 1, [OTHER], w.safe, NEVER)
    return judge(w, tx(OTHER, 1, data), history=history)


def swap_careless(w: World) -> Judgement:
    path = [w.places["WETH"], w.places["USDC"]]
    data = call("swapExactETHForTokens(uint256,address[],address,uint256)", 1, path, EVIL, NEVER)
    return judge(w, tx(w.places["router"], ETH, data))


def undecodable(w: World) -> Judgement:
    return judge(w, tx(w.payees[0], 1, b"\1"))


def nested(w: World) -> Judgement:
    values = (OTHER, 1, b"", 0, 0, 0, 0, ZERO, ZERO, b"")
    signature = "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
    return judge(w, tx(OTHER, data=call(signature, *values)))


def approves_hash(w: World) -> Judgement:
    return judge(w, tx(OTHER, data=call("approveHash(bytes32)", b"1" * 32)))


def signs_message(w: World) -> Judgement:
    library = "0x4fFeF8222648872B3dE295Ba1e49110E61f5b5aa".lower()
    return judge(w, tx(library, data=call("signMessage(bytes)", b"hello"), operation=1))


def not_simulated(w: World) -> Judgement:
    return check(w.request(payment(w)), history=w.history)


CASES: dict[Callable[[World], Judgement], str] = {
    hash_mismatch: "stop", chain_mismatch: "stop", operation: "stop", only_hash: "review", version: "review",
    confirmation_stranger: "stop", confirmation_not_owner: "stop", confirmation_malformed: "stop",
    confirmation_twice: "review", confirmation_unproven: "review", eth_sign: "info", owners: "review",
    delegatecall_unpinned: "stop", delegatecall_unseen: "stop", delegatecall_token: "stop", delegatecall_code: "stop",
    delegatecall_function: "stop", delegatecall_inside: "stop", batch_by_call: "review", helper: "info",
    safe_storage: "stop", power_moved: "stop", simulation_differs: "stop", loss_hidden: "stop", gain_hidden: "review",
    payment_missing: "stop", simulation_fails: "review", simulation_blind: "review", simulation_incomplete: "review",
    safe_power: "stop", admin_power: "stop",
    intent_other: "stop", intent_extra: "stop", intent_unmet: "stop", intent_met: "info",
    allowance: "review", allowance_hidden: "stop", refund: "review",
    label: "stop", exposure: "stop",
    lookalike: "stop", recipient_new: "review", recipient_young: "review", amount: "review",
    payment_empty: "review", payment_strange: "review", token_unknown: "review",
    nonce_used: "stop", nonce_later: "review", nonce_twice: "review", executed: "review",
    call_unknown: "review", contract_new: "review", swap_careless: "stop", undecodable: "review", nested: "review",
    approves_hash: "review", signs_message: "review", not_simulated: "review",
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_rule_speaks(treasury: World, case: Callable[[World], Judgement]) -> None:
    found = case(treasury)
    said = {reason.severity for reason in found.reasons if reason.rule == case.__name__}
    assert CASES[case] in said, [(reason.rule, reason.severity, reason.text) for reason in found.reasons]


def test_the_ordinary_payment_under_these_cases_is_safe(treasury: World) -> None:
    found = judge(treasury, payment(treasury))
    assert found.verdict == "safe", found.reasons


def test_every_rule_has_an_example() -> None:
    assert {rule.__name__ for rule in RULES} == {case.__name__ for case in CASES}


def test_rules_name_themselves(treasury: World) -> None:
    """A reason's rule is the function that gave it, so that a reader finds it."""
    chance = random.Random(5)
    for _ in range(20):
        subject = judge(treasury, treasury.operation(chance).transaction).subject
        for rule in RULES:
            assert {reason.rule for reason in rule(subject)} <= {rule.__name__}
    assert safes.THRESHOLD == 2


def test_every_rule_is_in_the_documents() -> None:
    text = (Path(__file__).parents[2] / "docs" / "guard.md").read_text("utf-8")
    told = re.findall(r"^\| `(\w+)` \|.*\| (?:info|review|stop) \|$", text, re.MULTILINE)
    assert told == [rule.__name__ for rule in RULES]


def test_a_symbol_means_nothing_before_the_chain_is_known() -> None:
    asked = {"pay": {"asset": "ETH", "amount": "1", "to": "0x" + "11" * 20}}
    assert parse_intent(asked, "intent", None, registry(1)).actions
    with pytest.raises(InputError, match="only once the chain is known; give --chain-id"):
        parse_intent(asked, "intent", None, registry(None))
