"""Deposit addresses: sweeps against a plain search, and the clusters of ledgers whose owners are known."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.labels import Label, Labels
from cointrail.ledger.rows import Kind
from cointrail.owners import Owners, owners
from cointrail.owners.deposits import MOST_DEPOSITS, WINDOW, Payment, confidence, sweeps
from cointrail.owners.measure import paired
from cointrail.owners.moment import behind
from tests import making
from tests.making import address
from tests.owners.customers import Customers

EXCHANGE, OTHER, DEPOSIT, ALICE, BOB = 1, 2, 100, 10, 11
ETH = 10**18
GAS = ETH // 1_000

TOLD = st.tuples(st.integers(0, 2 * WINDOW), st.integers(1, 3), st.integers(0, 6))  # block, other side, amount


def listed(told: list[tuple[int, int, int]]) -> list[Payment]:
    return [Payment(who, amount, block, row) for row, (block, who, amount) in enumerate(sorted(told))]


PAYMENTS = st.lists(TOLD, max_size=8).map(listed)


@given(PAYMENTS, PAYMENTS)
@settings(max_examples=300, deadline=None)
def test_sweeps_are_those_of_a_plain_search(paid: list[Payment], swept: list[Payment]) -> None:
    expected: dict[int, list[tuple[Payment, Payment]]] = {}
    for one in paid:
        near = [
            after for after in swept if 0 < after.block - one.block <= WINDOW and abs(after.amount - one.amount) <= 2
        ]
        if near:
            expected.setdefault(one.other, []).append((one, near[0]))
    if sum(map(len, expected.values())) < 2:
        expected = {}
    found = sweeps(DEPOSIT, "exchange", paid, swept, 2)
    assert {one.customer: (one.paid, one.swept, one.times) for one in found} == {
        who: (*pairs[0], len(pairs)) for who, pairs in expected.items()
    }


def test_the_confidence_falls_with_both_differences() -> None:
    assert confidence(0, 0, 10) == 1
    assert confidence(10, WINDOW, 10) == 0
    assert confidence(5, WINDOW // 2, 10) == 0.5


def pay(block: int, sender: int, recipient: int, amount: int, **more: Any) -> dict[str, Any]:
    return making.row(block, sender, recipient, amount, asset="", kind=Kind.TRANSACTION, **more)


def label(one: int, entity: str, category: str = "exchange", since: int | None = None) -> Label:
    return Label(address(one), None, entity, category, None, None, "test", None, since, None, None, "")


def made(folder: Path, rows: list[dict[str, Any]], *labels: Label) -> Owners:
    ledger = making.ledger(folder, rows)
    Labels(folder).add(labels or [label(EXCHANGE, "Exchange")])
    return owners(ledger, Labels(folder))


def together(found: Owners, *numbers: int) -> bool:
    ids = [found.ledger.address_id(address(number)) for number in numbers]
    return len({found.clusters.forest.root(one) for one in ids if one is not None}) == 1 and None not in ids


def swept(block: int, deposit: int, *customers: int, into: int = EXCHANGE) -> list[dict[str, Any]]:
    """Customers pay into a deposit address, one after the other, and each payment is swept."""
    rows = []
    for n, customer in enumerate(customers):
        rows += [pay(block + 20 * n, customer, deposit, ETH), pay(block + 20 * n + 10, deposit, into, ETH - GAS)]
    return rows


def unlike(block: int) -> list[dict[str, Any]]:
    return [pay(block, ALICE, DEPOSIT, ETH), pay(block + 10, DEPOSIT, EXCHANGE, ETH - ETH // 50)]


def at_once(block: int) -> list[dict[str, Any]]:
    return [pay(block, ALICE, DEPOSIT, ETH), pay(block, DEPOSIT, EXCHANGE, ETH, position=1)]


def test_who_pays_into_one_deposit_address_is_one_customer(tmp_path: Path) -> None:
    found = made(tmp_path, [*swept(10, DEPOSIT, ALICE, BOB), *swept(500, DEPOSIT + 1, 12, 12)])
    assert together(found, ALICE, BOB, DEPOSIT)
    assert together(found, 12, DEPOSIT + 1)
    assert not together(found, ALICE, 12)
    assert not together(found, ALICE, EXCHANGE)


def test_it_is_known_once_it_was_swept(tmp_path: Path) -> None:
    found = made(tmp_path, swept(10, DEPOSIT, ALICE, BOB))
    one, other = (found.ledger.address_id(address(n)) or 0 for n in (ALICE, BOB))
    assert not found.clusters.same(one, other, behind(found.ledger, 39))
    assert found.clusters.same(one, other, behind(found.ledger, 40))
    steps = found.clusters.explain(one, other)
    assert steps is not None and len(steps) == 2


@pytest.mark.parametrize(
    "rows",
    [
        [pay(10, ALICE, DEPOSIT, ETH), pay(20, ALICE, DEPOSIT, ETH), pay(21 + WINDOW, DEPOSIT, EXCHANGE, ETH)],
        [*unlike(10), *unlike(50)],
        [*at_once(10), *at_once(50)],
        [*swept(10, DEPOSIT, ALICE, ALICE), pay(90, DEPOSIT, 77, ETH)],
        [*swept(10, DEPOSIT, ALICE, ALICE), *swept(90, DEPOSIT, ALICE, into=OTHER)],
        [one | {"kind": Kind.TRACE, "path": b""} for one in swept(10, DEPOSIT, ALICE, ALICE)],
        [pay(10, OTHER, DEPOSIT, ETH), pay(20, DEPOSIT, EXCHANGE, ETH), *swept(30, DEPOSIT, OTHER)],
        swept(10, DEPOSIT, ALICE),
    ],
    ids=[
        "late",
        "another amount",
        "same block",
        "pays others",
        "pays two exchanges",
        "from a contract",
        "known",
        "once",
    ],
)
def test_what_is_no_deposit_address_joins_nobody(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    found = made(tmp_path, rows, label(EXCHANGE, "Exchange"), label(OTHER, "Other"))
    assert found.sweeps == []


def test_a_label_counts_while_it_holds(tmp_path: Path) -> None:
    late = label(EXCHANGE, "Exchange", since=making.START + 12 * 30)
    found = made(tmp_path, swept(10, DEPOSIT, ALICE, ALICE), late)
    assert found.sweeps == []
    again = made(tmp_path / "later", swept(40, DEPOSIT, ALICE, ALICE), late)
    assert [sweep.confidence for sweep in again.sweeps] == [pytest.approx(confidence(GAS, 10, ETH // 100))]


def test_a_payer_of_many_deposit_addresses_is_a_service(tmp_path: Path) -> None:
    rows = [row for n in range(MOST_DEPOSITS + 1) for row in swept(10 + 100 * n, DEPOSIT + n, BOB, 1000 + n)]
    found = made(tmp_path, [*rows, *swept(9_000, 5_000, ALICE, 12)])
    assert found.services == {found.ledger.address_id(address(BOB))}
    assert not together(found, 1000, 1001)
    assert together(found, ALICE, 12)


def test_without_labels_nobody_is_an_exchange(tmp_path: Path) -> None:
    ledger = making.ledger(tmp_path, swept(10, DEPOSIT, ALICE, BOB))
    assert owners(ledger, Labels(tmp_path)).sweeps == []


def test_rows_without_transaction_cannot_be_cited_and_join_nobody(tmp_path: Path) -> None:
    rows = [one | {"tx": None, "tx_index": None, "position": None} for one in swept(10, DEPOSIT, ALICE, ALICE)]
    found = made(tmp_path, [*rows, *swept(90, DEPOSIT + 1, BOB, BOB)])
    assert [sweep.customer for sweep in found.sweeps] == [found.ledger.address_id(address(BOB))]


def test_the_usual_deposit_address_outweighs_another_at_the_same_exchange(tmp_path: Path) -> None:
    usual, others = swept(10, DEPOSIT, ALICE, ALICE, 12), swept(500, DEPOSIT + 1, BOB, BOB, ALICE)
    found = made(tmp_path, [*usual, *others])
    assert together(found, ALICE, 12)
    assert not together(found, ALICE, BOB)


def test_who_paid_once_is_no_customer_where_twice_is_asked(tmp_path: Path) -> None:
    ledger = making.ledger(tmp_path, swept(10, DEPOSIT, ALICE, ALICE, BOB))
    Labels(tmp_path).add([label(EXCHANGE, "Exchange")])
    found = owners(ledger, Labels(tmp_path), paid=2)
    assert together(found, ALICE, DEPOSIT)
    assert not together(found, ALICE, BOB)


def test_where_twice_is_asked_payments_for_others_mix_nobody(tmp_path: Path) -> None:
    world = Customers(0, 300, strangers=0.01)
    said = world.said(owners(world.ledger(tmp_path), Labels(tmp_path), paid=2))
    assert paired(said)[1] >= 0.99


@pytest.mark.parametrize("seed", range(3))
def test_made_up_customers_are_not_mixed(tmp_path: Path, seed: int) -> None:
    world = Customers(seed, 300)
    pairs, precision, recall = paired(world.said(owners(world.ledger(tmp_path), Labels(tmp_path))))
    assert pairs > 1_000
    assert precision >= 0.99
    assert recall > 0.4
