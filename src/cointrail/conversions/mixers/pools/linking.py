"""How likely each deposit is to have become a withdrawal.

The chance of a deposit is its weight among those of all that can have become the withdrawal: by its age, and by the
clues that speak for it. Each deposit is withdrawn once. So clues that together claim more of a depositor's deposits
than there are count less, until they fit; and what they claim is not there for withdrawals of which no clue speaks. The
weights were fitted so that of links that are said to be likely by some share, that share is right (`weights.csv`).

A pool has too many pairs to write down. Deposits of one class of age weigh the same, so whole classes are counted at
once, by running sums, and only pairs with clues one by one: the cost grows with deposits, withdrawals and clues.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from cointrail.conversions.mixers.pools.claims import fitted
from cointrail.conversions.mixers.pools.clues import Clues
from cointrail.conversions.mixers.pools.history import History, Window
from cointrail.conversions.mixers.pools.weights import AGE, AGES, shipped, total

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
ROUNDS = 30  # of fitting what is claimed to what is there
ENOUGH = 1e-3  # how close that has to come
LEAST = 1e-3  # what is left of a deposit that clues claim whole
LITTLE = 1e-12  # what others weigh at least, beside a claim that is the only one


class Linking:
    """The chances in one pool. All deposits and withdrawals are named by their places in the history."""

    def __init__(
        self,
        history: History,
        windows: list[Window],
        clues: Clues,
        weights: Mapping[str, float] | None = None,
        rounds: int = ROUNDS,
    ) -> None:
        said = shipped() if weights is None else weights
        self.history, self.windows, self.clues, self.weights = history, windows, clues, said
        deposits = history.deposits
        self._factor = np.exp([*(said[f"{AGE}_{number}"] for number in range(len(AGES))), 0.0])
        people, self._who = np.unique(np.array([d.depositor for d in deposits], np.int64), return_inverse=True)
        # deposits whose depositor nobody tells are each somebody else's
        self._who = np.where(people[self._who] == 0, len(people) + np.arange(len(deposits)), self._who)
        self._people: list[int] = [*people.tolist(), *[0] * len(deposits)]
        codes = {int(who): place for place, who in enumerate(people)}
        self._own = np.bincount(self._who) if len(deposits) else np.zeros(0, np.int64)
        self._order = np.argsort(self._who, kind="stable")
        self._key = self._who[self._order] * (len(deposits) + 1) + self._order
        self._edges = _edges(history, windows)
        self._unseen = np.array([w.unseen for w in windows], np.float64)
        self._coarse = {(n, codes[who]): total(bits, said) for (n, who), bits in clues.who.items() if who in codes}
        self._fine = {pair: total(bits, said) for pair, bits in clues.which.items()}
        self._rest = np.ones(len(self._own))  # by depositor: what is there for withdrawals of which no clue speaks
        self._claim()
        self._settle(rounds)

    def row(self, withdrawal: int) -> tuple[Floats, float]:
        """The chances of the deposits in the window of a withdrawal, in order, and of all that are not seen."""
        window = self.windows[withdrawal]
        own, mine = self._who[window.first : window.behind], self._claims.get(withdrawal, ())
        found = self.share(withdrawal)
        for who in mine:
            found[own == who] *= np.exp(self._coarse.get((withdrawal, who), 0.0))
        for place in self._marked.get(withdrawal, ()):
            if window.first <= place < window.behind:
                found[place - window.first] *= np.exp(self._fine[withdrawal, place])
        return found / self._sum[withdrawal], self._missing(withdrawal)

    def column(self, deposit: int) -> Floats:
        """The chances that a deposit became each of the withdrawals; together at most 1, as it is withdrawn once."""
        withdrawals = np.arange(len(self.windows))
        seen = (self._edges[:, -1] <= deposit) & (deposit < self._edges[:, 0])
        found = np.zeros(len(withdrawals))
        inside = withdrawals[seen]
        found[inside] = self._chances(inside, np.full(len(inside), deposit))
        return found / max(1.0, float(found.sum()))

    def claims(self) -> list[tuple[int, int, float]]:
        """What clues speak for: withdrawal, depositor as address id, and the chance that it is the depositor's."""
        chance = self._mass * self._held / self._sum[self._at]
        return [
            (n, self._people[who], share)
            for n, who, share in zip(self._at.tolist(), self._of.tolist(), chance.tolist(), strict=True)
        ]

    def share(self, withdrawal: int) -> Floats:
        """What the deposits in the window of a withdrawal weigh for their age, less what else is claimed of them."""
        window = self.windows[withdrawal]
        own = self._who[window.first : window.behind]
        left = self._rest[own]
        for who in self._claims.get(withdrawal, ()):
            left[own == who] = self._held[self._number[withdrawal, who]]
        # classes of age lie one after the other, the oldest first
        found: Floats = np.repeat(self._factor[::-1], -np.diff(self._edges[withdrawal])[::-1]) * left
        return found

    def ages(self) -> Floats:
        """How many of the withdrawals without a clue are said to be of each class of age, the youngest first."""
        running = np.r_[0.0, np.cumsum(self.rest)]
        inside = running[self._edges[:, :-1]] - running[self._edges[:, 1:]]
        silent = np.ones(len(self.windows), bool)
        silent[self._at] = False
        found: Floats = (inside[silent] / self._sum[silent, None]).sum(axis=0) * self._factor
        return found

    @property
    def rest(self) -> Floats:
        """What of each deposit clues do not claim."""
        found: Floats = self._rest[self._who]
        return found

    def _missing(self, withdrawal: int) -> float:
        return float(self._unseen[withdrawal] * self._factor[-1] / self._sum[withdrawal])

    def _chances(self, withdrawals: Integers, deposits: Integers) -> Floats:
        age = (deposits[:, None] < self._edges[withdrawals][:, 1:]).sum(axis=1)
        keys = list(zip(withdrawals.tolist(), self._who[deposits].tolist(), deposits.tolist(), strict=True))
        says = [self._coarse.get((n, who), 0.0) + self._fine.get((n, place), 0.0) for n, who, place in keys]
        share = self._left(withdrawals, self._who[deposits])
        found: Floats = self._factor[age] * np.exp(says) * share / self._sum[withdrawals]
        return found

    def _left(self, withdrawals: Integers, who: Integers) -> Floats:
        """What is left of the weight of a depositor's deposits, for each pair."""
        pairs = zip(withdrawals.tolist(), who.tolist(), strict=True)
        claims = np.array([self._number.get(pair, -1) for pair in pairs], np.int64)
        found: Floats = np.where(claims >= 0, np.r_[self._held, 1.0][claims], self._rest[who])
        return found

    def _claim(self) -> None:
        """Claims: the pairs of withdrawal and depositor that some clue speaks for, with their weight and, beside it,
        what the same deposits would weigh without."""
        fine = [(n, int(self._who[place]), place, weight) for (n, place), weight in self._fine.items()]
        claims = sorted({*self._coarse, *((n, who) for n, who, _, _ in fine)})
        self._number = {claim: place for place, claim in enumerate(claims)}
        self._claims: dict[int, list[int]] = {}
        for n, who in claims:
            self._claims.setdefault(n, []).append(who)
        self._marked: dict[int, list[int]] = {}
        for n, place in self._fine:
            self._marked.setdefault(n, []).append(place)
        self._at, self._of = (np.array([claim[side] for claim in claims], np.int64) for side in (0, 1))
        self._plain = self._depositors(self._at, self._of) @ self._factor
        self._says = np.exp(np.array([self._coarse.get(claim, 0.0) for claim in claims], np.float64))
        self._mass = self._plain * self._says
        for n, who, place, weight in fine:
            number = self._number[n, who]
            self._mass[number] += self._says[number] * np.expm1(weight) * self._factor[self._age(n, place)]
        self._held = np.ones(len(claims))  # what is left of each claim for the others' sake
        order = np.argsort(self._of, kind="stable")
        groups = np.split(order, np.flatnonzero(np.diff(self._of[order])) + 1) if len(order) else []
        self._shared = [group for group in groups if len(group) > 1]

    def _settle(self, rounds: int) -> None:
        self.rounds = 0  # that it took
        for _ in range(rounds):
            self.rounds += 1
            self._weigh()
            weight = self._mass * self._held
            others = np.maximum(self._sum[self._at] - weight, LITTLE * weight)
            odds = self._mass / others
            held = np.ones(len(odds))
            for group in self._shared:
                held[group] = fitted(odds[group], int(self._own[self._of[group[0]]]))
            claimed = np.bincount(self._of, weight / self._sum[self._at], minlength=len(self._own))
            rest = np.clip(1 - claimed / np.maximum(self._own, 1), LEAST, 1)
            change = max(np.abs(held - self._held).max(initial=0), np.abs(rest - self._rest).max(initial=0))
            self._held, self._rest = (held + self._held) / 2, (rest + self._rest) / 2
            if change < ENOUGH:
                break
        self._weigh()

    def _weigh(self) -> None:
        """Sum up the weights of all deposits for each withdrawal."""
        running = np.r_[0.0, np.cumsum(self.rest)]
        inside = running[self._edges[:, :-1]] - running[self._edges[:, 1:]]
        self._sum = inside @ self._factor + self._unseen * self._factor[-1]
        np.add.at(self._sum, self._at, self._mass * self._held - self._plain * self._rest[self._of])
        self._sum = np.where(self._sum > 0, self._sum, 1.0)

    def _age(self, withdrawal: int, deposit: int) -> int:
        return int((deposit < self._edges[withdrawal][1:]).sum())

    def _depositors(self, withdrawals: Integers, who: Integers) -> Integers:
        """How many deposits of a depositor each class of age of a withdrawal has."""
        bounds = who[:, None] * (len(self._who) + 1) + self._edges[withdrawals]
        place = np.searchsorted(self._key, bounds)
        counts: Integers = place[:, :-1] - place[:, 1:]
        return counts


def _edges(history: History, windows: list[Window]) -> Integers:
    """For each withdrawal where its classes of age begin among the deposits: from the end of the window down to its
    beginning. Where no times are told, all deposits are of the oldest class."""
    told = [d.time for d in history.deposits]
    first, behind = (np.array([getattr(w, end) for w in windows], np.int64) for end in ("first", "behind"))
    edges = np.empty((len(windows), len(AGES) + 2), np.int64)
    edges[:, 0], edges[:, -1] = behind, first
    if any(time is None for time in told) or any(w.time is None for w in history.withdrawals):
        edges[:, 1:-1] = behind[:, None]
        return edges
    times = np.maximum.accumulate(np.array(told, np.int64)) if told else np.zeros(0, np.int64)
    moments = np.array([w.time for w in history.withdrawals], np.int64)
    for number, age in enumerate(AGES, 1):
        edges[:, number] = np.clip(np.searchsorted(times, moments - age), first, behind)
    return edges
