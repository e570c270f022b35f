"""Blind is never safe: harm in disguises that once passed, or might. Each must at least be a question."""

from dataclasses import replace
from typing import Any

import pytest

from cointrail.errors import InputError
from cointrail.guard import Confirmation, History, Judgement, Request, check, layout, parse_intent, requests
from cointrail.guard.effects import COIN
from cointrail.guard.request import Transaction
from cointrail.guard.tokens import registry
from cointrail.guard.typed import digest
from tests.conversions.onchain.stage import ETH, NEVER
from tests.guard.safes import BATCH, CHAIN_ID, OWNERS, SINGLETON, THRESHOLD, batch, call, hashed, tx
from tests.guard.test_messages import DOMAIN, PERMIT2, SPENDER, USDC, permit, permit2
from tests.guard.test_messages import judge as message
from tests.guard.test_rules import EVIL, OTHER, ZERO, raw, with_code
from tests.guard.world import LARGEST, World, person

PARENT = person("parent safe")
DAI = [
    {"name": "holder", "type": "address"}, {"name": "spender", "type": "address"}, {"name": "nonce", "type": "uint256"},
    {"name": "expiry", "type": "uint256"}, {"name": "allowed", "type": "bool"},
]  # fmt: skip
ASKED = {"approve": {"asset": "USDC", "amount": "1", "spender": SPENDER}}


def judge(w: World, transaction: Transaction, **more: Any) -> Judgement:
    state, history, intent = more.pop("state", w.state), more.pop("history", w.history), more.pop("intent", None)
    wanted = parse_intent(intent, "intent", raw(w.safe), registry(CHAIN_ID)) if intent else None
    return check(replace(w.request(transaction), **more), state=state, history=history, intent=wanted)


def refused_or_asked(document: dict[str, Any], w: World | None = None) -> bool:
    """Whether a document is refused, or judged to be anything but safe."""
    try:
        [request] = requests(document, "TX.json", None, None)
    except InputError:
        return True
    found = check(request, state=w.state, history=w.history) if w else check(request)
    return found.verdict != "safe"


def plain(w: World) -> dict[str, Any]:
    """A payment that is safe by itself."""
    return {"safe": w.safe, "chainId": 1, "to": w.payees[0], "value": str(ETH), "nonce": 0, "version": "1.5.0"}


def test_the_plain_payment_of_these_tests_is_safe(treasury: World) -> None:
    assert not refused_or_asked(plain(treasury), treasury)


# Documents that say two things


@pytest.mark.parametrize(
    "more",
    [
        {"authorizationList": [{"chainId": 1, "address": EVIL, "nonce": 0}]},
        {"message": permit()},
        {"safeAddress": EVIL},
        {"chain": 10},
        {"instructions": [{"name": "x"}]},
        {"types": {}, "primaryType": "Permit", "message": permit()["message"], "domain": permit()["domain"]},
        {"dataGas": "5", "baseGas": "6"},
        {"results": [{}]},
    ],
    ids=lambda more: next(iter(more)),
)
def test_a_document_that_says_two_things_is_never_safe(treasury: World, more: dict[str, Any]) -> None:
    assert refused_or_asked({**plain(treasury), **more}, treasury)


def test_a_page_beside_a_transaction_is_never_safe(treasury: World) -> None:
    document = {"results": [plain(treasury)], "to": EVIL, "value": "5", "nonce": 0}
    assert refused_or_asked(document, treasury)


def test_keys_that_only_look_like_others_are_not_read_as_them(treasury: World) -> None:
    [request] = requests({**plain(treasury), "to\u212aen": EVIL, "gasTo\u212aen": EVIL}, "TX.json")
    assert request.transaction is not None and request.transaction.gas_token == bytes(20)


def safe_typed(w: World, **message: Any) -> dict[str, Any]:
    fields = [("to", "address"), ("value", "uint256"), ("data", "bytes"), ("operation", "uint8"),
              ("safeTxGas", "uint256"), ("baseGas", "uint256"), ("gasPrice", "uint256"), ("gasToken", "address"),
              ("refundReceiver", "address"), ("nonce", "uint256")]  # fmt: skip
    values = {"to": w.payees[0], "value": str(ETH), "data": "0x", "operation": 0, "safeTxGas": 0, "baseGas": 0,
              "gasPrice": 0, "gasToken": ZERO, "refundReceiver": ZERO, "nonce": 0}  # fmt: skip
    return {
        "types": {"EIP712Domain": DOMAIN[2:], "SafeTx": [{"name": name, "type": kind} for name, kind in fields]},
        "primaryType": "SafeTx",
        "domain": {"chainId": 1, "verifyingContract": w.safe},
        "message": values | message,
    }


