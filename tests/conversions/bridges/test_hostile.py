"""Lies: what others write into events, memos and messages makes no link, a finding each, and never an error."""

from dataclasses import replace

import pytest
from eth_abi.abi import encode
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.conversions.bridges import Crossings, crossings, shipped
from cointrail.conversions.bridges.table import Rule
from cointrail.ledger.event import Event
from cointrail.ledger.rows import INPUT
from tests.conversions.bridges.events import log
from tests.conversions.bridges.test_decode import BITCOIN, ROUTER, RULES, home, rule, told
from tests.conversions.bridges.test_pairs import CASES, events, over
from tests.making import address

TABLE = shipped()
STRANGER = address(666)


def kinds(found: Crossings) -> set[str]:
    return {one.kind for one in found.findings}


@pytest.mark.parametrize("bridge", CASES)
def test_a_fake_contract_makes_no_link(bridge: str) -> None:
    near, far = events(bridge)
    for there in ([replace(e, address=STRANGER) for e in near], near):
        for back in ([replace(e, address=STRANGER) for e in far], far):
            found = over(bridge, there, back)
            lies = (there is not near) + (back is not far)
            assert len(found.links) == (not lies)
            assert "foreign_contract" in kinds(found) or not lies


@pytest.mark.parametrize("bridge", CASES)
def test_the_contract_of_one_chain_is_a_stranger_on_the_other(bridge: str) -> None:
    """Unless the bridge has the same contract on both."""
    near, far = events(bridge)
    if {e.address for e in near} & TABLE.bridges[bridge].contracts[CASES[bridge].far]:
        return
    found = crossings([(CASES[bridge].far, [*near, *far])], TABLE)
    assert not found.links and all(leg.side == "withdrawal" for leg in found.legs)
    assert "foreign_contract" in kinds(found)


@pytest.mark.parametrize("bridge", CASES)
def test_the_same_payout_twice_is_one_link_and_a_finding(bridge: str) -> None:
    near, far = events(bridge)
    again = [replace(e, tx=b"\x0c" * 32, time=(e.time or 0) + 60) for e in far]
    found = over(bridge, near, [*far, *again])
    assert len(found.links) == 1 and found.legs[found.links[0].withdrawal].tx == far[0].tx
    assert [(one.kind, one.tx) for one in found.findings] == [("replayed_id", again[0].tx)]


@pytest.mark.parametrize("bridge", CASES)
def test_a_payout_before_its_deposit_is_a_finding(bridge: str) -> None:
    near, far = events(bridge)
    found = over(bridge, near, [replace(e, time=1_600_000_000) for e in far])
    assert not found.links and "before_its_deposit" in kinds(found)


@pytest.mark.parametrize("one", RULES, ids=lambda one: f"{one.bridge} {one.signature.canonical[:40]}")
def test_an_address_of_more_than_twenty_bytes_is_none(one: Rule) -> None:
    chain, contract = home(one)
    whole = told(one)
    own = next(e for e in whole if e.topics[0] == one.signature.topic)
    indexed = [p.type for p in one.signature.parameters if p.indexed]
    for place in (n for n, kind in enumerate(indexed, 1) if kind == "address"):
        lie = replace(own, topics=(*own.topics[:place], b"\xff" * 32, *own.topics[place + 1 :]))
        found = crossings([(chain, [lie if e is own else e for e in whole])], TABLE)
        assert not found.legs and kinds(found) == {"malformed_event"}
    assert own.address == contract


def test_arrays_and_texts_that_claim_to_be_huge() -> None:
    near, _ = events("connext")
    [one] = near
    for size in (2**31, 2**63, 2**255):
        words = [one.data[n : n + 32] for n in range(0, len(one.data), 32)]
        for place in range(len(words)):
            data = b"".join([*words[:place], size.to_bytes(32, "big"), *words[place + 1 :]])
            found = crossings([("ethereum", [replace(one, data=data)])], TABLE)
            assert len(found.legs) + len(found.findings) == 1


@pytest.mark.parametrize(
    ("memo", "kind"),
    [
        (b"\xff\xfe\xfd", "malformed_event"), (b"", "unreadable_memo"), (b"=" * 9_000, "unreadable_memo"),
        (b"=:BTC.BTC:not an address", "unreadable_memo"), (b"OUT:" + b"AB" * 32, "unreadable_memo"),
        (b"REFUND:" + b"AB" * 32, "unreadable_memo"), (b"=:" * 4_000, "unreadable_memo"),
    ],
)  # fmt: skip
def test_a_deposit_with_a_memo_that_is_none(memo: bytes, kind: str) -> None:
    one = rule("thorchain", "Deposit").signature
    data = encode(["uint256", "bytes"], [5, memo])
    told = Event(1, 1, b"\1" * 32, 0, 0, ROUTER, None, (one.topic, bytes(12) + address(7), bytes(32)), data)
    found = crossings([("ethereum", [told])], TABLE)
    assert not found.links and kinds(found) == {kind}
    assert all(not leg.recipient and not leg.other_chain for leg in found.legs)


