"""When authorities put addresses on their lists and took them off: dates that most copies of the lists do not carry."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from cointrail.chains.address import format_address, parse_address
from cointrail.chains.data import table
from cointrail.chains.moment import parse_time

TABLE = "listings.csv"


@dataclass(frozen=True, slots=True)
class Listing:
    """One address on one authority's list, by the authority's own notices."""

    address: bytes
    network: str  # of which the notice speaks
    authority: str  # "OFAC"
    entity: str  # under which it is listed
    valid_from: str  # ISO 8601 date
    valid_to: str  # "" while it is on the list
    url: str  # notice of the listing
    ended: str  # notice of the removal, "" without


@cache
def listings() -> dict[tuple[str, bytes], Listing]:
    """The known listings, by authority and address."""
    rows = (
        Listing(**row | {"address": parse_address(row["address"])})  # type: ignore[arg-type]
        for row in table("cointrail.labels", TABLE)
    )
    return {(row.authority, row.address): row for row in rows}


def listed(authority: str, address: bytes) -> tuple[int, int | None] | None:
    """From when to when (None: to this day) an authority lists an address; None where that is not known here."""
    row = listings().get((authority, address))
    if row is None:
        return None
    return parse_time(row.valid_from), parse_time(row.valid_to) if row.valid_to else None


def as_claims() -> Iterator[dict[str, str]]:
    """The known listings as fields of labels."""
    for row in listings().values():
        removed = f", taken off by {row.ended}" if row.ended else ""
        yield {
            "address": format_address(row.address),
            "entity": row.entity,
            "category": "sanctions",
            "confidence": "authority_data",
            "source": f"{row.authority} sanctions list{removed}",
            "url": row.url,
            "network": row.network,
            "valid_from": row.valid_from,
            "valid_to": row.valid_to,
        }
