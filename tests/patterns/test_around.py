"""Fees and poisoning: the rules that look at what a trail itself does not hold."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chains.likeness import same_ends
from cointrail.patterns.record import Record, Step
from cointrail.patterns.rules.overpayment import TIMES, overpayments, unknown
from cointrail.patterns.rules.poisoning import poisonings
from cointrail.patterns.surroundings import Approach, Fee, Surroundings
from tests.patterns.trails import ASSET, CHAIN, START, THEFT, end, record

WALLET, PAYEE = "0x" + "1" * 40, "0xabcd" + "2" * 32 + "7777"
TWIN, OTHER = "0xabcd" + "3" * 32 + "7777", "0x" + "4" * 40
HEX = st.text("0123456789abcdef", min_size=40, max_size=40)


def trail() -> Record:
    steps = [
        Step(0, CHAIN, 1, START, "0x01", THEFT, WALLET, ASSET, 100_000, 100_000, 1),
        Step(1, CHAIN, 2, START + 12, "0x02", WALLET, PAYEE, ASSET, 90_000, 90_000, 2),
    ]
    return record(steps, [end(PAYEE)])


def seen(time: int, sender: str, recipient: str, amount: int, fake: bool = False) -> Approach:
    return Approach(CHAIN, time, START + time, f"0x{time:x}", sender, recipient, ASSET, fake, None, amount)


def poisoned(*rows: Approach) -> Sequence[tuple[str, ...]]:
    around = Surroundings((seen(1, WALLET, PAYEE, 90_000), *rows))
    return [one.addresses for one in poisonings(trail(), around)]


@pytest.mark.parametrize(
    "spam",
    [
        seen(2, TWIN, WALLET, 0),
        seen(2, WALLET, TWIN, 0),  # transferFrom with the victim as "from"
        seen(2, TWIN, WALLET, 50),
        seen(2, WALLET, TWIN, 90_000, fake=True),
    ],
)
def test_every_form_of_poisoning_is_seen(spam: Approach) -> None:
    assert poisoned(spam) == [(WALLET, TWIN, PAYEE)]


@pytest.mark.parametrize(
    "harmless",
    [
        seen(2, OTHER, WALLET, 0),  # like nobody
        seen(2, TWIN, WALLET, 80_000),  # real money
        seen(2, PAYEE, WALLET, 0),  # the payee itself
        seen(2, TWIN, OTHER, 0),  # to no wallet of the trail
    ],
)
def test_what_is_none_is_not_told(harmless: Approach) -> None:
    assert poisoned(harmless) == []


def test_a_look_alike_before_any_payment_imitates_nobody() -> None:
    around = Surroundings((seen(1, TWIN, WALLET, 0), seen(2, WALLET, PAYEE, 90_000)))
    assert list(poisonings(trail(), around)) == []


def test_a_payment_to_the_look_alike_is_its_success() -> None:
    around = Surroundings((seen(1, WALLET, PAYEE, 90_000), seen(2, TWIN, WALLET, 0), seen(3, WALLET, TWIN, 70_000)))
    (one,) = poisonings(trail(), around)
    assert one.numbers["paid_later"] == 1 and "then paid the look-alike" in one.detail
    assert one.numbers["chance"] == 16.0**-8


@given(one=HEX, other=HEX, p=st.integers(0, 40), s=st.integers(0, 40))
def test_equal_ends_are_counted(one: str, other: str, p: int, s: int) -> None:
    mixed = one[:p] + other[p : 40 - s] + one[40 - s :] if p + s <= 40 else one
    lead, tail = same_ends("0x" + one, "0x" + mixed)
    assert one[:lead] == mixed[:lead] and (lead == 40 or one[lead] != mixed[lead])
    assert one[40 - tail :] == mixed[40 - tail :] and (tail == 40 or one[39 - tail] != mixed[39 - tail])


def test_overpayment_is_told_from_ten_times_the_median() -> None:
    def told(paid: int, middle: int | None) -> int:
        return len(list(overpayments(trail(), Surroundings((), {"0x02": Fee("0x02", WALLET, paid, middle, 30)}))))

    assert told(TIMES * 100, 100) == 1
    assert told(TIMES * 100 - 1, 100) == 0
    assert told(10**9, None) == 0


def test_fees_that_are_not_known_are_said() -> None:
    around = Surroundings((), {"0x02": Fee("0x02", WALLET, 5, None, 3)})
    assert "2 of 2" in (unknown(trail(), around) or "")
    both = {tx: replace(around.fees["0x02"], tx=tx, middle=5) for tx in ("0x01", "0x02")}
    assert unknown(trail(), Surroundings((), both)) is None