@pytest.mark.parametrize("memo", ["", "OUT:", "OUT:zz", "OUT:" + "0" * 64, "OUT:" + "A" * 63, f"=:b:{BITCOIN}", "OUT"])
def test_a_payment_out_with_a_memo_that_is_none_is_linked_with_nothing(memo: str) -> None:
    deposit = log(rule("thorchain", "Deposit").signature, ROUTER, tx=1, memo=f"=:b:{BITCOIN}")
    out = log(rule("thorchain", "TransferOut").signature, ROUTER, tx=2, memo=memo)
    found = crossings([("ethereum", [deposit, out])], TABLE)
    assert not found.links and "unreadable_memo" in kinds(found)


def test_a_stranger_answers_a_deposit() -> None:
    """Whoever writes OUT: with somebody's hash through another contract pays nobody out."""
    deposit = log(rule("thorchain", "Deposit").signature, ROUTER, tx=1, memo="=:e:0x" + "1c" * 20)
    memo = "OUT:" + (1).to_bytes(32, "big").hex()
    out = log(rule("thorchain", "TransferOut").signature, STRANGER, tx=2, to="0x" + "1c" * 20, memo=memo)
    found = crossings([("ethereum", [deposit, out])], TABLE)
    assert not found.links and "foreign_contract" in kinds(found)
    assert len(crossings([("ethereum", [deposit, replace(out, address=ROUTER)])], TABLE).links) == 1


def test_a_message_that_looks_like_a_transfer_but_is_somebody_elses() -> None:
    [near], far = events("wormhole")
    lie = replace(near, topics=(near.topics[0], bytes(12) + STRANGER))
    assert crossings([("ethereum", [lie])], TABLE) == Crossings([], [], [])
    assert not over("wormhole", [lie], far).links


def test_a_nomad_payout_without_its_deposit_says_where_it_claims_to_come_from() -> None:
    near, far = events("nomad")
    found = over("nomad", [], far)
    assert [(one.kind, leg.other_chain) for one, leg in zip(found.findings, found.legs, strict=True)] == [
        ("no_deposit_in_legs", "ethereum")
    ]
    elsewhere = (1635148152).to_bytes(4, "big")
    message = near[0].data.replace((1650811245).to_bytes(4, "big"), elsewhere)
    other = replace(near[1], topics=(*near[1].topics[:3], bytes(28) + elsewhere))
    found = over("nomad", [replace(near[0], data=message), other], far)
    assert not found.links and kinds(found) == {"no_deposit_in_legs"}


def test_a_deposit_that_failed_on_the_other_side_is_not_paid_out() -> None:
    near, [far] = events("polygon-pos")
    found = over("polygon-pos", near, [replace(far, data=bytes(32))])
    assert not found.links and kinds(found) == {"unclaimed_deposit"}
    assert not over("polygon-pos", [], [far]).findings  # much else than deposits is committed


def test_what_synapse_pays_out_is_told_after_the_fee_but_once() -> None:
    to = "0x" + address(5).hex()
    for name, wanted in (("TokenWithdraw", 900), ("TokenMint", 1_000), ("TokenMintAndSwap", 1_000)):
        one = rule("synapse", name)
        chain, contracts = sorted(TABLE.bridges["synapse"].contracts.items())[0]
        told = log(one.signature, min(contracts), to=to, amount=1_000, fee=100, swapSuccess=True)
        [leg] = crossings([(chain, [told])], TABLE).legs
        assert leg.amount == wanted, name
        assert (leg.token is None) == (name == "TokenMintAndSwap")


