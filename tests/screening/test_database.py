"""The database on its own: layout, audit log, group commit, keys, and what is refused."""

import asyncio
import contextlib
import socket
import sqlite3
import stat
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from cointrail.errors import InputError
from cointrail.screening.database import Batch, Database, Writer, audit, keys, open_database
from cointrail.screening.database.audit import Entry
from cointrail.screening.database.tables import metadata, rulesets
from tests.screening.postgres import postgres


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """One PostgreSQL for all tests here."""
    with tempfile.TemporaryDirectory(prefix="ct-") as folder:
        Path(folder).chmod(0o755)
        with postgres(Path(folder) / "pg") as url:
            yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/db.sqlite"
    else:
        server = request.getfixturevalue("server")
        name = f"t{uuid.uuid4().hex}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        url = server.replace("/postgres?", f"/{name}?")
    found = open_database(url)
    yield found
    found.close()


def ruleset(digest: str) -> dict[str, Any]:
    return {"digest": digest, "name": "n", "version": "1", "text": "t", "created": 1}


def test_migrations_make_what_the_code_expects(database: Database) -> None:
    difference = database.read(lambda connection: compare_metadata(MigrationContext.configure(connection), metadata))
    assert difference == []
    database.migrate()  # twice is once


def test_every_line_holds_the_one_before(database: Database) -> None:
    def lines(connection: Any) -> None:
        audit.append(connection, [Entry(n, "k", "act", {"n": n, "text": "é\u202e"}) for n in range(50)])

    database.write(lines)
    database.write(lines)
    number, last = database.read(audit.verify)
    assert number == 100 and len(last) == 64


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE audit SET detail = '{}' WHERE sequence = 3",
        "UPDATE audit SET time = time + 1 WHERE sequence = 1",
        "DELETE FROM audit WHERE sequence = 2",
        "UPDATE audit SET sequence = 9 WHERE sequence = 5",
    ],
)
def test_a_line_that_was_changed_is_found(database: Database, harm: str) -> None:
    """By somebody who can do anything with the database, its triggers too."""
    database.write(lambda c: audit.append(c, [Entry(n, "k", "act", {"n": n}) for n in range(5)]))

    def do(connection: Any) -> None:
        if database.postgres:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        else:
            for name in ("audit_no_update", "audit_no_delete"):
                connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text(harm))

    database.write(do)
    with pytest.raises(ValueError, match="line"):
        database.read(audit.verify)


def test_many_at_once_are_all_written_or_refused_each_for_itself(database: Database) -> None:
    async def all_of_them() -> list[Any]:
        writer = Writer(database)
        batches = [Batch({rulesets: [ruleset(f"{n % 40}")]}, [Entry(n, "k", "act", {"n": n})]) for n in range(50)]
        done = await asyncio.gather(*(writer.write(one) for one in batches), return_exceptions=True)
        await asyncio.to_thread(writer.close)
        return done

    done = asyncio.run(all_of_them())
    failed = [one for one in done if isinstance(one, BaseException)]
    rows = database.read(lambda c: c.execute(select(func.count()).select_from(rulesets)).scalar_one())
    lines, _ = database.read(audit.verify)
    assert (len(failed), rows, lines) == (10, 40, 40)  # the second of each pair, with its audit line, is not there


def test_two_writers_keep_one_chain(database: Database) -> None:
    async def both() -> None:
        writers = [Writer(database), Writer(database)]
        jobs = [writers[n % 2].write(Batch(audit=[Entry(n, "k", "act", {"n": n})])) for n in range(60)]
        await asyncio.gather(*jobs)
        for one in writers:
            await asyncio.to_thread(one.close)

    asyncio.run(both())
    assert database.read(audit.verify)[0] == 60


def test_what_fails_leaves_nothing(database: Database) -> None:
    def half(connection: Any) -> None:
        connection.execute(insert(rulesets).values(ruleset("a")))
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        database.write(half)
    assert database.read(lambda c: c.execute(select(func.count()).select_from(rulesets)).scalar_one()) == 0


def test_a_server_that_was_begun_anew_is_written_to(database: Database) -> None:
    """Its old connections are dead; the first to find that out loses nothing, unless it had begun."""
    if not database.postgres:
        pytest.skip("a file has no server")
    ours = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )

    def end(connection: Connection) -> int:
        return int(connection.execute(ours).scalar_one())

    entry = Entry(1, "key", "first", {})
    database.write(lambda connection: audit.append(connection, [entry]))
    assert database.read(end) == 1  # the writer's
    database.write(lambda connection: audit.append(connection, [entry]))
    assert database.read(audit.verify)[0] == 2

    def die(connection: Connection) -> None:
        audit.append(connection, [entry])
        database.read(end)
        audit.append(connection, [entry])

    with pytest.raises(OperationalError):
        database.write(die)
    assert database.read(audit.verify)[0] == 2


