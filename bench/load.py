"""A lean client on loopback: requests leave at their time, whether or not earlier ones were answered (open loop)."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

HOST = "127.0.0.1"


@dataclass
class Told:
    """What came back: seconds from the moment a request was due to the last byte of its answer, and what failed."""

    seconds: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    lasted: float = 0.0

    @property
    def failed(self) -> str:
        """How many failed, and how."""
        return ", ".join([f"{self.failures.total()} failed", *map(str, self.failures)])

    def quantile(self, share: float) -> float:
        """The time within which that share was answered."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def post(path: str, key: str, body: bytes) -> bytes:
    """A request as it goes over the wire."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {HOST}\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def at_rate(port: int, requests: Sequence[bytes], rate: float) -> Told:
    """Each request at its time, over as many connections as are needed."""
    told, idle = Told(), list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]()
    began = time.perf_counter()

    async def one(request: bytes, due: float) -> None:
        while idle and idle[-1][0].at_eof():  # closed by the server, as nothing was asked for long
            idle.pop()[1].close()
        pair = idle.pop() if idle else await asyncio.open_connection(HOST, port, limit=1 << 24)
        try:
            if why := await _ask(pair, request):
                told.failures[why] += 1
            idle.append(pair)
        except (OSError, asyncio.IncompleteReadError) as error:
            told.failures[type(error).__name__] += 1
        told.seconds.append(time.perf_counter() - due)

    async with asyncio.TaskGroup() as tasks:
        for number, request in enumerate(requests):
            due = began + number / rate
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            tasks.create_task(one(request, due))
    told.lasted = time.perf_counter() - began
    for _, writer in idle:
        writer.close()
    return told


async def in_turn(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Told:
    """Some connections, each asking as soon as it was answered (closed loop), for so long."""
    told = Told()
    began = time.perf_counter()

    async def one(first: int) -> None:
        pair = await asyncio.open_connection(HOST, port, limit=1 << 24)
        number = first
        while time.perf_counter() < began + seconds:
            due = time.perf_counter()
            if why := await _ask(pair, requests[number % len(requests)]):
                told.failures[why] += 1
            told.seconds.append(time.perf_counter() - due)
            number += connections
        pair[1].close()

    await asyncio.gather(*(one(number) for number in range(connections)))
    told.lasted = time.perf_counter() - began
    return told


async def _ask(pair: tuple[asyncio.StreamReader, asyncio.StreamWriter], request: bytes) -> str:
    """Why it was not answered; empty where it was."""
    reader, writer = pair
    writer.write(request)
    await writer.drain()
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
    )
    await reader.readexactly(length)
    status = head.split(b" ", 2)[1].decode()
    return "" if status in ("200", "201") else status