def test_typed_data_of_a_safe_must_be_what_wallets_hash(treasury: World) -> None:
    good = safe_typed(treasury)
    assert not refused_or_asked(good, treasury)
    assert digest(good) == hashed(treasury.safe, tx(treasury.payees[0], ETH)).safe_tx
    other = safe_typed(treasury)
    other["types"]["SafeTx"][0]["name"] = "recipient"  # what is signed is another field than what is read
    other["message"]["recipient"] = EVIL
    domain = {**good, "domain": {**good["domain"], "name": "USD Coin"},
              "types": {**good["types"], "EIP712Domain": [DOMAIN[0], *DOMAIN[2:]]}}  # fmt: skip
    for bad in (other, domain, {**good, "to": EVIL}, {**good, "safeTxHash": "0x" + "11" * 32}):
        assert refused_or_asked(bad, treasury)


# Messages


def test_what_types_do_not_sign_is_not_read() -> None:
    """A permit of DAI for everything, beside which a value of nothing is shown."""
    document = permit(holder=OWNERS[0].text, expiry=2**40, allowed=True)
    document["types"] = {**document["types"], "Permit": DAI}
    document["message"]["value"] = 0
    assert message(document).verdict != "safe"
    both = {**document, "types": {**document["types"], "Permit": [*DAI, {"name": "value", "type": "uint256"}]}}
    assert message(both).verdict != "safe"
    hidden = permit2()
    hidden["message"]["details"] = {**hidden["message"]["details"], "amount": 0, "Amount": 2**159}
    hidden["types"]["PermitDetails"][1] = {"name": "Amount", "type": "uint160"}
    assert message(hidden).verdict != "safe"
    other = permit(0)
    del other["types"]["Permit"]
    assert message(other).verdict != "safe"


@pytest.mark.parametrize("allowed", ["0", "0x0", "", "false", [], 0.0])
def test_a_boolean_is_true_or_false(allowed: Any) -> None:
    document = permit(holder=OWNERS[0].text, expiry=2**40, allowed=allowed)
    del document["message"]["value"], document["message"]["owner"], document["message"]["deadline"]
    document["types"] = {**document["types"], "Permit": DAI}
    assert message(document).verdict != "safe"
    document["message"]["allowed"] = False
    assert message(document).verdict == "safe"


def test_one_wish_is_good_for_one_permit() -> None:
    one = {"token": USDC, "amount": 10**6}
    names = {"TokenPermissions": [{"name": "token", "type": "address"}, {"name": "amount", "type": "uint256"}]}
    body = [{"name": "permitted", "type": "TokenPermissions[]"}, {"name": "spender", "type": "address"},
            {"name": "nonce", "type": "uint256"}, {"name": "deadline", "type": "uint256"}]  # fmt: skip

    def batch_of(items: list[Any]) -> dict[str, Any]:
        return {
            "types": {"EIP712Domain": [DOMAIN[0], *DOMAIN[2:]], "PermitBatchTransferFrom": body, **names},
            "primaryType": "PermitBatchTransferFrom",
            "domain": {"name": "Permit2", "chainId": 1, "verifyingContract": PERMIT2},
            "message": {"permitted": items, "spender": SPENDER, "nonce": 0, "deadline": 2**40},
        }

    assert message(batch_of([one]), ASKED).verdict == "safe"
    assert message(batch_of([one, one]), ASKED).verdict != "safe"


def test_a_witness_is_a_question_whatever_was_asked_for() -> None:
    """What the spender does with it stands in an order that nobody reads here."""
    document = {
        "types": {
            "EIP712Domain": [DOMAIN[0], *DOMAIN[2:]],
            "PermitWitnessTransferFrom": [
                {"name": "permitted", "type": "TokenPermissions"}, {"name": "spender", "type": "address"},
                {"name": "nonce", "type": "uint256"}, {"name": "deadline", "type": "uint256"},
                {"name": "witness", "type": "Order"},
            ],
            "TokenPermissions": [{"name": "token", "type": "address"}, {"name": "amount", "type": "uint256"}],
            "Order": [{"name": "to", "type": "address"}],
        },
        "primaryType": "PermitWitnessTransferFrom",
        "domain": {"name": "Permit2", "chainId": 1, "verifyingContract": PERMIT2},
        "message": {"permitted": {"token": USDC, "amount": 10**6}, "spender": SPENDER, "nonce": 0, "deadline": 2**40,
                    "witness": {"to": EVIL}},
    }  # fmt: skip
    assert message(document, ASKED).verdict != "safe"


