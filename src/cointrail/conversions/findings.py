"""Legs without a partner, and what that means: a forged withdrawal, a late one, or money that still waits.

A withdrawal without its deposit is how bridges were robbed (Nomad and Ronin, 2022), but not every such row is a theft:
legs may be missing from the files. What the ids show tells the kinds apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cointrail.conversions.codes import factor
from cointrail.conversions.keyed import Keyed
from cointrail.conversions.legs import BLANK, Codes, Flags, Legs

REPLAYED = "replayed_id"
REUSED = "reused_id"
DISAGREEING = "disagreeing_deposit"
EARLY = "before_its_deposit"
UNISSUED = "unissued_id"
SAME_RECIPIENT = "same_recipient_as_replay"
NO_DEPOSIT = "no_deposit_in_legs"
UNLINKED = "unlinked_withdrawal"
UNCLAIMED = "unclaimed_deposit"

EVIDENCE = {
    REPLAYED: "the deposit with this id was paid out by another withdrawal; an id pays once",
    REUSED: "other withdrawals on this chain carry the same id, and no deposit agrees with any of them",
    DISAGREEING: "the deposit with this id has another token, amount or recipient",
    EARLY: "the deposit with this id agrees but came later than this withdrawal",
    UNISSUED: "the bridge gave out smaller ids after this withdrawal: this one did not exist yet",
    SAME_RECIPIENT: "no deposit has this id, and the recipient also took a withdrawal with a replayed or reused id",
    NO_DEPOSIT: "no deposit in these files has this id; nothing else speaks against it",
    UNLINKED: "no deposit fits well enough without a key",
    UNCLAIMED: "no withdrawal fits: not claimed yet, or the other side is not in these files",
}
ALARMS = frozenset({REPLAYED, REUSED, DISAGREEING, EARLY, UNISSUED, SAME_RECIPIENT})
"""The kinds that the ids themselves prove or that belong to one that does."""

COLUMNS = ("kind", "bridge", "chain", "tx", "time", "token", "amount", "recipient", "key", "evidence")
RISING = 0.99  # share of deposits with no lower id than the one before, from which ids are taken to be counted up


@dataclass(frozen=True)
class Finding:
    """One leg, by its row in the legs, what is wrong with it, and why that is said."""

    row: int
    kind: str

    @property
    def alarm(self) -> bool:
        """Whether it speaks of fraud, rather than of something missing."""
        return self.kind in ALARMS


def findings(legs: Legs, keyed: Keyed | None, linked: Flags) -> list[Finding]:
    """What there is to say of every leg that is in no pair. `keyed` is None when keys were not looked at."""
    kind = np.full(len(legs), "", "U32")
    kind[legs.deposit & ~linked] = UNCLAIMED
    alone = ~legs.deposit & ~linked
    kind[alone] = UNLINKED
    if keyed is not None:
        _by_id(legs, keyed, alone & (legs.key != BLANK), kind)
    rows = np.flatnonzero(kind != "")
    return [Finding(row, str(what)) for row, what in zip(rows.tolist(), kind[rows].tolist(), strict=True)]


def rows(legs: Legs, found: Sequence[Finding]) -> list[tuple[str, ...]]:
    """The findings as rows of `COLUMNS`."""
    places = np.array([finding.row for finding in found], np.int64)
    columns = [legs.words(name, places) for name in COLUMNS[1:-1]]
    return [(one.kind, *cells, EVIDENCE[one.kind]) for one, *cells in zip(found, *columns, strict=True)]


def _by_id(legs: Legs, keyed: Keyed, alone: Flags, kind: np.ndarray[tuple[int], np.dtype[np.str_]]) -> None:
    """Name the kinds of the withdrawals that have an id, weakest first, so that the strongest stays."""
    d, w = keyed.all.deposit, keyed.all.withdrawal
    at = np.flatnonzero(alone)
    kind[at] = NO_DEPOSIT
    kind[at[_unissued(legs, at)]] = UNISSUED
    kind[_both(alone, w)] = DISAGREEING
    kind[_both(alone, w[keyed.agree & (keyed.all.delay < 0)])] = EARLY
    out = np.flatnonzero(~legs.deposit & (legs.key != BLANK))
    group = factor(legs.bridge[out], legs.chain[out], legs.key[out])
    several = out[np.bincount(group)[group] > 1]
    kind[_both(alone, several)] = REUSED
    kind[_both(alone, w[keyed.used[d]])] = REPLAYED
    taken = np.isin(kind, [REPLAYED, REUSED]) & (legs.recipient != BLANK)
    same = (kind == NO_DEPOSIT) & np.isin(legs.recipient, legs.recipient[taken])
    kind[same] = SAME_RECIPIENT


def _both(alone: Flags, rows: Codes) -> Codes:
    return rows[alone[rows]]


def _unissued(legs: Legs, withdrawals: Codes) -> Flags:
    """Which ids the bridge cannot have given out by then: it gave out a smaller one later. Only where it counts up."""
    found = np.zeros(len(withdrawals), np.bool_)
    numbered = np.flatnonzero(legs.deposit & (legs.number >= 0))
    for bridge in np.unique(legs.bridge[withdrawals]).tolist():
        for chain in np.unique(legs.chain[numbered[legs.bridge[numbered] == bridge]]).tolist():
            here = numbered[(legs.bridge[numbered] == bridge) & (legs.chain[numbered] == chain)]
            here = here[np.lexsort((legs.number[here], legs.time[here]))]
            number = legs.number[here]
            if len(here) < 2 or (np.diff(number) >= 0).mean() < RISING:
                continue
            smallest = np.r_[np.minimum.accumulate(number[::-1])[::-1], np.iinfo(np.int64).max]
            at = (legs.bridge[withdrawals] == bridge) & (legs.chain[withdrawals] != chain)
            after = np.searchsorted(legs.time[here], legs.time[withdrawals], side="right")
            found |= at & (legs.number[withdrawals] > smallest[after])
    return found
