"""A reported theft: an id, a name, and everything that sources say about it, side by side."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from cointrail.errors import InputError
from cointrail.incidents.claim import Claim
from cointrail.incidents.span import Span

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)?")
LONGEST = 120
NEAR = 5  # ids that a message names


@dataclass(frozen=True, slots=True)
class Incident:
    """One theft and the claims about it, in the order they were written down."""

    id: str
    name: str
    claims: tuple[Claim, ...]
    where: str = ""

    def about(self, field: str) -> list[Claim]:
        """The claims about one field."""
        return [claim for claim in self.claims if claim.field == field]

    @property
    def when(self) -> Span:
        """When it was taken by the first claim about it; the reader makes sure that there is one."""
        return next(claim.when for claim in self.claims if claim.field == "date" and claim.when is not None)

    def known(self, day: date) -> "Incident | None":
        """The incident as it was known at the end of that day: None where nothing had been said yet."""
        kept = tuple(claim for claim in self.claims if claim.known(day, self.when))
        return Incident(self.id, self.name, kept, self.where) if any(c.field == "date" for c in kept) else None


def named(text: str, where: str) -> str:
    """An id, checked. Raises InputError when it is none."""
    if not ID.fullmatch(text) or len(text) > LONGEST:
        raise InputError(f"{where}: {text!r} is no id: lower case and hyphens, such as bybit-2025-02")
    return text


def whole(incidents: Iterable[Incident]) -> dict[str, Incident]:
    """The incidents by id, in order of date and id.

    Raises InputError when two have one id, when one has no date, or when what one is part of is not there.
    """
    found: dict[str, Incident] = {}
    for incident in incidents:
        if incident.id in found:
            raise InputError(f"{incident.where}: the id {incident.id} is taken by {found[incident.id].where}")
        if not incident.about("date"):
            raise InputError(f"{incident.where}: {incident.id} has no date: claim one")
        found[incident.id] = incident
    for claim, incident in _parts(found.values()):
        if claim.value not in found or claim.value == incident.id:
            raise InputError(f"{claim.where}: part of {claim.value}, which is no other incident here")
    return dict(sorted(found.items(), key=lambda item: (item[1].when, item[0])))


def _parts(incidents: Iterable[Incident]) -> Iterator[tuple[Claim, Incident]]:
    for incident in incidents:
        for claim in incident.about("part_of"):
            yield claim, incident


def by_id(incidents: Mapping[str, Incident], text: str) -> Incident:
    """The incident of that id, or the only one whose id begins so. Raises InputError when there is none or more."""
    near = [text] if text in incidents else [name for name in incidents if name.startswith(text)]
    if len(near) == 1:
        return incidents[near[0]]
    if near:
        more = ", ..." if len(near) > NEAR else ""
        raise InputError(f"no incident is named {text}; such ids begin so: {', '.join(near[:NEAR])}{more}")
    alike = get_close_matches(text, incidents, NEAR) or [name for name in incidents if len(text) > 2 and text in name]
    close = f"; near are {', '.join(alike[:NEAR])}" if alike else ""
    raise InputError(f"no incident is named {text[:80]}{close}; `cointrail incidents list` names all")