def test_a_permit_for_a_chain_that_nobody_named_is_asked_about() -> None:
    contract = {"approve": {"asset": USDC, "units": str(10**6), "spender": SPENDER}}
    document = permit()
    document["domain"]["chainId"] = 137
    assert message(document, contract).verdict != "safe"
    everywhere = permit()
    del everywhere["domain"]["chainId"]
    everywhere["types"]["EIP712Domain"] = [DOMAIN[0], DOMAIN[1], DOMAIN[3]]
    assert message(everywhere, contract).verdict != "safe"


NONE = {"chainId": 1, "address": ZERO, "nonce": 1}
THEIRS = {"chainId": 1, "address": EVIL, "nonce": 1}


@pytest.mark.parametrize(
    "document",
    [
        {"delegation": NONE, "authorizationList": [THEIRS]},
        {"delegation": [], "authorizationList": [THEIRS]},
        {"authorization": NONE, **permit()},
        {"authorization": {**NONE, "delegate": EVIL}},
        {"authorization": {**NONE, "contractAddress": EVIL}},
        {"authorization": {**NONE, "code": EVIL}},
        {"authorizationList": [NONE], "calls": [{"to": EVIL}]},
        {"authorizationList": [NONE], "instructions": [{"name": "x"}]},
        {"authorizationList": [NONE, "x"]},
        {"authorizationList": {}},
    ],
    ids=str,
)
def test_a_delegation_that_is_taken_back_hides_nothing_else(document: dict[str, Any]) -> None:
    assert refused_or_asked(document)


# Pasts that did not happen


def one_owner(w: World) -> Any:
    """The state with a threshold of one."""
    safe = w.state.accounts[raw(w.safe)]
    storage = {**safe.storage, layout.THRESHOLD: 1, layout.NONCE: 1}
    return replace(w.state, accounts={**w.state.accounts, raw(w.safe): replace(safe, storage=storage)})


def test_an_approval_that_nobody_can_check_makes_no_past(treasury: World) -> None:
    """What is said to be executed by an owner, and so approved by him, needs no signature of anybody."""
    owner = OWNERS[0].address
    past_tx, now = tx(EVIL, ETH), tx(EVIL, ETH, nonce=1)
    approved = Confirmation(owner, owner.rjust(32, b"\0") + bytes(32) + b"\1")
    past = Request(
        raw(treasury.safe), 1, past_tx, presented=hashed(treasury.safe, past_tx).safe_tx, confirmations=(approved,),
        executed=True, executor=owner,
    )  # fmt: skip
    found = judge(treasury, now, siblings=(past,), state=one_owner(treasury), history=None)
    assert found.verdict != "safe"


@pytest.mark.parametrize("change", [{"safe": raw(PARENT)}, {"chain_id": 10}], ids=str)
def test_the_past_of_another_safe_or_chain_is_not_its_own(treasury: World, change: dict[str, Any]) -> None:
    past_tx = tx(EVIL, ETH)
    safe, chain = change.get("safe", raw(treasury.safe)), change.get("chain_id", 1)
    digest_ = hashed("0x" + safe.hex(), past_tx, chain_id=chain).safe_tx
    signed = tuple(Confirmation(one.address, one.sign(digest_)) for one in OWNERS[:THRESHOLD])
    past = Request(safe, chain, past_tx, presented=digest_, confirmations=signed, executed=True)
    state = treasury.state
    account = state.accounts[raw(treasury.safe)]
    later = replace(account, storage={**account.storage, layout.NONCE: 1})
    moved = replace(state, accounts={**state.accounts, raw(treasury.safe): later})
    now = tx(EVIL, ETH, nonce=1)
    assert judge(treasury, now, siblings=(past,), state=moved, history=None).verdict != "safe"
    right = hashed(treasury.safe, past_tx).safe_tx
    both = tuple(Confirmation(one.address, one.sign(right)) for one in OWNERS[:THRESHOLD])
    own = replace(past, safe=raw(treasury.safe), chain_id=1, presented=right, confirmations=both)
    assert judge(treasury, now, siblings=(own,), state=moved, history=None).verdict == "safe"


def test_a_history_is_not_changed_by_a_check(treasury: World) -> None:
    history = History()
    past_tx = tx(EVIL, ETH)
    digest_ = hashed(treasury.safe, past_tx).safe_tx
    signed = tuple(Confirmation(one.address, one.sign(digest_)) for one in OWNERS[:THRESHOLD])
    past = Request(raw(treasury.safe), 1, past_tx, presented=digest_, confirmations=signed, executed=True)
    judge(treasury, tx(EVIL, ETH, nonce=1), siblings=(past,), history=history)
    assert not history.paid and not history.sources


