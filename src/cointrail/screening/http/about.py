"""Whether the service works, for machines that watch it. No key is needed."""

import asyncio

import orjson
from fastapi import APIRouter, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from cointrail import __version__
from cointrail.screening.http.answers import Health
from cointrail.screening.http.serving import Here

router = APIRouter(tags=["service"])
PATIENCE = 2.0  # seconds that the database has


@router.get("/health", responses={200: {"model": Health}, 503: {"model": Health}})
async def health(here: Here) -> Response:
    """200 if requests can be answered, else 503."""
    try:
        await asyncio.wait_for(here.read(lambda connection: connection.execute(text("SELECT 1")).scalar()), PATIENCE)
        works = True
    except (SQLAlchemyError, TimeoutError):
        works = False
    snapshot = await here.snapshot()
    said = {
        "status": "ok" if works else "failing",
        "version": __version__,
        "database": works,
        "ledger": snapshot.ledger.digest,
        "labels": snapshot.labels_digest,
        "rules": snapshot.rules.digest,
        "stale": here.sources.behind,
    }
    return Response(orjson.dumps(said), 200 if works else 503, media_type="application/json")


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(here: Here) -> Response:
    """Figures for Prometheus: counts and times, no addresses and no keys."""
    return Response(here.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
