"""Safes that own Safes: contract signatures, approvals of a parent's transaction, and executions inside executions."""

from dataclasses import replace

from cointrail.guard import Confirmation, Judgement, Request, check, layout
from cointrail.guard.request import Transaction
from tests.conversions.onchain.stage import ETH
from tests.guard.safes import CHAIN_ID, OWNERS, call, hashed, tx
from tests.guard.test_rules import EVIL, OTHER, ZERO, raw, with_code
from tests.guard.world import World, person

PARENT = person("parent safe")
# answers isValidSignature(bytes32,bytes) with its magic value, or with nothing of the kind
YES = "631626ba7e60e01b5f5260205ff3"
NO = "5f5f5260205ff3"


def judge(w: World, transaction: Transaction, **more: object) -> Judgement:
    request = replace(w.request(transaction), **more)  # type: ignore[arg-type]
    return check(request, state=w.state, history=w.history)


def said(found: Judgement) -> set[tuple[str, str]]:
    return {(reason.rule, reason.severity) for reason in found.reasons}


def approval(w: World, above: Transaction, shown: Transaction) -> Judgement:
    """The Safe approves a hash of its parent, of which a transaction is shown."""
    digest = hashed(PARENT, above).safe_tx
    parent = Request(raw(PARENT), CHAIN_ID, shown)
    return judge(w, tx(PARENT, data=call("approveHash(bytes32)", digest)), parent=parent)


def test_what_is_approved_is_judged_as_well(treasury: World) -> None:
    harmless = tx(treasury.payees[0], ETH)
    found = approval(treasury, harmless, harmless)
    assert found.verdict == "review" and ("approves_hash", "review") in said(found)  # nobody has run it
    assert [call_.place for call_ in found.subject.calls.every] == ["", "approved"]
    evil = tx(EVIL, data=call("transfer(address,uint256)", OTHER, 0), operation=1)
    assert ("delegatecall_unpinned", "stop") in said(approval(treasury, evil, evil))


def test_what_is_shown_must_be_what_is_approved(treasury: World) -> None:
    found = approval(treasury, tx(EVIL, 5 * ETH), tx(treasury.payees[0], ETH))
    assert ("approves_hash", "stop") in said(found)


def test_another_parent_than_is_shown_is_stopped(treasury: World) -> None:
    above = tx(treasury.payees[0], ETH)
    data = call("approveHash(bytes32)", hashed(PARENT, above).safe_tx)
    found = judge(treasury, tx(PARENT, data=data), parent=Request(raw(OTHER), CHAIN_ID, above))
    assert ("approves_hash", "stop") in said(found)


def test_an_execution_inside_is_judged_like_its_own(treasury: World) -> None:
    signature = "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
    inner = call("enableModule(address)", EVIL)
    data = call(signature, PARENT, 0, inner, 0, 0, 0, 0, ZERO, ZERO, b"")
    assert ("safe_power", "stop") in said(judge(treasury, tx(PARENT, data=data)))
    data = call("execTransactionFromModule(address,uint256,bytes,uint8)", EVIL, 0, b"", 1)
    assert {("admin_power", "stop"), ("delegatecall_unpinned", "stop")} <= said(judge(treasury, tx(PARENT, data=data)))


def contract_signed(w: World, code: str | None) -> Judgement:
    """A confirmation by a contract that owns the Safe."""
    wanted = tx(w.payees[0], ETH)
    signed = raw(EVIL).rjust(32, b"\0") + (65).to_bytes(32, "big") + b"\0" + (3).to_bytes(32, "big") + b"yes"
    state = w.state if code is None else with_code(w, EVIL, code)
    safe = state.accounts[raw(w.safe)]
    # the contract takes the place of the first owner in the list
    first = OWNERS[0].address
    head, own = layout.entry(layout.SENTINEL, layout.OWNERS), layout.entry(first, layout.OWNERS)
    storage = {slot: value for slot, value in safe.storage.items() if slot != own}
    before = next(slot for slot, value in storage.items() if value == int.from_bytes(first, "big"))
    storage |= {before: int(EVIL, 16), layout.entry(raw(EVIL), layout.OWNERS): safe.storage[own]}
    assert head in storage
    state = replace(state, accounts={**state.accounts, raw(w.safe): replace(safe, storage=storage)})
    request = replace(w.request(wanted), confirmations=(Confirmation(raw(EVIL), signed),))
    return check(request, state=state, history=w.history)


def test_contract_signatures_are_asked_of_the_contract(treasury: World) -> None:
    good = contract_signed(treasury, YES)
    assert good.subject.signers[0].state == "signed" and good.verdict == "safe"
    bad = contract_signed(treasury, NO)
    assert bad.subject.signers[0].state == "stranger" and bad.verdict == "stop"
    unknown = contract_signed(treasury, None)
    assert unknown.subject.signers[0].state == "unproven" and unknown.verdict == "review"


def test_an_approved_hash_is_read_from_storage(treasury: World) -> None:
    wanted = tx(treasury.payees[0], ETH)
    digest, owner = hashed(treasury.safe, wanted).safe_tx, OWNERS[0].address
    approved = Confirmation(owner, owner.rjust(32, b"\0") + bytes(32) + b"\1")
    safe = treasury.state.accounts[raw(treasury.safe)]
    storage = {**safe.storage, layout.approved(owner, digest): 1}
    known = replace(
        treasury.state, accounts={**treasury.state.accounts, raw(treasury.safe): replace(safe, storage=storage)}
    )
    request = replace(treasury.request(wanted), confirmations=(approved,))
    assert check(request, state=known, history=treasury.history).verdict == "safe"
    assert check(request, state=treasury.state, history=treasury.history).verdict == "review"
