"""The shape of Elliptic's wallet screening (API v2), so that its clients can ask here. Adapter: it decides nothing.

What is more than the vendor's shape: `verdict` and `reasons`; bounds and policy beside each value. Values are null
where no price is known, never zero. A risk score of null means that no rule of risk fired; where nothing at all is
known of an address the answer is 404 with the vendor's name for it, so that no client takes silence for a clean bill.
"""

import time
from typing import Any, Literal

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from cointrail.chains import format_time
from cointrail.screening.database.tables import screenings
from cointrail.screening.engine import Fired
from cointrail.screening.http import vendor
from cointrail.screening.http.callers import EllipticCaller
from cointrail.screening.http.problem import Problem, documented
from cointrail.screening.http.serving import IDEMPOTENT, Here, none
from cointrail.screening.http.shapes import Address, Id, Text
from cointrail.screening.http.vendor import Sum
from cointrail.screening.rule import SCORES
from cointrail.screening.screening import Screening
from cointrail.screening.standing import Claim

router = APIRouter(prefix="/v2/wallet", tags=["in the shape of Elliptic v2"])
VASPS = frozenset({"exchange", "custodian", "otc", "payment"})
SANCTION = "sanction"


class Subject(BaseModel):
    """Whom to screen."""

    model_config = ConfigDict(strict=True)

    asset: Text
    blockchain: Text | None = None
    type: Literal["address"]
    hash: Address


class WalletRequest(BaseModel):
    """As Elliptic's clients send it."""

    model_config = ConfigDict(strict=True)

    subject: Subject
    type: Literal["wallet_exposure"]
    customer_reference: Text | None = None


class WalletAnswer(BaseModel):
    """As Elliptic's clients expect it; `verdict` and `reasons` are ours."""

    model_config = ConfigDict(extra="allow")

    id: str
    type: Literal["wallet_exposure"]
    subject: dict[str, Any]
    risk_score: int | None
    process_status: Literal["complete"]


ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": WalletAnswer, "description": "Done"},
    **documented(404, 409),
}


@router.post("/synchronous", responses=ANSWERS, openapi_extra=IDEMPOTENT)
@router.post("", responses=ANSWERS, openapi_extra=IDEMPOTENT)
async def wallet(request: Request, here: Here, key: EllipticCaller, body: WalletRequest) -> Response:
    """Screen a wallet. Both ways answer at once."""
    if (replay := await here.replay(request, key)) is not None:
        return replay
    snapshot = await here.snapshot()
    [screened] = await here.screen(snapshot, [body.subject.hash], None, ["body.subject.hash"])
    if not screened.claims and (screened.exposure is None or not screened.exposure.parts):
        raise Problem(404, "not_found", "nothing is known of this address", name="NotInBlockchain")
    [row], _ = here.rows(key, [screened], "address", [body.customer_reference])
    asked = body.subject.model_dump()
    content = orjson.dumps(_wallet(row["id"], key.id, asked, body.customer_reference, screened))
    told = row | {"vendor": content.decode()}
    detail = {"address": screened.text, "verdict": screened.verdict, "screening": row["id"]}
    return await here.finish(request, key, "screen.elliptic", 200, content, {screenings: [told]}, detail)


@router.get("/{id:id}", responses=ANSWERS)
async def stored(here: Here, key: EllipticCaller, id: Id) -> Response:
    """A screening that was made this way."""
    where = screenings.c.id == id
    found = await here.read(lambda connection: connection.execute(select(screenings.c.vendor).where(where)).scalar())
    if found is None:
        raise none()
    return Response(found, media_type="application/json")


