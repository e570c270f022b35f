"""From rules, labels and exposures to a verdict, with a reason for everything. Pure: no clock, no files.

Ownership looks at the labels of this very address, never at those of others that one entity is said to hold: an
exchange is not the worst of its customers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from cointrail.labels.decision import Status
from cointrail.screening.pool import NOTHING, Pool
from cointrail.screening.rule import RANK, SCORES, Action, Direction, Rule
from cointrail.screening.standing import Claim
from cointrail.screening.worth import Worth

WHOLE = Fraction(1)
NEVER = Fraction(2**256)  # more than there can be of any asset
AT_MOST: Action = "review"  # of a label under appeal, and of a share that is one of several assets' alone
UNDECIDED: Action = "unknown"  # what a rule comes to that could not be judged
CLEAR: Action = "clear"


@dataclass(frozen=True, slots=True)
class Fired:
    """One rule that says something. With neither claims nor pool, nothing at all is known of the address."""

    rule: Rule
    action: Action  # the rule's own, or a milder one where the ground is thin
    claims: tuple[Claim, ...] = ()
    direction: Direction | None = None
    pool: Pool | None = None
    amount: Fraction = NOTHING  # in the pool's measure
    share: Fraction = NOTHING
    undecided: bool = False  # it would fire if an amount without a price were worth enough


@dataclass(frozen=True, slots=True)
class Near:
    """A rule that did not fire though there is something of what it looks for."""

    rule: Rule
    pool: Pool
    amount: Fraction
    share: Fraction


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything that rules said of one address."""

    verdict: Action
    score: int | None  # 0 to 10; None where no rule of risk fired
    fired: tuple[Fired, ...]  # the gravest first
    near: tuple[Near, ...]
    rules: tuple[Rule, ...]  # what was judged, and by which rules
    claims: tuple[Claim, ...]
    pools: tuple[Pool, ...]


def judge(rules: Sequence[Rule], claims: Sequence[Claim], pools: Sequence[Pool], worth: Worth) -> Judgement:
    """Apply rules, which must be those of the time. Equal inputs give equal answers, in the same order."""
    standing = [claim for claim in claims if claim.stands]
    fired: list[Fired] = []
    near: list[Near] = []
    for rule in rules:
        if rule.kind == "ownership":
            fired += _owned(rule, standing)
        elif rule.kind == "unknown":
            fired += _unattributed(rule, standing, pools)
        else:
            for pool in pools:
                if pool.direction in rule.directions:
                    _measure(rule, pool, worth, fired, near)
    fired.sort(key=lambda one: (-RANK[one.action], -(SCORES[one.rule.severity] or 0)))
    known = bool(fired or standing or pools)
    said = verdict(fired) if rules and known else UNDECIDED  # nobody has looked, or there is nothing to look at
    return Judgement(said, score(fired), tuple(fired), tuple(near), tuple(rules), tuple(claims), tuple(pools))


def verdict(fired: Iterable[Fired]) -> Action:
    """The gravest action that a rule asks for; clear where none does."""
    return max((one.action for one in fired), key=RANK.__getitem__, default=CLEAR)


def score(fired: Iterable[Fired]) -> int | None:
    """The gravest severity, from 0 to 10; what could not be judged has none."""
    return max((n for one in fired if not one.undecided and (n := SCORES[one.rule.severity]) is not None), default=None)


def _owned(rule: Rule, claims: Sequence[Claim]) -> list[Fired]:
    found = tuple(one for one in claims if one.category in rule.categories and one.confidence >= rule.confidence)
    if not found:
        return []
    appealed = all(one.status is Status.APPEALED for one in found)
    return [Fired(rule, _at_most(rule.action) if appealed else rule.action, claims=found)]


def _at_most(action: Action) -> Action:
    return min(action, AT_MOST, key=RANK.__getitem__)


def _unattributed(rule: Rule, claims: Sequence[Claim], pools: Sequence[Pool]) -> list[Fired]:
    if claims:
        return []  # somebody says what it is
    found = []
    for direction in rule.directions:
        mine = [pool for pool in pools if pool.direction == direction]
        if not mine:
            found.append(Fired(rule, rule.action, direction=direction, share=WHOLE))
        for pool in mine:
            amount = pool.unattributed()
            share = amount / pool.total if pool.total else WHOLE
            if share >= (rule.at_least.share or NOTHING) and share > 0:
                found.append(Fired(rule, rule.action, direction=direction, pool=pool, amount=amount, share=share))
    return found


def _measure(rule: Rule, pool: Pool, worth: Worth, fired: list[Fired], near: list[Near]) -> None:
    amount = pool.amount(rule.kind, rule.categories)
    if not amount:
        return
    share = amount / pool.total if pool.total else WHOLE
    reached = _reached(rule, pool, worth, amount, share)
    if reached is False:
        near.append(Near(rule, pool, amount, share))
        return
    # a dust payment in an asset that has no price here is all there is of that asset: a share of it says little
    action = UNDECIDED if reached is None else rule.action if pool.alone else _at_most(rule.action)
    fired.append(Fired(rule, action, (), pool.direction, pool, amount, share, reached is None))


def _reached(rule: Rule, pool: Pool, worth: Worth, amount: Fraction, share: Fraction) -> bool | None:
    """Whether every threshold is reached; None where the only open question is what the amount was worth."""
    limit = rule.at_least
    if limit.share is not None and share < limit.share:
        return False
    if limit.units is not None:
        held = pool.units(rule.kind, rule.categories).items()
        if not any(worth.whole(key, n) >= limit.units.get(worth.name(key), NEVER) for key, n in held):
            return False
    if limit.usd is not None:
        if pool.asset is not None:
            return None
        return amount >= limit.usd
    return True
