"""Who asks, and whether he may: a bearer key, or what clients of Elliptic and TRM send."""

import asyncio
import base64
import binascii
import hmac
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPBasic, HTTPBearer

from cointrail.screening.database import Database, keys
from cointrail.screening.database.keys import Key
from cointrail.screening.http.problem import Problem
from cointrail.screening.http.rates import Rates

FRESH = 1.0  # seconds that a key is believed without looking: a revoked one ends within it
REMEMBERED = 10_000
UNKNOWN_RATE = 100  # a second and host: keys that have to be looked up
SKEW = 300_000  # milliseconds that a signature may be old, or from a clock that is ahead
LONGEST = 200  # characters of a key
LOG = logging.getLogger("cointrail.serve")
Look = Callable[[Any, str], Key | None]

bearer = HTTPBearer(auto_error=False, scheme_name="key", description="A key of `cointrail keys add`.")
basic = HTTPBasic(auto_error=False, scheme_name="trm", description="The key as user and as password.")
access_key = APIKeyHeader(name="x-access-key", auto_error=False, scheme_name="access_key", description="The key's id.")
access_sign = APIKeyHeader(
    name="x-access-sign",
    auto_error=False,
    scheme_name="access_sign",
    description="base64(HMAC-SHA256(secret, timestamp + METHOD + lower-case path + (body or {}))).",
)
access_time = APIKeyHeader(
    name="x-access-timestamp", auto_error=False, scheme_name="access_timestamp", description="Milliseconds since 1970."
)


@dataclass
class Known:
    """A key that was looked up, and until when that is believed."""

    key: Key
    until: float


class Callers:
    """Looks keys up, and remembers them for a second."""

    def __init__(self, database: Database, master: bytes) -> None:
        self._database, self._master = database, master
        self._known: dict[str, Known] = {}
        self._tasks: dict[str, asyncio.Task[Key | None]] = {}
        self.rates = Rates()

    async def by_text(self, text: str, host: str) -> Key:
        """The key of that text; Problem 401 for a wrong one."""
        return await self._find(keys.digest(text), keys.by_text, text, host)

    async def by_id(self, id_: str, host: str) -> Key:
        """The key of that id; Problem 401 for a wrong one."""
        return await self._find(f"id {id_}", keys.by_id, id_, host)

    async def _find(self, mark: str, look: Look, text: str, host: str) -> Key:
        now = time.monotonic()
        known = self._known.get(mark)
        if known is None and not self.rates.take(f"host {host}", UNKNOWN_RATE).allowed:
            raise Problem(429, "too_many", "too many keys tried; wait a second", {"retry-after": "1"})
        if known is not None and known.until > now:
            if known.until - now < FRESH / 2:
                self._looking(mark, look, text)  # nobody who is known has to wait
            return known.key
        found = await asyncio.shield(self._looking(mark, look, text))
        if found is None:
            raise unauthorized()
        return found

    def _looking(self, mark: str, look: Look, text: str) -> asyncio.Task[Key | None]:
        """One look for all who ask with a key at the same moment."""
        task = self._tasks.get(mark)
        if task is None:
            task = self._tasks[mark] = asyncio.create_task(self._look(mark, look, text))
            task.add_done_callback(lambda done: self._ended(mark, done))
        return task

    def _ended(self, mark: str, done: asyncio.Task[Key | None]) -> None:
        self._tasks.pop(mark, None)
        if not done.cancelled() and done.exception() is not None:
            LOG.warning("keys could not be looked up: %s", type(done.exception()).__name__)

    async def _look(self, mark: str, look: Look, text: str) -> Key | None:
        asked = time.monotonic()
        found = None
        if text.isascii() and text.isprintable() and len(text) <= LONGEST:
            found = await asyncio.to_thread(self._database.read, lambda connection: look(connection, text))
        if found is None:
            self._known.pop(mark, None)
            return None
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[mark] = Known(found, asked + FRESH)
        return found

    def admit(self, request: Request, key: Key, scope: str) -> Key:
        """Check scope and rate; the headers of the rate go with the answer."""
        taken = self.rates.take(key.id, key.rate)
        request.state.headers = taken.headers()
        if not taken.allowed:
            raise Problem(429, "too_many", f"more than {key.rate} requests a second with this key")
        if scope not in key.scopes:
            raise Problem(403, "forbidden", f"the key does not have the scope {scope}")
        return key

    def signed(self, key: Key, request: Request, body: bytes, sign: str, moment: str) -> bool:
        """Whether the signature is the key's, over this request and of now."""
        if not (moment.isascii() and moment.isdigit() and len(moment) <= 16):
            return False
        if abs(int(moment) - time.time_ns() // 1_000_000) > SKEW:
            return False
        text = moment.encode() + request.method.encode() + request.url.path.lower().encode() + (body or b"{}")
        secret = base64.b64decode(keys.signing_secret(self._master, key.id))
        try:
            told = base64.b64decode(sign, validate=True)
        except (binascii.Error, ValueError):
            return False
        return hmac.compare_digest(told, hmac.digest(secret, text, sha256))


def unauthorized() -> Problem:
    """No key, or a wrong one: which of the two is not said."""
    return Problem(401, "unauthorized", "a valid key is needed", {"www-authenticate": "Bearer"})


def _callers(request: Request) -> Callers:
    found: Callers = request.app.state.service.callers
    return found


def _host(request: Request) -> str:
    return request.client.host if request.client else ""


def native(scope: str) -> Callable[..., Awaitable[Key]]:
    """A caller with a bearer key that has the scope."""

    async def caller(request: Request, credentials: Annotated[Any, Security(bearer)]) -> Key:
        if credentials is None:
            raise unauthorized()
        callers = _callers(request)
        return callers.admit(request, await callers.by_text(credentials.credentials, _host(request)), scope)

    return caller


async def of_trm(request: Request, credentials: Annotated[Any, Security(basic)]) -> Key:
    """A caller who sends the key as user and as password."""
    if credentials is None or not hmac.compare_digest(credentials.username.encode(), credentials.password.encode()):
        raise unauthorized()
    callers = _callers(request)
    return callers.admit(request, await callers.by_text(credentials.username, _host(request)), "screen")


async def of_elliptic(
    request: Request,
    key_id: Annotated[str | None, Security(access_key)],
    sign: Annotated[str | None, Security(access_sign)],
    moment: Annotated[str | None, Security(access_time)],
) -> Key:
    """A caller who signs."""
    if key_id is None or sign is None or moment is None:
        raise unauthorized()
    callers = _callers(request)
    key = await callers.by_id(key_id, _host(request))
    if not callers.signed(key, request, await request.body(), sign, moment):
        raise unauthorized()
    return callers.admit(request, key, "screen")


Screener = Annotated[Key, Depends(native("screen"))]
Reader = Annotated[Key, Depends(native("read"))]
Watcher = Annotated[Key, Depends(native("watch"))]
TrmCaller = Annotated[Key, Depends(of_trm)]
EllipticCaller = Annotated[Key, Depends(of_elliptic)]
