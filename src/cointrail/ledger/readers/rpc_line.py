"""One request to a node: bytes out, JSON back, and what went wrong sorted by what to do about it."""

import json
import logging
import time
from typing import Any

import httpx

from cointrail.errors import InputError
from cointrail.ledger.readers.rpc_json import parse
from cointrail.ledger.readers.rpc_place import Place

CONNECT_SECONDS = 10.0
SILENT_SECONDS = 60.0  # without a byte; traces of a full block take a node a while
REPLY_SECONDS = 300.0  # for a whole reply: a node that drips bytes does not hold us for ever
REPLY_BYTES = 256 << 20  # of one reply, unpacked
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
LONGEST_WAIT = 60.0  # that a node may ask for


class Busy(Exception):
    """Worth asking again: no connection, no answer in time, too many requests, a fault inside the node."""

    def __init__(self, reason: str, wait: float = 0.0, node: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait  # seconds that the node asks us to wait
        self.node = node  # False: nothing there looks like a node


class TooMuch(Exception):
    """Not with this many calls in one request: the node refuses the request, or the reply has no end."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Line:
    """An open connection to a node."""

    def __init__(self, place: Place, silent: float = SILENT_SECONDS) -> None:
        self.place = place
        # httpx reports every address, keys and all, at level INFO
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._client = httpx.Client(
            timeout=httpx.Timeout(silent, connect=min(silent, CONNECT_SECONDS)),
            headers={"Content-Type": "application/json", "Accept-Encoding": "gzip"},
            follow_redirects=False,
            trust_env=not place.local,
        )

    def close(self) -> None:
        self._client.close()

    def post(self, body: Any) -> Any:
        """Send a JSON value, return the JSON answer; Busy, TooMuch, or InputError where asking again is no use."""
        try:
            with self._client.stream("POST", self.place.url, content=json.dumps(body)) as reply:
                content = self._read(reply)
                status, later = reply.status_code, reply.headers.get("retry-after", "")
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise Busy(f"no connection: {self.place.hide(str(error))}", node=False) from None
        except httpx.TimeoutException:
            raise Busy("no answer in time") from None
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise Busy(f"the connection broke: {self.place.hide(str(error)) or type(error).__name__}") from None
        return self._answer(status, content, later)

    def _read(self, reply: httpx.Response) -> bytes:
        until = time.monotonic() + REPLY_SECONDS
        content = bytearray()
        for piece in reply.iter_bytes():
            content += piece
            if len(content) > REPLY_BYTES:
                raise TooMuch(f"the answer is larger than {REPLY_BYTES >> 20} MiB")
            if time.monotonic() > until:
                raise Busy(f"the answer was not complete after {REPLY_SECONDS:.0f} s")
        return bytes(content)

    def _answer(self, status: int, content: bytes, later: str) -> Any:
        name = self.place.name
        if 300 <= status < 400:
            raise InputError(f"{name}: the node sends us elsewhere (HTTP {status}); give its final address")
        if status in BUSY:
            wait = float(later) if later.isascii() and later.isdigit() and len(later) < 6 else 0.0
            raise Busy(f"HTTP {status}", min(wait, LONGEST_WAIT))
        try:
            answer = parse(content)
        except ValueError:
            answer = None
        if status < 400:
            if answer is None:
                raise Busy("an answer that is not JSON", node=False)
            return answer
        if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
            return answer  # some say everything twice
        if status in (401, 402, 403):
            raise InputError(f"{name}: the node refuses access (HTTP {status}); check the key in its address")
        raise TooMuch(f"HTTP {status}")
