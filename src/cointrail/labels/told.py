"""What is known of addresses, as text and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from cointrail.chains.moment import format_time, parse_time
from cointrail.labels.categories import native
from cointrail.labels.decision import Decision
from cointrail.labels.standing import Standing

MICRO = 1_000_000


def known_by(text: str) -> float:
    """A moment of the store from text: seconds since 1970-01-01 UTC with their parts, or ISO 8601."""
    try:
        return float(text)
    except ValueError:
        head, mark, rest = text.partition(".")
        digits = rest.rstrip("Zz")
        return parse_time(head) + (float(f"0.{digits}") if mark and digits.isdigit() else 0.0)


def moment(seconds: float) -> str:
    """A moment of the store as ISO 8601 in UTC, to the microsecond."""
    return datetime.fromtimestamp(round(seconds * MICRO) // MICRO, UTC).strftime("%Y-%m-%dT%H:%M:%S") + (
        f".{round(seconds * MICRO) % MICRO:06d}Z"
    )


def written(address: str, standings: Sequence[Standing]) -> Iterator[str]:
    """Lines for people."""
    yield address
    if not standings:
        yield "  no label, which is not to say clean"
    for one in standings:
        label = one.label
        kind = f" ({label.category}: {native(label)})" if label.category else ""
        yield f"  {one.status}: {label.entity}{kind}"
        yield f"    by {label.source}, {label.confidence or 'no grade'}{', ' + label.url if label.url else ''}"
        since, until = (None if time is None else format_time(time) for time in (label.valid_from, label.valid_to))
        if since or until:
            yield f"    from {since or 'the beginning'} to {until or 'this day'}"
        yield f"    label {one.id}, " + (f"known since {moment(one.recorded)}" if one.recorded else "built in")
        for told in one.decisions:
            yield f"    {told.action} by {told.by} from {format_time(told.at)}, known since {moment(told.recorded)}"
            yield f"      {told.reason}{', ' + told.url if told.url else ''}"


def record(
    found: Mapping[str, Sequence[Standing]], time: int | None, known: str | None, version: str
) -> dict[str, Any]:
    """An object for programs; times of the world in seconds as ISO 8601, those of the store to the microsecond."""
    return {
        "at": None if time is None else format_time(time),
        "known": known and moment(known_by(known)),
        "version": version,
        "addresses": {address: [_one(standing) for standing in standings] for address, standings in found.items()},
    }


def _one(standing: Standing) -> dict[str, Any]:
    label = standing.label
    said = asdict(label)
    for name in ("address", "written"):
        del said[name]
    for name in ("valid_from", "valid_to", "lastmod"):
        said[name] = None if said[name] is None else format_time(said[name])
    return {
        "id": standing.id,
        "status": str(standing.status),
        "counts": standing.counts,
        "native": native(label),
        **said,
        "recorded": None if standing.recorded is None else moment(standing.recorded),
        "decisions": [_decision(told) for told in standing.decisions],
    }


def _decision(told: Decision) -> dict[str, Any]:
    return {
        "id": told.id,
        "action": str(told.action),
        "by": told.by,
        "reason": told.reason,
        "url": told.url,
        "at": format_time(told.at),
        "recorded": moment(told.recorded),
    }
