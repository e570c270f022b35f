"""Legs from events: every event of the table both ways, what belongs together, and lies."""

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.chains.abi.signature import Signature
from cointrail.conversions.bridges import Leg, decode, shipped
from cointrail.conversions.bridges.table import Rule
from cointrail.ledger.event import Event
from tests.conversions.bridges.events import event, fill, log
from tests.making import address

TABLE = shipped()
RULES = [rule for bridge in TABLE.bridges.values() for rule in bridge.rules if not rule.call]
BITCOIN = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"  # an example of BIP-173
WORD = 32


def home(rule: Rule) -> tuple[str, bytes]:
    """A chain with contracts of the rule's bridge, and one of these."""
    chain, contracts = next(iter(sorted(TABLE.bridges[rule.bridge].contracts.items())))
    return chain, min(contracts)


def rule(bridge: str, name: str, indexed: int | None = None) -> Rule:
    found = [r for r in TABLE.bridges[bridge].rules if r.signature.text.startswith(f"{name}(")]
    if indexed is not None:
        found = [r for r in found if len(r.signature.parameters) == indexed]
    return found[0]


def text(value: Any) -> str:
    """A value as legs name it."""
    if isinstance(value, bytes):
        return "0x" + (value[12:] if len(value) == WORD and not any(value[:12]) else value).hex()
    return str(value)


def told(rule: Rule, **given: Any) -> list[Event]:
    """The rule's event, with the one beside it where it needs one."""
    _, contract = home(rule)
    given = {"memo": f"=:BTC.BTC:{BITCOIN}"} | given if rule.special == "thorchain_in" else given
    given = {"memo": "OUT:" + "ab" * 32} | given if rule.special == "thorchain_out" else given
    given = {"fee": 1, "amount": 1_000} | given if rule.special == "less_fee" else given
    given = {"fillAmount": 1_000, "amount": 1_000} | given if rule.special == "across_fill" else given
    if rule.special == "wormhole":
        payload = b"\x01" + bytes(64) + b"\0\2" + bytes(12) + address(7) + b"\0\4"
        given = {"payload": payload, "sender": "0x" + contract.hex()} | given
    if rule.special == "cow_settled":
        given = {"orderUid": bytes(32) + contract + bytes(4), "owner": "0x" + contract.hex()} | given
    own = log(rule.signature, contract, position=5, **given)
    if rule.beside is None:
        return [own]
    body: dict[str, Any] = {"message": bytes(4) + bytes(32) + bytes(200), "messageBody": bytes(300)}
    other = log(rule.beside.signature, contract, position=4 if rule.beside.order == "before" else 6, **body)
    return sorted([own, other], key=lambda one: one.position)


@pytest.mark.parametrize("one", RULES, ids=lambda one: f"{one.bridge} {one.signature.canonical[:40]}")
def test_every_event_of_the_table_is_read(one: Rule) -> None:
    chain, contract = home(one)
    legs, findings = decode(TABLE, chain, told(one))
    assert not findings
    [leg] = legs
    assert (leg.bridge, leg.chain, leg.contract) == (one.bridge, chain, contract)
    assert leg.side == (one.side if one.side != "internal" else "deposit")
    assert bool(leg.key) == (one.keyed and one.side != "internal")
    names = {p.name: (place + 1, p) for place, p in enumerate(one.signature.parameters)}
    plain = {"@tx", "@chain"}
    for field in ("token", "amount", "recipient", "sender"):
        said = one.leg.get(field)
        if one.special or not isinstance(said, str) or said in plain or said not in names:
            continue
        seed, parameter = names[said]
        wanted = fill(parameter.type, seed)
        got = getattr(leg, field)
        assert (got if field == "amount" else text(got)) == (wanted if field == "amount" else text(wanted)), field


@pytest.mark.parametrize("one", RULES, ids=lambda one: f"{one.bridge} {one.signature.canonical[:40]}")
def test_nobody_elses_contract_is_believed(one: Rule) -> None:
    chain, _ = home(one)
    lies = [Event(e.block, e.time, e.tx, 0, e.position, address(666), None, e.topics, e.data) for e in told(one)]
    legs, findings = decode(TABLE, chain, lies)
    assert not legs and {one.kind for one in findings} == {"foreign_contract"}


def test_a_bridge_of_another_chain_is_nobody_here() -> None:
    one = rule("across", "FundsDeposited")
    legs, findings = decode(TABLE, "celo", told(one))
    assert not legs and findings[0].kind == "foreign_contract"


def test_across() -> None:
    one = rule("across", "FundsDeposited")
    chain, contract = home(one)
    amounts = {"inputAmount": 10**20, "outputAmount": 10**20 - 5}
    [leg], _ = decode(TABLE, chain, [log(one.signature, contract, destinationChainId=8453, depositId=77, **amounts)])
    assert (leg.other_chain, leg.key, leg.amount, leg.other_amount) == ("base", f"{chain}:77", 10**20, 10**20 - 5)
    out = rule("across", "FilledRelay")
    given: dict[str, Any] = {
        "originChainId": 42161,
        "depositId": 77,
        "updatedOutputAmount": 9,
        "relayer": bytes(12) + address(3),
    }
    [leg], _ = decode(TABLE, "base", [log(out.signature, min(TABLE.bridges["across"].contracts["base"]), **given)])
    assert (leg.key, leg.other_chain, leg.amount, leg.vault) == ("arbitrum:77", "arbitrum", 9, address(3))


