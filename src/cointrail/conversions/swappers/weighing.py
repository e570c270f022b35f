"""What a swapper may have paid out for a deposit: payouts soon after it, worth the same less a fee, weighed together.

Deposits and payouts of one swapper are one matching, as those of a bridge without keys. Amounts are compared in one
coin as they are, in different ones by what both were worth if prices are given, else not at all. Whatever fits is a
candidate and never a link: a swapper pays thousands, and the right payout need not be in the ledgers.
"""

import math
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

import numpy as np

from cointrail.conversions.bridges.leg import DEPOSIT, Crossing, Crossings, Leg
from cointrail.conversions.legs import Codes, Floats

WINDOW = 86_400  # seconds from a deposit to the last payout that is looked at; swaps take minutes, large ones hours
FEE = 0.05  # the largest share that is kept, network fees of small payouts with it
SLACK = 0.02  # by which a price may be off at each side: reference prices are not those of the swapper
PLAUSIBLE = 0.01  # what is less likely is not worth a look
PAIRS = 100_000  # of one swapper; with more the time is halved
SHORTEST = 3_600  # seconds below which the time is not halved
DIGITS = 4  # of a confidence, rounded down

AMOUNT, VALUE, TIME = "swapper-amount", "swapper-value", "swapper-time"  # what agrees, from most to least
RULES = (AMOUNT, VALUE, TIME)
WIDTHS = (FEE, FEE + 2 * SLACK, 0.0)  # in which the share kept lies by each rule; 0: it says nothing

Coin = Callable[[Leg], tuple[str, float] | None]  # what a leg's asset is one with on other chains, and how much of it
Worth = Callable[[Leg], float | None]  # in USD at its time


class _Side(NamedTuple):
    """Legs of one side in order of time: their places, times, assets, powers of ten of their smallest units, coins (-1:
    unknown) with amounts, and values."""

    places: Codes
    time: Codes
    asset: Codes
    power: Floats
    coin: Codes
    amount: Floats
    value: Floats


class _Pairs(NamedTuple):
    """Pairs of two sides: rows of deposit and payout, rule, and share that was kept with the slack of prices on top."""

    paid: _Side
    out: _Side
    left: Codes
    right: Codes
    rule: Codes
    share: Floats


def weighed(found: Crossings, asked: Collection[int], coin: Coin, worth: Worth) -> tuple[list[Crossing], list[str]]:
    """The candidates of some custodial legs (their places) among those without a link, and what there is to know about
    what was left out. All legs of their time are weighed, since others' deposits explain payouts too."""
    free: dict[str, list[int]] = {}
    names = {found.legs[place].bridge for place in asked if place not in found.link_of}
    for place, leg in enumerate(found.legs):
        usable = leg.custodial and leg.time is not None and leg.amount and place not in found.link_of
        if usable and leg.bridge in names:
            free.setdefault(leg.bridge, []).append(place)
    candidates: list[Crossing] = []
    notes: list[str] = []
    for name in sorted(free):
        known = [
            float((found.legs[link.withdrawal].time or 0) - (found.legs[link.deposit].time or 0))
            for link in found.links
            if found.legs[link.deposit].bridge == name
        ]
        ordered = sorted(free[name], key=lambda place: _order(found.legs[place]))
        pairs, window = _stretch(found.legs, ordered, asked, coin, worth)
        if window < WINDOW:
            within = f"only what was paid within {window / 3_600:g} h is weighed" if pairs else "none is weighed"
            notes.append(f"{name}: more than {PAIRS:,} pairs of deposit and payout fit, so that {within}")
        solved = _solve(pairs, known, window) if pairs is not None else []
        candidates += (one for one in solved if one.deposit in asked or one.withdrawal in asked)
    return candidates, notes


def _stretch(
    legs: Sequence[Leg], free: Sequence[int], asked: Collection[int], coin: Coin, worth: Worth
) -> tuple[_Pairs | None, int]:
    """The pairs that fit around the legs that are asked for, within the longest time that has not too many; None where
    even the shortest has."""
    window = WINDOW
    while True:
        moments = np.sort([legs[place].time or 0 for place in free if place in asked])
        near = [
            place
            for place in free
            # what may compete with a candidate, with what it may have been paid out by
            if np.diff(
                np.searchsorted(moments, [(legs[place].time or 0) - 2 * window, (legs[place].time or 0) + 2 * window])
            )
        ]
        names: dict[object, int] = {}
        paid, out = (
            _side(legs, [place for place in near if (legs[place].side == DEPOSIT) == into], names, coin, worth)
            for into in (True, False)
        )
        pairs = _fitting(paid, out, window)
        if len(pairs.left) <= PAIRS:
            return pairs, window
        window //= 2
        if window < SHORTEST:
            return None, window