class Between:
    """Carries between a client and a server; of the n-th commit the server's word does not come through."""

    def __init__(self, server: Path) -> None:
        self.lost = 0  # which commit from now on: 1 is the next
        self._server, self._gone = server, False

    @contextlib.contextmanager
    def listening(self, folder: Path) -> Iterator[None]:
        """Clients find the server in this folder."""
        folder.mkdir()
        with socket.socket(socket.AF_UNIX) as front:
            front.bind(str(folder / self._server.name))
            front.listen()
            accepting = threading.Thread(target=self._accept, args=(front,))
            accepting.start()
            try:
                yield
            finally:
                front.shutdown(socket.SHUT_RDWR)
                accepting.join()

    def _accept(self, front: socket.socket) -> None:
        carrying = []
        with contextlib.suppress(OSError):
            while True:
                near = front.accept()[0]
                carrying.append(threading.Thread(target=self._serve, args=(near,)))
                carrying[-1].start()
        for one in carrying:
            one.join()

    def _serve(self, near: socket.socket) -> None:
        with near, socket.socket(socket.AF_UNIX) as far:
            far.connect(str(self._server))
            back = threading.Thread(target=self._carry, args=(far, near, False))
            back.start()
            self._carry(near, far, True)
            back.join()

    def _carry(self, source: socket.socket, target: socket.socket, asked: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if asked and b"COMMIT" in data and self.lost:
                    self.lost -= 1
                    self._gone = not self.lost
                elif not asked and self._gone:
                    self._gone = False
                    break
                target.sendall(data)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def test_what_may_have_been_written_is_not_written_again(server: str) -> None:
    """The server agrees, and nobody hears it: all that were in the transaction fail, and each is there once."""
    place = Path(server.rpartition("host=")[2])
    between = Between(place / ".s.PGSQL.5432")

    async def all_of_them(database: Database) -> list[Any]:
        writer = Writer(database)
        first = asyncio.create_task(writer.write(Batch(work=lambda connection: time.sleep(0.5))))
        await asyncio.sleep(0.1)
        between.lost = 2  # the commit after the one that is being waited for
        more = [writer.write(Batch({rulesets: [ruleset(f"{n}")]}, [Entry(n, "k", "act", {})])) for n in range(3)]
        done = await asyncio.gather(first, *more, return_exceptions=True)
        await asyncio.to_thread(writer.close)
        return done

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE unsure")
    with tempfile.TemporaryDirectory(prefix="ct-") as folder, between.listening(Path(folder) / "front"):
        database = open_database(server.replace("/postgres?", "/unsure?").replace(str(place), f"{folder}/front"))
        first, *done = asyncio.run(all_of_them(database))
        lines, _ = database.read(audit.verify)
        kept = database.read(lambda c: c.execute(select(func.count()).select_from(rulesets)).scalar_one())
        database.close()
    assert first is None and all(isinstance(one, OperationalError) for one in done)
    assert (lines, kept) == (3, 3)


def test_errors_hold_nothing_of_what_was_to_be_stored(database: Database) -> None:
    def twice(connection: Connection) -> None:
        for _ in range(2):
            connection.execute(insert(rulesets).values(ruleset("a") | {"text": "CUSTOMER-4711"}))

    with pytest.raises(IntegrityError) as told:
        database.write(twice)
    assert "CUSTOMER" not in str(told.value)


def test_keys(database: Database) -> None:
    key, text_ = database.write(lambda connection: keys.add(connection, "me", ["read", "screen"], 7))
    assert database.read(lambda c: keys.by_text(c, text_)) == key == database.read(lambda c: keys.by_id(c, key.id))
    assert database.read(lambda c: keys.by_text(c, text_ + "x")) is None
    database.write(lambda connection: keys.revoke(connection, key.id))
    assert database.read(lambda c: keys.by_text(c, text_)) is None
    assert database.read(keys.listed)[0].revoked is not None
    with pytest.raises(InputError, match="no key"):
        database.write(lambda connection: keys.revoke(connection, key.id))
    for name, scopes, rate in (
        ("a", ["all"], 1),
        ("a", [], 1),
        ("", ["read"], 1),
        ("a\n", ["read"], 1),
        ("a", ["read"], 0),
    ):
        with pytest.raises(InputError):
            database.write(lambda c, n=name, s=scopes, r=rate: keys.add(c, n, s, r))  # type: ignore[misc]


def test_the_secret_file_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    made = keys.master(path)
    assert keys.master(path) == made and stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("short")
    with pytest.raises(InputError, match="no secret of ours"):
        keys.master(path)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "no URL"),
        ("mysql://a@b/c", "mysql"),
        ("sqlite://", "needs a file"),
        ("sqlite:////nonexistent/x.sqlite", "cannot use"),
        ("postgresql://me:hunter2@127.0.0.1:1/x", "cannot use"),
    ],
)
def test_a_database_that_cannot_be_used(url: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as error:
        open_database(url)
    assert "hunter2" not in str(error.value) and "\n" not in str(error.value)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    path.write_text("no database " * 100)
    with pytest.raises(InputError, match="cannot use"):
        open_database(f"sqlite:///{path}")
    assert path.read_text().startswith("no database")


def test_sqlite_syncs_what_it_writes(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/db.sqlite")
    told = database.write(
        lambda c: [c.exec_driver_sql(f"PRAGMA {one}").scalar() for one in ("synchronous", "journal_mode")]
    )
    assert told == [2, "wal"]
    assert stat.S_IMODE((tmp_path / "db.sqlite").stat().st_mode) == 0o600
    database.close()
    assert sqlite3.connect(tmp_path / "db.sqlite").execute("PRAGMA integrity_check").fetchone() == ("ok",)