def _wallet(id_: str, key_id: str, asked: dict[str, Any], reference: str | None, screened: Screening) -> dict[str, Any]:
    now = format_time(int(time.time()))
    totals = vendor.totals(screened)
    sides = ("source", "destination")
    sums = {side: [one for one in vendor.sums(screened) if one.direction == side] for side in sides}
    fired = {side: [one for one in screened.judged.fired if (one.direction or "source") == side] for side in sides}
    content = screened.content()
    return {
        "id": id_,
        "type": "wallet_exposure",
        "subject": asked,
        "customer": {"id": key_id, "reference": reference},
        "blockchain_info": {
            "cluster": {
                "inflow_value": {"usd": vendor.number(totals["source"])},
                "outflow_value": {"usd": vendor.number(totals["destination"])},
            }
        },
        "created_at": now,
        "updated_at": now,
        "analysed_at": now,
        "analysed_by": {"id": key_id, "email": None, "type": "api_key"},
        "asset_tier": "full",
        "cluster_entities": [_entity(one, number == 0) for number, one in enumerate(screened.claims) if one.stands],
        "risk_score": screened.judged.score,
        "risk_score_detail": {side: _score(fired[side]) for side in sides},
        "evaluation_detail": {side: [_evaluated(one, screened) for one in fired[side]] for side in sides},
        "contributions": {side: [_contribution(one, totals[side], screened) for one in sums[side]] for side in sides},
        "detected_behaviors": [],
        "changes": {"risk_score_change": None},
        "workflow_status": "active",
        "process_status": "complete",
        "triggered_rules": sorted({one.rule.id for one in screened.judged.fired}),
        "screening_id": id_,
        "screening_source": "sync",
        "error": None,
        "verdict": screened.verdict,
        "reasons": content["reasons"],
    }


def _score(fired: list[Fired]) -> int | None:
    told = [score for one in fired if not one.undecided and (score := SCORES[one.rule.severity]) is not None]
    return max(told, default=None)


def _entity(claim: Claim, first: bool) -> dict[str, Any]:
    word = claim.category or claim.label.category or "unknown"
    return {
        "name": claim.label.entity,
        "category": word,
        "category_id": vendor.name_id("category", word),
        "entity_id": vendor.name_id("entity", claim.label.entity),
        "actor_id": vendor.name_id("actor", claim.label.actor) if claim.label.actor else None,
        "is_primary_entity": first,
        "is_vasp": claim.category in VASPS,
        "is_after_sanction_date": claim.category == SANCTION,
    }


def _contribution(one: Sum, total: Any, screened: Screening) -> dict[str, Any]:
    policy = screened.exposure.policy if screened.exposure else None
    both = one.direct + one.indirect
    direct, indirect = (one.direct, one.indirect) if one.priced else (None, None)
    worth = screened.worth
    return {
        "entities": [
            {
                "name": one.category,
                "category": one.category,
                "is_primary_entity": True,
                "is_vasp": one.category in VASPS,
            }
        ],
        "contribution_percentage": vendor.percentage(both, total),
        "contribution_value": {"usd": vendor.number(one.usd), "policy": policy},
        "counterparty_percentage": vendor.percentage(one.direct, total),
        "counterparty_value": {"usd": vendor.number(direct)},
        "indirect_percentage": vendor.percentage(one.indirect, total),
        "indirect_value": {"usd": vendor.number(indirect), "policy": policy},
        "is_screened_address": False,
        "min_number_of_hops": one.hops,
        "evidence": [
            {
                "asset": worth.name(part.asset),
                "low": None if part.least is None else worth.text(part.asset, part.least),
                "point": worth.text(part.asset, part.direct + part.indirect),
                "high": None if part.most is None else worth.text(part.asset, part.most),
                "policy": policy,
            }
            for part in one.parts
        ],
    }


def _evaluated(one: Fired, screened: Screening) -> dict[str, Any]:
    totals = vendor.totals(screened)
    matched = [
        each
        for each in vendor.sums(screened)
        if each.direction == one.direction and each.category in one.rule.categories
    ]
    owned = sorted({claim.category for claim in one.claims if claim.category})
    elements = [_contribution(each, totals[each.direction], screened) | _named(each.category) for each in matched]
    elements += [
        _named(word) | {"contributions": [], "contribution_percentage": None, "contribution_value": {"usd": None}}
        for word in owned
    ]
    return {
        "rule_id": one.rule.id,
        "rule_name": one.rule.title,
        "rule_type": "exposure",
        "rule_history_id": screened.rules.digest,
        "risk_score": None if one.undecided else SCORES[one.rule.severity],
        "matched_elements": elements,
        "matched_behaviors": [],
    }


def _named(category: str) -> dict[str, Any]:
    return {
        "category": category,
        "category_id": vendor.name_id("category", category),
        "contributions": [
            {
                "entity": category,
                "entity_id": vendor.name_id("entity", category),
                "risk_triggers": {
                    "name": category,
                    "category": category,
                    "is_sanctioned": category == SANCTION,
                    "country": [],
                },
                "min_number_of_hops": 0,
            }
        ],
    }