def test_one_message_does_not_serve_two_mints() -> None:
    _, [mint, message] = events("cctp")
    second = replace(mint, position=-5)
    found = crossings([("base", [second, mint, message])], TABLE)
    assert len(found.legs) == 1 and kinds(found) == {"half_an_event"}


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_links_are_the_true_pairs_whatever_else_is_told(data: st.DataObject) -> None:
    """Some bridges' transfers, lies about them, and noise, in any order of transactions."""
    there: dict[str, list[list[Event]]] = {}
    true: set[tuple[str, bytes, bytes]] = set()
    for n, bridge in enumerate(sorted(data.draw(st.sets(st.sampled_from(sorted(CASES)), max_size=6)))):
        near, far = events(bridge)
        here, gone = data.draw(st.booleans()), data.draw(st.booleans())
        if here:
            there.setdefault(CASES[bridge].near, []).append(near)
        if gone:
            there.setdefault(CASES[bridge].far, []).append(far)
        if here and gone:
            true.add((bridge, near[0].tx, far[0].tx))
        for lie in data.draw(st.lists(st.sampled_from(["foreign", "cut", "early", "noise"]), max_size=2)):
            side, chain = (near, CASES[bridge].near) if data.draw(st.booleans()) else (far, CASES[bridge].far)
            tx = bytes([200 + n]) * 31 + bytes([data.draw(st.integers(0, 255))])
            if lie == "early":
                side, chain = far, CASES[bridge].far
            wrong = [
                replace(e, tx=tx, address=STRANGER) if lie == "foreign"
                else replace(e, tx=tx, time=1_000_000_000) if lie == "early"
                else replace(e, tx=tx, data=e.data[: data.draw(st.integers(0, 31))], topics=e.topics) if lie == "cut"
                else replace(e, tx=tx, topics=(e.topics[0],), data=data.draw(st.binary(max_size=64)))
                for e in side
            ]  # fmt: skip
            static = all(e.data for e in side)  # a form without data cannot be cut
            there.setdefault(chain, []).append(wrong if static or lie in ("foreign", "early") else [])
    mixed = {chain: data.draw(st.permutations(groups)) for chain, groups in there.items()}
    told = [(chain, [e for group in groups for e in group]) for chain, groups in mixed.items()]
    found = crossings(data.draw(st.permutations(told)), TABLE)
    assert {
        (found.legs[one.deposit].bridge, found.legs[one.deposit].tx, found.legs[one.withdrawal].tx)
        for one in found.links
    } == true


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"=:", b"SWAP:", b"s:"]))
def test_an_input_that_may_be_anything(data: bytes, start: bytes) -> None:
    for to in (ROUTER, STRANGER, min(TABLE.bridges["multichain"].contracts["ethereum"])):
        one = Event(1, 1, b"\1" * 32, 0, INPUT, to, STRANGER, (), start + data)
        found = crossings([("ethereum", [one])], TABLE)
        assert not found.links


def paid_in(tx: int, position: int, to: str, amount: int = 1_000) -> Event:
    one = rule("thorchain", "Deposit").signature
    return log(one, ROUTER, tx=tx, position=position, asset="0x" + "00" * 20, amount=amount, memo=f"=:AVAX.AVAX:{to}")


def paid_out(tx: int, key: int, to: str, position: int = 0) -> Event:
    one = rule("thorchain", "TransferOut").signature
    contract = min(TABLE.bridges["thorchain"].contracts["avalanche"])
    memo = "OUT:" + key.to_bytes(32, "big").hex()
    return log(one, contract, tx=tx, position=position, asset="0x" + "00" * 20, to=to, memo=memo)


def wallet(number: int) -> str:
    return f"0x{number + 0xABC:040x}"


def test_a_vault_that_gets_several_deposits_in_one_transaction() -> None:
    """Each is paid out to whom its own memo names, whatever the order; one that nobody asked for is joined to none."""
    near = [paid_in(9, place, wallet(place)) for place in range(3)]
    far = [paid_out(100 + n, 9, wallet(n)) for n in (2, 0, 7)]
    found = crossings([("ethereum", near), ("avalanche", far)], TABLE)
    links = {(found.legs[one.deposit].position, found.legs[one.withdrawal].recipient) for one in found.links}
    assert links == {(2, wallet(2)), (0, wallet(0))}
    assert sorted(one.kind for one in found.findings) == ["disagreeing_deposit", "unclaimed_deposit"]


def test_alike_deposits_in_one_transaction_are_paid_out_once_each() -> None:
    near = [paid_in(9, place, wallet(1)) for place in range(2)]
    far = [paid_out(100 + n, 9, wallet(1)) for n in range(3)]
    found = crossings([("ethereum", near), ("avalanche", far)], TABLE)
    assert len({one.deposit for one in found.links}) == len({one.withdrawal for one in found.links}) == 2
    assert [one.kind for one in found.findings] == ["replayed_id"]


@pytest.mark.parametrize(("deposits", "payments"), [(65, 1), (1, 65), (3_000, 3_000)])
def test_a_key_that_very_many_name_joins_nothing(deposits: int, payments: int) -> None:
    near = [paid_in(9, place, wallet(place)) for place in range(deposits)]
    far = [paid_out(100 + n, 9, wallet(n)) for n in range(payments)]
    found = crossings([("ethereum", near), ("avalanche", far)], TABLE)
    assert not found.links and len(found.legs) == deposits + payments
    assert [one.kind for one in found.findings] == ["crowded_key"] * 2
