"""What is known of an address: exposures and labels. Nothing is judged and nothing stored but the audit line."""

import time
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response

from cointrail.chains import format_time
from cointrail.screening.http.answers import ExposuresAnswer, LabelsAnswer, RulesAnswer
from cointrail.screening.http.callers import Reader
from cointrail.screening.http.serving import Here, answers
from cointrail.screening.http.shapes import Address, Moment

router = APIRouter(prefix="/v1", tags=["addresses"])


@router.get("/addresses/{address}/exposures", responses=answers(ExposuresAnswer))
async def exposures(request: Request, here: Here, key: Reader, address: Address) -> Response:
    """How much came from each category and went to it."""
    snapshot = await here.snapshot()
    [screened] = await here.screen(snapshot, [address], None, ["path.address"])
    said = screened.content()
    content = {
        "address": screened.text,
        "chain": said["subject"]["chain"],
        "policy": screened.exposure.policy if screened.exposure else None,
        "exposures": said["exposures"],
        "note": screened.exposure.note if screened.exposure else None,
        "ledger": screened.exposure.ledger if screened.exposure else screened.ledger,
        "labels": screened.exposure.labels if screened.exposure else screened.labels,
    }
    detail = {"address": screened.text}
    return await here.finish(request, key, "read.exposures", 200, orjson.dumps(content), detail=detail)


@router.get("/addresses/{address}/labels", responses=answers(LabelsAnswer))
async def labels(
    request: Request, here: Here, key: Reader, address: Address, as_of: Annotated[Moment | None, Query()] = None
) -> Response:
    """Who says what of it, the surest first; with those under appeal and revoked ones, each with its status."""
    snapshot = await here.snapshot()
    [screened] = await here.screen(snapshot, [address], as_of, ["path.address"])
    said = screened.content()
    content = {
        "address": screened.text,
        "chain": said["subject"]["chain"],
        "as_of": format_time(int(time.time()) if as_of is None else as_of),
        "labels": said["labels"],
    }
    detail = {"address": screened.text}
    return await here.finish(request, key, "read.labels", 200, orjson.dumps(content), detail=detail)


@router.get("/rules", responses=answers(RulesAnswer))
async def rules(here: Here, key: Reader) -> Response:
    """The rules that are applied now, as their file says them."""
    found = (await here.snapshot()).rules
    said = {"name": found.name, "version": found.version, "digest": found.digest, "text": found.text}
    return Response(orjson.dumps(said), media_type="application/json")
