"""Pairs that no key shows: candidates, one matching for each bridge, and which of its pairs are sure enough."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cointrail.conversions import fees
from cointrail.conversions.candidates import Free, free, less_fee, same_amount
from cointrail.conversions.codes import factor
from cointrail.conversions.fees import COMMON, fee
from cointrail.conversions.joined import AMOUNT, FEE, RECIPIENT, Part
from cointrail.conversions.legs import BLANK, Codes, Edges, Flags, Floats, Legs, edges
from cointrail.conversions.order import in_order
from cointrail.conversions.pairing import Problem, Solved, solve

WRONG = 0.0015  # expected share of wrong links in all links of a bridge; the less sure ones are left out
SURE = 0.95  # links at least this sure are always given
LEAST = 1 / 3  # links less sure than this never are

SPANS = (3_600, 21_600, 86_400, 604_800, 2_592_000)  # seconds within which deposits before and after are counted
NOISE = 3.0  # standard deviations by which they must differ

TINY = 1e-12  # of an amount, below any
APART = 1_000.0  # between the logarithms of amounts of different particulars: no amount of 256 bits comes near

NO_FEES: Mapping[int, float] = {}
Join = Callable[[Legs, Free, bool, bool], Edges]


@dataclass(frozen=True)
class Weighed:
    """The candidates of one bridge: rule and probability of each, how many others at its ends are plausible, and which
    are in the one matching."""

    edges: Edges
    rule: NDArray[np.str_]
    chance: Floats
    others: Codes
    chosen: Codes

    @property
    def sure(self) -> Codes:
        """Those of the matching that are sure and have no plausible rival at either end."""
        one = self.chosen
        found: Codes = one[(self.chance[one] >= SURE) & (self.others[one] == 0)]
        return found


def infer(legs: Legs, used: Flags, known: Edges | None, *, recipient: bool, window: int | None) -> list[Part]:
    """The pairs among legs that are not `used`, one part a bridge. `known`: pairs by key, None if keys are ignored."""
    parts = []
    for one in weigh(legs, used, known, recipient=recipient):
        chosen = one.chosen
        if window is not None:
            chosen = chosen[one.edges.delay[chosen] <= window]
        chosen = sure_enough(chosen, one.chance)
        parts.append(Part(one.edges.take(chosen), one.rule[chosen], one.chance[chosen], one.others[chosen]))
    return parts


def weigh(
    legs: Legs,
    used: Flags,
    known: Edges | None,
    *,
    recipient: bool = True,
    charging: Mapping[int, float] = NO_FEES,
    covered: tuple[int, int] | None = None,
) -> list[Weighed]:
    """The candidates among legs that are not `used`, weighed, for each bridge that has any.

    `known`: pairs by key, None if keys are ignored. `charging`: the largest share that bridges are known to keep; of
    others it is looked for. `covered`: a time of which it is known that there are no other legs, beside that from the
    first leg to the last.
    """
    spare = free(legs, used)
    if not len(spare.deposit) or not len(spare.withdrawal):
        return []
    possible = _possible(legs, spare, recipient, known is not None, charging)
    bridge = legs.bridge[possible.deposit]
    found = []
    for name in np.unique(bridge).tolist():
        seen = edges(legs, np.zeros(0, np.int64), np.zeros(0, np.int64)) if known is None else known
        seen = seen.take(legs.bridge[seen.deposit] == name)
        here = Free(*(rows[legs.bridge[rows] == name] for rows in (spare.deposit, spare.withdrawal)))
        found.append(_bridge(legs, here, possible.take(bridge == name), seen, recipient, covered))
    return found


def _possible(legs: Legs, spare: Free, recipient: bool, keys: bool, charging: Mapping[int, float]) -> Edges:
    """All candidates, of all bridges; amounts less a fee only for bridges that charge one, or seem to."""
    exact = _candidates(legs, spare, recipient, keys, same_amount)
    met = np.zeros(len(legs), np.bool_)
    met[exact.withdrawal] = True
    lone = Free(spare.deposit, spare.withdrawal[~met[spare.withdrawal]])
    keeping = [
        name
        for name in np.unique(legs.bridge[spare.withdrawal]).tolist()
        if name in charging or _charges(legs, spare, lone, name, recipient, keys)
    ]
    if not keeping:
        return exact
    more = [_less_fee(legs, spare, recipient, keys, name, charging.get(name, fees.MOST)) for name in keeping]
    rest = exact.take(~np.isin(legs.bridge[exact.deposit], keeping))
    return edges(
        legs,
        np.concatenate([rest.deposit, *(one.deposit for one in more)]),
        np.concatenate([rest.withdrawal, *(one.withdrawal for one in more)]),
    )


def _less_fee(legs: Legs, spare: Free, recipient: bool, keys: bool, bridge: int, most: float) -> Edges:
    """Candidates of one bridge with amounts less a fee of `most`."""
    here = Free(*(rows[legs.bridge[rows] == bridge] for rows in (spare.deposit, spare.withdrawal)))
    found = _candidates(legs, here, recipient, keys, partial(less_fee, most=most))
    return found.take(fee(legs, found) <= most)


def _charges(legs: Legs, spare: Free, lone: Free, bridge: int, recipient: bool, keys: bool) -> bool:
    """Whether a bridge seems to charge fees: withdrawals that no equal deposit explains follow one a little larger.

    By chance as many would come soon after as soon before, and after is impossible: these are the measure.
    """
    all_of_it = int((legs.bridge[spare.withdrawal] == bridge).sum())
    here = Free(*(rows[legs.bridge[rows] == bridge] for rows in (lone.deposit, lone.withdrawal)))
    if len(here.withdrawal) <= COMMON * all_of_it:
        return False
    before = _candidates(legs, here, recipient, keys, less_fee).delay
    after = _candidates(replace(legs, time=-legs.time), here, recipient, keys, less_fee).delay
    for span in SPANS:
        one, other = int((before <= span).sum()), int((after <= span).sum())
        if one - other - NOISE * (one + other) ** 0.5 > COMMON * all_of_it:
            return True
    return False


def _candidates(legs: Legs, spare: Free, recipient: bool, keys: bool, join: Join) -> Edges:
    """Candidates by recipient; where one side does not name it, without."""
    if not recipient:
        return join(legs, spare, False, keys)
    found = join(legs, spare, True, keys)
    nameless = legs.recipient == BLANK
    if not nameless[spare.deposit].any() and not nameless[spare.withdrawal].any():
        return found
    more = join(legs, spare, False, keys)
    more = more.take(nameless[more.deposit] | nameless[more.withdrawal])
    return edges(legs, np.r_[found.deposit, more.deposit], np.r_[found.withdrawal, more.withdrawal])


def _bridge(
    legs: Legs, here: Free, found: Edges, known: Edges, recipient: bool, covered: tuple[int, int] | None
) -> Weighed:
    number = np.empty(len(legs), np.int64)
    for rows in (here.deposit, here.withdrawal):
        number[rows] = np.arange(len(rows))
    particulars = [legs.token, legs.amount, *([legs.recipient] if recipient else [])]
    named = recipient & (legs.recipient[found.deposit] != BLANK) & (legs.recipient[found.withdrawal] != BLANK)
    moments = np.r_[legs.time[np.r_[here.deposit, here.withdrawal]], np.array(covered or (), np.int64)]
    share = fee(legs, found)
    solved = solve(
        Problem(
            deposit=number[found.deposit],
            withdrawal=number[found.withdrawal],
            delay=found.delay.astype(np.float64),
            opened=legs.time[here.deposit],
            token=legs.token[here.deposit],
            withdrawals=len(here.withdrawal),
            rivals=_rivals(legs, here.withdrawal, number[found.withdrawal], named, charging=bool(share.any())),
            first=int(moments.min()),
            last=int(moments.max()),
            route=factor(legs.chain[found.deposit], legs.chain[found.withdrawal]),
            fee=share,
        ),
        known.delay.astype(np.float64),
    )
    rule = np.char.add(np.where(named, RECIPIENT, AMOUNT), np.where(share > 0, FEE, ""))
    equals = factor(*(codes[found.deposit] for codes in (*particulars, legs.chain)), legs.chain[found.withdrawal])
    return Weighed(found, rule, solved.chance, solved.others, _ordered(solved, found, share, equals))


def _ordered(solved: Solved, found: Edges, share: Floats, equals: Codes) -> Codes:
    """The matching with what is equal in everything paid out in order."""
    equal = share[solved.chosen] == 0
    ordered = in_order(solved.chosen[equal], found.deposit, found.withdrawal, solved.odds, equals)
    chosen: Codes = np.r_[ordered, solved.chosen[~equal]]
    return chosen


def _rivals(legs: Legs, withdrawals: Codes, place: Codes, named: Flags, charging: bool) -> Floats:
    """For each edge how many withdrawals there are that its deposit could be taken for if it met one by chance.

    `place`: the withdrawal of each edge, by its place among `withdrawals`; `named`: whether its recipient is known on
    both sides. Where fees are kept, an amount near by is met as well.
    """
    count = {
        by: _alike(legs, withdrawals, by, charging)[place] if (named == by).any() else np.zeros(len(place))
        for by in (False, True)
    }
    found: Floats = np.where(named, count[True], count[False])
    return found


def _alike(legs: Legs, withdrawals: Codes, recipient: bool, charging: bool) -> Floats:
    """For each withdrawal how many are of its token and amount, and recipient if asked for."""
    group = factor(*(codes[withdrawals] for codes in (legs.token, *([legs.recipient] if recipient else []))))
    if not charging:
        group = factor(group, legs.amount[withdrawals])
        return np.bincount(group)[group].astype(np.float64)
    place = np.log(np.maximum(legs.value[withdrawals], TINY)) + group * APART
    order = np.sort(place)
    width = -np.log1p(-fees.MOST)
    near = np.searchsorted(order, place + width, side="right") - np.searchsorted(order, place - width)
    return np.asarray(near, np.float64)


def sure_enough(chosen: Codes, chance: Floats) -> Codes:
    """The surest of the chosen edges, as many as keep the expected share of wrong ones within `WRONG`."""
    ranked = chosen[np.argsort(-chance[chosen], kind="stable")]
    likely = chance[ranked]
    expected = np.cumsum(1 - likely) / np.arange(1, len(ranked) + 1)
    kept: Codes = ranked[((expected <= WRONG) & (likely >= LEAST)) | (likely >= SURE)]
    return kept
