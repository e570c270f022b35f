"""Decisions about labels: an appeal, an end, a withdrawal, a restoration. They are added, and never change a label.

What a label is worth at a moment follows from the decisions that were in force then.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from cointrail.labels.label import Label


class Action(StrEnum):
    """What somebody decided."""

    APPEAL = "appeal"  # it is disputed; until that is settled it counts, and says so
    EXPIRE = "expire"  # it was right, and no longer holds
    REVOKE = "revoke"  # it should not have been said; it counted until the decision
    RESTORE = "restore"  # it holds again, or was upheld against an appeal


class Status(StrEnum):
    """What a label is worth at a moment."""

    VALID = "valid"
    APPEALED = "under appeal"
    EXPIRED = "expired"
    REVOKED = "revoked"
    EARLY = "not yet valid"  # its source dates it later
    ENDED = "ended"  # its source says that it no longer holds

    @property
    def counts(self) -> bool:
        """Whether the label holds."""
        return self in COUNTING


COUNTING = frozenset({Status.VALID, Status.APPEALED})


@dataclass(frozen=True)
class Decision:
    """One decision about one or more labels; in force from `at` on."""

    action: Action
    labels: tuple[str, ...]  # ids
    by: str  # who decided
    reason: str
    url: str | None
    at: int  # seconds since 1970-01-01 UTC
    recorded: float  # when the store learnt of it, in the same seconds, with their parts

    @cached_property
    def id(self) -> str:
        """32 digits that no other decision has."""
        said = (self.action.value, sorted(self.labels), self.by, self.reason, self.url, self.at, self.recorded)
        return sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    @cached_property
    def order(self) -> tuple[int, float, str]:
        """Decisions count in this order: as they come into force, then as they were recorded."""
        return self.at, self.recorded, self.id


@dataclass(frozen=True, slots=True)
class Stretch:
    """From when (None: ever) to when (not included; None: ever after) a label had a status."""

    begin: int | None
    end: int | None
    status: Status


def after(status: Status, action: Action) -> Status:
    """The status that a decision leads to. What has ended is not disputed any more, only restored."""
    if action is Action.APPEAL:
        return Status.APPEALED if status.counts else status
    return {Action.EXPIRE: Status.EXPIRED, Action.REVOKE: Status.REVOKED, Action.RESTORE: Status.VALID}[action]


def counting(decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions that count, in their order. An end tells what happened since: it overrules whatever had been
    decided before about the time behind it."""
    found: list[Decision] = []
    for decision in sorted(decisions, key=lambda one: (one.recorded, one.id)):
        if decision.action is Action.EXPIRE:
            found = [one for one in found if one.at < decision.at]
        found.append(decision)
    return sorted(found, key=lambda one: one.order)


def stretches(label: Label, decisions: Iterable[Decision]) -> Iterator[Stretch]:
    """The life of a label from its first moment to its last by its source, cut where decisions change its status."""
    begin, status = label.valid_from, Status.VALID
    for decision in counting(decisions):
        if label.valid_to is not None and decision.at >= label.valid_to:
            break
        then = after(status, decision.action)
        if then is status:
            continue
        if begin is None or decision.at > begin:
            yield Stretch(begin, decision.at, status)
            begin = decision.at
        status = then
    yield Stretch(begin, label.valid_to, status)


def status(label: Label, decisions: Iterable[Decision], time: int | None) -> Status:
    """What a label is worth at `time`; None: when all has been decided, whatever its source says about its end."""
    if time is not None and not label.valid(time):
        early = label.valid_from is not None and time < label.valid_from
        return Status.EARLY if early else Status.ENDED
    found = Status.VALID
    for decision in counting(decisions):
        if time is None or decision.at <= time:
            found = after(found, decision.action)
    return found


def held(label: Label, decisions: Iterable[Decision]) -> list[Label]:
    """The label as it held: once for each time without a break in which it counted."""
    pieces: list[Stretch] = []
    for stretch in stretches(label, decisions):
        if not stretch.status.counts:
            continue
        if pieces and pieces[-1].end == stretch.begin:
            pieces[-1] = replace(pieces[-1], end=stretch.end)
        else:
            pieces.append(stretch)
    return [replace(label, valid_from=piece.begin, valid_to=piece.end) for piece in pieces]