# Transactions


def test_many_payments_to_one_are_one_amount(treasury: World) -> None:
    most = LARGEST["ETH"]

    def parts(count: int, to: str) -> Transaction:
        return tx(BATCH, data=batch([(to, most, b"")] * count), operation=1)

    assert judge(treasury, parts(2, treasury.payees[0])).verdict == "safe"
    assert judge(treasury, parts(3, treasury.payees[0])).verdict != "safe"
    usdc, much = treasury.places["USDC"], LARGEST["USDC"]
    pay = call("transfer(address,uint256)", treasury.payees[0], much)
    assert judge(treasury, tx(BATCH, data=batch([(usdc, 0, pay)] * 3), operation=1)).verdict != "safe"


def test_the_first_item_of_a_collection_is_no_amount_of_nothing(treasury: World) -> None:
    """`approve` of item 0 reads like an allowance taken back; the event has four topics."""
    topic = "8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925"
    code = "5f" + "73" + OTHER[2:] + "33" + "7f" + topic + "5f5fa4" + "00"
    state = with_code(treasury, EVIL, code)
    approve = tx(EVIL, data=call("approve(address,uint256)", OTHER, 0))
    history = treasury.history
    history.called.add(raw(EVIL))
    found = judge(treasury, approve, state=state, history=history)
    assert found.verdict != "safe" and "allowance" in {r.rule for r in found.reasons if r.severity == "review"}
    wish = {"approve": {"asset": EVIL, "units": "0", "spender": OTHER}}
    assert judge(treasury, approve, state=state, history=history, intent=wish).verdict != "safe"


@pytest.mark.parametrize(
    ("function", "values"),
    [
        ("performCreate(uint256,bytes)", (0, b"")),
        ("multiSend(bytes)", (b"",)),
        ("decreaseAllowance(address,uint256)", (OTHER, 5)),
        ("approve(address,uint256)", (OTHER, 0)),
        ("migrateSingleton()", ()),
    ],
)
def test_no_word_makes_a_strange_contract_familiar(treasury: World, function: str, values: tuple[Any, ...]) -> None:
    state = with_code(treasury, EVIL, "00")
    assert judge(treasury, tx(EVIL, data=call(function, *values)), state=state).verdict != "safe"


def test_an_unknown_call_may_change_another_contract(treasury: World) -> None:
    """A contract that the Safe has called before keeps what it knows in another one."""
    history = treasury.history
    history.called.add(raw(EVIL))
    keeper = with_code(treasury, OTHER, "5f35" + "5f55" + "00")  # keeps what it is called with
    code = "6004355f52" + "5f5f60205f5f73" + OTHER[2:] + "5af1" + "00"  # passes its argument on
    state = replace(keeper, accounts={**keeper.accounts, **with_code(treasury, EVIL, code).accounts,
                                      raw(OTHER): keeper.accounts[raw(OTHER)]})  # fmt: skip
    unknown = tx(EVIL, data=b"\1\2\3\4" + (7).to_bytes(32, "big"))
    assert judge(treasury, unknown, state=state, history=history).verdict != "safe"


def test_a_wish_for_a_swap_covers_no_other_unknown_call(treasury: World) -> None:
    wanted = treasury.operation(__import__("random").Random(3), "buy")
    swap = wanted.transaction
    state = with_code(treasury, EVIL, "6004355f5500")  # keeps its argument: whatever power that gives
    unknown = b"\1\2\3\4" + raw(OTHER).rjust(32, b"\0")
    both = tx(BATCH, data=batch([("0x" + swap.to.hex(), swap.value, swap.data), (EVIL, 0, unknown)]), operation=1)
    [asked] = wanted.asked["actions"]
    free = {"swap": {key: value for key, value in asked["swap"].items() if key != "through"}}
    assert judge(treasury, swap, intent={"actions": [free]}).verdict == "safe"
    for wish in (free, asked):
        assert judge(treasury, both, state=state, intent={"actions": [wish]}).verdict != "safe"


def test_a_swap_through_a_strange_token_is_asked_about(treasury: World) -> None:
    w = treasury
    path = [w.places["WETH"], EVIL, w.places["USDC"]]
    data = call("swapExactETHForTokens(uint256,address[],address,uint256)", 1, path, w.safe, NEVER)
    found = judge(w, tx(w.places["router"], ETH, data))
    assert ("swap_careless", "review") in {(r.rule, r.severity) for r in found.reasons if EVIL[2:] in r.text.lower()}


