"""What all endpoints share: the sources, the database, who calls, and how an answer is kept."""

import asyncio
import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any, TypeVar

import orjson
from fastapi import Request, Response
from sqlalchemy import Connection, Table, delete, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from cointrail.chains import format_time
from cointrail.errors import InputError
from cointrail.screening.database import Batch, Database, Writer
from cointrail.screening.database.audit import Entry
from cointrail.screening.database.keys import Key
from cointrail.screening.database.tables import answers, rulesets, screenings
from cointrail.screening.http.callers import Callers
from cointrail.screening.http.metrics import Metrics
from cointrail.screening.http.problem import Problem
from cointrail.screening.reading import parse_rules
from cointrail.screening.rule import Rules
from cointrail.screening.screening import Screening
from cointrail.screening.sources import Snapshot, Sources

T = TypeVar("T")
JSON = "application/json"
KEPT = 86_400  # seconds that an idempotency key is remembered
LOOK = 2.0  # seconds between two looks for changed files where nobody asks anything
AGAIN = 30.0  # seconds until what was watched is screened again after the database was gone
TURN = 20  # screenings between two moments in which others get their turn
HEADER = "idempotency-key"
LONGEST = 200
LOG = logging.getLogger("cointrail.serve")
Rows = Mapping[Table, Sequence[Mapping[str, Any]]]


