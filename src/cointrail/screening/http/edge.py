"""The outermost layer: how large a request may be, how long it took, and what every answer carries.

Plain ASGI, since it runs for every request. Keys, bodies and query strings are never logged.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from cointrail.screening.http.metrics import Metrics
from cointrail.screening.http.problem import Problem, problem

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

LARGEST = 1 << 20  # bytes of a body
LONGEST_WAIT = 30.0  # seconds from the head of a request until all of its body is there
LONGEST = 2048  # bytes of path and query
MOST = 2_000  # requests at once: more would wait longer than anybody does, and hold memory meanwhile
BUSY = Problem(503, "busy", "too many requests at once: ask again in a moment", {"retry-after": "1"})
LOG = logging.getLogger("cointrail.serve")
SLOW = Problem(408, "too_slow", f"the body of the request did not come within {LONGEST_WAIT:.0f} s")
TOO_LARGE = Problem(413, "too_large", f"the request is larger than {LARGEST:,} bytes: send it in parts")
ALWAYS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)


class Edge:
    """Wraps the application."""

    def __init__(self, app: App, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics
        self._inside = 0  # requests that are not answered yet

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status, started = 500, False
        state = scope.setdefault("state", {})
        id_ = uuid.uuid4().hex

        async def sending(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                headers = list(message.get("headers", ()))
                headers += [*ALWAYS, (b"x-request-id", id_.encode())]
                headers += [(name.encode(), value.encode()) for name, value in state.get("headers", {}).items()]
                message = {**message, "headers": headers}
            await send(message)

        self._inside += 1
        try:
            try:
                if self._inside > MOST:
                    raise BUSY
                await self._limited(scope, receive, sending)
            except Problem as error:
                if started:
                    raise
                await error.response()(scope, receive, sending)
        except Exception:
            LOG.exception("request %s failed", id_)
            if not started:
                await problem(500, "internal", "something went wrong here; it is in the log under the request's id")(
                    scope,
                    receive,
                    sending,
                )
        finally:
            self._inside -= 1
            route = getattr(scope.get("route"), "path", "none")
            taken = time.perf_counter() - began
            self._metrics.request(scope["method"], route, status, taken)
            LOG.info("%s %s %s %d %.1fms", id_, scope["method"], route, status, taken * 1000)

    async def _limited(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if len(scope.get("raw_path", b"")) + len(scope.get("query_string", b"")) > LONGEST:
            raise Problem(400, "too_long", f"path and query are longer than {LONGEST:,} bytes")
        for name, value in scope["headers"]:
            if name == b"content-length" and (not value.isdigit() or int(value[:20]) > LARGEST):
                raise TOO_LARGE
        read, whole, until = 0, False, asyncio.get_running_loop().time() + LONGEST_WAIT
        refused: Problem | None = None

        async def receiving() -> Message:
            nonlocal read, whole, refused
            try:
                async with asyncio.timeout_at(None if whole else until):
                    message = await receive()
            except TimeoutError as error:
                refused = SLOW
                raise refused from error
            read += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if read > LARGEST:
                refused = TOO_LARGE
                raise refused
            return message

        async def answering(message: Message) -> None:
            if refused is None:  # else the framework took the refusal for a body that it cannot read
                await send(message)

        await self._app(scope, receiving, answering)
        if refused is not None:
            raise refused
