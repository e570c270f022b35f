"""Screening money that came or is to go: its counterparty is judged, and the amount is laid against what was found."""

from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from cointrail.chains import parse_hash, to_text, to_units
from cointrail.screening.database.tables import screenings
from cointrail.screening.http.answers import BulkAnswer, ScreeningAnswer
from cointrail.screening.http.callers import Screener
from cointrail.screening.http.problem import Problem
from cointrail.screening.http.service import Service
from cointrail.screening.http.serving import IDEMPOTENT, Here, answers
from cointrail.screening.http.shapes import Movement, Transfer, TransferBulk, Withdrawal, WithdrawalBulk
from cointrail.screening.screening import Screening, verdicts
from cointrail.screening.sources import Snapshot
from cointrail.screening.worth import dollars

router = APIRouter(tags=["transfers and withdrawals"])
UNKNOWN_DECIMALS = 18  # of an asset that the ledger does not hold: its counterparty is judged all the same
ANSWER, BULK = answers(ScreeningAnswer, 201, 409), answers(BulkAnswer, 201, 409)
MADE: dict[str, Any] = {"status_code": 201, "openapi_extra": IDEMPOTENT}


@router.post("/v1/transfers/screenings", responses=ANSWER, **MADE)
async def transfer(request: Request, here: Here, key: Screener, body: Transfer) -> Response:
    """Screen a transfer that was received or sent."""
    return await _moved(request, here, key, "transfer", [body], False)


@router.post("/v1/transfers/screenings/bulk", responses=BULK, **MADE)
async def transfers(request: Request, here: Here, key: Screener, body: TransferBulk) -> Response:
    """Screen up to 1,000 transfers."""
    return await _moved(request, here, key, "transfer", body.transfers, True)


@router.post("/v1/withdrawals/screenings", responses=ANSWER, **MADE)
async def withdrawal(request: Request, here: Here, key: Screener, body: Withdrawal) -> Response:
    """Screen an attempt to withdraw, before anything moves."""
    return await _moved(request, here, key, "withdrawal", [body], False)


@router.post("/v1/withdrawals/screenings/bulk", responses=BULK, **MADE)
async def withdrawals(request: Request, here: Here, key: Screener, body: WithdrawalBulk) -> Response:
    """Screen up to 1,000 attempts to withdraw."""
    return await _moved(request, here, key, "withdrawal", body.withdrawals, True)


async def _moved(
    request: Request, here: Service, key: Any, kind: str, moved: Sequence[Movement], many: bool
) -> Response:
    if (replay := await here.replay(request, key)) is not None:
        return replay
    snapshot = await here.snapshot()
    places = [f"body.{kind}s.{number}" if many else "body" for number in range(len(moved))]
    whos = [f"{place}.counterparty" for place in places]
    screened = await here.screen(snapshot, [one.counterparty for one in moved], None, whos)
    more = [
        {"movement": _movement(snapshot, kind, one, done, place)}
        for one, done, place in zip(moved, screened, places, strict=True)
    ]
    rows, bodies = here.rows(key, screened, kind, [one.reference for one in moved], more)
    told = verdicts(screened)
    content = b'{"verdicts":' + orjson.dumps(told) + b',"screenings":[' + b",".join(bodies) + b"]}"
    detail = {"counterparties": len(screened), "verdicts": told}
    return await here.finish(
        request, key, f"screen.{kind}", 201, content if many else bodies[0], {screenings: rows}, detail
    )


def _movement(snapshot: Snapshot, kind: str, moved: Movement, screened: Screening, place: str) -> dict[str, Any]:
    worth = snapshot.worth
    asset = worth.named(moved.asset)
    decimals = asset.decimals if asset is not None else UNKNOWN_DECIMALS
    try:
        units = to_units(moved.amount, decimals)
    except ValueError as error:
        fault = {"at": f"{place}.amount", "problem": "not_an_amount"}
        text = "the asset has fewer decimals, or there is not so much of it"
        raise Problem(422, "not_an_amount", text, faults=[fault]) from error
    rate = worth.rate(asset.key, screened.worth_time) if asset is not None else None
    hash_ = moved.transaction if isinstance(moved, Transfer) else None
    return {
        "direction": moved.direction if isinstance(moved, Transfer) else "withdrawal",
        "asset": moved.asset if asset is None else worth.name(asset.key),
        "symbol": None if asset is None else asset.symbol,
        "amount": to_text(units, decimals),
        "usd": dollars(rate * units) if rate is not None else None,
        "transaction": hash_,
        "in_ledger": bool(snapshot.ledger.transaction(parse_hash(hash_))) if hash_ else None,
        "at_stake": [
            {"rule": one.rule.id, "amount": to_text(int(units * one.share), decimals)}
            for one in screened.judged.fired
            if one.rule.kind != "ownership"
        ],
    }
