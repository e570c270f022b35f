"""The server of the measurement, in a process of its own: `python -m bench.served LEDGER DATABASE PORT`."""

import sys
from pathlib import Path

from cointrail.cli.exposing import apart, exposing
from cointrail.screening import Sources
from cointrail.screening.database import open_database
from cointrail.screening.http import listening, make_app, serve

MASTER = b"0" * 64

if __name__ == "__main__":
    path, url, port = sys.argv[1:]
    serve(
        make_app(Sources(Path(path), exposing(), again=apart), open_database(url), MASTER),
        listening("127.0.0.1", int(port)),
    )