def test_a_swap_for_nobody_or_for_nothing_is_asked_about(treasury: World) -> None:
    w = treasury
    path = [w.places["WETH"], w.places["USDC"]]
    data = call("swapExactETHForTokens(uint256,address[],address,uint256)", 1, path, ZERO, NEVER)
    wrapped = (w.places["WETH"], 5, call("deposit()"))  # something vouched for comes in
    found = judge(w, tx(BATCH, data=batch([(w.places["router"], ETH, data), wrapped]), operation=1))
    assert found.verdict != "safe" and "swap_careless" in {r.rule for r in found.reasons if r.severity != "info"}


def parent(w: World, above: Transaction, **more: Any) -> Judgement:
    data = call("approveHash(bytes32)", hashed(PARENT, above).safe_tx)
    return judge(w, tx(PARENT, data=data), parent=Request(raw(PARENT), CHAIN_ID, above), **more)


def test_what_is_approved_for_a_parent_was_not_simulated(treasury: World) -> None:
    """Nobody has run it: only its approval."""
    history = treasury.history
    history.called |= {raw(PARENT), raw(EVIL)}
    state = with_code(treasury, PARENT, "00")
    harmless = tx(treasury.payees[0], ETH)
    assert parent(treasury, harmless, state=state, history=history).verdict != "safe"
    for above in (
        replace(harmless, gas_price=10**9, base_gas=10**6, refund_receiver=raw(EVIL)),
        tx(EVIL, data=b"\1\2\3\4" + bytes(32)),
    ):
        assert parent(treasury, above, state=state, history=history).verdict != "safe"
    refund = parent(treasury, replace(harmless, gas_price=10**9, base_gas=10**6, refund_receiver=raw(EVIL)))
    assert "refund" in {reason.rule for reason in refund.reasons}


def test_a_safe_that_runs_on_strange_code_is_asked_about(treasury: World) -> None:
    safe = treasury.state.accounts[raw(treasury.safe)]
    own = {**safe.storage, layout.SINGLETON: int(EVIL, 16)}
    state = with_code(treasury, EVIL, treasury.state.accounts[raw(SINGLETON)].code.hex())
    state = replace(state, accounts={**state.accounts, raw(treasury.safe): replace(safe, storage=own)})
    assert judge(treasury, tx(treasury.payees[0], ETH), state=state).verdict != "safe"
    changed = replace(treasury.state.accounts[raw(SINGLETON)])
    changed.code = changed.code + b"\0"
    state = replace(treasury.state, accounts={**treasury.state.accounts, raw(SINGLETON): changed})
    assert judge(treasury, tx(treasury.payees[0], ETH), state=state).verdict != "safe"


def test_what_is_said_to_be_executed_must_have_used_its_nonce(treasury: World) -> None:
    """Else a request that waits for signatures only pretends that nothing can be stopped any more."""
    found = judge(treasury, tx(treasury.payees[0], ETH), executed=True)
    assert found.verdict != "safe"


def test_batches_in_batches_are_judged_to_the_innermost(treasury: World) -> None:
    inner = batch([(EVIL, ETH, b"")])
    packed = bytes([1]) + raw(BATCH) + bytes(32) + len(inner).to_bytes(32, "big") + inner
    several = "0x218543288004cd07832472d464648173c77d7eb7"  # MultiSend 1.5.0, which allows delegatecalls
    found = judge(treasury, tx(several, data=call("multiSend(bytes)", packed), operation=1))
    assert found.verdict != "safe" and raw(EVIL) in {one.to for one in found.subject.calls.leaves}


def test_the_safe_itself_as_recipient_hides_nothing(treasury: World) -> None:
    w = treasury
    for data in (call("setFallbackHandler(address)", EVIL), call("enableModule(address)", EVIL), b"\1\2\3\4",
                 call("execTransactionFromModule(address,uint256,bytes,uint8)", EVIL, ETH, b"", 0),
                 call("changeThreshold(uint256)", 1), call("setGuard(address)", ZERO)):  # fmt: skip
        assert judge(w, tx(w.safe, data=data)).verdict != "safe", data


def test_lies_of_a_service_about_data_change_nothing(treasury: World) -> None:
    w = treasury
    data = call("transfer(address,uint256)", EVIL, 10**9)
    lie = {"method": "transfer", "parameters": [{"name": "to", "value": w.payees[0]}, {"name": "value", "value": "1"}]}
    document = {**plain(w), "to": w.places["USDC"], "value": "0", "data": "0x" + data.hex(), "dataDecoded": lie,
                "trusted": True, "origin": "payroll"}  # fmt: skip
    assert refused_or_asked(document, w)
    assert COIN == ""
