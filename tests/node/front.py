"""A loopback front before the real node: it passes requests on, and misbehaves where a test says so."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.anvil import DIRECT

# Given the request body: None to pass it on, (status, body) to answer in the node's place, or HANG to say nothing
Rule = Callable[[Any], "tuple[int, Any] | str | None"]
HANG = "hang"
Edit = Callable[[Any, Any], Any]  # given request and reply of one call: the reply to send instead


class Front:
    """Counts and remembers what went through; `rule` and `edit` may be changed at any time."""

    def __init__(self, node: str) -> None:
        self.node = node
        self.url = ""
        self.rule: Rule = lambda body: None
        self.edit: Edit | None = None
        self.reshape: Callable[[Any], Any] = lambda replies: replies  # a whole reply that was edited
        self.bodies: list[Any] = []
        self.headers: dict[str, str] = {}
        self.over = threading.Event()

    @property
    def methods(self) -> list[str]:
        """The methods asked for, in order."""
        return [call["method"] for body in self.bodies for call in calls_of(body)]

    def answer(self, raw: bytes) -> tuple[int, bytes] | None:
        """What to reply to a request; None for nothing."""
        body = json.loads(raw)
        self.bodies.append(body)
        ruled = self.rule(body)
        if ruled is not None:
            if isinstance(ruled, str):
                self.over.wait(30)
                return None
            status, reply = ruled
            return status, reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        request = urllib.request.Request(self.node, raw, {"Content-Type": "application/json"})
        try:
            with DIRECT.open(request, timeout=30) as passed:
                content = passed.read()
        except (urllib.error.URLError, OSError):
            return None
        if self.edit is None:
            return 200, content  # as it is: not every reply can be read by json
        found = json.loads(content)
        if isinstance(body, list):
            calls = {call["id"]: call for call in body}
            found = [self.edit(calls[reply["id"]], reply) for reply in found]
        else:
            found = self.edit(body, found)
        return 200, json.dumps(self.reshape(found)).encode()


def calls_of(body: Any) -> list[Any]:
    """The calls in a request."""
    return body if isinstance(body, list) else [body]


def refusing(code: int, message: str, *methods: str) -> Rule:
    """A rule: these methods are answered with an error."""

    def rule(body: Any) -> Any:
        if calls_of(body)[0]["method"] not in methods:
            return None
        error = {"code": code, "message": message}
        replies = [{"jsonrpc": "2.0", "id": call["id"], "error": error} for call in calls_of(body)]
        return 200, replies if isinstance(body, list) else replies[0]

    return rule


@contextmanager
def fronting(node: str) -> Iterator[Front]:
    """Run a front before the node at this address."""
    front = Front(node)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            front.headers = dict(self.headers)
            found = front.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.close_connection = True
            if found is None:
                return
            status, content = found
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    front.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield front
    finally:
        front.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
