"""One rule of risk: when it fires, how grave that is, and what to do then."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Kind = Literal["ownership", "counterparty", "indirect", "unknown"]
Direction = Literal["source", "destination"]
Action = Literal["clear", "unknown", "review", "block"]
Severity = Literal["unknown", "low", "medium", "high", "severe"]

ACTIONS: tuple[Action, ...] = ("clear", "unknown", "review", "block")  # from the mildest; the gravest that fires counts
SCORES: Mapping[Severity, int | None] = {"unknown": None, "low": 2, "medium": 5, "high": 8, "severe": 10}
RANK = {action: place for place, action in enumerate(ACTIONS)}


@dataclass(frozen=True, slots=True)
class Threshold:
    """What an amount must reach; all that are given must be reached, and none means any amount above nothing."""

    share: Fraction | None = None  # of everything that came (or left)
    usd: Fraction | None = None
    units: Mapping[str, Fraction] | None = None  # whole units by asset; one asset that reaches its own is enough


@dataclass(frozen=True, slots=True)
class Rule:
    """Times are seconds since 1970-01-01 UTC, None is open; a rule counts from `valid_from` until before `valid_to`."""

    id: str
    title: str
    kind: Kind
    categories: frozenset[str]  # canonical names; empty for the kind unknown
    directions: tuple[Direction, ...]  # judged one by one, never added up; empty for ownership
    at_least: Threshold
    confidence: float  # of a label, 0 to 100: below it an ownership rule does not look
    severity: Severity
    action: Action
    valid_from: int | None = None
    valid_to: int | None = None

    def valid(self, time: int) -> bool:
        """Whether the rule counts at a time."""
        return (self.valid_from is None or self.valid_from <= time) and (self.valid_to is None or time < self.valid_to)


GRAVE = ("sanction", "perpetrator", "crime", "fraud")  # of which somebody should hear, whatever rules are for


@dataclass(frozen=True)
class Rules:
    """A version of a rule set, as its file says it."""

    name: str
    version: str
    rules: tuple[Rule, ...]
    digest: str  # SHA-256 of the file
    text: str  # the file
    file: str
    valid_from: int | None = None
    valid_to: int | None = None

    @property
    def gaps(self) -> list[str]:
        """What no rule looks at, in sentences: it would be clear whatever is known of it."""
        owned = {category for rule in self.rules if rule.kind == "ownership" for category in rule.categories}
        missed = [category for category in GRAVE if category not in owned]
        found = [f"no rule looks at an address's own labels of {', '.join(missed)}"] if missed else []
        if not any(rule.kind == "unknown" for rule in self.rules):
            found.append("no rule is of the kind unknown: what cannot be attributed is clear")
        return found

    def at(self, time: int) -> tuple[Rule, ...]:
        """The rules that count at a time; none outside the time of the set."""
        early = self.valid_from is not None and time < self.valid_from
        late = self.valid_to is not None and time >= self.valid_to
        return () if early or late else tuple(rule for rule in self.rules if rule.valid(time))
