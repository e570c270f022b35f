"""A real node for tests: anvil from tests/node, on a free loopback port, ended by its process id."""

import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

MODULES = Path(__file__).parent / "node" / "node_modules"
INSTALL = "npm ci --prefix tests/node"
START_SECONDS, MINING_SECONDS = 30.0, 20.0
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback is never reached through a proxy


class Anvil:
    """A running anvil: its `url`, its `process`, and what tests ask of it."""

    def __init__(self, url: str, process: "subprocess.Popen[bytes]") -> None:
        self.url = url
        self.process = process

    def call(self, method: str, *params: Any) -> Any:
        """The result of one JSON-RPC call; AssertionError with the node's words where it fails."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        with DIRECT.open(request, timeout=30) as reply:
            answer = json.load(reply)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    @property
    def accounts(self) -> list[str]:
        """Ten addresses with money, that the node signs for."""
        return list(self.call("eth_accounts"))

    @property
    def head(self) -> int:
        """Number of the last block."""
        return int(self.call("eth_blockNumber"), 16)

    def send(self, **transaction: Any) -> str:
        """Send a transaction that the node signs; numbers are written in hex here. Its hash."""
        fields = {
            "from" if name == "sender" else name: hex(value) if isinstance(value, int) else value
            for name, value in transaction.items()
        }
        return str(self.call("eth_sendTransaction", fields))

    def receipt(self, tx: str) -> dict[str, Any]:
        """The receipt of a transaction, as soon as it is in a block."""
        until = time.monotonic() + MINING_SECONDS
        while (found := self.call("eth_getTransactionReceipt", tx)) is None:
            assert time.monotonic() < until, f"{tx} is in no block"
            time.sleep(0.01)
        return dict(found)

    def deploy(self, sender: str, code: bytes, value: int = 0) -> str:
        """Make a contract whose running code is `code`; its address."""
        receipt = self.receipt(self.send(sender=sender, data="0x" + creation(code).hex(), value=value))
        assert receipt["status"] == "0x1"
        return str(receipt["contractAddress"])

    def balance(self, address: str, block: int) -> int:
        """What an address held at the end of a block."""
        return int(self.call("eth_getBalance", address, hex(block)), 16)


def creation(code: bytes) -> bytes:
    """Code that makes a contract of `code`: PUSH2 size, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN, then `code`."""
    return bytes.fromhex("61") + len(code).to_bytes(2, "big") + bytes.fromhex("80600a5f395ff3") + code


def program() -> Path:
    """The anvil program; the test is skipped where it is not installed."""
    found = sorted(MODULES.glob("@foundry-rs/anvil-*/bin/anvil*"))
    if not found:
        pytest.skip(f"anvil is not installed: {INSTALL}")
    return found[0]


def free_port() -> int:
    """A loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(options: Sequence[str] = ()) -> Iterator[Anvil]:
    """Start anvil, wait until it answers, end it afterwards."""
    path = program()
    port = free_port()
    # a home of its own: anvil reads settings and keeps a cache there
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [str(path), "--host", "127.0.0.1", "--port", str(port), "--threads", "1", "--quiet", *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "HOME": home},
        )
        node = Anvil(f"http://127.0.0.1:{port}", process)
        try:
            _wait(node)
            yield node
        finally:
            process.kill()
            process.wait()


def _wait(node: Anvil) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            node.call("eth_chainId")
            return
        except OSError as error:
            assert node.process.poll() is None, f"anvil ended with {node.process.returncode}"
            assert time.monotonic() < until, f"anvil did not start: {error}"
            time.sleep(0.05)
