"""Lists fetched from a publisher on loopback: conditional, limited, checked, all or nothing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from cointrail.chains.address import parse_any
from cointrail.errors import InputError
from cointrail.labels import Labels
from cointrail.labels.sync import Published, publishers, sync

ONE, TWO = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96", "0xa0e1c89Ef1a489c9C7dE96311eD5Ce5D32c20E4B"


@dataclass
class Site:
    """A server of files; what it was asked for, and what it did."""

    url: str = ""
    files: dict[str, str] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)
    tags: bool = True
    redirects: dict[str, str] = field(default_factory=dict)

    def published(self, file: str, most: int = 10_000, complete: bool = True) -> Published:
        return Published("them", f"{self.url}/{file}", file, "csv", most, complete, "MIT")

    def sync(self, ledger: Path, *files: str, most: int = 10_000) -> tuple[int, int, int]:
        """Files fetched, files unchanged, and labels that were new."""
        [done] = sync(ledger, [], {"them": [self.published(file, most) for file in files]})
        return done.fetched, done.unchanged, done.imported.labels if done.imported else 0


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    made = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.lstrip("/")
            if path in made.redirects:
                self._say(302, b"", {"Location": made.redirects[path]})
            elif path not in made.files:
                self._say(404, b"no")
            else:
                tag = f'"{hash(made.files[path])}"'
                if made.tags and self.headers.get("If-None-Match") == tag:
                    self._say(304, b"")
                else:
                    self._say(200, made.files[path].encode(), {"ETag": tag} if made.tags else {})

        def _say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            made.answers.append(status)
            self.send_response(status)
            for name, text in (headers or {}).items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def listing(*addresses: str, entity: str = "A") -> str:
    return "address,entity,category,source\n" + "".join(f"{one},{entity},sanctions,them\n" for one in addresses)


def holding(ledger: Path, address: str) -> bool:
    return any(one.label.source == "them" and one.counts for one in Labels(ledger).standing(parse_any(address), 2**33))


def test_an_unchanged_list_is_not_fetched_again(site: Site, tmp_path: Path) -> None:
    site.files["a.csv"] = listing(ONE)
    assert site.sync(tmp_path, "a.csv") == (1, 0, 1)
    version = Labels(tmp_path).version
    assert site.sync(tmp_path, "a.csv") == (0, 1, 0)
    site.tags = False  # the same bytes again, from a server that knows no conditions
    assert site.sync(tmp_path, "a.csv") == (0, 1, 0)
    assert site.answers == [200, 304, 200]
    assert Labels(tmp_path).version == version


def test_it_tells_how_far_it_is(site: Site, tmp_path: Path) -> None:
    site.files["a.csv"] = listing(ONE)
    told: list[tuple[str, float]] = []
    [done] = sync(tmp_path, [], {"them": [site.published("a.csv")]}, lambda what, share: told.append((what, share)))
    assert done.fetched == 1
    fetching = [share for what, share in told if what == "them: a.csv"]
    assert (fetching[0], fetching[-1]) == (0, 1) and fetching == sorted(fetching)
    assert len({what for what, _ in told}) == 2


def test_what_a_publisher_took_off_expires(site: Site, tmp_path: Path) -> None:
    site.files |= {"a.csv": listing(ONE, TWO), "b.csv": listing(TWO, entity="B")}
    assert site.sync(tmp_path, "a.csv", "b.csv") == (2, 0, 3)
    assert holding(tmp_path, ONE) and holding(tmp_path, TWO)
    site.files["a.csv"] = listing(TWO)
    assert site.sync(tmp_path, "a.csv", "b.csv") == (1, 1, 0)
    assert (holding(tmp_path, ONE), holding(tmp_path, TWO)) == (False, True)
    [was] = [one for one in Labels(tmp_path).standing(parse_any(ONE), 2**33) if one.label.source == "them"]
    assert (was.status, [told.reason for told in was.decisions]) == ("expired", ["its source no longer lists it"])


@pytest.mark.parametrize("trouble", ["missing", "large", "broken", "gone"])
def test_trouble_changes_nothing(trouble: str, site: Site, tmp_path: Path) -> None:
    site.files |= {"a.csv": listing(ONE), "b.csv": listing(TWO, entity="B")}
    site.sync(tmp_path, "a.csv", "b.csv")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    site.files["a.csv"] = listing(TWO)
    if trouble == "missing":
        del site.files["b.csv"]
    elif trouble == "large":
        site.files["b.csv"] = listing(TWO) + "#" * 20_000
    elif trouble == "broken":
        site.files["b.csv"] = "address,entity\nnonsense,A\n"
    else:
        site.redirects["b.csv"] = "http://127.0.0.1:9/"
    with pytest.raises(InputError, match=r"answers 404|larger than 10,000 bytes|rows cannot be used|cannot be fetched"):
        site.sync(tmp_path, "a.csv", "b.csv")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_damaged_copy_is_fetched_anew(site: Site, tmp_path: Path) -> None:
    site.files["a.csv"] = listing(ONE)
    site.sync(tmp_path, "a.csv")
    [copy] = tmp_path.rglob("lists/them/a.csv")
    copy.write_text("address,entity\n")
    assert site.sync(tmp_path, "a.csv") == (1, 0, 0)
    state = json.loads(copy.with_name("fetched.json").read_text())["a.csv"]
    assert state["bytes"] == len(listing(ONE)) and len(state["sha256"]) == 64
    assert copy.read_text() == listing(ONE)


def test_only_known_publishers_over_https(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'nobody' is no publisher: there are ofac, "):
        list(sync(tmp_path, ["nobody"], publishers()))
    plain = Published("x", "http://example.org/a.csv", "a.csv", "csv", 10, False, "")
    with pytest.raises(InputError, match="lists come over https"):
        list(sync(tmp_path, [], {"x": [plain]}))
    for file in ("../a.csv", "/a.csv"):
        table = tmp_path / "p.csv"
        table.write_text(f"name,url,file,format,most,complete,licence\nx,https://x.org/,{file},csv,10,true,MIT\n")
        with pytest.raises(InputError, match="no table of publishers"):
            publishers(table)


def test_shipped_publishers_are_sound() -> None:
    from cointrail.labels.formats import formats

    names = {one.name for one in formats()}
    for files in publishers().values():
        assert len({one.file for one in files}) == len(files)
        assert len({one.complete for one in files}) == 1
        for one in files:
            assert one.format in names and one.url.startswith("https://") and one.licence and one.most > 0