def _solve(pairs: _Pairs, known: Sequence[float], window: int) -> list[Crossing]:
    # its compiled loops take a while to load: only if needed
    from cointrail.conversions.swappers.chances import Edges, Sides, chances

    paid, out, left, right = pairs.paid, pairs.out, pairs.left, pairs.right
    if not len(left):
        return []
    priced = np.isfinite(out.value)
    paid_size, out_size = np.split(_sizes(np.r_[paid.asset, out.asset], np.r_[paid.power, out.power]), [len(paid.time)])
    sides = Sides(
        paid=paid.time,
        paid_asset=paid.asset,
        paid_size=paid_size,
        out=out.time,
        out_asset=out.asset,
        out_size=out_size,
        group=np.where(priced, paid.asset.max() + out.asset.max() + 1, out.coin),
        amount=np.log(np.where(priced, out.value, np.where(out.coin >= 0, out.amount, np.nan))),
    )
    delay = (out.time[right] - paid.time[left]).astype(np.float64)
    sure = np.array([one for one in known if 0 <= one <= window], np.float64)
    chance, others = chances(
        sides, Edges(left, right, pairs.rule, pairs.share, delay), sure, np.array(WIDTHS), float(window)
    )
    return [
        Crossing(
            int(paid.places[left[edge]]),
            int(out.places[right[edge]]),
            RULES[pairs.rule[edge]],
            int(min(float(chance[edge]), 1 - 10.0**-DIGITS) * 10**DIGITS) / 10**DIGITS,
            int(others[edge]),
        )
        for edge in np.flatnonzero(chance >= PLAUSIBLE).tolist()
    ]


def _sizes(asset: Codes, power: Floats) -> Codes:
    """Classes of size: powers of ten from the median of the same asset, counted from the smallest."""
    off = np.empty(len(asset))
    for one in np.unique(asset).tolist():
        rows = asset == one
        off[rows] = np.rint(power[rows] - np.median(power[rows]))
    return np.asarray(off - off.min(), np.int64)


def _order(leg: Leg) -> tuple[object, ...]:
    """By time and contents, so that the order of ledgers does not matter."""
    return leg.time, leg.chain, leg.tx, leg.position, leg.token or ""


def _side(legs: Sequence[Leg], places: Sequence[int], names: dict[object, int], coin: Coin, worth: Worth) -> _Side:
    mine = [legs[place] for place in places]
    coins = [coin(leg) for leg in mine]
    values = [worth(leg) for leg in mine]
    return _Side(
        np.array(places, np.int64),
        np.array([leg.time for leg in mine], np.int64),
        np.array([names.setdefault((leg.chain, leg.token), len(names)) for leg in mine], np.int64),
        np.array([math.log10(leg.amount or 1) for leg in mine], np.float64),
        np.array([-1 if one is None else names.setdefault(one[0], len(names)) for one in coins], np.int64),
        np.array([np.nan if one is None else one[1] for one in coins], np.float64),
        np.array([np.nan if one is None else one for one in values], np.float64),
    )


def _fitting(paid: _Side, out: _Side, window: int) -> _Pairs:
    """The pairs that fit and close within a time."""
    parts: list[tuple[Codes, Codes, Codes, Floats]] = []
    count = 0
    for at in range(len(paid.time)):
        if count > PAIRS:
            break
        low, high = np.searchsorted(out.time, [paid.time[at], paid.time[at] + window + 1])
        rule, share, fits = _compared(paid, at, out, slice(low, high))
        after = np.flatnonzero(fits)
        parts.append((np.full(len(after), at), low + after, rule[after], share[after]))
        count += len(after)
    if not parts:
        nothing = np.zeros(0, np.int64)
        return _Pairs(paid, out, nothing, nothing, nothing, np.zeros(0))
    return _Pairs(paid, out, *(np.concatenate(column) for column in zip(*parts, strict=True)))


def _compared(paid: _Side, at: int, out: _Side, part: slice) -> tuple[Codes, Floats, Codes]:
    """How each payout of a part compares with one deposit: the rule, the share that was kept, and whether it fits."""
    same = (out.coin[part] == paid.coin[at]) & (paid.coin[at] >= 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        by_value = out.value[part] / paid.value[at]
        ratio = np.where(same, out.amount[part] / paid.amount[at], by_value)
    rule = np.where(same, 0, np.where(np.isfinite(by_value), 1, 2))
    slack = np.where(same, 0.0, SLACK)
    share = np.where(rule == 2, 0.0, np.maximum(1 + slack - ratio, 0.0))
    fits = (rule == 2) | ((ratio <= 1 + slack) & (share <= FEE + 2 * slack))
    return rule, share, np.asarray(fits & (out.asset[part] != paid.asset[at]))
