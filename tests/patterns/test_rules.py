"""Every rule finds its pattern where it is planted, and little where nothing is; and each says what it saw."""

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.patterns.finding import WEAK, Finding
from cointrail.patterns.record import Record, Step
from cointrail.patterns.rules import PLAIN, RULES, find
from cointrail.patterns.rules.peel import REMAINDER
from tests.patterns.trails import (
    ASSET,
    CHAIN,
    DAY,
    HOUR,
    PLANTS,
    SERVICES,
    START,
    THEFT,
    Trail,
    end,
    plain,
    record,
)

TRAILS = 60
FALSE = {  # findings in a random trail, on average
    "peel_chain": 0.05, "equal_tranches": 0.05, "structuring": 0.05,
    "consolidation": 0.15, "dormancy": 0.05, "round_trip": 0.15,
}  # fmt: skip
A, B, C, D, E, F, G, H = (f"0x{n:040x}" for n in range(101, 109))


def moves(*rows: tuple[int, str, str, int]) -> Record:
    """A record of hours, senders, recipients and dollars."""
    steps = [
        Step(n, CHAIN, n, START + hour * HOUR, f"0x{n:064x}", sender, to, ASSET, usd * 100, usd * 100, 1)
        for n, (hour, sender, to, usd) in enumerate(rows)
    ]
    return record(steps, [end(one) for one in SERVICES])


def only(rule: str, made: Record) -> Finding:
    (one,) = PLAIN[rule](made)
    assert one.rule == rule
    return one


@pytest.mark.parametrize("rule", PLANTS)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_a_planted_pattern_is_found(rule: str, seed: int) -> None:
    trail = plain(seed, wallets=20)
    who = PLANTS[rule](trail)
    made = trail.record()
    found = [one for one in PLAIN[rule](made) if who in one.addresses]
    assert found
    known = {step.tx for step in made.steps}
    for one in found:
        assert one.transactions and set(one.transactions) <= known
        assert one.share is None or one.share > 0


@pytest.mark.parametrize("rule", FALSE)
def test_random_payments_hold_no_more_than_is_said(rule: str) -> None:
    found = sum(1 for seed in range(TRAILS) for _ in PLAIN[rule](plain(seed).record()))
    assert found <= FALSE[rule] * TRAILS


