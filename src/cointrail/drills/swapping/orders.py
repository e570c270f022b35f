"""Who swaps what at which swapper, and when it is paid out."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from cointrail.drills.swapping.habits import DAY, HOUR, QUOTED, Desk, Habits
from cointrail.drills.swapping.market import ASSETS, Asset, Market

LATENCY = 30  # seconds in which nobody confirms or pays
LEAST, MOST = 20.0, 300_000.0  # USD of an order


@dataclass(frozen=True)
class Order:
    """One swap. Amounts are smallest units; `due` is when the payout is to be made; `seen` says of both sides whether
    there is a ledger of its chain."""

    desk: int
    person: int
    time: int
    paid: Asset
    amount: int
    bought: Asset
    returns: int
    due: int
    refunded: bool
    seen: tuple[bool, bool]


def orders(random: Random, habits: Habits, market: Market, begin: int) -> Iterator[Order]:
    """All orders, in no order; people have numbers from 1."""
    person = 0
    for place, desk in enumerate(habits.desks):
        each = 1 + habits.careless * habits.again / (1 - habits.again)  # orders of a person
        for _ in range(round(desk.orders / each * habits.span / DAY)):
            person += 1
            yield from _person(random, habits, market, begin, place, desk, person)


def _person(
    random: Random, habits: Habits, market: Market, begin: int, place: int, desk: Desk, person: int
) -> Iterator[Order]:
    time = begin + _hour(random, habits)
    careless = random.random() < habits.careless
    paid, bought = _choice(random)
    seen = _seen(random, habits)
    amount = _amount(random, habits, market, paid, time)
    while time < begin + habits.span:
        yield _order(random, habits, market, place, desk, person, time, (paid, amount, bought, seen))
        if not careless or random.random() > habits.again:
            return
        time += 60 + int(random.expovariate(1 / HOUR))
        if random.random() > habits.equal:
            paid, bought = _choice(random)
            seen = _seen(random, habits)
            amount = _amount(random, habits, market, paid, time)


def _hour(random: Random, habits: Habits) -> int:
    """A time, more likely by day."""
    while True:
        time = random.randrange(habits.span)
        if random.random() * (1 + habits.night) < 1 + habits.night * math.sin(2 * math.pi * time / DAY):
            return time


def _choice(random: Random) -> tuple[Asset, Asset]:
    weights = [one.popular for one in ASSETS]
    while True:
        paid, bought = random.choices(ASSETS, weights, k=2)
        if paid != bought:
            return paid, bought


def _seen(random: Random, habits: Habits) -> tuple[bool, bool]:
    return random.random() >= habits.unseen_in, random.random() >= habits.unseen_out


def _amount(random: Random, habits: Habits, market: Market, paid: Asset, time: int) -> int:
    value = habits.typical * math.exp(random.gauss(0, habits.sigma))
    whole = min(max(value, LEAST), MOST) / market.price(paid.coin, time)
    if random.random() < habits.rounded:
        whole = float(f"{whole:.1e}")
    return round(whole * 10**6) * 10**paid.decimals // 10**6 or 1


def _order(
    random: Random,
    habits: Habits,
    market: Market,
    place: int,
    desk: Desk,
    person: int,
    time: int,
    wish: tuple[Asset, int, Asset, tuple[bool, bool]],
) -> Order:
    paid, amount, bought, seen = wish
    counts = time + LATENCY + int(random.expovariate(1 / paid.confirmed))
    due = counts + LATENCY + int(desk.wait * math.exp(random.gauss(0, desk.spread)))
    if random.random() < habits.held:
        due += int(random.expovariate(1 / (5 * HOUR)))
    if desk.batch and bought.chain == "bitcoin":
        due = (due // desk.batch + 1) * desk.batch
    fixed = random.random() < habits.fixed
    at, fee = (time - random.randrange(QUOTED), desk.fixed_fee) if fixed else (counts, desk.fee)
    value = amount / 10**paid.decimals * market.price(paid.coin, at) * (1 - fee) - bought.network
    returns = int(max(value, 0.0) / market.price(bought.coin, at) * 10**bought.decimals)
    refunded = random.random() < habits.refunded
    return Order(place, person, time, paid, amount, bought, returns, due, refunded, seen)
