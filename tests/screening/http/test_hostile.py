"""What must be refused: clearly, with nothing leaked and nothing stored."""

import base64
import contextlib
import json
import logging
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from cointrail.chains import format_address
from cointrail.screening.database import keys, tables
from tests.screening.serving import Running
from tests.screening.world import CLEAN

GOOD = format_address(CLEAN)
EVIL = [
    "'; DROP TABLE screenings; --",
    "<script>alert(1)</script>",
    "\x00",
    "../../etc/passwd",
    "{{7*7}}",
    "${jndi:ldap://x}",
    "\u202egnp.exe",
    "\ud800",
    "0x" + "g" * 40,
    "0x" + "A" * 20 + "a" * 20,
    "a" * 100_000,
    "",
    " ",
]
MOVED = {"counterparty": GOOD, "amount": "1", "direction": "sent", "asset": "COIN"}
FIELDS = [
    ("/v1/screenings", {"address": GOOD, "reference": "r"}, ("address",)),
    ("/v1/screenings/bulk", {"subjects": [{"address": GOOD}]}, ("subjects", 0, "address")),
    *(("/v1/transfers/screenings", MOVED, (one,)) for one in ("counterparty", "amount", "asset", "direction")),
    ("/v1/transfers/screenings", MOVED | {"transaction": "0x"}, ("transaction",)),
]


def counts(server: Running) -> dict[str, int]:
    """How many rows every table has."""
    return {
        table.name: server.database.read(
            lambda connection, table=table: connection.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[misc]
        )
        for table in tables.metadata.sorted_tables
    }


@pytest.fixture
def nothing_stored(server: Running) -> Iterator[None]:
    before = counts(server)
    yield
    assert counts(server) == before


def refused(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    """A problem of RFC 9457 that says nothing of the inside."""
    assert answer.status_code in statuses, (answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == "application/problem+json"
    said: dict[str, Any] = answer.json()
    assert said["status"] == answer.status_code and said["code"] and said["detail"]
    for word in ("Traceback", "sqlalchemy", "psycopg", "sqlite3", "/src/", "SELECT", "script", "DROP"):
        assert word not in answer.text
    return said


def wire(content: Any) -> bytes:
    return json.dumps(content).encode("utf-8", "surrogatepass")


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("evil", EVIL, ids=lambda text: ascii(text[:12]))
@pytest.mark.parametrize(("path", "body", "where"), FIELDS)
def test_evil_in_every_field(server: Running, path: str, body: dict[str, Any], where: Any, evil: str) -> None:
    if where[-1] == "asset" and evil.startswith("0xA"):
        pytest.skip("a contract in any case is one")
    content: Any = json.loads(json.dumps(body))
    place = content
    for part in where[:-1]:
        place = place[part]
    place[where[-1]] = evil
    with server.client(headers={"content-type": "application/json"}) as client:
        refused(client.post(path, content=wire(content)), 400, 422)


def test_text_that_is_only_text_is_kept_as_it_is(server: Running) -> None:
    with server.client() as client:
        for evil in EVIL[:2] + EVIL[3:7]:
            made = client.post("/v1/screenings", json={"address": GOOD, "reference": evil})
            assert made.status_code == 201 and made.json()["reference"] == evil
            assert client.get(f"/v1/screenings/{made.json()['id']}").json()["reference"] == evil
            assert made.headers["content-type"] == "application/json"
            assert made.headers["x-content-type-options"] == "nosniff"


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("evil", EVIL[:11], ids=lambda text: ascii(text[:12]))
def test_evil_in_paths_queries_and_headers(server: Running, evil: str) -> None:
    text = evil.encode("utf-8", "surrogatepass")[:500]
    quoted = "".join(f"%{byte:02x}" for byte in text)
    with server.client() as client:
        refused(client.get(f"/v1/screenings/{quoted}"), 404, 422)
        refused(client.get(f"/v1/addresses/{quoted}/labels"), 404, 422)
        refused(client.get(f"/v1/screenings?address={quoted}"), 422)
        refused(client.get(f"/v1/screenings?before={quoted}"), 422)
        refused(client.put(f"/v1/watchlists/{quoted}/addresses/{quoted}"), 400, 404, 422)
        header = text.replace(b"\x00", b"0").replace(b"\n", b"") or b"-"
        answer = client.post("/v1/screenings", json={"address": "no"}, headers=[(b"idempotency-key", header)])
        refused(answer, 422)


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"null", b"[]", b"1", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000,
        b'{"address": 1}', b'{"address": null}', b'{"address": "aaaa"', b'{"address": NaN}',
        *(b'{"address": "' + GOOD.encode() + b'", ' + more + b"}" for more in (
            b'"color": "red"', b'"as_of": -1', b'"as_of": 1e400', b'"as_of": ' + b"9" * 5000,
        )),
    ],
    ids=lambda content: ascii(content[:24]),
)  # fmt: skip
def test_malformed(server: Running, content: bytes) -> None:
    with server.client(headers={"content-type": "application/json"}) as client:
        refused(client.post("/v1/screenings", content=content), 400, 422)


