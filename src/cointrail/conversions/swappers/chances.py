"""How likely each payout is of each deposit: how long a swapper takes and what it keeps, learnt from all its legs.

What is taken to have happened: of each deposit there is a payout among the legs with some chance; then the time until
it and what was kept have densities of the swapper, and the asset is one of all payouts' but the deposit's own. All
other payouts are strangers': their deposits are not among the legs. Strangers' payouts are as dense around a payout, in
time and in amount, as payouts are there anyway, and their share is learnt as well. No leg is in two pairs, so that the
chance of a pair is its share of all matchings; these chances are the weights from which everything is learnt anew,
until it stands still (expectation and maximisation).

Whatever is learnt of a pair or a leg is learnt from the others, or else each would speak for itself.
"""

from dataclasses import dataclass

import numpy as np

from cointrail.conversions.legs import Codes, Floats
from cointrail.conversions.pairing import SKETCH, plausible, shares
from cointrail.conversions.sampled import SWEEPS

ROUNDS = 25
SAMPLED = 4 * SWEEPS  # matchings at the end: what is likely by the chance of few would be chosen for being so
STILL = 1e-3  # mean change of a pair's chance, over payouts, at which learning ends
UNSEEN = 1.0  # as many legs without a partner on each side, and pairs, are taken as seen before looking
STEP = 0.05  # of the logarithm of a delay: how finely it is looked at
CELL = 0.001  # share of the value: how finely what is kept is looked at
DOUBT = 10.0  # pairs that count as much as what was believed before
USUAL = 600.0  # seconds an order takes, as far as nothing is known: "about five to twenty minutes" (changenow.io/faq)
SPREAD = 1.2  # of their logarithm
ODD = 0.1  # of orders: may take any time
DECADES = 4.0  # powers of ten over which amounts lie about evenly as far as nothing is known
NARROWEST = 0.005  # of the logarithm of an amount within which no density is told apart
SHORTEST = 600.0  # and the same in seconds
ALIKE = 0.02  # of the logarithm of an amount: swaps of the same amount, with what prices and fees change between them
AGAIN = 3_600.0  # seconds within which, on average, somebody swaps once more
CROWD = 1_000  # payouts of the same amount beyond which no more are looked at


@dataclass(frozen=True)
class Edges:
    """The pairs that may be. One entry a pair: row of the deposit and of the payout, number of the rule, share kept,
    and seconds between both."""

    deposit: Codes
    payout: Codes
    rule: Codes
    kept: Floats
    delay: Floats


@dataclass(frozen=True)
class Sides:
    """The legs of one swapper: times, assets (numbers) and classes of size of deposits and payouts; of each payout the
    group of those whose amounts can be compared with it (-1: none), and the logarithm of its own (NaN: not known)."""

    paid: Codes
    paid_asset: Codes
    paid_size: Codes
    out: Codes
    out_asset: Codes
    out_size: Codes
    group: Codes
    amount: Floats


def chances(sides: Sides, edges: Edges, known: Floats, widths: Floats, window: float) -> tuple[Floats, Codes]:
    """For each pair its chance, and how many others at either end are worth a thought.

    `known`: delays of pairs that are certain; `widths`: for each rule the range in which the share kept can lie, 0
    where the rule does not look at it; `window`: the longest delay of a pair, in seconds.
    """
    deposits, payouts = len(sides.paid), len(sides.out)
    last = float(max(sides.paid.max(), sides.out.max()))
    left = last - sides.paid.astype(np.float64)
    crowd = np.log(_crowd(sides, edges, widths)) + np.log(_others(sides)[edges.deposit])
    route = sides.paid_asset[edges.deposit]
    late, usual = np.log1p(edges.delay), _usual(window)
    chance, certain = np.zeros(len(edges.deposit)), np.ones(len(known))
    settled = False
    for turn in range(ROUNDS + 1):
        here = _shares(sides.paid_size, edges.deposit, chance, turn)
        strange = 1 - _shares(sides.out_size, edges.payout, chance, turn)
        delays = _Density.of(np.r_[late, np.log1p(known)], np.r_[chance, certain], usual, STEP)
        density = _by_route(route, delays, late, chance) - late + _kept(sides, edges, chance, widths)
        alone = np.log(here) - np.log(1 - here + here * delays.later(np.log1p(left)))
        odds = alone[edges.deposit] + density - np.log(strange)[edges.payout] - crowd
        settled = settled or turn == ROUNDS
        before = chance
        chance = shares(edges.deposit, edges.payout, odds, (deposits, payouts), SAMPLED if settled else SKETCH)[1]
        if settled:
            break
        settled = bool(np.abs(chance - before).sum() < STILL * payouts)
    return chance, plausible(edges.deposit, edges.payout, chance)


