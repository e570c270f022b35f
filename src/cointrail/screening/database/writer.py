"""Writing for many at once: what waits while one transaction is synced goes together into the next.

An answer is sent only after what it says is on the disk. So there is one kind of answer, idempotent or not, and the
price is one sync for all that arrived meanwhile, not one for each.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from cointrail.screening.database.audit import Entry, append
from cointrail.screening.database.database import Database

MOST = 256  # batches in one transaction
LOG = logging.getLogger("cointrail.database")


@dataclass
class Batch:
    """What belongs to one request: all of it is written, or nothing."""

    rows: Mapping[Table, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    audit: Sequence[Entry] = ()
    work: Callable[[Connection], Any] | None = None  # done before the rows

    def run(self, connection: Connection) -> Any:
        """Everything but the audit; what `work` returned."""
        done = self.work(connection) if self.work else None
        for table, rows in self.rows.items():
            if rows:
                connection.execute(insert(table), list(rows))
        return done

    @property
    def plain(self) -> bool:
        """Whether it only adds rows, so that it can be put together with others."""
        return self.work is None


@dataclass
class _Waiting:
    batch: Batch
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]

    def end(self, value: Any, error: BaseException | None) -> None:
        def tell() -> None:
            if not self.future.done():
                self.future.set_exception(error) if error else self.future.set_result(value)

        self.loop.call_soon_threadsafe(tell)


class Writer:
    """One thread that writes; `write` may be awaited by many."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    async def write(self, batch: Batch) -> Any:
        """Returns what the batch's work returned, once all is durable; raises what went wrong with this batch."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(batch, loop, loop.create_future())
        self._queue.put(waiting)
        return await waiting.future

    @property
    def waiting(self) -> int:
        """Batches that nobody has begun to write."""
        return self._queue.qsize()

    def close(self) -> None:
        """Write what waits, then stop."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batches = [first]
            while len(batches) < MOST and not self._queue.empty():
                more = self._queue.get()
                if more is None:
                    self._queue.put(None)
                    break
                batches.append(more)
            self._write(batches)

    def _write(self, batches: list[_Waiting]) -> None:
        try:
            values = self._database.write(lambda connection: _together(connection, [one.batch for one in batches]))
        except Exception as error:
            if len(batches) == 1 or _unsure(error):
                if not isinstance(error, SQLAlchemyError):
                    LOG.debug("a batch was refused: %s", type(error).__name__)
                for one in batches:
                    one.end(None, error)
                return
            for one in batches:  # one of them is at fault: each for itself
                self._write([one])
            return
        for one, value in zip(batches, values, strict=True):
            one.end(value, None)


def _unsure(error: Exception) -> bool:
    """Whether all may have been written although it failed: the server went away, perhaps after it had agreed."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _together(connection: Connection, batches: Sequence[Batch]) -> list[Any]:
    if all(batch.plain for batch in batches):
        rows: dict[Table, list[Mapping[str, Any]]] = {}
        for batch in batches:
            for table, more in batch.rows.items():
                rows.setdefault(table, []).extend(more)
        done: list[Any] = [None] * len(batches)
        Batch(rows).run(connection)
    else:
        done = [batch.run(connection) for batch in batches]
    append(connection, [entry for batch in batches for entry in batch.audit])
    return done