def test_the_native_coin_is_written_as_contracts_write_it() -> None:
    one = rule("thorchain", "Deposit")
    for zero in ("0x" + "00" * 20, "0x" + "ee" * 20):
        [leg], _ = decode(TABLE, "ethereum", [log(one.signature, ROUTER, asset=zero, memo=f"=:b:{BITCOIN}")])
        assert leg.token == "" and leg.other_chain == "bitcoin" and leg.recipient == BITCOIN


ROUTER = bytes.fromhex("d37bbe5744d730a1d98d8dc97c42f0ca46ad7146")


def test_thorchain_in_and_out() -> None:
    deposit, out = rule("thorchain", "Deposit"), rule("thorchain", "TransferOut")
    [leg], _ = decode(
        TABLE, "ethereum", [log(deposit.signature, ROUTER, tx=9, memo=f"SWAP:BTC.BTC:{BITCOIN}/x:1/2/3:t:5")]
    )
    assert (leg.key, leg.recipient) == ((9).to_bytes(32, "big").hex(), BITCOIN)
    [leg], _ = decode(TABLE, "ethereum", [log(out.signature, ROUTER, memo="REFUND:" + "AB" * 32)])
    assert (leg.key, leg.status) == ("ab" * 32, "refund")
    moving = rule("thorchain", "TransferAllowance")
    [leg], _ = decode(TABLE, "ethereum", [log(moving.signature, ROUTER, memo="MIGRATE:12345")])
    assert leg.status == "internal"


@pytest.mark.parametrize(
    "memo", ["", "=:", "=:BTC.BTC:", "=:BTC.BTC:bc1qqqq", "=:XXX.YYY:abc", "OUT:" + "1" * 64, "hi\0"]
)
def test_a_memo_that_is_none_is_a_finding(memo: str) -> None:
    [leg], [finding] = decode(TABLE, "ethereum", [log(rule("thorchain", "Deposit").signature, ROUTER, memo=memo)])
    assert finding.kind == "unreadable_memo" and not leg.recipient and not leg.other_chain


def test_an_event_without_the_one_beside_it_is_a_finding() -> None:
    one = rule("cctp", "MintAndWithdraw")
    chain, contract = home(one)
    alone = log(one.signature, contract, position=5)
    legs, [finding] = decode(TABLE, chain, [alone])
    assert not legs and finding.kind == "half_an_event"
    assert one.beside is not None
    before = log(one.beside.signature, contract, position=4)
    assert not decode(TABLE, chain, [before, alone])[0]
    foreign = log(one.beside.signature, address(666), position=6)
    assert not decode(TABLE, chain, [alone, foreign])[0]


def test_the_next_message_belongs_to_each_mint() -> None:
    one = rule("cctp", "MintAndWithdraw")
    assert one.beside is not None
    chain, contract = home(one)
    events = [
        log(one.signature, contract, position=1, amount=10),
        log(one.beside.signature, contract, position=2, sourceDomain=3, nonce=100),
        log(one.signature, contract, position=3, amount=20),
        log(one.beside.signature, contract, position=4, sourceDomain=6, nonce=200),
    ]
    legs, _ = decode(TABLE, chain, events)
    assert [(leg.amount, leg.key) for leg in legs] == [(10, f"arbitrum:{chain}:100"), (20, f"base:{chain}:200")]


def test_cctp_of_both_sides_is_known_by_the_burn_message() -> None:
    deposit, mint = rule("cctp-v2", "DepositForBurn"), rule("cctp-v2", "MintAndWithdraw")
    contract = min(TABLE.bridges["cctp-v2"].contracts["base"])
    burned, to, by = address(40), address(41), address(42)
    said: dict[str, Any] = {
        "burnToken": "0x" + burned.hex(),
        "mintRecipient": bytes(12) + to,
        "depositor": "0x" + by.hex(),
    }
    sent = log(deposit.signature, contract, amount=1_000, maxFee=7, destinationDomain=0, **said)
    assert mint.beside is not None
    words = [bytes(12) + burned, bytes(12) + to, (1_000).to_bytes(32, "big"), bytes(12) + by, (7).to_bytes(32, "big")]
    body = b"\0\0\0\1" + b"".join(words) + (5).to_bytes(32, "big") + bytes(32)
    got = [
        log(mint.signature, contract, position=1, amount=995, mintRecipient="0x" + to.hex()),
        log(mint.beside.signature, contract, position=2, sourceDomain=6, messageBody=body),
    ]
    [out], [back] = decode(TABLE, "base", [sent])[0], decode(TABLE, "ethereum", got)[0]
    assert out.key == back.key and "1000" in out.key and back.amount == 995


