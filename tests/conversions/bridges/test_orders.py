"""Orders of CoW Protocol from their events: ids, parts, what is given back, and lies."""

from dataclasses import replace

import pytest
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from cointrail.conversions.bridges import Crossings, crossings
from cointrail.conversions.bridges.cow import ORDER, domain, uid
from cointrail.conversions.bridges.special import cow_settled
from cointrail.ledger.event import Event
from tests.conversions.bridges.eth_flow import DOMAIN, FLOW, TYPE_HASH, TYPES, Order, hexed
from tests.making import address

COIN, GEM = address(70), address(71)
STRANGER = address(666)
PLAIN = Order(1, 2, COIN, 1_000, 500)


def found(*events: Event) -> Crossings:
    return crossings([("ethereum", sorted(events, key=lambda one: (one.block or 0, one.position)))])


def pairs(seen: Crossings) -> list[tuple[int | None, int | None, str]]:
    """What was paid, what came of it, and to whom, in order of the payments."""
    both = [(seen.legs[one.deposit], seen.legs[one.withdrawal]) for one in seen.links]
    return [(out.amount, into.amount, into.recipient) for out, into in both]


def kinds(seen: Crossings) -> list[str]:
    return [one.kind for one in seen.findings]


def test_domain_and_type_are_the_published_ones() -> None:
    assert domain("ethereum") == DOMAIN and keccak(ORDER.encode()) == TYPE_HASH
    assert domain("gnosis") != DOMAIN


@given(st.lists(st.integers(0, 2**128), min_size=4, max_size=4), st.binary(min_size=20, max_size=20))
def test_the_id_is_that_of_the_standard(numbers: list[int], token: bytes) -> None:
    sells, least, fee, salt = numbers
    order = Order(1, 2, token, sells, least, fee, salt)
    names = ("sellToken", "buyToken", "receiver", "sellAmount", "buyAmount", "validTo", "appData", "feeAmount", "kind",
             "partiallyFillable", "sellTokenBalance", "buyTokenBalance")  # fmt: skip
    assert len(names) == len(TYPES)
    assert uid(dict(zip(names, order.fields, strict=True)), "ethereum", FLOW) == order.uid


def test_an_order_is_joined_with_its_settlement() -> None:
    order = Order(1, 2, COIN, 1_000, 500, fee=7)
    seen = found(order.placed(1), order.traded(1_007, 555, 3))
    assert pairs(seen) == [(1_007, 555, hexed(address(2)))] and not seen.findings
    [link] = seen.links
    out, into = seen.legs[link.deposit], seen.legs[link.withdrawal]
    assert (out.token, out.sender, out.other_token, out.order) == ("", address(1), hexed(COIN), True)
    assert (into.token, into.key, link.rule) == (hexed(COIN), order.uid.hex(), "order_id")


def test_several_fills_have_what_each_sold_and_the_last_the_rest() -> None:
    order = Order(1, 2, COIN, 1_000, 500, fee=10)
    seen = found(order.placed(1), order.traded(303, 160, 3), order.traded(303, 150, 4), order.traded(403, 210, 5))
    assert pairs(seen) == [(303, 160, hexed(address(2))), (303, 150, hexed(address(2))), (404, 210, hexed(address(2)))]
    assert not seen.findings and sum(leg.amount or 0 for leg in seen.legs if leg.side == "deposit") == 1_010


def test_what_is_not_filled_yet_stays_an_order() -> None:
    seen = found(PLAIN.placed(1), PLAIN.traded(300, 160, 3))
    assert pairs(seen) == [(300, 160, hexed(address(2)))] and kinds(seen) == ["unclaimed_deposit"]
    assert [leg.amount for leg in seen.legs if leg.side == "deposit"] == [300, 700]


def test_what_is_given_back_is_all_that_is_left_and_the_owners() -> None:
    for back in (PLAIN.invalidated, PLAIN.refunded):
        assert pairs(found(PLAIN.placed(1), back(5))) == [(1_000, 1_000, hexed(address(1)))]
        seen = found(PLAIN.placed(1), PLAIN.traded(400, 200, 4), back(5))
        assert pairs(seen) == [(400, 200, hexed(address(2))), (600, 600, hexed(address(1)))] and not seen.findings
        whole = found(PLAIN.placed(1), PLAIN.traded(1_000, 500, 4), back(5))
        assert pairs(whole) == [(1_000, 500, hexed(address(2)))] and not whole.findings


def test_orders_of_one_batch_keep_their_own() -> None:
    other = Order(3, 4, GEM, 50, 1)
    seen = found(PLAIN.placed(1), other.placed(1, 1), other.traded(50, 9, 3, 4), PLAIN.traded(1_000, 501, 3, 5))
    assert sorted(pairs(seen)) == [(50, 9, hexed(address(4))), (1_000, 501, hexed(address(2)))]


def test_trades_of_other_owners_are_none() -> None:
    lie = replace(PLAIN.traded(5, 5, 3), topics=(PLAIN.traded(5, 5, 3).topics[0], bytes(12) + STRANGER))
    assert found(lie) == Crossings([], [], [])


