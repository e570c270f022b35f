"""The real server in a thread of this process, on loopback, over the small world."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from cointrail.prices import Prices
from cointrail.screening import Sources
from cointrail.screening.database import Database, keys, open_database
from cointrail.screening.http import make_app
from cointrail.screening.http.app import Application
from tests.screening.arithmetic import Arithmetic

MASTER = b"m" * 64
EVERY = ("screen", "read", "watch")


@dataclass
class Running:
    """A server, and a key that may do everything."""

    base: str
    app: Application
    database: Database
    key: keys.Key
    text: str
    ledger: Path

    def client(self, **more: Any) -> httpx.Client:
        """A client with the key."""
        return self.client_of(self.text, **more)

    def client_of(self, text: str | None, **more: Any) -> httpx.Client:
        """A client with another key, or with none; as patient as the machine may be busy."""
        own = {} if text is None else {"authorization": f"Bearer {text}"}
        return httpx.Client(base_url=self.base, headers=own | more.pop("headers", {}), timeout=30, **more)

    def make_key(self, *scopes: str, rate: int = 1000) -> tuple[keys.Key, str]:
        """Another key."""
        return self.database.write(lambda connection: keys.add(connection, "another", scopes, rate))


@contextmanager
def running(ledger: Path, url: str, rules: Path | None = None, prices: Prices | None = None) -> Iterator[Running]:
    """A server over a ledger and a database."""
    database = open_database(url)
    key, text = database.write(lambda connection: keys.add(connection, "tests", EVERY, 10_000))
    app = make_app(Sources(ledger, Arithmetic, rules, prices), database, MASTER)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Running(f"http://127.0.0.1:{port}", app, database, key, text, ledger)
    finally:
        server.should_exit = True
        thread.join(20)
