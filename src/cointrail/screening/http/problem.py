"""Errors as RFC 9457 has them: one envelope everywhere. Nothing of what was sent is repeated in them."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

JSON = "application/problem+json"


class Problem(Exception):
    """Ends a request: status, a code that programs can tell apart, a sentence for people."""

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any):
        super().__init__(code)
        self.status, self.code, self.detail, self.headers, self.more = status, code, detail, headers or {}, more

    def response(self) -> Response:
        """As it is sent."""
        return problem(self.status, self.code, self.detail, self.headers, **self.more)


class Fault(BaseModel):
    """Where in the request something is wrong, and what."""

    at: str
    problem: str


class ProblemAnswer(BaseModel):
    """A problem as RFC 9457 describes it."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(description="urn:cointrail:problem: and the code")
    title: str
    status: int
    code: str
    detail: str
    faults: list[Fault] | None = None


def problem(status: int, code: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """The response to a request that failed."""
    said = {
        "type": f"urn:cointrail:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    } | more
    return Response(orjson.dumps(said), status, dict(headers or {}), JSON)


async def on_problem(request: Request, error: Exception) -> Response:
    """A `Problem` that was raised."""
    assert isinstance(error, Problem)
    return error.response()


async def on_invalid(request: Request, error: Exception) -> Response:
    """A request that is not of the described form: where and what, without what was sent."""
    assert isinstance(error, RequestValidationError)
    errors = error.errors()
    if any(one["type"] == "json_invalid" for one in errors):
        return problem(400, "not_json", "the body is not JSON")
    faults = [{"at": ".".join(_part(part) for part in one["loc"]), "problem": one["type"]} for one in errors[:20]]
    return problem(422, "invalid_request", "the request is not of the form that the API describes", faults=faults)


def _part(part: object) -> str:
    # a name that the client made up is not repeated
    text = str(part)
    return text if len(text) <= 40 and text.replace("_", "").replace("-", "").isalnum() and text.isascii() else "?"


async def on_http(request: Request, error: Exception) -> Response:
    """What the framework itself refuses: no such page, or a method that it does not have."""
    assert isinstance(error, HTTPException)
    told = {
        400: ("not_json", "the body cannot be read as JSON"),
        401: ("unauthorized", "a valid key is needed"),
        404: ("not_found", "there is nothing at this address"),
        405: ("method_not_allowed", "this address does not take that method"),
    }
    code, detail = told.get(error.status_code, ("refused", "the request was refused"))
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers = {"allow": ", ".join(sorted(_methods(request)))}
    return problem(error.status_code, code, detail, headers)


def _methods(request: Request) -> set[str]:
    """All methods that the address takes: the framework tells those of one route only."""
    path = request.scope["path"]
    said = request.app.openapi()["paths"]
    if path in said:
        return {method.upper() for method in said[path]}
    return {
        method.upper()
        for pattern, operations in said.items()
        if re.fullmatch(re.sub(r"\\{[a-z]+\\}", "[^/]+", re.escape(pattern)), path)
        for method in operations
    }


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What the OpenAPI says of the problems that an endpoint can answer with."""
    every = {400, 401, 403, 413, 422, 429, 500, 503, *statuses}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {JSON: {"schema": schema}}}
        for status in sorted(every)
    }
