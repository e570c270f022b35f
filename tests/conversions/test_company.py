"""What neighbours say: runs of claims are seen where there are any, and nothing is made of noise."""

import random

import numpy as np
import pytest

from cointrail.conversions.company import Links, company
from cointrail.conversions.legs import Floats
from tests.conversions.bridge import Row, deposit, linked, shuffled, withdrawal

LONGEST = 10.0**6


def crossed(paid: list[float], claimed: list[float], token: list[int] | None = None) -> tuple[Links, Floats]:
    """The true pairs, certain, and behind them for every two neighbours the two crossed pairs, impossible."""
    count = len(paid)
    true = [(n, n) for n in range(count)]
    false = [pair for n in range(count - 1) for pair in ((n, n + 1), (n + 1, n))]
    left, right = (np.array(ends) for ends in zip(*true, *false, strict=True))
    kind = np.zeros(count, np.int64) if token is None else np.array(token)
    links = Links(left, right, kind[left], np.array(paid)[left], np.array(claimed)[right])
    return links, np.r_[np.ones(count), np.zeros(len(false))]


def gain(links: Links, chance: Floats, pair: tuple[int, int]) -> float:
    """What the neighbours add to the log-odds of two true pairs against the same two crossed."""
    flat = np.full(len(chance), -np.log(LONGEST))  # any delay is as likely
    found = company(links, chance, flat, LONGEST)
    at = {ends: n for n, ends in enumerate(zip(links.deposit.tolist(), links.withdrawal.tolist(), strict=True))}
    one, two = pair
    return float(found[at[one, one]] + found[at[two, two]] - found[at[one, two]] - found[at[two, one]])


@pytest.mark.parametrize("turn", [1, -1])
def test_runs_are_seen_in_either_order(turn: int) -> None:
    draw = random.Random(1)
    paid, claimed, moment = [], [], 0.0
    for _ in range(20):
        moment += 50_000
        start = moment + draw.uniform(2_000, 30_000)
        for place in range(8):
            paid.append(moment + 100 * place + draw.uniform(-20, 20))
            claimed.append(start + turn * 200 * place + draw.uniform(-40, 40) + 2_000)
    links, chance = crossed(paid, claimed)
    assert np.mean([gain(links, chance, (n, n + 1)) for n in range(2, 158) if n % 8 in (2, 3, 4)]) > 1


def test_nothing_is_made_of_noise() -> None:
    draw = random.Random(2)
    paid = sorted(draw.uniform(0, 10**6) for _ in range(300))
    links, chance = crossed(paid, [moment + draw.uniform(2_000, 60_000) for moment in paid])
    assert abs(np.mean([gain(links, chance, (n, n + 1)) for n in range(2, 297)])) < 0.5


def test_few_sure_pairs_say_nothing() -> None:
    links, chance = crossed([float(n) for n in range(10)], [float(n) for n in range(10)])
    flat = np.zeros(len(chance))
    assert company(links, chance, flat, LONGEST) is flat
    links, chance = crossed([float(n) for n in range(30)], [float(n) for n in range(30)], list(range(30)))
    assert (company(links, chance, np.zeros(len(chance)), LONGEST) == 0).all()


def test_twins_in_a_run_are_told_apart() -> None:
    """Of two equal deposits in a run that is claimed in reverse the earlier one is paid last."""
    draw = random.Random(3)
    legs: list[Row] = []
    truth: set[tuple[str, str]] = set()
    twins: set[tuple[str, str]] = set()
    for run in range(60):
        begin, start = 100_000 * run, 100_000 * run + draw.randint(3_000, 60_000)
        for place in range(9):
            amount = 77 if place in (3, 5) else 1_000 + 10 * run + place
            name = f"{run}-{place}"
            legs.append(deposit(f"d{name}", begin + 90 * place + draw.randint(0, 30), amount=amount))
            legs.append(withdrawal(f"w{name}", start + 2_000 - 120 * place + draw.randint(0, 30), amount=amount))
            truth.add((f"d{name}", f"w{name}"))
            if amount == 77:
                twins.add((f"d{name}", f"w{name}"))
    found = linked(shuffled(legs))
    assert len(found - truth) <= 0.005 * len(found)
    assert len(found & twins) >= 0.9 * len(twins)
