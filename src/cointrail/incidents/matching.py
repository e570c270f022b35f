"""The same theft in several lists: by name, date, amount and chain, each weighed, with a confidence.

The weights are log-odds: what each agreement or difference says for or against one theft. They were set by hand before
the measurement that docs/accuracy.md tells of.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import SequenceMatcher

from cointrail.incidents.claim import Claim
from cointrail.incidents.span import Span

PRIOR = -4.0
NAMES = ((1.0, 6.0), (0.9, 4.5), (0.8, 3.5), (0.6, 1.0), (0.0, -2.0))  # likeness at least -> weight
DAYS = ((1, 3.0), (3, 2.0), (7, 1.0), (31, -1.0), (92, -4.0), (math.inf, -8.0))  # apart at most -> weight
COARSE = {"month": 2.0, "year": 3.0}  # what a date told only so may say at most less than one told by the day
RATIOS = ((1.01, 3.5), (1.1, 2.0), (1.5, 0.5), (3.0, -0.5), (10.0, -1.5), (math.inf, -3.0))  # larger over smaller
LARGE, LARGE_EQUAL = Decimal(1_000_000), 1.0  # two large sums are seldom equal by chance
CHAIN_SHARED, CHAIN_OTHER = 0.5, -1.5
SURE, LIKELY, POSSIBLE = 0.95, 0.7, 0.2  # confidence from which pairs are joined: likely ones too, possible ones not
NEAR = 62  # days between two thefts that may be one, unless the name is equal
FAR = 400
LIKE_SUM = 0.03
COMMON = frozenset(
    """the of a and an finance protocol network exchange bridge token dao labs capital app io com xyz org project money
    inc ltd user users theft hack hacker individual unknown defi crypto v1 v2 v3 v4 clmm physical attack in""".split()  # noqa: SIM905
)
ALIASES = re.compile(r"\baka\b|[()/|+]|\s&\s|\bformerly\b")
WORDS = re.compile(r"[a-z0-9]+")
HUMPS = re.compile(r"([a-z0-9])([A-Z])")  # `InverseFinance` is two words


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is compared of one theft in one list: names, dates, sums, chains. `group` may stand once in a cluster."""

    key: str
    group: str
    name: str
    names: tuple[tuple[str, ...], ...]
    dates: tuple[Span, ...]
    sums: tuple[Decimal, ...]
    chains: frozenset[str]


@dataclass(frozen=True, slots=True)
class Match:
    """Two that may be one theft: how sure that is, from 0 to 1, and why."""

    left: str
    right: str
    confidence: float
    why: str = field(compare=False)

    @property
    def joined(self) -> bool:
        """Whether it is sure enough to be joined."""
        return self.confidence >= LIKELY


def sketch(key: str, group: str, name: str, claims: Iterable[Claim]) -> Sketch:
    """The sketch of a theft from its claims. One without a date matches nothing."""
    found = list(claims)
    sums = tuple(c.number for c in found if c.field in ("usd", "nominal", "combined") and c.number)
    victims = [claim.value for claim in found if claim.field == "victim"]
    return Sketch(
        key, group, name, tuple(dict.fromkeys(core for text in (name, *victims) for core in cores(text))),
        tuple(claim.when for claim in found if claim.field == "date" and claim.when is not None), sums,
        frozenset(claim.value for claim in found if claim.field == "chain"),
    )  # fmt: skip


def cores(name: str) -> list[tuple[str, ...]]:
    """The names in a name, each without words that say nothing: `Youbit aka Yapizon` has two."""
    out = []
    for part in [name, *ALIASES.split(name.lower()), HUMPS.sub(r"\1 \2", name)]:
        words = WORDS.findall(part.lower())
        core = tuple(word for word in words if word not in COMMON) or tuple(words)
        if core and not (len(core) == 1 and core[0].isdigit()):
            out.append(core)
    return out


def pieces(core: tuple[str, ...]) -> set[str]:
    """What two names that are alike have in common: a word, or how they begin when written as one."""
    return {*core, "".join(core)[:6]}


def compare(left: Sketch, right: Sketch) -> Match:
    """How likely two are one theft, and why."""
    weights = [
        _names(left, right), _dates(left, right), _sums(left, right), _chains(left.chains, right.chains),
    ]  # fmt: skip
    odds = PRIOR + sum(weight for weight, _ in weights)
    why = "; ".join(text for _, text in weights if text)
    return Match(left.key, right.key, round(1 / (1 + math.exp(-odds)), 6), why)


