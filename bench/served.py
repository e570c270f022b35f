"""The server of the measurement, in a process of its own: `python -m bench.served LEDGER DATABASE PORT`.

Every exposure is computed before the first request, as a store of exposures would have it.
"""

import sys
from pathlib import Path

from cointrail.exposure import Exposure
from cointrail.labels import Labels
from cointrail.ledger import open_ledger
from cointrail.screening import Sources
from cointrail.screening.database import open_database
from cointrail.screening.http import make_app, serve
from tests.screening.arithmetic import Arithmetic

MASTER = b"0" * 64


class Known:
    """The exposures of all addresses of a ledger, in memory."""

    def __init__(self, ledger: Path, labels: Labels) -> None:
        opened = open_ledger(ledger)
        made = Arithmetic(ledger, labels)
        every = opened.addresses(range(1, len(opened.index.prefix) + 1))
        self._found = {raw: made.of(raw) for raw in every}

    def of(self, address: bytes) -> Exposure | None:
        """None for an address that the ledger does not know."""
        return self._found.get(address)


if __name__ == "__main__":
    path, url, port = sys.argv[1:]
    serve(make_app(Sources(Path(path), Known), open_database(url), MASTER), "127.0.0.1", int(port))
