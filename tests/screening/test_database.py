"""The database on its own: layout, audit log, group commit, keys, and what is refused."""

import asyncio
import sqlite3
import stat
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import OperationalError

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
