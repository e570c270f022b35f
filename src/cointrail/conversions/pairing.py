"""Pairs without keys: learn how long the bridge takes from the legs themselves, then solve all pairs as one matching.

Expectation and maximisation in turn. Given a delay density, every possible pair has odds against both of its legs being
alone; the matching and the share of all matchings that contain a pair follow from them; and those shares are the
weights from which the density is learnt anew, first of all delays, then of each time, bettered by what the deposits
beside a deposit say. It starts from the pairs that have the fewest rivals.
"""

from dataclasses import dataclass

import numpy as np

from cointrail.conversions import fees
from cointrail.conversions.assignment import assign
from cointrail.conversions.company import Links, company
from cointrail.conversions.delays import Delays, by_epoch, learn
from cointrail.conversions.legs import Codes, Floats
from cointrail.conversions.posterior import marginals
from cointrail.conversions.sampled import SWEEPS

ROUNDS = 12
COARSE = 4  # rounds with one density for all times, before each time gets its own and the neighbours are asked
SKETCH = 300  # sampled matchings while learning
STILL = 1e-3  # mean change of the pairs' probabilities at which learning ends
NEGLIGIBLE = 12.0  # log-odds that a matching may lack before its share counts as nothing
LONE = 1.0  # legs without partner that are taken as seen before looking
PLAUSIBLE = 0.01  # probability from which another candidate is counted


@dataclass(frozen=True)
class Problem:
    """The edges of one bridge's legs, their ends numbered from 0.

    withdrawals: how many there are, with and without edges; opened: time of each deposit; rivals: for each edge how
    many withdrawals have the particulars in which it agrees; first, last: the time covered;
    token: of each deposit; route: a number for each pair of chains; fee: share of the amount that was kept, 0 where the
    amounts are equal.
    """

    deposit: Codes
    withdrawal: Codes
    delay: Floats
    route: Codes
    fee: Floats
    opened: Codes
    token: Codes
    withdrawals: int
    rivals: Floats
    first: int
    last: int


@dataclass(frozen=True)
class Solved:
    """The edges of the matching; and for each edge its probability, rivals that were plausible, and log-odds."""

    chosen: Codes
    chance: Floats
    others: Codes
    odds: Floats


def solve(problem: Problem, known: Floats) -> Solved:
    """The matching of one bridge's legs. `known`: delays of pairs that are certain, by key."""
    deposits, withdrawals = len(problem.opened), problem.withdrawals
    chance = _guess(problem, deposits, withdrawals)
    span = float(max(problem.last - problem.first, 1))
    certain = np.ones(len(known))
    paid = problem.opened[problem.deposit].astype(np.float64)
    links = Links(problem.deposit, problem.withdrawal, problem.token[problem.deposit], paid, paid + problem.delay)
    for turn in range(ROUNDS):
        delays = learn(np.r_[problem.delay, known], np.r_[chance, certain], span)
        if turn < COARSE:
            density = delays.log_density(problem.delay, chance)
        else:
            density = by_epoch(delays, problem.route, problem.opened[problem.deposit], problem.delay, chance)
            density = company(links, chance, density, span)
        odds = _odds(problem, delays, density, chance, span)
        last = chance
        _, chance = shares(problem.deposit, problem.withdrawal, odds, (deposits, withdrawals), SKETCH)
        if turn >= COARSE and np.abs(chance - last).sum() < STILL * max(withdrawals, 1):
            break
    return settle(problem, delays, density, last, span)


def settle(problem: Problem, delays: Delays, density: Floats, chance: Floats, span: float) -> Solved:
    """The matching by what has been learnt: the delays, the log-density of each edge, and how sure each was so far."""
    odds = _odds(problem, delays, density, chance, span)
    sides = len(problem.opened), problem.withdrawals
    mated, chance = shares(problem.deposit, problem.withdrawal, odds, sides, SWEEPS)
    return Solved(mated[mated >= 0], chance, plausible(problem.deposit, problem.withdrawal, chance), odds)


def shares(
    deposit: Codes, withdrawal: Codes, odds: Floats, sides: tuple[int, int], sweeps: int
) -> tuple[Codes, Floats]:
    """The edge of each withdrawal in the best matching, and the share of all matchings that contain each edge.

    What no good matching contains has none. `sides`: how many deposits and withdrawals there are; `sweeps`: how many
    matchings of a large component are sampled.
    """
    mated, lack = assign(deposit, withdrawal, odds, *sides)
    near = np.flatnonzero(lack < NEGLIGIBLE)
    place = np.full(len(odds), -1, np.int64)
    place[near] = np.arange(len(near))
    chance = np.zeros(len(odds))
    chance[near] = marginals(
        deposit[near],
        withdrawal[near],
        odds[near],
        sides,
        np.where(mated >= 0, place[mated], -1),
        sweeps,
    )
    return mated, chance


def plausible(deposit: Codes, withdrawal: Codes, chance: Floats) -> Codes:
    """For each edge the number of others at either end that are worth a thought."""
    worth = (chance >= PLAUSIBLE).astype(np.int64)
    found = -2 * worth
    for ends in (deposit, withdrawal):
        found += np.bincount(ends, worth, int(ends.max(initial=0)) + 1).astype(np.int64)[ends]
    return found


def _guess(problem: Problem, deposits: int, withdrawals: int) -> Floats:
    """Where the learning starts: the fewer rivals at both ends, the surer."""
    left = np.bincount(problem.deposit, minlength=deposits)[problem.deposit]
    right = np.bincount(problem.withdrawal, minlength=withdrawals)[problem.withdrawal]
    return np.asarray(1.0 / np.maximum(left, right) ** 2, np.float64)


def _odds(problem: Problem, delays: Delays, density: Floats, chance: Floats, span: float) -> Floats:
    """Log-odds of each edge against both ends being alone.

    A deposit is alone because nobody claims it, or not yet when the legs end; a withdrawal because its deposit is not
    among the legs, and then its time says nothing: it is as likely at any other.
    """
    deposits, withdrawals = len(problem.opened), problem.withdrawals
    paired = float(chance.sum())
    claimed = min((paired + LONE) / (deposits + 2 * LONE), 1.0)
    lone = (max(withdrawals - paired, 0.0) + LONE) / (withdrawals + 2 * LONE)
    waiting = 1 - claimed + claimed * delays.later(problem.last - problem.opened.astype(np.float64))
    background = np.log(lone * problem.rivals / span)
    extra = fees.likelihood(problem.fee, chance) if problem.fee.any() else 0.0
    found: Floats = np.log(claimed) + density + extra - np.log(waiting)[problem.deposit] - background
    return found
