"""How a fingerprint lies to known cases: a likelihood for each feature, and refusal where that would say too much.

About seven traced thefts have an actor that anybody knows. That is far too few to test a classifier, so this is none:
it says to which published case the trail is alike, on what, and what speaks most against it. It never says who did it.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cointrail.patterns.fingerprint.feature import Feature
from cointrail.patterns.fingerprint.known import Case, Figure, known

CAP = 3.0  # a feature makes a case at most so many times likelier, or less likely; our choice
FLOOR = 0.02  # of the figures that a case of the class has lie anywhere in the range
FAMILIES = ("timing", "size", "route", "overlap")  # evidence that can be independent
COMPARED = 3  # features that both sides have
RESTS = 0.3  # of the theft's value that each of them rests on, at least
SPEAKS = 1.2  # a ratio from which on a feature speaks for a case
ALIKE, POSSIBLE = 9.0, 3.0  # ratios of all features together
LESS = 1 / 3
DIGITS = 4

REFUSED, UNLIKE, UNDECIDED, MAYBE, LIKE = "refused", "unlike", "undecided", "possible", "alike"
UNTESTED = "some seven traced thefts have a known actor: too few to test any such comparison, and this one names nobody"
OVERLAP = "F26"
NEVER = {"F21", "F15"}  # hours of activity are too weak, and no service's language is a signal


@dataclass(frozen=True)
class Weight:
    """What one feature says of a case: above 1 for it, below 1 against it."""

    feature: str
    family: str
    ratio: float
    value: float
    expected: float
    source: str


@dataclass(frozen=True)
class Comparison:
    """What all features together say of one case."""

    case: str
    title: str
    said: str  # who attributes that case, and where
    verdict: str  # REFUSED, UNLIKE, UNDECIDED, MAYBE or LIKE
    why: str
    ratio: float | None  # against all thefts; None where the comparison is refused
    weights: tuple[Weight, ...]
    families: tuple[str, ...]  # that speak for the case
    against: Weight | None  # what contradicts it most


def compare(features: Iterable[Feature], cases: Sequence[Case] | None = None) -> tuple[Comparison, ...]:
    """A fingerprint beside each known case but the class that it is compared against."""
    cases = known() if cases is None else cases
    contrast = next((case for case in cases if case.contrast), None)
    listed = [one for one in features if one.value is not None and one.id not in NEVER]
    return tuple(_compare(listed, case, contrast) for case in cases if not case.contrast)


def _compare(features: Sequence[Feature], case: Case, contrast: Case | None) -> Comparison:
    every = [one for one in features if one.id in case.figures]
    shared = [one for one in every if one.share >= RESTS]
    weights = [_weight(one, case.figures[one.id], contrast) for one in shared]
    tied = next((one for one in features if one.id == OVERLAP and one.parts.get(case.id)), None)
    if tied is not None:
        why = f"{tied.parts[case.id]:.0f} addresses with labels of it"
        weights.append(Weight(OVERLAP, "overlap", CAP, tied.parts[case.id], 1.0, why))
    families = tuple(sorted({one.family for one in weights if one.ratio >= SPEAKS}, key=FAMILIES.index))
    against = min((one for one in weights if one.ratio < 1), key=lambda one: (one.ratio, one.feature), default=None)
    ratio = math.prod(one.ratio for one in weights)
    verdict, why = _verdict(weights, families, len(every) - len(shared), ratio)
    told = None if verdict == REFUSED else ratio
    return Comparison(case.id, case.title, case.said, verdict, why, told, tuple(weights), families, against)


def _verdict(weights: Sequence[Weight], families: Sequence[str], thin: int, ratio: float) -> tuple[str, str]:
    own = [one for one in weights if one.feature != OVERLAP]
    measured = {one.family for one in own}
    if len(own) != len(weights) and not own:
        return MAYBE, "addresses are shared, and nothing else could be compared: on that alone no more is said"
    if len(own) < COMPARED:
        more = f" ({thin} more rest on less than {RESTS:.0%} of the value)" if thin else ""
        return REFUSED, f"features that could be compared: {len(own)}{more}; {COMPARED} are needed"
    if len(measured) < 2:
        return REFUSED, f"all that could be compared is of one family of evidence ({', '.join(measured)})"
    if ratio < LESS:
        return UNLIKE, "more speaks against it than for it"
    if ratio < POSSIBLE:
        return UNDECIDED, "what speaks for it and against it is about even"
    if not [one for one in families if one != "overlap"]:
        return MAYBE, "only shared addresses speak for it: on that alone no more is said"
    if len(families) < 2:
        return REFUSED, f"only one family of evidence speaks for it ({', '.join(families)})"
    if ratio < ALIKE or len([one for one in families if one != "overlap"]) < 2:
        return MAYBE, f"{' and '.join(families)} speak for it, not strongly"
    return LIKE, f"{', '.join(families)} speak for it independently"


def _weight(feature: Feature, figure: Figure, contrast: Case | None) -> Weight:
    """How much likelier the value is in the case than in other thefts, within the cap, by the share it rests on."""
    value = feature.value or 0.0
    other = contrast.figures.get(feature.id) if contrast else None
    here, there = _density(feature, figure), _density(feature, other)
    ratio = min(CAP, max(1 / CAP, here / there)) ** min(1.0, feature.share)
    return Weight(feature.id, feature.kind.family, round(ratio, DIGITS), value, figure.value, figure.source)


def _density(feature: Feature, figure: Figure | None) -> float:
    """Of the value, on the feature's scale: normal about a figure or below a bound, flat where there is neither."""
    kind, value = feature.kind, feature.value or 0.0
    low, high = _scaled(kind.low, kind.scale), _scaled(kind.high, kind.scale)
    flat = 1 / (high - low)
    if figure is None:
        return flat
    middle = _scaled(figure.value, kind.scale)
    spread = math.log(figure.spread) if kind.scale == "log" else figure.spread
    off = (_scaled(max(value, kind.low), kind.scale) - middle) / spread
    width = spread * math.sqrt(2 * math.pi)
    if figure.least:  # a half normal below, flat above
        off, width = min(off, 0.0), width / 2 + high - middle
    return (1 - FLOOR) * math.exp(-off * off / 2) / width + FLOOR * flat


def _scaled(value: float, scale: str) -> float:
    return math.log(value) if scale == "log" else value