def _shares(size: Codes, ends: Codes, chance: Floats, turn: int) -> Floats:
    """For each leg of a side, the share of legs of its size that are in a pair, as the
    others tell it; at first a half of all."""
    if not turn:
        return np.full(len(size), 0.5)
    found = np.bincount(ends, chance, len(size))
    whole = (found.sum() + UNSEEN) / (len(size) + 2 * UNSEEN)
    alike, many = np.bincount(size, found)[size], np.bincount(size)[size]
    return np.asarray((alike - found + DOUBT * whole) / (many - 1 + DOUBT), np.float64)


def _others(sides: Sides) -> Floats:
    """For each deposit, the share of payouts in other assets than its own."""
    same = np.bincount(sides.out_asset, minlength=int(sides.paid_asset.max()) + 1)[sides.paid_asset]
    found: Floats = (len(sides.out) - same) / len(sides.out)
    return found


@dataclass(frozen=True)
class _Density:
    """Of a value from 0 up among pairs that are sure to a degree each: bell curves about them, and an even spread that
    counts for `DOUBT` pairs. `mass` is that of each cell, without the even spread."""

    cell: float
    place: Codes  # the cell of each pair
    weight: Floats
    bells: Floats  # column by column that of each cell
    mass: Floats
    believed: Floats

    @classmethod
    def of(cls, value: Floats, weight: Floats, believed: Floats, cell: float) -> "_Density":
        """The width of the bell curves is Silverman's (1986): the fewer pairs, the wider."""
        cells = len(believed)
        place = np.clip((value / cell).astype(np.int64), 0, cells - 1)
        seen = np.bincount(place, weight, cells).astype(np.float64)
        total = max(float(seen.sum()), 1.0)
        blur = max(0.9 * _spread(seen) * total**-0.2, 1.0)
        apart = np.arange(cells)
        bells = np.exp(-0.5 * (apart / blur) ** 2)[np.abs(apart[:, None] - apart[None, :])]
        bells /= bells.sum(axis=0)
        return cls(cell, place, weight, bells, bells @ seen, believed)

    def others(self, believed: Floats | None = None) -> Floats:
        """The share of each pair's cell, as the others tell it. `believed`: for each pair what was believed of it."""
        own = np.diag(self.bells)[self.place] * self.weight
        prior = self.believed[self.place] if believed is None else believed
        seen = np.maximum(self.mass[self.place] - own, 0.0)
        found: Floats = (seen + DOUBT * prior) / (self.weight.sum() - self.weight + DOUBT)
        return found

    @property
    def learnt(self) -> Floats:
        """The share of each cell."""
        mass = self.mass + DOUBT * self.believed
        found: Floats = mass / mass.sum()
        return found

    def later(self, value: Floats) -> Floats:
        """The share that is larger than each value."""
        behind = np.r_[np.cumsum(self.learnt[::-1])[::-1], 0.0]
        found: Floats = np.interp(value / self.cell, np.arange(len(behind)), behind)
        return found


def _spread(seen: Floats) -> float:
    """In cells: the lesser of the standard deviation and what the middle half of it says that it is."""
    total = float(seen.sum())
    if not total:
        return float(len(seen))
    place = np.arange(len(seen))
    middle = float(seen @ place) / total
    low, high = np.searchsorted(np.cumsum(seen), [total / 4, total * 3 / 4])
    return min(float(np.sqrt(seen @ (place - middle) ** 2 / total)), float(high - low + 1) / 1.34)


