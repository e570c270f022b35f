"""What the deposits beside a deposit say about it.

Whoever owns many addresses pays in from one after the other, and claims in a row as well: in the same order or in the
reverse one. So where the deposits just before and after are linked for sure, the withdrawal of one is looked for

- between theirs: how often it lies there, by how far apart they are, and how far off it lies otherwise;
- farther on, in the direction in which the two before it went, and likewise from the two after it.

Each of the three is a density learnt from the pairs themselves, as that of the delay is. How far each is trusted
against the delay alone is learnt too (expectation and maximisation), apart for deposits that follow each other fast and
slowly. On a bridge whose claims know nothing of each other all of it gets no weight.
"""

from dataclasses import dataclass

import numpy as np

from cointrail.conversions.delays import learn
from cointrail.conversions.legs import Codes, Flags, Floats

SURE = 0.95  # pairs at least this sure say something about others
FEWEST = 20  # sure pairs below which there is nothing to learn
CLASSES = 6  # of distance, with equally many pairs in each
SHORTEST = 10.0  # seconds within which claims cannot be timed by anybody
FAITH = 10.0  # samples that speak for the delay alone before looking
TURNS = 40
WEIGHTY = 1e-3  # probability from which a pair is a sample


@dataclass(frozen=True)
class Links:
    """Possible pairs: numbers of the deposit (in order of time) and of the withdrawal, the deposit's token; times."""

    deposit: Codes
    withdrawal: Codes
    token: Codes
    paid: Floats
    claimed: Floats

    def take(self, chosen: Codes) -> "Links":
        """Some of them."""
        codes = (self.deposit[chosen], self.withdrawal[chosen], self.token[chosen])
        return Links(*codes, self.paid[chosen], self.claimed[chosen])


def company(links: Links, chance: Floats, density: Floats, longest: float) -> Floats:
    """The log-density per second of each pair's delay, bettered by what its neighbours did.

    `chance`: how sure each pair is by now; `density`: the log-density by the delay alone; `longest`: the longest delay.
    """
    known = np.flatnonzero(chance >= SURE)
    if len(known) < FEWEST:
        return density
    size = int(links.deposit.max()) + 1
    known = known[np.argsort(links.token[known] * size + links.deposit[known], kind="stable")]
    sure = links.take(known)
    before, after = (_beside(links, sure, size, step) for step in (-1, 1))
    views = [
        _onward(links, sure, before, chance, longest),
        _onward(links, sure, after, chance, longest),
        _between(links, sure, before[0], after[0], chance, longest),
    ]
    gap = np.full(len(chance), np.inf)
    for one, _ in (before, after):
        has = one >= 0
        gap[has] = np.minimum(gap[has], np.abs(sure.paid[one] - links.paid)[has])
    return _blend(np.stack([density, *views]), chance, _classes(gap, chance))


def _beside(links: Links, sure: Links, size: int, step: int) -> tuple[Codes, Codes]:
    """The two sure pairs of the same token whose deposits come next in one direction, -1 for none.

    A pair with the same withdrawal is passed over: it is a rival, not a neighbour.
    """
    place = np.searchsorted(
        sure.token * size + sure.deposit, links.token * size + links.deposit, side="left" if step < 0 else "right"
    )
    place = place - 1 if step < 0 else place
    found = []
    for _ in range(2):
        there = np.clip(place, 0, len(sure.deposit) - 1)
        place = np.where(sure.withdrawal[there] == links.withdrawal, place + step, place)
        there = np.clip(place, 0, len(sure.deposit) - 1)
        found.append(np.where((there == place) & (sure.token[there] == links.token), there, -1))
        place = place + step
    return found[0], found[1]


def _onward(links: Links, sure: Links, pair: tuple[Codes, Codes], chance: Floats, longest: float) -> Floats:
    """Log-density of the claim by how far it is from the neighbour's, counted in the direction of the last two."""
    one, two = pair
    view = np.full(len(chance), -np.inf)
    rows = np.flatnonzero((one >= 0) & (two >= 0))
    if len(rows):
        near, far = sure.claimed[one[rows]], sure.claimed[two[rows]]
        moved = (links.claimed[rows] - near) * np.where(near < far, -1.0, 1.0)
        forward, weight = moved >= 0, chance[rows]
        share = _share(forward, weight)
        for side in (forward, ~forward):
            apart, own = np.abs(moved[side]), weight[side]
            view[rows[side]] = np.log(share[side]) + learn(apart, own, longest).log_density(apart, own)
    return view


def _between(links: Links, sure: Links, one: Codes, two: Codes, chance: Floats, longest: float) -> Floats:
    """Log-density of the claim by whether it is between the neighbours', and if not, by how far off it is."""
    view = np.full(len(chance), -np.inf)
    both = np.flatnonzero((one >= 0) & (two >= 0))
    claims = np.stack([sure.claimed[one[both]], sure.claimed[two[both]]])
    low, high = claims.min(axis=0), claims.max(axis=0)
    width = np.maximum(high - low, SHORTEST)
    group = _classes(width, chance[both])
    for kind in np.unique(group).tolist():
        here = group == kind
        at, claimed, weight = both[here], links.claimed[both[here]], chance[both[here]]
        off = np.maximum(low[here] - claimed, claimed - high[here])
        inside, apart = off <= 0, np.maximum(off, 0.0)
        share = _share(inside, weight)
        view[at[inside]] = np.log(share[inside] / width[here][inside])
        apart, own = apart[~inside], weight[~inside]
        outside = learn(apart, own, longest).log_density(apart, own)
        view[at[~inside]] = np.log(share[~inside] / 2) + outside  # half of it on either side
    return view


def _share(yes: Flags, weight: Floats) -> Floats:
    """For each sample the share of the others that are on its side."""
    whole, part = weight.sum(), float(weight[yes].sum())
    side = np.where(yes, part, whole - part)
    found: Floats = (side - weight + 1) / (whole - weight + 2)
    return found


def _classes(distance: Floats, weight: Floats) -> Codes:
    """Classes by the distances that are seen, with about equally many samples in each."""
    seen = distance[(weight >= SURE) & np.isfinite(distance)]
    if not len(seen):
        return np.zeros(len(distance), np.int64)
    bounds = np.quantile(seen, np.arange(1, CLASSES) / CLASSES)
    return np.digitize(distance, bounds).astype(np.int64)


def _blend(views: Floats, chance: Floats, group: Codes) -> Floats:
    """The log of the weighted sum of the densities; the first of them always says something."""
    found: Floats = views[0].copy()
    speaks = np.isfinite(views[1:]).any(axis=0)
    for kind in np.unique(group[speaks]).tolist():
        rows = np.flatnonzero(speaks & (group == kind))
        top = views[:, rows].max(axis=0)
        density = np.exp(views[:, rows] - top)
        samples = chance[rows] >= WEIGHTY
        trust = _trust(density[:, samples], chance[rows][samples])
        found[rows] = np.log(trust @ density) + top
    return found


def _trust(density: Floats, weight: Floats) -> Floats:
    """How much of each density there is in the samples."""
    prior = np.ones(len(density))
    prior[0] += FAITH
    trust: Floats = prior / prior.sum()
    for _ in range(TURNS):
        part = trust[:, None] * density
        mass = (part / part.sum(axis=0)) @ weight + prior
        trust = mass / mass.sum()
    return trust
