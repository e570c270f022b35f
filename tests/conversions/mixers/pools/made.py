"""Small pools for tests, and what can be said of them by looking at everything one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations, product
from math import exp

from cointrail.conversions.mixers.pools.clues import Clues
from cointrail.conversions.mixers.pools.history import Deposit, History, Window, Withdrawal
from cointrail.conversions.mixers.pools.weights import AGE, AGES, total

DEPOSIT = Deposit(0, 0, b"", 1, 0, 1, 1, 0, None, "movement")
WITHDRAWAL = Withdrawal(0, 0, b"", 1, 0, 1, 0, 100, 0, 1, 0, "movement")


@dataclass(frozen=True)
class Act:
    """Something in a pool: by whom, seconds after what was before."""

    deposit: bool
    who: int
    later: int


def acted(acts: Sequence[Act], told: bool) -> tuple[list[Deposit], list[Withdrawal]]:
    """Acts in a row; with events if `told`."""
    deposits: list[Deposit] = []
    withdrawals: list[Withdrawal] = []
    time = 0
    for row, act in enumerate(acts):
        time += act.later
        if act.deposit:
            leaf = len(deposits) if told else None
            deposits.append(replace(DEPOSIT, row=row, time=time, depositor=act.who, sender=act.who, leaf=leaf))
        else:
            withdrawals.append(replace(WITHDRAWAL, row=row, time=time, recipient=act.who, sender=act.who))
    return deposits, withdrawals


def possible(deposits: Sequence[Deposit], withdrawals: Sequence[Withdrawal]) -> set[tuple[int, int]]:
    """Pairs of withdrawal and deposit in any way at all in which each withdrawal is of an own earlier deposit."""
    found: set[tuple[int, int]] = set()
    for chosen in permutations(range(len(deposits)), len(withdrawals)):
        if all(deposits[d].row < withdrawals[w].row for w, d in enumerate(chosen)):
            found |= set(enumerate(chosen))
    return found


def weight(history: History, clues: Clues, weights: Mapping[str, float], withdrawal: int, deposit: int) -> float:
    """The weight of one pair, before what else is claimed."""
    made, taken = history.deposits[deposit], history.withdrawals[withdrawal]
    age = (taken.time or 0) - (made.time or 0)
    older = sum(age > each for each in AGES)
    bits = clues.who.get((withdrawal, made.depositor), 0) | clues.which.get((withdrawal, deposit), 0)
    by_age = weights[f"{AGE}_{older}"] if older < len(AGES) else 0.0
    return exp(total(bits, weights) + by_age)


def served(odds: Sequence[float], deposits: int) -> list[float]:
    """By what odds are multiplied for the others' sake: every set of claims, one by one."""
    found = []
    for own in range(len(odds)):
        sums = [0.0, 0.0]
        for chosen in product((0, 1), repeat=len(odds)):
            if sum(chosen) > deposits:
                continue
            likely = 1.0
            for number in range(sum(chosen)):
                likely *= (deposits - number) / deposits
            for place, one in enumerate(chosen):
                likely *= odds[place] if one and place != own else 1
            sums[chosen[own]] += likely
        found.append(sums[1] / sums[0])
    return found


def chances(
    history: History, windows: Sequence[Window], clues: Clues, weights: Mapping[str, float], rounds: int
) -> list[dict[int, float]]:
    """The chances of every deposit for every withdrawal, pair by pair."""
    pairs = {
        (w, d): weight(history, clues, weights, w, d)
        for w, window in enumerate(windows)
        for d in range(window.first, window.behind)
    }
    owner = {d: one.depositor for d, one in enumerate(history.deposits)}
    count = {who: list(owner.values()).count(who) for who in owner.values()}
    claims = sorted(
        {(w, who) for w, who in clues.who if who in count}
        | {(w, owner[d]) for w, d in clues.which}
    )  # fmt: skip
    held, rest = dict.fromkeys(claims, 1.0), dict.fromkeys(count, 1.0)

    def left(w: int, d: int) -> float:
        return held[w, owner[d]] if (w, owner[d]) in held else rest[owner[d]]

    def sums() -> list[float]:
        return [
            sum(pairs[w, d] * left(w, d) for d in range(v.first, v.behind)) + v.unseen for w, v in enumerate(windows)
        ]

    for _ in range(rounds):
        whole = sums()
        mass = {(w, who): sum(one for (x, d), one in pairs.items() if x == w and owner[d] == who) for w, who in claims}
        odds = {
            (w, who): mass[w, who] / max(whole[w] - mass[w, who] * held[w, who], 1e-12 * mass[w, who] * held[w, who])
            for w, who in claims
        }
        new: dict[tuple[int, int], float] = {}
        taken = dict.fromkeys(count, 0.0)
        for who in count:
            mine = [claim for claim in claims if claim[1] == who]
            factors = served([odds[claim] for claim in mine], count[who]) if len(mine) > 1 else [1.0] * len(mine)
            new |= dict(zip(mine, factors, strict=True))
            taken[who] = sum(mass[claim] * held[claim] / whole[claim[0]] for claim in mine)
        held = {claim: (held[claim] + new[claim]) / 2 for claim in claims}
        rest = {who: (rest[who] + min(1.0, max(1e-3, 1 - taken[who] / count[who]))) / 2 for who in count}
    whole = sums()
    return [{d: pairs[w, d] * left(w, d) / whole[w] for d in range(v.first, v.behind)} for w, v in enumerate(windows)]