def test_nomad_counts_by_chain_and_nonce() -> None:
    send, receive = rule("nomad", "Send"), rule("nomad", "Receive")
    contract = min(TABLE.bridges["nomad"].contracts["ethereum"])
    message = (6648936).to_bytes(4, "big") + bytes(32) + (5078).to_bytes(4, "big") + bytes(36) + b"body"
    assert send.beside is not None
    events = [
        log(send.beside.signature, contract, position=1, message=message),
        log(send.signature, contract, position=2, toDomain=1650811245, toId=bytes(12) + address(9)),
    ]
    [out] = decode(TABLE, "ethereum", events)[0]
    far = min(TABLE.bridges["nomad"].contracts["moonbeam"])
    [back] = decode(TABLE, "moonbeam", [log(receive.signature, far, originAndNonce=6648936 << 32 | 5078)])[0]
    assert out.key == back.key and out.other_chain == "moonbeam" and out.recipient == "0x" + address(9).hex()


def test_synapse_counts_by_the_hash_of_the_text_of_the_hash() -> None:
    one = rule("synapse", "TokenDeposit")
    chain, contract = home(one)
    [leg], _ = decode(TABLE, chain, [log(one.signature, contract, tx=3)])
    assert leg.key == keccak(("0x" + (3).to_bytes(32, "big").hex()).encode()).hex()


def test_a_wormhole_message_that_is_no_transfer_is_none() -> None:
    one = rule("wormhole", "LogMessagePublished")
    chain, contract = home(one)
    own: dict[str, Any] = {"sender": "0x" + max(TABLE.bridges["wormhole"].contracts[chain]).hex()}
    for payload in (b"", b"\x02" + bytes(200), b"\xff"):
        assert decode(TABLE, chain, [log(one.signature, contract, payload=payload, **own)]) == ([], [])
    legs, [finding] = decode(TABLE, chain, [log(one.signature, contract, payload=b"\x01" + bytes(9), **own)])
    assert not legs and finding.kind == "malformed_event"


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(RULES), st.lists(st.binary(min_size=32, max_size=32), max_size=3), st.binary(max_size=700))
def test_noise_is_a_finding_and_no_error(one: Rule, topics: list[bytes], data: bytes) -> None:
    chain, contract = home(one)
    legs, findings = decode(TABLE, chain, [event([one.signature.topic, *topics], data, contract)])
    assert all(isinstance(leg, Leg) for leg in legs) and len(legs) + len(findings) <= 2


def test_a_huge_length_is_not_believed() -> None:
    one = rule("thorchain", "Deposit")
    topics = [one.signature.topic, bytes(12) + address(1), bytes(32)]
    for data in (
        encode(["uint256", "uint256", "uint256"], [1, 64, 2**255]),
        encode(["uint256", "uint256"], [1, 2**256 - 1]),
        encode(["uint256", "uint256", "uint256"], [1, 64, 3]) + b"\xff\xfe\xfd" + bytes(29),
    ):
        legs, [finding] = decode(TABLE, "ethereum", [event(topics, data, ROUTER)])
        assert not legs and finding.kind == "malformed_event"


def test_signatures_are_hashed_as_solidity_does() -> None:
    one = Signature("Name((uint8 a, (bytes b, address[] c) d)[] e, address indexed f)")
    assert one.canonical == "Name((uint8,(bytes,address[]))[],address)"
    assert one.topic == keccak(b"Name((uint8,(bytes,address[]))[],address)")


def filled(**given: int) -> Leg | None:
    """The leg of a fill of Across before v3."""
    [one] = [r for r in TABLE.bridges["across"].rules if r.special == "across_fill"]
    contract = min(TABLE.bridges["across"].contracts["base"])
    said = {"amount": 1_000, "fillAmount": 1_000, "realizedLpFeePct": 10**15, "updatedRelayerFeePct": 10**15} | given
    legs, _ = decode(TABLE, "base", [log(one.signature, contract, depositId=5, originChainId=1, **said)])
    return legs[0] if legs else None


def test_a_fill_before_v3_tells_what_was_paid() -> None:
    whole, part = filled(), filled(fillAmount=400)
    assert whole is not None and (whole.amount, whole.key) == (998, "ethereum:5")
    assert part is not None and (part.amount, part.key) == (399, "")  # others pay the rest
    less, more = filled(payoutAdjustmentPct=-(10**17)), filled(updatedRelayerFeePct=-(10**16))
    assert less is not None and less.amount == 898
    assert more is not None and more.amount == 1_009  # a negative fee is paid by the relayer
    assert filled(realizedLpFeePct=2 * 10**18) is None


def test_only_transfers_are_given_back_by_a_pool() -> None:
    one = rule("cbridge", "WithdrawDone")
    chain, contract = home(one)
    legs, strange = decode(TABLE, chain, [log(one.signature, contract, refid=bytes(32))])
    assert not legs and not strange
    [leg], _ = decode(TABLE, chain, [log(one.signature, contract, refid=bytes(31) + b"\7")])
    assert leg.status == "refund" and leg.key.endswith("07")
