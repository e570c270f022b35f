"""`cointrail serve` as a process of its own, as it runs on servers."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from cointrail.labels import Labels
from tests.screening.world import NOBODY, label, make

PATIENCE = 60.0  # seconds


class Server(NamedTuple):
    process: subprocess.Popen[str]
    port: int


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """One over the small world that answers already."""
    make(tmp_path / "ledger")
    said = ["--ledger", "ledger", "--port", "0", "--database", f"sqlite:///{tmp_path}/db.sqlite"]
    command = [sys.executable, "-c", "from cointrail.cli import app; app()", "serve", *said]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = next(line for line in process.stderr if "openapi.json" in line)
        yield Server(process, int(line.partition("/openapi.json")[0].rpartition(":")[2]))
        process.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes where Linux lists them")
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_nothing_of_it_outlives_it(tmp_path: Path, server: Server, told: signal.Signals) -> None:
    """New labels: another process has begun to compute exposures when the server is told to end."""
    Labels(tmp_path / "ledger").add([label(NOBODY, "sanction")])
    other = _child(server.process.pid)
    with socket.create_connection(("127.0.0.1", server.port)) as slow:  # whose body does not come
        slow.sendall(b"POST /v1/screenings HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{")
        server.process.send_signal(told)
        assert server.process.wait(PATIENCE) == 0
    assert not _lives(other)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes where Linux lists them")
def test_nothing_of_it_outlives_it_though_it_was_killed(tmp_path: Path, server: Server) -> None:
    Labels(tmp_path / "ledger").add([label(NOBODY, "sanction")])
    other = _child(server.process.pid)
    server.process.kill()
    deadline = time.monotonic() + PATIENCE
    while _lives(other):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _lives(process: int) -> bool:
    """Whether it is there, and not only waits for somebody to ask how it ended."""
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False


def _child(process: int) -> int:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for children in Path(f"/proc/{process}/task").glob("*/children"):
            if found := children.read_text().split():
                return int(found[0])
        time.sleep(0.01)
    raise AssertionError("nothing was begun")
