"""What only comparison shows: sums in another unit, dates of attributions, amounts in part, one row for two thefts."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from cointrail.incidents.claim import claim
from cointrail.incidents.figure import figure
from cointrail.incidents.incident import Incident
from cointrail.incidents.lists.draft import located, table_of_lists
from cointrail.incidents.lists.reading import Reading, Record
from cointrail.incidents.matching import NAMES, Sketch, compare, likeness, pieces, sketch
from cointrail.incidents.money import plain

THOUSAND = Decimal(1000)
ENOUGH = 5  # thefts known elsewhere, from which a scale can be told
AGREEING = 0.8  # part of them that must say the same scale
NEAR = 45  # days between two reports of one theft
LATE = 7  # days after what is known, from which a date is one of an announcement
TWICE = 2
IMPOSSIBLE = Decimal(100_000_000_000)  # dollars: thirty times the largest theft ever reported
TYPICAL = Decimal(1_000_000)  # a median theft in the lists, to an order of magnitude


def compared(reading: Reading, known: Mapping[str, Incident], today: date) -> Reading:
    """The reading with sums scaled back and quirks noted that only what is known elsewhere shows.

    `known` are incidents of the catalogue and of lists that were imported before.
    """
    shelf: dict[tuple[int, str], list[Sketch]] = {}
    for one in known.values():
        drawn = sketch(one.id, "known", one.name, one.claims)
        for place in _places(drawn):
            shelf.setdefault(place, []).append(drawn)
    twins = {place: _twin(record, shelf) for place, record in enumerate(reading.records)}
    power = scale(reading.records, twins)
    notes = dict(reading.notes)
    records = list(reading.records)
    if power:
        factor = THOUSAND**power
        notes["scaled-amounts"] = f"{'divided' if power > 0 else 'multiplied'} by {plain(max(factor, 1 / factor))}"
        records = [_scaled(one, factor, reading.path, today) for one in records]
    records = [_possible(one) for one in records]
    sums = _sums(known)
    records = [_summed(one, sums) for one in records]
    return replace(reading, records=tuple(_odd(one, twins[n]) for n, one in enumerate(records)), notes=notes)


def scale(records: Sequence[Record], twins: Mapping[int, Sketch | None]) -> int:
    """By which power of a thousand the sums of a list are too large: 0 where nothing says so.

    Thefts that are known elsewhere decide, where there are enough; else the median sum, if no theft was ever so large.
    """
    votes: Counter[int] = Counter()
    for place, twin in twins.items():
        mine = [c.number for c in records[place].claims if c.field == "usd" and c.number]
        if twin is not None and mine and twin.sums:
            votes[round(math.log10(float(mine[0] / twin.sums[0])) / 3)] += 1
    if sum(votes.values()) >= ENOUGH:
        power, most = votes.most_common(1)[0]
        return power if most >= AGREEING * sum(votes.values()) else 0
    sums = sorted(c.number for one in records for c in one.claims if c.field == "usd" and c.number)
    if not sums or sums[len(sums) // 2] < IMPOSSIBLE:
        return 0
    return round(math.log10(float(sums[len(sums) // 2] / TYPICAL)) / 3)


def _twin(record: Record, shelf: Mapping[tuple[int, str], Sequence[Sketch]]) -> Sketch | None:
    """The theft that is known elsewhere, by name and date alone: the sums are what is in question."""
    mine = sketch(record.id, "new", record.name, record.claims)
    known = {one.key: one for place in _places(mine) for one in shelf.get(place, ())}
    near = [
        one for one in known.values()
        if min(a.distance(b) for a in mine.dates for b in one.dates) <= NEAR
        and likeness(mine.names, one.names) >= NAMES[1][0]
    ]  # fmt: skip
    return max(near, key=lambda one: (compare(replace(mine, sums=()), one).confidence, one.key), default=None)


def _places(drawn: Sketch) -> set[tuple[int, str]]:
    """Where a theft is looked for: its months and those beside, under each beginning of a name."""
    months = {
        month
        for when in drawn.dates
        for month in range(when.first.year * 12 + when.first.month - 2, when.last.year * 12 + when.last.month + 1)
    }
    return {(month, piece) for month in months for core in drawn.names for piece in pieces(core)}


def _scaled(record: Record, factor: Decimal, path: str, today: date) -> Record:
    raw = [
        dict(one) | ({"value": plain(Decimal(one["value"]) / factor)} if one["field"] == "usd" else {})
        for one in record.raw
    ]
    claims = tuple(claim(one, located(Path(path), record.line), today) for one in raw)
    return replace(record, raw=tuple(raw), claims=claims)


def _sums(known: Mapping[str, Incident]) -> dict[tuple[str, str], Decimal]:
    """What the rows of a list add up to, by who keeps it and year, of lists that were imported before."""
    found: dict[tuple[str, str], Decimal] = {}
    for name, one in known.items():
        keeper_of = next((row["by"] for row in table_of_lists() if name.startswith(f"{row['name']}/")), None)
        said = [claim.number for claim in one.claims if claim.field in ("usd", "combined") and claim.number]
        if keeper_of and said:
            key = keeper_of, str(one.when.year)
            found[key] = found.get(key, Decimal(0)) + said[0]
    return found


def _summed(record: Record, sums: Mapping[tuple[str, str], Decimal]) -> Record:
    """With the quirk noted where a printed total is not the sum of the keeper's own rows."""
    for raw in record.figures:
        rows = sums.get((raw["by"], raw["window"]))
        if raw["metric"] == "stolen" and raw["of"] == "north korea" and rows is not None:
            printed = figure(raw["value"])
            if abs(printed.value - rows) > printed.half:
                seen = f"{raw['window']}: printed {plain(printed.value)}, rows {plain(rows)}"
                return replace(record, quirks={**record.quirks, "sums-disagree": seen})
    return record


def _possible(record: Record) -> Record:
    """Without sums that are larger than anything that was ever stolen, many times over."""
    wild = [n for n, one in enumerate(record.claims) if one.field == "usd" and (one.number or 0) > IMPOSSIBLE]
    if not wild:
        return record
    return replace(
        record, claims=tuple(one for n, one in enumerate(record.claims) if n not in wild),
        raw=tuple(one for n, one in enumerate(record.raw) if n not in wild),
        quirks={**record.quirks, "implausible-amount": record.claims[wild[0]].value},
    )  # fmt: skip


def _odd(record: Record, twin: Sketch | None) -> Record:
    if twin is None:
        return record
    found = dict(record.quirks)
    mine = sketch(record.id, "new", record.name, record.claims)
    late = (min(mine.dates).first - min(twin.dates).last).days
    if late > LATE:
        found["later-date"] = f"{late} days after {twin.key}"
    if mine.sums and twin.sums:
        ratio = min(max(a, b) / min(a, b) for a in mine.sums for b in twin.sums)
        if ratio > TWICE:
            found["amount-differs"] = f"{ratio:.1f} times apart from {twin.key}"
    return replace(record, quirks=found)
