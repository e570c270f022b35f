"""Screening addresses, one or many, and screenings that were made before."""

import asyncio
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select, tuple_

from cointrail.chains import parse_any
from cointrail.errors import InputError
from cointrail.screening.comparison import compare
from cointrail.screening.database.tables import screenings
from cointrail.screening.http.answers import (
    BulkAnswer,
    ComparisonAnswer,
    PathsAnswer,
    ScreeningAnswer,
    ScreeningList,
    Verdict,
)
from cointrail.screening.http.callers import Reader, Screener
from cointrail.screening.http.problem import Problem
from cointrail.screening.http.serving import IDEMPOTENT, Here, answers, none
from cointrail.screening.http.shapes import Address, BulkRequest, Id, ScreeningRequest
from cointrail.screening.paths import evidence
from cointrail.screening.screening import verdicts

router = APIRouter(prefix="/v1/screenings", tags=["screenings"])


@router.post("", status_code=201, responses=answers(ScreeningAnswer, 201, 409), openapi_extra=IDEMPOTENT)
async def screen(request: Request, here: Here, key: Screener, body: ScreeningRequest) -> Response:
    """Screen one address."""
    if (replay := await here.replay(request, key)) is not None:
        return replay
    snapshot = await here.snapshot()
    screened = await here.screen(snapshot, [body.address], body.as_of, ["body.address"])
    rows, bodies = here.rows(key, screened, "address", [body.reference])
    detail = {"address": screened[0].text, "verdict": screened[0].verdict, "screening": rows[0]["id"]}
    return await here.finish(request, key, "screen.address", 201, bodies[0], {screenings: rows}, detail)


@router.post("/bulk", status_code=201, responses=answers(BulkAnswer, 201, 409), openapi_extra=IDEMPOTENT)
async def bulk(request: Request, here: Here, key: Screener, body: BulkRequest) -> Response:
    """Screen up to 1,000 addresses in one request."""
    if (replay := await here.replay(request, key)) is not None:
        return replay
    snapshot = await here.snapshot()
    places = [f"body.subjects.{number}.address" for number in range(len(body.subjects))]
    screened = await here.screen(snapshot, [one.address for one in body.subjects], body.as_of, places)
    rows, bodies = here.rows(key, screened, "address", [one.reference for one in body.subjects])
    told = verdicts(screened)
    content = b'{"verdicts":' + orjson.dumps(told) + b',"screenings":[' + b",".join(bodies) + b"]}"
    detail = {"addresses": len(screened), "verdicts": told}
    return await here.finish(request, key, "screen.bulk", 201, content, {screenings: rows}, detail)


@router.get("", responses=answers(ScreeningList, 200, 404))
async def listed(
    here: Here,
    key: Reader,
    address: Annotated[Address | None, Query()] = None,
    verdict: Annotated[Verdict | None, Query()] = None,
    before: Annotated[Id | None, Query(description="Only those older than this screening.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """Stored screenings, the newest first."""
    wanted = select(screenings.c.id, screenings.c.body).order_by(screenings.c.created.desc(), screenings.c.id.desc())
    if address is not None:
        try:
            wanted = wanted.where(screenings.c.address == parse_any(address).hex())
        except InputError as error:
            raise Problem(422, "not_an_address", "this is no address, or its checksum is wrong") from error
    if verdict is not None:
        wanted = wanted.where(screenings.c.verdict == verdict)
    if before is not None:
        place = select(screenings.c.created).where(screenings.c.id == before)
        moment = await here.read(lambda connection: connection.execute(place).scalar())
        if moment is None:
            raise none()
        wanted = wanted.where(tuple_(screenings.c.created, screenings.c.id) < tuple_(moment, before))
    found = await here.read(lambda connection: connection.execute(wanted.limit(limit)).all())
    last = f'"{found[-1].id}"' if len(found) == limit else "null"
    text = ",".join(row.body for row in found)
    return Response(f'{{"screenings":[{text}],"next":{last}}}', media_type="application/json")


@router.get("/{id:id}", responses=answers(ScreeningAnswer, 200, 404))
async def one(here: Here, key: Reader, id: Id) -> Response:
    """A stored screening."""
    return Response(orjson.dumps(await here.stored(id)), media_type="application/json")


@router.get("/{id:id}/paths", responses=answers(PathsAnswer, 200, 404))
async def paths(here: Here, key: Reader, id: Id) -> Response:
    """For each reason that rests on exposure a way with the fewest hops, transaction by transaction."""
    said = await here.stored(id)
    snapshot = await here.snapshot()
    raw = parse_any(said["subject"]["address"])
    found = await asyncio.to_thread(evidence, snapshot, raw, said["reasons"])
    content = {"screening": id, "ledger": snapshot.ledger.digest, "paths": found}
    return Response(orjson.dumps(content), media_type="application/json")


@router.post("/{id:id}/again", status_code=201, responses=answers(ComparisonAnswer, 201, 404, 409))
async def again(request: Request, here: Here, key: Screener, id: Id) -> Response:
    """Screen the address of a stored screening as of now, and say what changed and why."""
    before = await here.stored(id)
    old = await here.rules_of(before["digests"]["rules"])
    snapshot = await here.snapshot()
    screened = await here.screen(snapshot, [before["subject"]["address"]], None)
    rows, [body] = here.rows(key, screened, "again", [before["reference"]])
    compared = compare(before, orjson.loads(body), old, snapshot.rules)
    content = orjson.dumps(
        {"before": id, "after": rows[0]["id"], "comparison": compared, "screening": orjson.Fragment(body)}
    )
    detail = {"before": id, "after": rows[0]["id"], "changed": compared["changed"]}
    return await here.finish(request, key, "screen.again", 201, content, {screenings: rows}, detail)
