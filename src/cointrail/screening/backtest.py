"""What a rule set would have said over the history of a ledger, and how often it was wrong where the truth is known."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cointrail.chains import format_time, parse_any
from cointrail.errors import InputError
from cointrail.labels.categories import category
from cointrail.screening.rule import RANK, Rules
from cointrail.screening.sources import Snapshot

ALERT = RANK["review"]  # from this action on somebody has to act
RISKS = frozenset({"sanction", "perpetrator", "crime", "fraud", "mixer", "seized"})
YES, NO = ("illicit", "bad", "true", "1", "yes"), ("licit", "good", "false", "0", "no")
CHUNK = 4096  # addresses read at once


@dataclass
class Tally:
    """The alerts of one rule: addresses, not requests."""

    rule: str
    alerts: int = 0
    right: int = 0
    wrong: int = 0
    unknown: int = 0  # nobody knows the truth of these
    undecided: int = 0  # would have been alerts if a price had been known
    first: int | None = None  # the earliest alert, seconds
    wrong_ones: list[str] = field(default_factory=list)  # the first few


@dataclass
class Backtest:
    """Everything that came out."""

    rules: Rules
    addresses: int
    verdicts: Counter[str]
    tallies: dict[str, Tally]
    every: Tally  # an address with several alerts counts once
    missed: int  # illicit by the truth, and no alert
    known: int  # addresses of the ledger whose truth is known

    def content(self) -> dict[str, Any]:
        """As data."""
        return {
            "schema": "cointrail/backtest/1",
            "rules": {"name": self.rules.name, "version": self.rules.version, "digest": self.rules.digest},
            "addresses": self.addresses,
            "truth_known": self.known,
            "verdicts": dict(sorted(self.verdicts.items())),
            "alerts": _content(self.every),
            "missed": self.missed,
            "by_rule": [_content(one) for one in self.tallies.values()],
        }


SHOWN = 10  # wrong alerts that are named for each rule


def read_truth(path: Path) -> dict[bytes, bool]:
    """The truth of addresses from a CSV with `address` and either `illicit` (yes, no) or `category`.

    InputError with the line for anything else, and for two rows that contradict each other.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot read the truth from {path}; give a CSV with address and illicit or category"
        ) from error
    rows = csv.DictReader(text.splitlines())
    names = [name.strip().lower() for name in rows.fieldnames or ()]
    rows.fieldnames = names
    if "address" not in names or not {"illicit", "category"} & set(names):
        raise InputError(f"{path}: the header must name address, and illicit or category")
    found: dict[bytes, bool] = {}
    try:
        for row in rows:
            place = f"{path}, line {rows.line_num}"
            try:
                address = parse_any(row["address"] or "")
            except InputError as error:
                raise InputError(f"{place}: {error}") from error
            told = _truth(row, place)
            if found.setdefault(address, told) != told:
                raise InputError(f"{place}: says the opposite of an earlier row of this address; leave one out")
    except csv.Error as error:
        raise InputError(f"{path}, line {rows.line_num}: not CSV: {error}") from error
    return found


def _truth(row: Mapping[str, str | None], place: str) -> bool:
    said = (row.get("illicit") or "").strip().lower()
    if said:
        if said not in (*YES, *NO):
            raise InputError(f"{place}: illicit is {said[:20]!r}: write yes or no")
        return said in YES
    known = category(row.get("category") or "")
    if known is None:
        raise InputError(f"{place}: no category is called {(row.get('category') or '')[:40]!r}")
    return known.name in RISKS


def backtest(
    snapshot: Snapshot, truth: Mapping[bytes, bool], step: Callable[[str, float], None] = lambda what, share: None
) -> Backtest:
    """Judge every address of a ledger as of each moment at which its own labels or the rules change, and at the end.

    Exposures are those of the whole ledger. An alert of a rule counts once for an address, when it first came.
    """
    rules = snapshot.rules
    limits = [rules.valid_from, rules.valid_to]
    limits += [time for rule in rules.rules for time in (rule.valid_from, rule.valid_to)]
    edges = {time for time in limits if time is not None}
    done = Backtest(rules, 0, Counter(), {rule.id: Tally(rule.id) for rule in rules.rules}, Tally("any"), 0, 0)
    end = snapshot.end or 0
    begin = snapshot.ledger.times[0] if snapshot.ledger.times else 0
    for raw in _addresses(snapshot, step):
        text = snapshot.screen(raw, end).text
        told = truth.get(raw)
        times = {time for time in edges | _label_times(snapshot, raw) if begin <= time < end}
        _one(snapshot, raw, text, told, sorted({*times, end}), done)
    return done


def _one(snapshot: Snapshot, raw: bytes, text: str, told: bool | None, times: Iterable[int], done: Backtest) -> None:
    alerted: dict[str, int] = {}
    undecided: set[str] = set()
    verdict = "clear"
    for time in times:
        screened = snapshot.screen(raw, time)
        verdict = screened.verdict
        for one in screened.judged.fired:
            if one.undecided:
                undecided.add(one.rule.id)
            elif RANK[one.action] >= ALERT:
                alerted.setdefault(one.rule.id, time)
    done.addresses += 1
    done.verdicts[verdict] += 1
    done.known += told is not None
    done.missed += bool(told) and not alerted
    for id_ in undecided - set(alerted):
        done.tallies[id_].undecided += 1
    for id_, time in alerted.items():
        _count(done.tallies[id_], text, told, time)
    if alerted:
        _count(done.every, text, told, min(alerted.values()))


def _count(tally: Tally, text: str, told: bool | None, time: int) -> None:
    tally.alerts += 1
    tally.right += told is True
    tally.wrong += told is False
    tally.unknown += told is None
    tally.first = time if tally.first is None else min(tally.first, time)
    if told is False and len(tally.wrong_ones) < SHOWN:
        tally.wrong_ones.append(text)


def _label_times(snapshot: Snapshot, raw: bytes) -> set[int]:
    labels = snapshot.labels.at(raw, None)
    return {time for one in labels for time in (one.valid_from, one.valid_to) if time is not None}


def _addresses(snapshot: Snapshot, step: Callable[[str, float], None]) -> Iterable[bytes]:
    """Every address of the ledger, of an output-based chain those that own outputs."""
    ledger = snapshot.ledger
    number = len(ledger.index.prefix)
    for first in range(1, number + 1, CHUNK):
        ids = range(first, min(first + CHUNK, number + 1))
        mine = [one for one in ids if ledger.index.owner_of(one) == one]
        yield from ledger.addresses(mine)
        step("addresses", ids[-1] / number)


def _content(tally: Tally) -> dict[str, Any]:
    judged = tally.right + tally.wrong
    return {
        "rule": tally.rule,
        "alerts": tally.alerts,
        "right": tally.right,
        "wrong": tally.wrong,
        "truth_unknown": tally.unknown,
        "undecided": tally.undecided,
        "precision": f"{tally.right / judged:.4f}" if judged else None,
        "first": None if tally.first is None else format_time(tally.first),
        "wrong_addresses": tally.wrong_ones,
    }
