"""How likely each payout is of each deposit: how long a swapper takes and what it keeps, learnt from all its legs.

What is taken to have happened: of each deposit there is a payout among the legs with some chance; then the time until it
and what was kept have densities of the swapper, and the asset is one of all payouts' but the deposit's own. All other
payouts are strangers': their deposits are not among the legs. Strangers' payouts are as dense around a payout, in time
and in amount, as payouts are there anyway, and their share is learnt as well. No leg is in two pairs, so that the
chance of a pair is its share of all matchings; these chances are the weights from which everything is learnt anew,
until it stands still (expectation and maximisation).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from cointrail.conversions.legs import Codes, Floats
from cointrail.conversions.pairing import SKETCH, plausible, shares
from cointrail.conversions.posterior import SWEEPS

ROUNDS = 25
STILL = 1e-3  # mean change of a pair's chance, over payouts, at which learning ends
UNSEEN = (
    1.0  # deposits without payout, payouts without deposit, and as many pairs, that are taken as seen before looking
)
STEP = 0.05  # of the logarithm of a delay: how finely it is looked at
WIDE = 4.0  # cells: the width of a bell curve about each
CELL = 0.001  # share of the value: how finely what is kept is looked at
BLUR = 2.0  # cells: the width of a bell curve about each
DOUBT = 10.0  # pairs that an even spread of what is kept counts for
DECADES = 4.0  # powers of ten over which amounts lie about evenly as far as nothing is known
NARROWEST = 0.005  # of the logarithm of an amount within which no density is told apart
SHORTEST = 600.0  # and the same in seconds


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
    """The legs of one swapper: times and assets (numbers) of deposits and payouts; of each payout the group of those
    whose amounts can be compared with it (-1: none), and the logarithm of its own (NaN: not known)."""

    paid: Codes
    paid_asset: Codes
    out: Codes
    out_asset: Codes
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
    late, top = np.log1p(edges.delay), float(np.log1p(window))
    chance, certain = np.zeros(len(edges.deposit)), np.ones(len(known))
    settled = False
    for turn in range(ROUNDS + 1):
        found = float(chance.sum()) if turn else min(deposits, payouts) / 2
        here = (found + UNSEEN) / (deposits + 2 * UNSEEN)
        strange = (payouts - found + UNSEEN) / (payouts + 2 * UNSEEN)
        delays = _Density.of(np.r_[late, np.log1p(known)], np.r_[chance, certain], top, STEP, WIDE)
        density = _by_route(route, late, chance, top, STEP, WIDE) - late + _kept(sides, edges, chance, widths)
        waiting = 1 - here + here * delays.later(np.log1p(left))
        odds = np.log(here) + density - np.log(waiting)[edges.deposit] - np.log(strange) - crowd
        settled = settled or turn == ROUNDS
        before = chance
        chance = shares(edges.deposit, edges.payout, odds, (deposits, payouts), SWEEPS if settled else SKETCH)[1]
        if settled:
            break
        settled = bool(np.abs(chance - before).sum() < STILL * payouts)
    return chance, plausible(edges.deposit, edges.payout, chance)


def _others(sides: Sides) -> Floats:
    """For each deposit, the share of payouts in other assets than its own."""
    same = np.bincount(sides.out_asset, minlength=int(sides.paid_asset.max()) + 1)[sides.paid_asset]
    found: Floats = (len(sides.out) - same) / len(sides.out)
    return found


@dataclass(frozen=True)
class _Density:
    """Of a value from 0 to `top` among pairs that are sure to a degree each: bell curves about them, `blur` cells wide,
    and an even spread that counts for `DOUBT` pairs. `mass` is that of each cell, without the even spread."""

    cell: float
    blur: float
    place: Codes  # the cell of each pair
    weight: Floats
    mass: Floats

    @classmethod
    def of(cls, value: Floats, weight: Floats, top: float, cell: float, blur: float) -> "_Density":
        cells = max(int(np.ceil(top / cell)), 1)
        place = np.clip((value / cell).astype(np.int64), 0, cells - 1)
        return cls(cell, blur, place, weight, _bells(cells, blur) @ np.bincount(place, weight, cells))

    def log(self, prior: Floats | None = None) -> Floats:
        """The log-density at each pair, as the others tell it. `prior`: instead of the even spread."""
        cells = len(self.mass)
        own = np.diag(_bells(cells, self.blur))[self.place] * self.weight
        believed = DOUBT * (1 / cells if prior is None else np.exp(prior) * self.cell)
        others = np.maximum(self.mass[self.place] - own, 0.0) + believed
        found: Floats = np.log(others / (self.weight.sum() - self.weight + DOUBT) / self.cell)
        return found

    def later(self, value: Floats) -> Floats:
        """The share that is larger than each value."""
        mass = self.mass + DOUBT / len(self.mass)
        behind = np.r_[np.cumsum(mass[::-1])[::-1] / mass.sum(), 0.0]
        found: Floats = np.interp(value / self.cell, np.arange(len(behind)), behind)
        return found


@cache
def _bells(cells: int, blur: float) -> Floats:
    grid = np.arange(cells)
    bell = np.exp(-0.5 * ((grid[:, None] - grid[None, :]) / blur) ** 2)
    found: Floats = bell / bell.sum(axis=0)
    return found


def _by_route(route: Codes, value: Floats, weight: Floats, top: float, cell: float, blur: float) -> Floats:
    """The log-density of a value among pairs of the same route, which starts from that among all."""
    whole = _Density.of(value, weight, top, cell, blur).log()
    found = np.empty(len(value))
    for one in np.unique(route).tolist():
        rows = np.flatnonzero(route == one)
        found[rows] = _Density.of(value[rows], weight[rows], top, cell, blur).log(whole[rows])
    return found


def _kept(sides: Sides, edges: Edges, chance: Floats, widths: Floats) -> Floats:
    """The log-density of what was kept among the pairs of a rule and of the asset that is paid out."""
    found = np.zeros(len(chance))
    for rule in np.flatnonzero(widths > 0).tolist():
        rows = np.flatnonzero(edges.rule == rule)
        route = sides.out_asset[edges.payout[rows]]
        found[rows] = _by_route(route, edges.kept[rows], chance[rows], float(widths[rule]), CELL, BLUR)
    return found


def _crowd(sides: Sides, edges: Edges, widths: Floats) -> Floats:
    """How dense payouts are around that of each pair: a second, and a unit of the logarithm of the amount where the
    rule looks at it."""
    out = sides.out.astype(np.float64)
    span = max(float(out.max() - out.min()), float(edges.delay.max()), SHORTEST)
    dense = len(out) * _dense(out, 1 / span, SHORTEST)
    alike = np.full(len(out), 1 / (DECADES * np.log(10)))
    for group in np.unique(sides.group[sides.group >= 0]).tolist():
        rows = np.flatnonzero(sides.group == group)
        alike[rows] = _dense(sides.amount[rows], 1 / (DECADES * np.log(10)), NARROWEST)
    looked = widths[edges.rule] > 0
    found: Floats = dense[edges.payout] * np.where(looked, alike[edges.payout], 1.0)
    return found


def _dense(value: Floats, even: float, narrowest: float) -> Floats:
    """The density at each value, by how far away the nearest others are, as many as the root of their number; with one
    more value spread evenly."""
    count = len(value)
    order = np.argsort(value, kind="stable")
    ranked = value[order]
    near = min(max(int(np.sqrt(count)), 2), count - 1)
    found = np.full(count, even)
    if near > 0:
        place = np.arange(count)
        low = np.clip(place - near // 2, 0, count - 1 - near)
        width = np.maximum(ranked[low + near] - ranked[low], narrowest)
        found[order] = (near / width + even) / (count + 1)
    return found
