"""Opening the database and bringing it to the layout of this version."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from cointrail.errors import InputError
from cointrail.screening.database.tables import keys

SQLITE, POSTGRES = "sqlite", "postgresql"
DEFAULT = "sqlite:///cointrail.sqlite"
PATIENCE = 30_000  # milliseconds that one writer waits for another
LOCK = 0x636F696E  # of all who write to a PostgreSQL database of ours
READERS = 4

T = TypeVar("T")


class Database:
    """Connections for reading, and for writing in one transaction at a time."""

    def __init__(self, url: URL) -> None:
        self.postgres = url.get_backend_name() == POSTGRES
        if self.postgres:
            self._read = _engine(url, pool_size=READERS, pool_pre_ping=True, pool_recycle=1800)
            self._write = _engine(url, pool_size=1)  # whose first statement shows whether the server is there
        else:
            self._read, self._write = _sqlite(url, "DEFERRED"), _sqlite(url, "IMMEDIATE")

    def read(self, work: Callable[[Connection], T]) -> T:
        """What `work` finds."""
        with self._read.connect() as connection:
            return work(connection)

    def write(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, once it is on the disk; nothing of it where it raises. One writer at a time."""
        begun = False

        def noted(connection: Connection) -> T:
            nonlocal begun
            begun = True
            return work(connection)

        try:
            return self._alone(noted)
        except DBAPIError as error:
            if begun or not error.connection_invalidated:
                raise
        return self._alone(work)  # the server had gone since the last time, and nothing was asked of it yet

    def _alone(self, work: Callable[[Connection], T]) -> T:
        with self._write.begin() as connection:
            if self.postgres:
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            return work(connection)

    def migrate(self) -> None:
        """Bring the tables to the layout of this version; whoever comes second finds it done."""
        config = Config()
        config.set_main_option("script_location", "cointrail.screening.database:migrations")

        def upgrade(connection: Connection) -> None:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

        self.write(upgrade)

    def close(self) -> None:
        """Give all connections back."""
        self._read.dispose()
        self._write.dispose()


def open_database(text: str = DEFAULT, make: bool = True) -> Database:
    """The database at a URL, `sqlite:///PATH` or `postgresql://…`, at the newest layout.

    InputError, which never shows a password, where it cannot be used, or nothing is kept there yet and is not to be
    made.
    """
    try:
        url = make_url(text)
        kind = url.get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise InputError("--database is no URL: give sqlite:///PATH or postgresql://USER@HOST/NAME") from error
    if kind == POSTGRES:
        url = url.set(drivername="postgresql+psycopg")
    elif kind != SQLITE:
        raise InputError(f"--database {kind[:20]}: give sqlite:///PATH or postgresql://USER@HOST/NAME")
    elif url.database in (None, "", ":memory:"):
        raise InputError("--database sqlite needs a file: give sqlite:///PATH")
    shown = url.render_as_string(hide_password=True)
    try:
        database = Database(url)
        if not make and not _kept(database, url):
            database.close()
            raise InputError(f"{shown}: nothing is kept there; --database names another one, `keys add` makes one")
        if kind == SQLITE and not Path(url.database or "").exists():
            Path(url.database or "").touch(mode=0o600)
        database.migrate()
    except (SQLAlchemyError, OSError) as error:
        why = " ".join(str(getattr(error, "orig", None) or error).split())
        raise InputError(f"cannot use the database {shown}: {_without(why, url)[:200]}; check that it runs") from error
    return database


def _kept(database: Database, url: URL) -> bool:
    """Whether there are tables of ours."""
    if not database.postgres and not Path(url.database or "").exists():
        return False
    return database.read(lambda connection: inspect(connection).has_table(keys.name))


def _without(text: str, url: URL) -> str:
    return text.replace(str(url.password), "***") if url.password else text


def _engine(url: URL, **more: Any) -> Engine:
    """Errors say which statement failed, and nothing of what was to be stored: they come into the log."""
    return create_engine(url, hide_parameters=True, **more)


def _sqlite(url: URL, mode: str) -> Engine:
    engine = _engine(url, connect_args={"isolation_level": None, "timeout": PATIENCE / 1000})

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: Any) -> None:
        # FULL: what was answered is on the disk, also after a loss of power
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={PATIENCE}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine
