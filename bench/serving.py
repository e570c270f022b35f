"""The screening API under load: server, database and client on this machine."""

import asyncio
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import orjson

from bench.disk import probed
from bench.figures import Part
from bench.ground import Ground
from bench.load import HOST, Told, at_rate, in_turn, post
from bench.machine import ROOT
from cointrail.chains import format_address
from cointrail.labels import Label, Labels
from cointrail.screening.database import audit, keys, open_database
from tests.screening.postgres import postgres

TRANSFERS, LEAF = 60_000, 5_000
RATE, SECONDS = 200, 60.0
BULK, CONNECTIONS, BULK_SECONDS = 500, 2, 20.0
P99, LEAST = 0.020, 1_000  # seconds; addresses a second
IMPORTED, LOWEST, SLOWER = 2_000_000, "19", 3  # rows; priority of the import; how many times P99 it may cost
NOTE = (
    "Server, database and client share the two cores. Every answer is on the disk, with its line in the audit log, "
    "before it is sent. Single requests leave at their time whether or not earlier ones were answered; their time "
    "counts from the moment they were due. Exposures are those of the whole ledger, mapped from disk. The import adds "
    "to the ledger that is served, so that its index and exposures are made anew beside the requests. Beside it all a "
    "small file is written and synced 20 times a second: no answer is faster than the disk."
)


def serving(ground: Ground, quick: bool) -> Part:
    """Both databases."""
    part = Part("serve", "Screening API", NOTE)
    own = Ground(ground.folder / "serve", TRANSFERS // (10 if quick else 1), LEAF, 1)
    own.folder.mkdir(parents=True, exist_ok=True)
    _label(own)
    addresses = _addresses(own)
    more = Ground(ground.folder / "more", IMPORTED // (100 if quick else 1), LEAF, 1)
    more.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="ct-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        databases: dict[str, AbstractContextManager[str]] = {"SQLite": nullcontext(f"sqlite:///{folder}/db.sqlite")}
        if shutil.which("pg_ctl") or any(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")):
            databases["PostgreSQL"] = postgres(folder / "pg")
        for database, opened in databases.items():
            copy = Path(shutil.copytree(own.path, folder / database))
            with opened as url:
                os.sync()  # the files made for this are no part of the load
                _measure(part, database, copy, url, addresses, more.cryo, quick)
    return part


def _measure(
    part: Part, name: str, ledger: Path, url: str, addresses: list[str], files: list[Path], quick: bool
) -> None:
    database = open_database(url)
    _, key = database.write(lambda connection: keys.add(connection, "bench", ["screen"], keys.HIGHEST_RATE))
    rng = random.Random(7)
    seconds = 2.0 if quick else SECONDS
    singles = [
        post("/v1/screenings", key, orjson.dumps({"address": rng.choice(addresses)}))
        for _ in range(int(RATE * seconds))
    ]
    bulks = [_bulk(key, [rng.choice(addresses) for _ in range(BULK)]) for _ in range(20)]
    with _server(ledger, url) as port:
        asyncio.run(at_rate(port, singles[:RATE], RATE))  # warm
        with probed(ledger.parent) as disk:
            told = asyncio.run(at_rate(port, singles, RATE))
        _single(part, f"{name}: single requests, p99", told, P99, f"; {disk}")
        with probed(ledger.parent) as disk, _importing(files, ledger) as ended:
            told = asyncio.run(at_rate(port, singles, RATE))
        note = f"; {IMPORTED // (100 if quick else 1):,} rows imported{'' if ended() else ', not all of them by then'}"
        _single(part, f"{name}: ... while an import runs", told, P99 * SLOWER, f"{note}; {disk}")
        bulk = asyncio.run(in_turn(port, bulks, CONNECTIONS, 2.0 if quick else BULK_SECONDS))
    each = len(bulk.seconds) * BULK / bulk.lasted
    part.add(
        f"{name}: addresses screened in bulk", f"{each:,.0f}/s",
        f"{BULK} a request over {CONNECTIONS} connections, {bulk.lasted:.0f} s, {bulk.failed}",
        f"≥ {LEAST:,}/s, none failed", each >= LEAST and not bulk.failures,
    )  # fmt: skip
    lines, _ = database.read(audit.verify)
    asked = 2 * len(singles) + RATE + len(bulk.seconds)
    part.add(f"{name}: audit lines that fit together", f"{lines:,}", f"{asked:,} requests and the making of the key")
    database.close()


def _single(part: Part, what: str, told: Told, most: float, more: str = "") -> None:
    p50, p99, worst = (told.quantile(share) * 1000 for share in (0.5, 0.99, 1.0))
    note = f"{len(told.seconds):,} at {RATE}/s in {told.lasted:.0f} s; median {p50:.1f} ms, most {worst:.0f} ms"
    met = p99 < most * 1000 and not told.failures
    target = f"< {most * 1000:.0f} ms, none failed"
    part.add(what, f"{p99:.1f} ms", f"{note}; {told.failed}{more}", target, met)


@contextmanager
def _importing(files: list[Path], ledger: Path) -> Iterator[Callable[[], bool]]:
    """An import at the lowest priority; whether it was done by the end."""
    tool = Path(sys.executable).with_name("cointrail")
    command = ["nice", "-n", LOWEST, str(tool), "ledger", "import", *map(str, files), "--into", str(ledger)]
    done: list[bool] = []
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        yield lambda: done[0]
        done.append(process.poll() is not None)
        if process.wait():
            raise RuntimeError("the import failed")


def _bulk(key: str, addresses: list[str]) -> bytes:
    body = orjson.dumps({"subjects": [{"address": one} for one in addresses]})
    return post("/v1/screenings/bulk", key, body)


@contextmanager
def _server(ledger: Path, url: str) -> Iterator[int]:
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "bench.served", str(ledger), url, str(port)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            _wait(lambda: process.poll() is not None, port)
            yield port
        finally:
            process.terminate()


def _wait(dead: Callable[[], bool], port: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not dead():
        try:
            socket.create_connection((HOST, port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def _label(own: Ground) -> None:
    """What the demo's labels leave out: who stole it. Else no rule of risk has anything to do."""
    said = [
        Label(who, "ethereum", "Thief", "hack", None, "authority_data", "bench", None, None, None, None, "bench")
        for who in own.heist.theft_addresses
    ]
    Labels(own.path).add(said)


def _addresses(own: Ground) -> list[str]:
    ledger = own.ledger()
    return [format_address(raw) for raw in ledger.addresses(range(1, len(ledger.index.prefix) + 1))]