@pytest.mark.usefixtures("nothing_stored")
def test_too_large(server: Running) -> None:
    with server.client(headers={"content-type": "application/json"}) as client:
        refused(client.post("/v1/screenings", content=b"a" * (1 << 21)), 413)

        def parts() -> Iterator[bytes]:
            for _ in range(40):
                yield b"a" * (1 << 16)

        with contextlib.suppress(httpx.WriteError):  # the server may close before all was sent
            refused(client.post("/v1/screenings", content=parts()), 413)  # without a length: it has to be counted
        refused(client.post("/v1/screenings/bulk", json={"subjects": [{"address": GOOD}] * 1001}), 422)
        refused(client.get("/v1/screenings", params={"address": "a" * 3000}), 400)


@pytest.mark.usefixtures("nothing_stored")
def test_too_slow(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that does not come: nobody has to have a key for that."""
    monkeypatch.setattr("cointrail.screening.http.edge.LONGEST_WAIT", 0.3)
    host, port = server.base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 20) as client:
        client.sendall(b"POST /v1/screenings HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{")
        said = b""
        while more := client.recv(1 << 16):
            said += more
    assert said.startswith(b"HTTP/1.1 408 ")


@pytest.mark.usefixtures("nothing_stored")
def test_one_bad_address_refuses_all(server: Running) -> None:
    with server.client() as client:
        said = refused(
            client.post("/v1/screenings/bulk", json={"subjects": [{"address": GOOD}, {"address": "0x12"}]}), 422
        )
        assert said["faults"] == [{"at": "body.subjects.1.address", "problem": "not_an_address"}]


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer x", "Basic eDp5", "Bearer " + "k" * 5000, "Bearer \xff"]
)
def test_no_key_or_a_wrong_one(server: Running, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header.encode("latin-1")}
    with server.client_of(None) as client:
        for method, path in (
            ("POST", "/v1/screenings"), ("GET", "/v1/screenings"), ("GET", "/v1/rules"), ("POST", "/v1/watchlists"),
            ("GET", f"/v1/addresses/{GOOD}/labels"), ("POST", "/v2/wallet/synchronous"),
            ("POST", "/public/v2/screening/addresses"),
        ):  # fmt: skip
            refused(client.request(method, path, headers=headers), 401, 422)  # type: ignore[arg-type]
        refused(client.post("/v1/screenings", json={"address": GOOD}, headers=headers), 401)  # type: ignore[arg-type]


def test_scopes(server: Running) -> None:
    _, reader = server.make_key("read")
    with server.client_of(reader) as client:
        assert client.get("/v1/rules").status_code == 200
        refused(client.post("/v1/screenings", json={"address": GOOD}), 403)
        refused(client.get("/v1/watchlists"), 403)


def test_over_the_limit(server: Running) -> None:
    _, slow = server.make_key("read", rate=5)
    with server.client_of(slow) as client:
        answers = [client.get("/v1/rules") for _ in range(12)]
        assert [answer.status_code for answer in answers[:5]] == [200] * 5
        last = answers[-1]
        said = refused(last, 429)
        assert said["code"] == "too_many" and int(last.headers["retry-after"]) >= 1
        assert (last.headers["x-ratelimit-limit"], last.headers["x-ratelimit-remaining"]) == ("5", "0")
        time.sleep(1.1)
        assert client.get("/v1/rules").status_code == 200


def test_a_revoked_key_ends_within_a_second(server: Running) -> None:
    key, text = server.make_key("read")
    with server.client_of(text) as client:
        assert client.get("/v1/rules").status_code == 200
        server.database.write(lambda connection: keys.revoke(connection, key.id))
        time.sleep(1.1)
        refused(client.get("/v1/rules"), 401)


def test_keys_are_nowhere(server: Running, caplog: pytest.LogCaptureFixture) -> None:
    """Not in the log, the database, the metrics or answers."""
    caplog.set_level(logging.DEBUG)
    basic = base64.b64encode(f"{server.text}:{server.text}".encode()).decode()
    with server.client_of(None) as client:
        bearer = {"authorization": f"Bearer {server.text}"}
        client.post("/v1/screenings", json={"address": GOOD}, headers=bearer).raise_for_status()
        client.post("/v1/screenings", json={"address": server.text}, headers=bearer)
        client.post("/public/v2/screening/addresses", json=[], headers={"authorization": f"Basic {basic}"})
        client.get(f"/v1/{server.text}", headers=bearer)
        shown = client.get("/metrics").text
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("cointrail", "uvicorn"))]
    secret = server.text.split("_", 2)[-1]  # which may hold further ones
    everything = "\n".join(ours) + shown
    for table in tables.metadata.sorted_tables:
        rows = server.database.read(lambda connection, table=table: connection.execute(select(table)).all())  # type: ignore[misc]
        everything += str(rows)
    assert ours and secret not in everything and basic not in everything