def candidates(sketches: Sequence[Sketch]) -> Iterator[tuple[Sketch, Sketch]]:
    """Pairs worth comparing: of two groups, with a word of the name in common or sums that are near, and dates near."""
    words: dict[str, list[int]] = {}
    sums: dict[int, list[int]] = {}
    for place, one in enumerate(sketches):
        for word in {piece for core in one.names for piece in pieces(core)}:
            words.setdefault(word, []).append(place)
        for step in {shift for value in one.sums for shift in steps(value)}:
            sums.setdefault(step, []).append(place)
    seen: set[tuple[int, int]] = set()
    for bucket in (*words.values(), *sums.values()):
        for index, first in enumerate(bucket):
            for second in bucket[index + 1 :]:
                pair = (first, second) if first < second else (second, first)
                if pair in seen:
                    continue
                seen.add(pair)
                left, right = sketches[pair[0]], sketches[pair[1]]
                if left.group != right.group and left.dates and right.dates:
                    days = apart(left, right)
                    if days <= NEAR or (days <= FAR and set(left.names) & set(right.names)):
                        yield left, right


def matches(sketches: Sequence[Sketch], least: float = POSSIBLE) -> list[Match]:
    """All pairs that may be one theft, the surest first, then by key."""
    found = [pair for left, right in candidates(sketches) if (pair := compare(left, right)).confidence >= least]
    return sorted(found, key=lambda match: (-match.confidence, match.left, match.right))


def clusters(
    sketches: Sequence[Sketch], found: Iterable[Match], decided: Mapping[frozenset[str], bool] | None = None
) -> list[list[str]]:
    """Which are one theft: the surest pairs first, and never two of one group, unless somebody decided so.

    `decided` says of pairs of keys that they are the same, or that they are not; a decision wins over any confidence.
    Clusters, and keys in them, come in the order of the sketches.
    """
    decided = decided or {}
    group = {one.key: one.group for one in sketches}
    members = {one.key: [one.key] for one in sketches}
    parted = {pair for pair, same in decided.items() if not same}

    def join(pair: Iterable[str], freely: bool) -> None:
        left, right = sorted(pair)
        first, second = members[left], members[right]
        if first is second or any(frozenset((a, b)) in parted for a in first for b in second):
            return
        if not freely and {group[key] for key in first} & {group[key] for key in second}:
            return
        first.extend(second)
        for key in second:
            members[key] = first

    for pair, same in sorted(decided.items(), key=lambda item: sorted(item[0])):
        if same and len(pair) == 2 and pair <= members.keys():
            join(pair, freely=True)
    for match in found:
        if match.joined:
            join((match.left, match.right), freely=False)
    order = {one.key: place for place, one in enumerate(sketches)}
    distinct = {id(keys): sorted(keys, key=order.__getitem__) for keys in members.values()}
    return sorted(distinct.values(), key=lambda keys: order[keys[0]])


def likeness(left: Iterable[tuple[str, ...]], right: Iterable[tuple[str, ...]]) -> float:
    """How alike two sets of names are: 1 is equal, 0.9 one within the other, below that by letters."""
    best = 0.0
    others = list(right)
    for first in left:
        for second in others:
            best = max(best, _alike(first, second))
    return best


def _alike(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    one, two = "".join(first), "".join(second)
    if one == two:
        return 1.0
    if (set(first) <= set(second) or set(second) <= set(first)) and min(len(one), len(two)) > 2:
        return 0.9
    if min(len(one), len(two)) >= 4 and (one.startswith(two) or two.startswith(one)):
        return 0.85
    return min(SequenceMatcher(None, one, two, autojunk=False).ratio(), 0.89)


def _names(left: Sketch, right: Sketch) -> tuple[float, str]:
    alike = likeness(left.names, right.names)
    weight = next(weight for least, weight in NAMES if alike >= least)
    return weight, f"names {'equal' if alike == 1 else f'alike {alike:.2f}'}"


def apart(left: Sketch, right: Sketch) -> int:
    """Days between the nearest dates of two."""
    return min(one.distance(two) for one in left.dates for two in right.dates)


def _dates(left: Sketch, right: Sketch) -> tuple[float, str]:
    days = apart(left, right)
    weight = next(weight for most, weight in DAYS if days <= most)
    told = {min((COARSE.get(one.precision, 0.0) for one in side.dates), default=0.0) for side in (left, right)}
    return (weight - max(told) if weight > 0 else weight), f"{days} days apart"


def _sums(left: Sketch, right: Sketch) -> tuple[float, str]:
    pairs = [(float(max(one, two) / min(one, two)), min(one, two)) for one in left.sums for two in right.sums]
    if not pairs:
        return 0.0, ""
    ratio, smaller = min(pairs)
    weight = next(weight for most, weight in RATIOS if ratio <= most)
    if ratio <= RATIOS[0][0] and smaller >= LARGE:
        weight += LARGE_EQUAL
    return weight, "sums equal" if ratio <= RATIOS[0][0] else f"sums {ratio:.2f} apart"


def _chains(left: frozenset[str], right: frozenset[str]) -> tuple[float, str]:
    if not left or not right:
        return 0.0, ""
    return (CHAIN_SHARED, "chain shared") if left & right else (CHAIN_OTHER, "other chains")


def steps(value: Decimal) -> tuple[int, int]:
    """Two neighbouring steps of a scale of sums: sums that are near share one."""
    step = math.log(float(value)) / math.log1p(LIKE_SUM)
    return math.floor(step), math.floor(step) + 1
