"""One server for each database, over a ledger of its own."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screening.postgres import postgres
from tests.screening.serving import Running, running
from tests.screening.world import make


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database of each kind."""
    with tempfile.TemporaryDirectory(prefix="ct-") as folder:  # short: a socket's path has 107 bytes at most
        Path(folder).chmod(0o755)
        if request.param == "sqlite":
            yield f"sqlite:///{folder}/db.sqlite"
        else:
            with postgres(Path(folder) / "pg") as found:
                yield found


@pytest.fixture(scope="module")
def server(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server over the small world."""
    ledger = tmp_path_factory.mktemp("world") / "ledger"
    make(ledger)
    with running(ledger, url) as found:
        yield found
