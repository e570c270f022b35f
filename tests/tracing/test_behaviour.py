"""The hub rule and the dust rule on small worlds made for them."""

from dataclasses import replace

from cointrail.tracing.behaviour import Behaviour
from cointrail.tracing.survey import Survey, survey
from cointrail.tracing.walk import Seeds, Walk
from tests.tracing.memory import Memory

THIEF, WALLET, SERVICE, PAYEE = 1, 2, 3, 4
STOLEN = 10_000
Row = tuple[int, int, int]


def surveyed(rows: list[Row], rule: Behaviour) -> Survey:
    walk = Walk(Memory(rows), {}, False, lambda holding, key: None)
    first = next(n for n, row in enumerate(rows) if row[0] == THIEF)
    return survey(walk, Seeds({THIEF: first}, ()), lambda holding, key: None, None, rule)


def customers(service: int, count: int, amount: int = 300, start: int = 100) -> list[Row]:
    """Deposits of `count` people, each of whom gets something back."""
    return [row for n in range(start, start + count) for row in ((n, service, amount), (service, n, amount // 2))]


EAGER = replace(Behaviour(), calm=0)


def test_a_service_is_told_by_its_customers_from_before_the_theft() -> None:
    rows = [*customers(SERVICE, 12), (THIEF, WALLET, STOLEN), (WALLET, SERVICE, STOLEN), (SERVICE, PAYEE, 50)]
    found = surveyed(rows, EAGER)
    assert list(found.hubs) == [SERVICE]
    assert "before the theft" in found.hubs[SERVICE]


def test_a_service_is_told_by_strangers_who_go_on_paying_in() -> None:
    rows = [(THIEF, SERVICE, STOLEN), *customers(SERVICE, 12)]
    assert "unrelated senders" in surveyed(rows, EAGER).hubs[SERVICE]


def test_dust_however_often_it_comes_makes_no_service() -> None:
    rows = [(THIEF, WALLET, STOLEN), *((n, WALLET, 1) for n in range(100, 400)), (WALLET, PAYEE, STOLEN)]
    assert surveyed(rows, EAGER).hubs == {}


def test_a_wallet_that_gathers_the_loot_is_no_service() -> None:
    spread = [(THIEF, n, 500) for n in range(100, 140)]
    rows = [*spread, *((n, WALLET, 500) for n in range(100, 140)), *((WALLET, n, 400) for n in range(200, 240))]
    assert surveyed(rows, EAGER).hubs == {}


def test_nothing_is_judged_while_the_reach_is_small() -> None:
    rows = [*customers(SERVICE, 12), (THIEF, SERVICE, STOLEN), (SERVICE, PAYEE, 50)]
    calm = surveyed(rows, Behaviour())
    assert (calm.hubs, calm.dust, calm.rounds) == ({}, frozenset(), 0)


def test_dust_payments_are_not_followed() -> None:
    rows = [(THIEF, WALLET, STOLEN * 100), (WALLET, PAYEE, 3), (WALLET, SERVICE, STOLEN * 90)]
    assert surveyed(rows, EAGER).dust == frozenset({1})