class Service:
    """One running API."""

    def __init__(self, sources: Sources, database: Database, master: bytes) -> None:
        self.sources, self.database = sources, database
        self.callers = Callers(database, master)
        self.writer = Writer(database)
        self.metrics = Metrics()
        self.on_change: Callable[[], Any] | None = None  # awaited after files changed
        self._refreshing = asyncio.Lock()
        self._renewal: asyncio.Task[None] | None = None
        self._owed: float | None = None  # when what is watched has to be screened again, by the monotonic clock
        self._rules_kept: set[str] = set()

    async def snapshot(self) -> Snapshot:
        """The state of now: a label or rule that was stored before the request counts in its answer."""
        if not self.sources.changed():
            return self.sources.snapshot
        async with self._refreshing:
            if self.sources.changed():
                await self._refresh()
        return self.sources.snapshot

    async def look(self) -> None:
        """See changes of files though nobody asks: what is watched is screened again all the same."""
        while True:
            await asyncio.sleep(LOOK)
            await self.snapshot()
            if self._owed is not None and time.monotonic() >= self._owed:
                self._begin()

    async def _refresh(self) -> None:
        before = self.sources.snapshot
        try:
            await asyncio.to_thread(self.sources.refresh)
        except (InputError, OSError) as error:
            self.metrics.failures.inc()
            LOG.warning("a changed file cannot be used, the state before it stays: %s", error)
            return
        if self.sources.snapshot is not before:
            self._owed = time.monotonic()
            self._begin()

    def _begin(self) -> None:
        """Renew, unless that is being done; whoever does it sees what is owed meanwhile."""
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        """New transfers, and exposures under new labels, take long: until they are there, answers say that they are
        stale."""
        try:
            while self._owed is not None:
                self._owed = None
                self.metrics.stale.set(1)
                while self.sources.behind:
                    await _aside(self.sources.renew)
                self.metrics.stale.set(0)
                if self.on_change is not None:
                    await self.on_change()
        except SQLAlchemyError as error:  # whose text may name the server
            self._owed = time.monotonic() + AGAIN
            self.metrics.failures.inc()
            LOG.warning("what was screened could not be screened again: %s", type(error).__name__)
        except (InputError, OSError) as error:
            self.metrics.failures.inc()
            LOG.warning("ledger and exposures could not be renewed, the next change tries again: %s", error)
        finally:
            self._renewal = None

    async def read(self, work: Callable[[Connection], T]) -> T:
        """What `work` finds in the database."""
        return await asyncio.to_thread(self.database.read, work)

    async def screen(
        self, snapshot: Snapshot, texts: Sequence[str], as_of: int | None, at: Sequence[str] | None = None
    ) -> list[Screening]:
        """Verdicts on addresses; Problem 422 names the one that is none. Long work gives way to others."""
        now = int(time.time()) if as_of is None else as_of
        done: list[Screening] = []
        for number, text in enumerate(texts):
            if number and number % TURN == 0:
                await asyncio.sleep(0)
            try:
                done.append(snapshot.screen_text(text, now))
            except InputError as error:
                place = at[number] if at else "address"
                fault = {"at": place, "problem": "not_an_address"}
                raise Problem(
                    422, "not_an_address", "this is no address, or its checksum is wrong", faults=[fault]
                ) from (error)
        for one in done:
            self.metrics.verdict(one.verdict)
        return done

    def rows(
        self,
        key: Key,
        screened: Sequence[Screening],
        kind: str,
        references: Sequence[str | None],
        more: Sequence[Mapping[str, Any]] | None = None,
    ) -> tuple[list[dict[str, Any]], list[bytes]]:
        """The rows that keep screenings, and each as it is answered."""
        now = int(time.time())
        created = format_time(now)
        rows, bodies = [], []
        for number, one in enumerate(screened):
            id_ = uuid.uuid4().hex
            head = {"id": id_, "created": created, "kind": kind, "reference": references[number]}
            body = orjson.dumps(head | one.content() | (dict(more[number]) if more else {}))
            bodies.append(body)
            rows.append(
                {
                    "id": id_, "created": now, "kind": kind, "key_id": key.id, "address": one.address.hex(),
                    "verdict": one.verdict, "reference": references[number], "body": body.decode(), "vendor": None,
                }
            )  # fmt: skip
        return rows, bodies

    async def finish(
        self,
        request: Request,
        key: Key,
        action: str,
        status: int,
        content: bytes,
        rows: Rows | None = None,
        detail: Mapping[str, Any] | None = None,
        work: Callable[[Connection], Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Keep what was answered, with its line in the audit log, and then answer."""
        now = int(time.time())
        rules = self.sources.snapshot.rules
        kept = dict(rows or {})
        kept |= self._idempotent(request, key, status, content, now)
        told = {"answer": sha256(content).hexdigest(), "status": status} | dict(detail or {})
        batch = Batch(kept, [Entry(now, key.id, action, told)], self._with_rules(rules, work))
        try:
            await self.writer.write(batch)
            self._rules_kept.add(rules.digest)
        except IntegrityError as error:
            if answers in kept:  # the same request came twice at once, and the other one was first
                replay = await self.replay(request, key)
                if replay is not None:
                    return replay
            raise Problem(409, "conflict", "something like it was stored at the same moment: ask again") from error
        finally:
            self.metrics.waiting.set(self.writer.waiting)
        return Response(content, status, dict(headers or {}), JSON)

    async def replay(self, request: Request, key: Key) -> Response | None:
        """The answer that was given to this idempotency key; None where it is new, or there is none."""
        token = request.headers.get(HEADER)
        if token is None:
            return None
        if not (0 < len(token) <= LONGEST and token.isascii() and token.isprintable()):
            raise Problem(
                422, "bad_idempotency_key", f"the idempotency key must be 1 to {LONGEST} printable characters"
            )
        request.state.token = token  # `finish` keeps the answer under it; other endpoints take no such key
        await request.body()
        where = (answers.c.key_id == key.id) & (answers.c.token == token)
        found = await self.read(lambda connection: connection.execute(select(answers).where(where)).first())
        if found is None or found.created < int(time.time()) - KEPT:
            if found is not None:
                old = delete(answers).where(where & (answers.c.created == found.created))
                await self.writer.write(Batch(work=lambda connection: connection.execute(old)))
            return None
        if found.request != _request_digest(request):
            raise Problem(409, "idempotency_key_reused", "this idempotency key was used for another request")
        return Response(found.body, found.status, {"idempotent-replayed": "true"}, JSON)

    def _idempotent(self, request: Request, key: Key, status: int, content: bytes, now: int) -> Rows:
        token = getattr(request.state, "token", None)
        if token is None:
            return {}
        row = {
            "key_id": key.id, "token": token, "request": _request_digest(request), "status": status,
            "body": content.decode(), "created": now,
        }  # fmt: skip
        return {answers: [row]}

    def _with_rules(self, rules: Rules, work: Callable[[Connection], Any] | None) -> Callable[[Connection], Any] | None:
        """Keep the rule set too, until it is there: an old screening can be explained by it."""
        if rules.digest in self._rules_kept:
            return work
        row = {
            "digest": rules.digest, "name": rules.name, "version": rules.version, "text": rules.text,
            "created": int(time.time()),
        }  # fmt: skip

        def both(connection: Connection) -> Any:
            if connection.execute(select(rulesets.c.digest).where(rulesets.c.digest == rules.digest)).first() is None:
                connection.execute(insert(rulesets).values(row))
            return work(connection) if work else None

        return both

    async def stored(self, id_: str) -> dict[str, Any]:
        """A stored screening; Problem 404 where there is none."""
        where = screenings.c.id == id_
        found = await self.read(lambda c: c.execute(select(screenings.c.body).where(where)).scalar())
        if found is None:
            raise Problem(404, "not_found", "there is no such screening")
        body: dict[str, Any] = orjson.loads(found)
        return body

    async def rules_of(self, digest: str) -> Rules | None:
        """A rule set that was used once; None where it is not there, or of a version that says other things."""
        wanted = select(rulesets.c.text).where(rulesets.c.digest == digest)
        text = await self.read(lambda connection: connection.execute(wanted).scalar())
        try:
            return parse_rules(text.encode(), "a stored rule set") if text else None
        except InputError:
            return None

    async def close(self) -> None:
        """Write what waits, and give everything back."""
        if self._renewal is not None:
            self._renewal.cancel()
            with suppress(asyncio.CancelledError):
                await self._renewal
        await asyncio.to_thread(self.writer.close)
        self.database.close()


async def _aside(work: Callable[[], None]) -> None:
    """Long work in a thread that nobody waits for when the service ends."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def tell(error: Exception | None) -> None:
        if not done.done():
            done.set_exception(error) if error else done.set_result(None)

    def run() -> None:
        failed: Exception | None = None
        try:
            work()
        except Exception as error:
            failed = error
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(tell, failed)

    threading.Thread(target=run, name="renewal", daemon=True).start()
    await done


def _request_digest(request: Request) -> str:
    body: bytes = getattr(request, "_body", b"")
    return sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode() + body).hexdigest()
