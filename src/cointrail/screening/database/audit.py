"""The audit log: every line holds the digest of the one before, so that none can be changed, dropped or put between."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, insert, select

from cointrail.screening.database.tables import audit

LAST = select(audit.c.sequence, audit.c.digest).order_by(audit.c.sequence.desc()).limit(1)
ADD = insert(audit)
TOGETHER = 1000  # lines read at once
FIRST = "0" * 64  # what stands before the first line


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what, and when. The detail holds no secret."""

    time: int
    key_id: str
    action: str
    detail: dict[str, Any]


def append(connection: Connection, entries: Iterable[Entry]) -> None:
    """Add lines at the end. The transaction must be the only one that writes."""
    last = connection.execute(LAST).first()
    sequence, previous = (last[0], last[1]) if last else (0, FIRST)
    rows = []
    for entry in entries:
        sequence += 1
        detail = json.dumps(entry.detail, sort_keys=True, separators=(",", ":"))
        digest = _digest(previous, sequence, entry.time, entry.key_id, entry.action, detail)
        rows.append(
            {
                "sequence": sequence, "time": entry.time, "key_id": entry.key_id, "action": entry.action,
                "detail": detail, "previous": previous, "digest": digest,
            }
        )  # fmt: skip
        previous = digest
    if rows:
        connection.execute(ADD, rows)


def verify(connection: Connection) -> tuple[int, str]:
    """How many lines there are, and the digest of the last. ValueError names the first line that does not fit.

    That the end was not cut off shows only beside a digest that was noted elsewhere.
    """
    number, previous = 0, FIRST
    wanted = select(audit).order_by(audit.c.sequence)
    with connection.execution_options(yield_per=TOGETHER).execute(wanted) as rows:
        for row in rows:
            number += 1
            told = _digest(previous, number, row.time, row.key_id, row.action, row.detail)
            if (row.sequence, row.previous, row.digest) != (number, previous, told):
                raise ValueError(f"line {row.sequence}: is not what was written, or a line before it is missing")
            previous = row.digest
    return number, previous


def _digest(previous: str, *fields: object) -> str:
    return sha256(json.dumps([previous, *fields], separators=(",", ":")).encode()).hexdigest()
