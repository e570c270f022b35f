"""Lists of addresses that are screened again whenever labels, rules, ledger or prices change."""

import time
import uuid
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection, delete, func, insert, select, update

from cointrail.chains import format_time
from cointrail.screening.database.tables import movements, screenings, watched, watchlists
from cointrail.screening.http.answers import Rescreened, WatchChanges, Watched, Watchlist, WatchlistAnswer, Watchlists
from cointrail.screening.http.callers import Watcher
from cointrail.screening.http.rescreening import rescreen
from cointrail.screening.http.service import Service
from cointrail.screening.http.serving import IDEMPOTENT, Here, answers, none
from cointrail.screening.http.shapes import Address, Id, WatchlistRequest

router = APIRouter(prefix="/v1/watchlists", tags=["watchlists"])
NEWEST = 1000  # changes that are listed


@router.post("", status_code=201, responses=answers(Watchlist, 201, 409), openapi_extra=IDEMPOTENT)
async def make(request: Request, here: Here, key: Watcher, body: WatchlistRequest) -> Response:
    """Make a list."""
    if (replay := await here.replay(request, key)) is not None:
        return replay
    now = int(time.time())
    row = {"id": uuid.uuid4().hex, "name": body.name, "created": now, "key_id": key.id}
    content = orjson.dumps({"id": row["id"], "name": body.name, "created": format_time(now), "addresses": 0})
    return await here.finish(
        request, key, "watch.make", 201, content, {watchlists: [row]}, {"list": row["id"], "name": body.name}
    )


@router.get("", responses=answers(Watchlists))
async def every(here: Here, key: Watcher) -> Response:
    """All lists."""
    return _json({"watchlists": await here.read(_lists)})


@router.get("/{id:id}", responses=answers(WatchlistAnswer, 200, 404))
async def one(here: Here, key: Watcher, id: Id) -> Response:
    """A list with its addresses."""
    [found] = await _list(here, id)
    wanted = (
        select(watched.c.text, watched.c.created, watched.c.screening_id, screenings.c.verdict)
        .join(screenings, screenings.c.id == watched.c.screening_id)
        .where(watched.c.list_id == id)
        .order_by(watched.c.created, watched.c.address)
    )
    rows = await here.read(lambda connection: connection.execute(wanted).all())
    told = [
        {"address": text, "added": format_time(created), "screening": screening, "verdict": verdict}
        for text, created, screening, verdict in rows
    ]
    return _json(found | {"watched": told})


@router.delete("/{id:id}", responses=answers(Watchlist, 200, 404))
async def drop(request: Request, here: Here, key: Watcher, id: Id) -> Response:
    """Remove a list and everything on it; screenings stay."""
    [found] = await _list(here, id)
    return await here.finish(
        request, key, "watch.drop", 200, orjson.dumps(found), detail={"list": id},
        work=lambda connection: connection.execute(delete(watchlists).where(watchlists.c.id == id)),
    )  # fmt: skip


@router.put("/{id:id}/addresses/{address}", responses=answers(Watched, 200, 404, 409))
async def watch(request: Request, here: Here, key: Watcher, id: Id, address: Address) -> Response:
    """Put an address on a list; it is screened now, and again whenever something changes."""
    await _list(here, id)
    snapshot = await here.snapshot()
    screened = await here.screen(snapshot, [address], None, ["path.address"])
    now = int(time.time())
    rows, _ = here.rows(key, screened, "watch", [None])
    raw = screened[0].address.hex()
    here_ = (watched.c.list_id == id) & (watched.c.address == raw)
    row = {"list_id": id, "address": raw, "text": screened[0].text, "created": now, "screening_id": rows[0]["id"]}
    known = await here.read(lambda connection: connection.execute(select(watched.c.created).where(here_)).scalar())

    def keep(connection: Connection) -> None:
        done = connection.execute(update(watched).where(here_).values(screening_id=rows[0]["id"]))
        if not done.rowcount:
            connection.execute(insert(watched).values(row))

    content = orjson.dumps(
        {
            "address": screened[0].text, "added": format_time(now if known is None else known),
            "screening": rows[0]["id"], "verdict": screened[0].verdict,
        }
    )  # fmt: skip
    detail = {"list": id, "address": screened[0].text, "verdict": screened[0].verdict}
    return await here.finish(request, key, "watch.add", 200, content, {screenings: rows}, detail, keep)


@router.delete("/{id:id}/addresses/{address}", responses=answers(Watched, 200, 404))
async def forget(request: Request, here: Here, key: Watcher, id: Id, address: Address) -> Response:
    """Take an address off a list."""
    snapshot = await here.snapshot()
    [screened] = await here.screen(snapshot, [address], None, ["path.address"])
    where = (watched.c.list_id == id) & (watched.c.address == screened.address.hex())
    wanted = (
        select(watched.c.text, watched.c.created, watched.c.screening_id, screenings.c.verdict)
        .join(screenings, screenings.c.id == watched.c.screening_id)
        .where(where)
    )
    row = await here.read(lambda connection: connection.execute(wanted).first())
    if row is None:
        raise none()
    said = {"address": row[0], "added": format_time(row[1]), "screening": row[2], "verdict": row[3]}
    return await here.finish(
        request, key, "watch.remove", 200, orjson.dumps(said), detail={"list": id, "address": row[0]},
        work=lambda connection: connection.execute(delete(watched).where(where)),
    )  # fmt: skip


@router.post("/{id:id}/screenings", status_code=201, responses=answers(Rescreened, 201, 404, 409))
async def again(request: Request, here: Here, key: Watcher, id: Id) -> Response:
    """Screen all addresses of a list again now."""
    await _list(here, id)
    await here.snapshot()
    said = await rescreen(here, key.id, id)
    return await here.finish(request, key, "watch.screen", 201, orjson.dumps(said), detail={"list": id})


@router.get("/{id:id}/changes", responses=answers(WatchChanges, 200, 404))
async def changes(here: Here, key: Watcher, id: Id) -> Response:
    """What changed on a list, and why; the newest first."""
    await _list(here, id)
    wanted = select(movements.c.body).where(movements.c.list_id == id).order_by(movements.c.created.desc())
    rows = await here.read(lambda connection: connection.execute(wanted.limit(NEWEST)).scalars().all())
    return Response('{"changes":[' + ",".join(rows) + "]}", media_type="application/json")


def _lists(connection: Connection, id_: str | None = None) -> list[dict[str, Any]]:
    count = func.count(watched.c.address)
    wanted = (
        select(watchlists.c.id, watchlists.c.name, watchlists.c.created, count)
        .outerjoin(watched, watched.c.list_id == watchlists.c.id)
        .group_by(watchlists.c.id, watchlists.c.name, watchlists.c.created)
        .order_by(watchlists.c.created, watchlists.c.id)
    )
    if id_ is not None:
        wanted = wanted.where(watchlists.c.id == id_)
    return [
        {"id": id_, "name": name, "created": format_time(created), "addresses": number}
        for id_, name, created, number in connection.execute(wanted)
    ]


async def _list(here: Service, id_: str) -> list[dict[str, Any]]:
    found = await here.read(lambda connection: _lists(connection, id_))
    if not found:
        raise none()
    return found


def _json(content: Any) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")