@given(seed=st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_findings_do_not_depend_on_anything_but_the_trail(seed: int) -> None:
    made = plain(seed).record()
    assert find(made) == find(plain(seed).record())
    assert {one.rule for one in find(made).findings} <= set(RULES)


def peeling(*parts: int) -> list[tuple[int, str, str, int]]:
    """A chain from A on that begins with 1,000 dollars and peels so many off at each wallet."""
    rows, held = [(0, THEFT, A, 1000)], 1000
    for hour, (wallet, onward, part) in enumerate(zip((A, B, C, D), (B, C, D, E), parts, strict=False), 1):
        held -= part
        rows += [(hour, wallet, SERVICES[0], part), (hour, wallet, onward, held)]
    return [*rows, (9, rows[-1][2], SERVICES[1], held)]


def test_a_peel_chain_says_what_was_peeled_and_what_remained() -> None:
    one = only("peel_chain", moves(*peeling(100, 100, 100)))
    assert one.addresses == (A, B, C, D)
    assert one.numbers["peeled"] == "300" and one.numbers["remained"] == "700" and one.numbers["began"] == "1000"
    assert one.numbers["ambiguous_at"] is None


def test_two_wallets_are_no_chain_and_halves_are_no_peel() -> None:
    assert not list(PLAIN["peel_chain"](moves(*peeling(100, 100))))
    assert not list(PLAIN["peel_chain"](moves(*peeling(500, 250, 125))))
    just = int(1000 * (1 - REMAINDER))
    assert list(PLAIN["peel_chain"](moves(*peeling(just, 100, 100))))
    assert not list(PLAIN["peel_chain"](moves(*peeling(just + 1, 100, 100))))


def test_of_two_alike_the_one_that_peels_on_continues() -> None:
    rows = peeling(100, 100)[:-1]  # 800 in C
    rows += [(3, C, D, 400), (3, C, F, 400), (4, F, SERVICES[0], 400)]
    rows += [(4, D, SERVICES[0], 40), (4, D, E, 360), (5, E, SERVICES[2], 360)]
    one = only("peel_chain", moves(*rows))
    assert one.confidence == WEAK and one.numbers["resolved_by_what_came_next"] == 1
    assert D in one.addresses and F not in one.addresses


def test_of_two_alike_that_both_peel_on_none_is_chosen_and_that_is_said() -> None:
    rows = peeling(100, 100, 100)[:-1]  # 700 in D
    rows += [(4, D, F, 350), (4, D, G, 350)]
    for wallet, onward in ((F, E), (G, H)):
        rows += [(5, wallet, SERVICES[0], 35), (5, wallet, onward, 315), (6, onward, SERVICES[1], 315)]
    one = only("peel_chain", moves(*rows))
    assert one.confidence == WEAK and one.numbers["ambiguous_at"] == D
    assert "both peel on" in one.detail and not {F, G} & set(one.addresses)


def test_a_wallet_that_is_used_again_is_judged_by_each_use() -> None:
    late = [(hour + 100, sender, to, usd) for hour, sender, to, usd in peeling(100, 100, 100)]
    assert len(list(PLAIN["peel_chain"](moves(*peeling(100, 100, 100), *late)))) == 2


def outputs(chain: list[tuple[str, str, int, list[tuple[str, int]]]]) -> Record:
    """Transactions of an output-based chain: payer, name, amount, and what is paid; the transaction stands between."""
    steps: list[Step] = []
    for hour, (payer, name, amount, pays) in enumerate(chain):
        for sender, to, usd in ((payer, f"tx:{name}", amount), *((f"tx:{name}", to, usd) for to, usd in pays)):
            at, sum_ = START + hour * HOUR, usd * 100
            steps.append(Step(len(steps), CHAIN, hour, at, name, sender, to, ASSET, sum_, sum_, 1))
    return record(steps, [end(one) for one in SERVICES])


def test_a_peel_chain_goes_through_the_transactions_of_output_based_chains() -> None:
    made = outputs(
        [
            (THEFT, "t0", 1000, [(A, 1000)]),
            (A, "t1", 1000, [(SERVICES[0], 100), (B, 900)]),
            (B, "t2", 900, [(C, 800), (SERVICES[1], 100)]),
            (C, "t3", 800, [(F, 50), (D, 750)]),
            (D, "t4", 750, [(SERVICES[2], 750)]),
        ]
    )
    one = only("peel_chain", made)
    assert one.numbers["wallets"] == 3 and one.numbers["peeled"] == "250" and one.numbers["remained"] == "750"
    assert {"tx:t1", "tx:t2", "tx:t3", B, C} <= set(one.addresses)
    assert one.transactions == ("t1", "t2", "t3")


def test_change_that_comes_back_is_no_round_trip() -> None:
    made = outputs([(THEFT, "t0", 1000, [(A, 1000)]), (A, "t1", 1000, [(A, 900), (SERVICES[0], 100)])])
    assert not list(PLAIN["round_trip"](made))


def test_equal_tranches_need_one_balance() -> None:
    fan = [(hour, A, to, 100) for hour, to in enumerate((B, C, D, E), 1)]
    one = only("equal_tranches", moves((0, THEFT, A, 400), *fan))
    assert one.numbers["variation"] == 0 and one.numbers["payees"] == 4
    relay = [row for hour, to in enumerate((B, C, D, E)) for row in ((hour, THEFT, A, 100), (hour, A, to, 100))]
    assert not list(PLAIN["equal_tranches"](moves(*relay)))


def test_equal_payments_among_many_others_are_chance() -> None:
    fan = [(hour, A, to, 100) for hour, to in enumerate((B, C, D, E), 1)]
    others = [(1, A, f"0x{n:040x}", 7 * n) for n in range(20, 40)]
    rows = sorted([*fan, *others], key=lambda row: row[0])
    assert not list(PLAIN["equal_tranches"](moves((0, THEFT, A, 10_000), *rows)))


def test_a_router_is_no_gathering() -> None:
    rows = [(0, THEFT, wallet, 100) for wallet in (A, B, C)] + [(1, wallet, D, 100) for wallet in (A, B, C)]
    one = only("consolidation", moves(*rows))
    assert one.addresses == (D, A, B, C) and one.numbers["gathered"] == "300"
    steps = list(moves(*rows, (2, D, E, 300)).steps)
    steps[-1] = Step(6, CHAIN, 6, steps[-2].time, steps[-2].tx, D, E, ASSET, 300_00, 300_00, 1)
    assert not list(PLAIN["consolidation"](record(steps)))


def test_what_is_passed_on_each_time_is_not_gathered() -> None:
    rows = [(0, THEFT, wallet, 100) for wallet in (A, B, C)]
    rows += [row for hour, w in enumerate((A, B, C), 1) for row in ((hour, w, D, 100), (hour, D, SERVICES[0], 100))]
    assert not list(PLAIN["consolidation"](moves(*rows)))


def test_dormancy_is_from_the_last_movement_to_the_first_out() -> None:
    one = only("dormancy", moves((0, THEFT, A, 100), (24 * 10, A, B, 60), (24 * 10 + 2, A, C, 40)))
    assert one.numbers["days"] == 10 and one.numbers["held"] == "100" and one.numbers["left"] == "100"
    assert one.share == Fraction(1)
    assert not list(PLAIN["dormancy"](moves((0, THEFT, A, 100), (24 * 10, A, B, 10))))  # most stays
    assert not list(PLAIN["dormancy"](moves((0, THEFT, A, 100), (48, A, B, 100))))


def test_what_comes_back_has_to_be_what_went() -> None:
    there = [(0, THEFT, A, 100), (1, A, B, 100)]
    one = only("round_trip", moves(*there, (2, B, C, 99), (3, C, A, 98)))
    assert one.addresses == (A, B, C) and one.numbers["returned"] == "98"
    spent = [(2, B, SERVICES[0], 100), (3, THEFT, B, 100), (4, B, A, 100)]
    assert not list(PLAIN["round_trip"](moves(*there, *spent)))
    assert not list(PLAIN["round_trip"](moves(*there, (2, B, A, 10))))


def test_structuring_is_just_under_a_sum_and_into_services() -> None:
    sizes = (9_100, 9_500, 9_900, 8_800)
    paid = [(hour, A, SERVICES[hour % 2], usd) for hour, usd in enumerate(sizes, 1)]
    one = only("structuring", moves((0, THEFT, A, 40_000), *paid))
    assert one.numbers["limit_usd"] == 10_000 and one.numbers["payments"] == 4
    private = [(hour, A, B, usd) for hour, usd in enumerate(sizes, 1)]
    assert not list(PLAIN["structuring"](moves((0, THEFT, A, 40_000), *private)))
    both = [*paid, *((6, A, SERVICES[0], usd) for usd in (10_100, 10_500))]
    assert not list(PLAIN["structuring"](moves((0, THEFT, A, 80_000), *both)))


def test_what_cannot_be_looked_at_is_said() -> None:
    made = plain(1).record()
    missing = find(made).missing
    assert "--ledger" in missing["fee_overpayment"] and "--ledger" in missing["address_poisoning"]
    assert "structuring" not in missing  # all in dollars


def test_a_hub_of_many_payments_takes_no_time() -> None:
    trail = Trail(random.Random(5))
    hub = trail.wallet()
    for n in range(3_000):
        trail.pay(START + n, THEFT, hub, 1_000)
        trail.pay(START + DAY + n, hub, trail.wallet(), 900 + n % 200)
    assert find(trail.record()).findings
