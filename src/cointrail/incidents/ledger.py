"""All claims together: the catalogue, and what a store adds to it, each theft once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from cointrail.incidents.aggregate import Aggregate, published
from cointrail.incidents.catalogue import catalogue
from cointrail.incidents.incident import Incident, whole
from cointrail.incidents.lists import read_list
from cointrail.incidents.lists.comparing import compared
from cointrail.incidents.lists.reading import Reading, Record
from cointrail.incidents.matching import Match, clusters, matches, sketch
from cointrail.incidents.store import Store, distinct

CATALOGUE = "catalogue"
ONE_LIST = {"merged-claims": "merged"}  # lists whose ids speak of the same rows


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every theft with all claims about it, published figures, and which records were taken for the same theft."""

    incidents: Mapping[str, Incident]
    published: list[Aggregate]
    pairs: list[Match]
    joined: Mapping[str, list[str]]  # incident -> the records in it


def ledger(store: Store | None = None, folder: Path | None = None, today: date | None = None) -> Ledger:
    """The catalogue (or that of a folder), joined with the records and claims of a store.

    A record that is matched to an incident adds its claims to it; what matches nothing is an incident of its own.
    Claims that were added by hand belong to the incident they name.
    """
    today = today or datetime.now(UTC).date()
    base = catalogue(folder, today)
    if store is None:
        return Ledger(base, published(), [], {})
    rows = listed(store.records(today))
    sketches = [sketch(one.id, CATALOGUE, one.name, one.claims) for one in base.values()]
    sketches += [
        sketch(name, one.id.partition("/")[0], one.name, one.claims) for name, one in rows.items() if one.about("date")
    ]
    pairs = matches(sketches)
    groups = clusters(sketches, pairs, store.decisions())
    found: dict[str, Incident] = {}
    for group in groups:
        members = [base.get(key) or rows[key] for key in group]
        first = members[0]
        found[first.id] = replace(first, claims=tuple(one for member in members for one in member.claims))
    for added in store.claims(today):
        there = found.get(added.id)
        found[added.id] = added if there is None else replace(there, claims=(*there.claims, *added.claims))
    joined = {group[0]: group for group in groups}
    return Ledger(whole(found.values()), [*published(), *store.published(today)], pairs, joined)


def read_lists(files: Sequence[Path], store: Store | None, today: date, strict: bool = False) -> list[Reading]:
    """Reads lists, each compared with the catalogue, with what a store has, and with the lists read before it."""
    known = catalogue(today=today) | (listed(store.records(today)) if store else {})
    found = []
    for path in files:
        dated = {name: one for name, one in known.items() if one.about("date")}
        reading = compared(read_list(path, today, strict), dated, today)
        known |= listed(replace(one, id=f"{one.origin}/{one.id}") for one in reading.records)
        found.append(reading)
    return found


def listed(records: Iterable[Record]) -> dict[str, Incident]:
    """Records as incidents, by list and id; those of one row in two files of a list are one."""
    renamed = []
    for one in records:
        origin, _, name = one.id.partition("/")
        renamed.append(replace(one, id=f"{ONE_LIST.get(origin, origin)}/{name}"))
    return {
        name: Incident(name, group[0].name, tuple(said for one in group for said in one.claims), name)
        for name, group in sorted(distinct(renamed).items())
    }
