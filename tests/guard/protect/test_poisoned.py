"""Poisoning on made-up traffic with known truth: recall and precision by digits, chance, campaigns, years."""

import random
from math import sqrt

import pytest

from cointrail.chains.likeness import LEADING, TRAILING
from cointrail.guard.protect.attack import campaigns, years
from cointrail.guard.protect.poisoned import chance as by_chance
from cointrail.guard.protect.poisoned import poisoned
from cointrail.guard.protect.report import digits
from cointrail.patterns.surroundings import Approach

START, YEAR = 1_704_067_200, 31_622_400  # 2024, a leap year


def address(chance: random.Random) -> str:
    return "0x" + "".join(chance.choice("0123456789abcdef") for _ in range(40))


def twin(chance: random.Random, of: str, leading: int, trailing: int) -> str:
    """An address that agrees with another in exactly so many digits at its ends."""
    own = list(address(chance))
    own[2 : 2 + leading] = of[2 : 2 + leading]
    own[42 - trailing :] = of[42 - trailing :]
    for place in (2 + leading, 41 - trailing):
        own[place] = chance.choice([c for c in "0123456789abcdef" if c != of[place]])
    return "".join(own)


def moved(time: int, sender: str, recipient: str, amount: int, fake: bool = False, tx: str | None = None) -> Approach:
    asset = "0x" + "f" * 40 if fake else ""
    return Approach("ethereum", time, time, tx or f"0x{time:064x}", sender, recipient, asset, fake, None, amount)


def traffic(
    seed: int, leading: int, trailing: int, wallets: int = 40
) -> tuple[list[Approach], set[tuple[str, str]], set[tuple[str, str]]]:
    """Payments and spam of a year; the look-alikes that were planted, and those that were paid."""
    chance = random.Random(seed)
    found: list[Approach] = []
    planted, fallen = set(), set()
    for _ in range(wallets):
        wallet, time = address(chance), START + chance.randrange(YEAR // 2)
        partners = [address(chance) for _ in range(8)]
        for partner in partners:
            time += 1000
            sides = (wallet, partner) if chance.random() < 0.6 else (partner, wallet)
            found.append(moved(time, *sides, chance.randrange(10**18, 10**20)))
        for _ in range(10):  # ordinary spam, of strangers
            found.append(moved(time + chance.randrange(10**6), address(chance), wallet, 0))
        false = twin(chance, chance.choice(partners), leading, trailing)
        planted.add((wallet, false))
        form = chance.randrange(3)
        sides = (wallet, false) if form == 0 else (false, wallet)
        found.append(moved(time + 500, *sides, (0, 1000, 5 * 10**18)[form], fake=form == 2))
        if chance.random() < 0.3:
            fallen.add((wallet, false))
            found.append(moved(time + 5000, wallet, false, 10**19))
    return sorted(found, key=lambda one: one.time), planted, fallen


@pytest.mark.parametrize(("leading", "trailing"), [(3, 4), (4, 4), (5, 6), (8, 8)])
def test_every_planted_look_alike_is_found_and_no_other(leading: int, trailing: int) -> None:
    for seed in range(5):
        movements, planted, fallen = traffic(seed, leading, trailing)
        report = list(poisoned(movements))
        assert {(one.wallet, one.by) for one in report} == planted
        assert {(one.wallet, one.by) for one in report if one.lost} == fallen
        assert {(one.facts["leading"], one.facts["trailing"]) for one in report} == {(leading, trailing)}
        assert all(float(str(one.facts["chance"])) < 1e-4 for one in report)


@pytest.mark.parametrize(("leading", "trailing"), [(2, 4), (3, 3), (0, 8)])
def test_fewer_digits_than_people_look_at_are_not(leading: int, trailing: int) -> None:
    movements, _, _ = traffic(1, leading, trailing)
    assert not list(poisoned(movements))
    assert (LEADING, TRAILING) == (3, 4)


@pytest.mark.parametrize(("leading", "trailing"), [(1, 1), (1, 2), (2, 1)])
def test_chance_is_calibrated(leading: int, trailing: int) -> None:
    """With thresholds so low that chance alone makes look-alikes there are as many as it says."""
    seen, expected = 0, 0.0
    for seed in range(6):
        chance = random.Random(seed)
        wallet = address(chance)
        partners = [address(chance) for _ in range(30)]
        found = [moved(START + n, wallet, partner, 10**18) for n, partner in enumerate(partners)]
        strangers = [address(chance) for _ in range(500)]
        found += [moved(START + 1000 + n, stranger, wallet, 0) for n, stranger in enumerate(strangers)]
        report = list(poisoned(found, wallet, leading, trailing))
        seen += len(report)
        expected += len(strangers) * len(partners) * 16.0 ** -(leading + trailing)
        exact = [one for one in report if digits(one) == leading + trailing]
        assert exact and exact[0].facts["chance"] == pytest.approx(500 * 30 * 16.0 ** -(leading + trailing))
    assert abs(seen - expected) < 5 * sqrt(expected)


def test_a_campaign_is_one_token_or_transaction_against_many() -> None:
    chance = random.Random(3)
    found = []
    for number in range(4):
        wallet, partner = address(chance), address(chance)
        found.append(moved(START, wallet, partner, 10**18))
        found.append(moved(START + 9, twin(chance, partner, 4, 4), wallet, 0, tx="0x" + "ab" * 32))
        if number < 2:
            found.append(moved(START + 8, twin(chance, partner, 5, 5), wallet, 1, fake=True))
    [campaign] = campaigns(poisoned(sorted(found, key=lambda one: one.time)))
    assert campaign.by == "transaction 0x" + "ab" * 32 and len(campaign.wallets) == campaign.attempts == 4


def test_years_are_counted_the_same_every_time() -> None:
    movements, planted, fallen = traffic(7, 4, 4)
    counted = years(poisoned(movements))
    assert list(counted) == [2024] and counted == years(poisoned(list(movements)))
    row = counted[2024]["poisoning"]
    assert (row.attempts, row.fallen) == (len(planted), len(fallen))
    assert row.lost == {"native": len(fallen) * 10**19}


@pytest.mark.parametrize("more", range(4))
def test_chance_counts_every_way_to_share_digits_between_both_ends(more: int) -> None:
    """Against the sum over all numbers of agreeing digits at either end, three and four at least."""
    ends = [(p, s) for p in range(3, 20) for s in range(4, 20) if p + s >= 7 + more]
    each = sum(16.0 ** -(p + s) * (15 / 16) ** 2 for p, s in ends)
    assert by_chance(1, 1, 7 + more) == pytest.approx(each, rel=1e-9)