def _by_route(route: Codes, whole: _Density, value: Floats, weight: Floats) -> Floats:
    """The log-density of a value among pairs of the same route, of which is believed at first what all others say."""
    found = np.empty(len(value))
    believed = whole.others()[: len(value)]
    for one in np.unique(route).tolist():
        rows = np.flatnonzero(route == one)
        mine = _Density.of(value[rows], weight[rows], whole.believed, whole.cell)
        found[rows] = mine.others(believed[rows])
    return np.asarray(np.log(found / whole.cell), np.float64)


def _usual(window: float) -> Floats:
    """What is believed of delays before any is seen: the share of each cell of their logarithm."""
    cells = int(np.ceil(np.log1p(window) / STEP))
    place = (np.arange(cells) + 0.5) * STEP
    bell = np.exp(-0.5 * ((place - np.log(USUAL)) / SPREAD) ** 2)
    found: Floats = (1 - ODD) * bell / bell.sum() + ODD / cells
    return found


def _kept(sides: Sides, edges: Edges, chance: Floats, widths: Floats) -> Floats:
    """The log-density of what was kept among the pairs of a rule and of the asset that is paid out."""
    found = np.zeros(len(chance))
    for rule in np.flatnonzero(widths > 0).tolist():
        rows = np.flatnonzero(edges.rule == rule)
        cells = max(int(np.ceil(widths[rule] / CELL)), 1)
        even = np.full(cells, 1 / cells)
        route = sides.out_asset[edges.payout[rows]]
        kept, weight = edges.kept[rows], chance[rows]
        found[rows] = _by_route(route, _Density.of(kept, weight, even, CELL), kept, weight)
    return found


def _crowd(sides: Sides, edges: Edges, widths: Floats) -> Floats:
    """How dense payouts are around that of each pair: a second, and a unit of the logarithm of the amount where the
    rule looks at it.

    Some payouts are as any other, in time and in amount; some follow others of the same amount, as whoever swaps again
    does. How many is learnt from the payouts.
    """
    out = sides.out.astype(np.float64)
    span = max(float(out.max() - out.min()), float(edges.delay.max()), SHORTEST)
    times, even = _dense(out, 1 / span, SHORTEST), 1 / (DECADES * np.log(10))
    both = times * even
    for group in np.unique(sides.group[sides.group >= 0]).tolist():
        rows = np.flatnonzero(sides.group == group)
        alone = times[rows] * _dense(sides.amount[rows], even, NARROWEST)
        beside = _beside(out[rows], sides.amount[rows])
        share = 1 / (1 + DOUBT)
        for _ in range(ROUNDS):
            part = share * beside / (share * beside + (1 - share) * alone)
            share = (float(part.sum()) + 1) / (len(rows) + 1 + DOUBT)
        both[rows] = share * beside + (1 - share) * alone
    looked = widths[edges.rule] > 0
    found: Floats = len(out) * np.where(looked, both[edges.payout], times[edges.payout])
    return found


def _beside(time: Floats, amount: Floats) -> Floats:
    """The density of payouts that follow or precede another of the same amount, at each payout."""
    order = np.argsort(amount, kind="stable")
    time, amount = time[order], amount[order]
    near = np.zeros(len(order))
    for step in range(1, min(len(order), CROWD)):
        alike = np.flatnonzero(amount[step:] - amount[:-step] < ALIKE)
        if not len(alike):
            break
        both = np.exp(-np.abs(time[alike + step] - time[alike]) / AGAIN)
        near[alike] += both
        near[alike + step] += both
    found = np.empty(len(order))
    found[order] = near / (2 * AGAIN) / (2 * ALIKE) / max(len(order) - 1, 1)
    return found


def _dense(value: Floats, even: float, narrowest: float) -> Floats:
    """The density at each value, by how far away the nearest others are, as many as the root of their number; with one
    more value spread evenly."""
    count = len(value)
    order = np.argsort(value, kind="stable")
    ranked = value[order]
    near = min(max(int(count ** (2 / 3)), 3), count - 1)
    found = np.full(count, even)
    if near > 1:
        place = np.arange(count)
        low = np.clip(place - near // 2, 0, count - 1 - near)
        width = np.maximum(ranked[low + near] - ranked[low], narrowest)
        found[order] = ((near - 1) * count / (count - 1) / width + even) / (count + 1)
    return found
