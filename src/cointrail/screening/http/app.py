"""The application, put together, and the server that runs it."""

import asyncio
import gc
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from cointrail import __version__
from cointrail.errors import InputError
from cointrail.screening.database import Database
from cointrail.screening.http import about, addresses, elliptic, screenings, transfers, trm, watchlists
from cointrail.screening.http.edge import Edge, Receive, Send
from cointrail.screening.http.problem import Problem, ProblemAnswer, on_http, on_invalid, on_problem
from cointrail.screening.http.rescreening import rescreen
from cointrail.screening.http.service import Service
from cointrail.screening.sources import Sources

TURN = 0.0005  # seconds before the thread that writes may take its turn from the one that answers
YOUNG = (20_000, 20, 50)  # new objects between two looks for cycles
PATIENCE = 5  # seconds for what is being answered when the server is told to end
BACKLOG = 1024  # connections that wait to be taken
ROUTERS = (about, screenings, transfers, addresses, watchlists, elliptic, trm)
TITLE = "cointrail screening"
DESCRIPTION = """Verdicts on addresses with everything that they rest on. Amounts are exact decimal strings, times UTC.
Errors are problems of RFC 9457. An answer is sent after it is stored, with its line in the audit log."""


class Application:
    """The API as an ASGI application."""

    def __init__(self, sources: Sources, database: Database, master: bytes) -> None:
        self.service = Service(sources, database, master)
        self.api = _api(self.service)
        self._edge = Edge(self.api, self.service.metrics)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """One connection."""
        await self._edge(scope, receive, send)


def make_app(sources: Sources, database: Database, master: bytes) -> Application:
    """The API over these sources and this database. `master` is what signing secrets are derived from."""
    return Application(sources, database, master)


def listening(host: str, port: int) -> socket.socket:
    """Where requests come in. InputError where nobody can listen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        why = (getattr(error, "strerror", None) or str(error)).partition(" (")[0]  # which says again where
        raise InputError(f"cannot listen on {host}, port {port}: {why}; give another --host or --port") from error


def serve(app: Application, place: socket.socket) -> None:
    """Answer what comes in until interrupted or told to end."""
    sys.setswitchinterval(TURN)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # else what this process has begun would outlive it
    gc.collect()
    gc.freeze()  # what was opened stays: a look for cycles through all of it would hold answers up
    gc.set_threshold(*YOUNG)
    logging.getLogger("cointrail").setLevel(logging.INFO)
    config = uvicorn.Config(
        app,
        access_log=False,  # ours leaves out what may be secret
        server_header=False,
        log_level="warning",
        timeout_keep_alive=30,
        timeout_graceful_shutdown=PATIENCE,
        h11_max_incomplete_event_size=16_384,
        backlog=BACKLOG,
    )
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):  # raised once more after all was ended in order
        server.run([place])
    if not server.started:
        raise InputError("the server did not start; what it said before says why")


def _api(service: Service) -> FastAPI:
    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async def changed() -> None:
            await rescreen(service)

        service.on_change = changed
        looking = asyncio.create_task(service.look())
        yield
        looking.cancel()
        await service.close()

    app = FastAPI(
        title=TITLE,
        description=DESCRIPTION,
        version=__version__,
        lifespan=life,
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.service = service
    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    for part in ROUTERS:
        app.include_router(part.router)
    _describe(app)
    return app


def _describe(app: FastAPI) -> None:
    """Put the one shape of problems into the description, in place of the framework's own."""
    said = app.openapi()
    shapes = said.setdefault("components", {}).setdefault("schemas", {})
    told = ProblemAnswer.model_json_schema(ref_template="#/components/schemas/{model}")
    shapes |= told.pop("$defs", {})
    shapes["Problem"] = told
    for name in ("HTTPValidationError", "ValidationError"):
        shapes.pop(name, None)
    app.openapi_schema = said
