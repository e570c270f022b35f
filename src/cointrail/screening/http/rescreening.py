"""Screening what is watched again, and keeping what changed with its causes."""

import time
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import Connection, Row, select, update

from cointrail.chains import format_time
from cointrail.screening.comparison import compare
from cointrail.screening.database import Batch
from cointrail.screening.database.audit import Entry
from cointrail.screening.database.keys import Key
from cointrail.screening.database.tables import movements, screenings, watched
from cointrail.screening.http.service import Service
from cointrail.screening.rule import Rules

SYSTEM = Key("system", "re-screening", frozenset(), 1, 0, None)
TOGETHER = 500  # addresses in one batch


async def rescreen(here: Service, key_id: str = SYSTEM.id, list_id: str | None = None) -> dict[str, Any]:
    """Screen the addresses of one list, or of all, with the state of now. Only a changed verdict or reason is kept."""
    wanted = (
        select(watched.c.list_id, watched.c.address, watched.c.text, screenings.c.id, screenings.c.body)
        .join(screenings, screenings.c.id == watched.c.screening_id)
        .order_by(watched.c.list_id, watched.c.address)
    )
    if list_id is not None:
        wanted = wanted.where(watched.c.list_id == list_id)
    rows = await here.read(lambda connection: connection.execute(wanted).all())
    old: dict[str, Rules | None] = {}
    counts: dict[str, int] = {}
    changes: list[dict[str, Any]] = []
    for first in range(0, len(rows), TOGETHER):
        changes += await _some(here, key_id, rows[first : first + TOGETHER], old, counts)
    return {"screened": len(rows), "verdicts": counts, "changes": changes}


async def _some(
    here: Service,
    key_id: str,
    rows: Sequence[Row[*tuple[Any, ...]]],
    old: dict[str, Rules | None],
    counts: dict[str, int],
) -> list[dict[str, Any]]:
    snapshot = here.sources.snapshot
    screened = await here.screen(snapshot, [row.text for row in rows], None)
    stored, bodies = here.rows(replace(SYSTEM, id=key_id), screened, "watch", [None] * len(rows))
    now = int(time.time())
    kept, told, last = [], [], []
    for row, new, body in zip(rows, stored, bodies, strict=True):
        counts[new["verdict"]] = counts.get(new["verdict"], 0) + 1
        before = orjson.loads(row.body)
        digest = before["digests"]["rules"]
        if digest not in old:
            old[digest] = await here.rules_of(digest)
        compared = compare(before, orjson.loads(body), old[digest], snapshot.rules)
        if not compared["changed"]:
            continue
        said = {
            "created": format_time(now), "address": row.text, "before": row.id, "after": new["id"],
            "comparison": compared,
        }  # fmt: skip
        told.append(said)
        kept.append(new)
        last.append((row.list_id, row.address, new["id"], said))
    if not kept:
        return []

    def move(connection: Connection) -> None:
        for list_id, address, id_, said in last:
            where = (watched.c.list_id == list_id) & (watched.c.address == address)
            if connection.execute(update(watched).where(where).values(screening_id=id_)).rowcount:
                row = {"id": uuid.uuid4().hex, "list_id": list_id, "created": now, "body": orjson.dumps(said).decode()}
                connection.execute(movements.insert().values(row))

    entry = Entry(now, key_id, "watch.changed", {"screenings": [one["id"] for one in kept]})
    await here.writer.write(Batch({screenings: kept}, [entry], move))
    return told
