"""The shape of TRM's address screening (v2), so that its clients can ask here. Adapter: it decides nothing.

Clients of this shape block whoever has any risk indicator at all. So there is one only where a rule of risk fired;
plain exposure, and an answer of unknown, are not indicators. `verdict` is ours.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, RootModel

from cointrail.screening.database.tables import screenings
from cointrail.screening.engine import Fired
from cointrail.screening.http import vendor
from cointrail.screening.http.callers import TrmCaller
from cointrail.screening.http.problem import documented
from cointrail.screening.http.serving import IDEMPOTENT, Here
from cointrail.screening.http.shapes import MOST, Address, Text
from cointrail.screening.rule import Severity
from cointrail.screening.screening import Screening, verdicts

router = APIRouter(prefix="/public/v2/screening", tags=["in the shape of TRM v2"])
LEVELS: dict[Severity, tuple[int, str]] = {
    "severe": (15, "Severe"),
    "high": (10, "High"),
    "medium": (5, "Medium"),
    "low": (1, "Low"),
    "unknown": (0, "Unknown"),
}
TYPES = {"ownership": "OWNERSHIP", "counterparty": "COUNTERPARTY", "indirect": "INDIRECT"}


class AddressRequest(BaseModel):
    """As TRM's clients send it."""

    model_config = ConfigDict(strict=True)

    address: Address
    chain: Text
    accountExternalId: Text | None = None


class Addresses(RootModel[Annotated[list[AddressRequest], Field(min_length=1, max_length=MOST)]]):
    """Many addresses."""


class AddressAnswer(BaseModel):
    """As TRM's clients expect it."""

    model_config = ConfigDict(extra="allow")

    accountExternalId: str | None
    address: str
    addressSubmitted: str
    chain: str
    addressRiskIndicators: list[dict[str, Any]]
    entities: list[dict[str, Any]]


class AddressAnswers(RootModel[list[AddressAnswer]]):
    """In the order of the request."""


ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": AddressAnswers, "description": "Done"},
    **documented(409),
}


@router.post("/addresses", responses=ANSWERS, openapi_extra=IDEMPOTENT)
async def addresses(request: Request, here: Here, key: TrmCaller, body: Addresses) -> Response:
    """Screen addresses."""
    if (replay := await here.replay(request, key)) is not None:
        return replay
    snapshot = await here.snapshot()
    places = [f"body.{number}.address" for number in range(len(body.root))]
    screened = await here.screen(snapshot, [one.address for one in body.root], None, places)
    rows, _ = here.rows(key, screened, "address", [one.accountExternalId for one in body.root])
    content = orjson.dumps([_answer(asked, done) for asked, done in zip(body.root, screened, strict=True)])
    detail = {"addresses": len(screened), "verdicts": verdicts(screened)}
    return await here.finish(request, key, "screen.trm", 200, content, {screenings: rows}, detail)


def _answer(asked: AddressRequest, screened: Screening) -> dict[str, Any]:
    came, went = (vendor.totals(screened)[side] for side in ("source", "destination"))
    return {
        "accountExternalId": asked.accountExternalId,
        "address": screened.text,
        "addressSubmitted": asked.address,
        "chain": asked.chain,
        "addressIncomingVolumeUsd": vendor.text(came),
        "addressOutgoingVolumeUsd": vendor.text(went),
        "addressTotalVolumeUsd": vendor.text(_plus(came, went)),
        "addressRiskIndicators": list(_indicators(screened)),
        "entities": list(_entities(screened)),
        "trmAppUrl": None,
        "verdict": screened.verdict,
    }


def _indicators(screened: Screening) -> Iterable[dict[str, Any]]:
    """One for each category and way for which a rule fired, at the gravest level."""
    found: dict[tuple[str, str], Severity] = {}
    for one in screened.judged.fired:
        if one.undecided or one.rule.kind not in TYPES:
            continue
        for category in _categories(one):
            key = category, TYPES[one.rule.kind]
            known = found.get(key)
            if known is None or LEVELS[one.rule.severity][0] > LEVELS[known][0]:
                found[key] = one.rule.severity
    for (category, way), severity in sorted(found.items()):
        came, went = (_volume(screened, category, way, side) for side in ("source", "destination"))
        yield {
            "category": category,
            "categoryId": vendor.name_id("category", category),
            "categoryRiskScoreLevel": LEVELS[severity][0],
            "categoryRiskScoreLevelLabel": LEVELS[severity][1],
            "incomingVolumeUsd": vendor.text(came),
            "outgoingVolumeUsd": vendor.text(went),
            "totalVolumeUsd": vendor.text(_plus(came, went)),
            "riskType": way,
        }


def _categories(one: Fired) -> Iterable[str]:
    if one.rule.kind == "ownership":
        return {claim.category for claim in one.claims if claim.category}
    return {name for name in one.rule.categories if one.pool is not None and one.pool.units(one.rule.kind, [name])}


def _volume(screened: Screening, category: str, way: str, side: str) -> Fraction | None:
    if way == "OWNERSHIP":
        return vendor.totals(screened)[side]
    for one in vendor.sums(screened):
        if (one.category, one.direction) == (category, side):
            return (one.direct if way == "COUNTERPARTY" else one.indirect) if one.priced else None
    return Fraction(0)


def _entities(screened: Screening) -> Iterable[dict[str, Any]]:
    grave: dict[str, Severity] = {}
    for one in screened.judged.fired:
        for claim in one.claims:
            known = grave.get(claim.label.entity, "unknown")
            grave[claim.label.entity] = max(known, one.rule.severity, key=lambda word: LEVELS[word][0])
    for claim in screened.claims:
        if claim.stands:
            level, word = LEVELS[grave.get(claim.label.entity, "unknown")]
            category = claim.category or claim.label.category or "unknown"
            yield {
                "category": category,
                "categoryId": vendor.name_id("category", category),
                "entity": claim.label.entity,
                "riskScoreLevel": level,
                "riskScoreLevelLabel": word,
                "trmAppUrl": None,
                "trmUrn": None,
            }


def _plus(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one + other