@pytest.mark.parametrize("by", [STRANGER, address(667)])
def test_events_of_other_contracts_make_no_link(by: bytes) -> None:
    true = [PLAIN.placed(1), PLAIN.traded(1_000, 500, 3)]
    lies = [[PLAIN.placed(1, by=by), true[1]], [true[0], PLAIN.traded(1_000, 500, 3, by=by)],
            [true[0], PLAIN.invalidated(3, by=by)], [true[0], PLAIN.refunded(3, by=by)]]  # fmt: skip
    for events in lies:
        seen = found(*events)
        assert not seen.links and "foreign_contract" in kinds(seen)


def test_the_id_of_another_flow_contract_is_not_believed() -> None:
    """A settlement names owner and id; an id in which another owner stands is none."""
    other = replace(PLAIN, flow=bytes.fromhex("40a50cf069e992aa4536211b23f286ef88752187"))
    mixed = replace(other.traded(1_000, 500, 3), topics=PLAIN.traded(1_000, 500, 3).topics)
    seen = found(PLAIN.placed(1), mixed)
    assert not seen.links and kinds(seen) == ["malformed_event", "unclaimed_deposit"]
    assert not found(PLAIN.placed(1), other.refunded(3, by=FLOW)).links


@pytest.mark.parametrize(
    ("fill", "kind"),
    [
        (PLAIN.traded(1_001, 600, 3), "replayed_id"),
        (PLAIN.traded(1_000, 499, 3), "disagreeing_deposit"),
        (PLAIN.traded(0, 499, 3), "disagreeing_deposit"),
        (PLAIN.traded(1_000, 600, 3, time=1_000_000_000), "before_its_deposit"),
        (replace(PLAIN.traded(1_000, 600, 3), data=PLAIN.traded(1_000, 600, 3).data[:-32]), "malformed_event"),
        (replace(PLAIN.traded(1_000, 600, 3), data=b""), "malformed_event"),
    ],
)
def test_a_settlement_that_does_not_fit_is_a_finding(fill: Event, kind: str) -> None:
    seen = found(PLAIN.placed(1), fill)
    assert not seen.links and kind in kinds(seen) and "unclaimed_deposit" in kinds(seen)


def test_another_token_than_was_asked_for() -> None:
    lie = replace(PLAIN.traded(1_000, 600, 3), data=PLAIN.traded(1_000, 600, 3).data.replace(COIN, GEM))
    assert "disagreeing_deposit" in kinds(found(PLAIN.placed(1), lie))


def test_what_was_settled_is_not_settled_again() -> None:
    fill = PLAIN.traded(1_000, 600, 3)
    for again in (replace(fill, tx=b"\x0c" * 32, block=9, time=(fill.time or 0) + 60), PLAIN.traded(1, 9, 7)):
        seen = found(PLAIN.placed(1), fill, again)
        assert [seen.legs[one.withdrawal].tx for one in seen.links] == [fill.tx] and kinds(seen) == ["replayed_id"]
    late = found(PLAIN.placed(1), PLAIN.refunded(2), fill)
    assert pairs(late) == [(1_000, 1_000, hexed(address(1)))] and kinds(late) == ["replayed_id"]


def test_an_id_that_is_used_again_is_the_first_orders() -> None:
    seen = found(PLAIN.placed(1), PLAIN.placed(2), PLAIN.traded(1_000, 600, 3))
    assert [seen.legs[one.deposit].block for one in seen.links] == [1] and kinds(seen) == ["reused_id"]


def test_one_side_alone() -> None:
    assert kinds(found(PLAIN.placed(1))) == ["unclaimed_deposit"]
    seen = found(PLAIN.traded(1_000, 600, 3))
    assert not seen.links and kinds(seen) == ["no_deposit_in_legs"]


def test_a_placement_of_the_wrong_length() -> None:
    placed = PLAIN.placed(1)
    for data in (placed.data[:-64], placed.data[:320], b"", b"\xff" * len(placed.data)):
        seen = found(replace(placed, data=data), PLAIN.traded(1_000, 600, 3))
        assert not seen.links and "malformed_event" in kinds(seen)


@given(st.lists(st.integers(1, 400), max_size=6), st.booleans(), st.randoms())
def test_parts_are_all_of_the_order_and_in_order(fills: list[int], back: bool, random: object) -> None:
    """Whatever is filled, the parts sum to what was paid, and each has what a plain count says."""
    events = [PLAIN.placed(1), *(PLAIN.traded(sold, sold, 3 + n) for n, sold in enumerate(fills))]
    seen = found(*events, *([PLAIN.refunded(40)] if back else []))
    rest, wanted = 1_000, []
    for sold in fills:
        if sold <= rest:
            wanted.append(sold)
            rest -= sold
    if back and rest:
        wanted, rest = [*wanted, rest], 0
    if wanted and rest < len(wanted):
        wanted[-1] += rest
    assert [out for out, _, _ in pairs(seen)] == wanted
    assert sum(leg.amount or 0 for leg in seen.legs if leg.side == "deposit") == 1_000


def test_what_settles_is_checked_where_it_is_read() -> None:
    with pytest.raises(ValueError, match="order id of 3 bytes"):
        cow_settled({"orderUid": b"abc", "this.contract": FLOW})
