"""Small things that endpoints share."""

from typing import Annotated, Any

from fastapi import Depends, Request

from cointrail.screening.http.problem import Problem, documented
from cointrail.screening.http.service import Service

IDEMPOTENT: dict[str, Any] = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "The same key and request within a day give the stored answer again.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
        }
    ]
}


async def service(request: Request) -> Service:
    """The running service. Asynchronous only since others are handed to a thread."""
    found: Service = request.app.state.service
    return found


Here = Annotated[Service, Depends(service)]


def answers(model: Any, status: int = 200, *problems: int) -> dict[int | str, dict[str, Any]]:
    """What the OpenAPI says that an endpoint answers."""
    return {status: {"model": model, "description": "Done"}, **documented(*problems)}


def none() -> Problem:
    """There is no such thing."""
    return Problem(404, "not_found", "there is nothing of that id")
