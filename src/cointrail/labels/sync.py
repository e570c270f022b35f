"""Fetching lists from their publishers, when the user asks for it and never else.

What was fetched stays beside the labels with its checksum, so that an unchanged list is not fetched again and what was
imported can be looked at. Nothing counts before everything of a publisher has come and was imported.
"""

import csv
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from time import time as clock
from typing import Any

import httpx

from cointrail.chains.data import table
from cointrail.errors import InputError
from cointrail.labels.importer import Imported, Step, import_labels
from cointrail.labels.store import FOLDER
from cointrail.ledger.files import sha256 as digest_of
from cointrail.ledger.files import write_bytes, write_json

TABLE = "publishers.csv"
LISTS = "lists"  # what was fetched, a folder for each publisher
STATE = "fetched.json"
REDIRECTS = 5
SILENT_SECONDS = 60.0
CHUNK = 1 << 16
LENGTH_DIGITS = 16  # a longer length is none
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Published:
    """One file of a publisher."""

    name: str  # of the publisher
    url: str
    file: str  # what it is called here
    format: str
    most: int  # bytes
    complete: bool  # the publisher's files together are all that it says: what is gone from them has expired
    licence: str


@dataclass(frozen=True)
class Synced:
    """What a publisher had to say."""

    name: str
    fetched: int  # files that were new
    unchanged: int
    imported: Imported | None  # None: nothing was new


def publishers(path: Path | None = None) -> dict[str, list[Published]]:
    """The known publishers, or those of a file with the same columns, by name. InputError for a broken file."""
    found: dict[str, list[Published]] = {}
    try:
        rows = table("cointrail.labels", TABLE) if path is None else _table(path)
        for row in rows:
            one = Published(
                row["name"], row["url"], row["file"], row["format"], int(row["most"]), row["complete"] == "true",
                row["licence"],
            )  # fmt: skip
            if not one.name.replace("-", "").isalnum() or ".." in PurePosixPath(one.file).parts or one.file[:1] == "/":
                raise ValueError(f"{one.name[:40]!r} or {one.file[:80]!r} cannot be a name here")
            found.setdefault(one.name, []).append(one)
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{path}: no table of publishers: {error}; the columns are {COLUMNS}") from error
    return found


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


COLUMNS = "name, url, file, format, most, complete, licence"


def sync(
    ledger: Path,
    names: Sequence[str],
    known: dict[str, list[Published]],
    step: Step = lambda what, share: None,
) -> Iterator[Synced]:
    """Fetches and imports the lists of publishers (of all if none is named), one after the other. `step` is told the
    share of each file that has come, as far as the server says how long it is, and how far its import is.

    Raises InputError, with the store as it was before this publisher, for a name that is not known, a server that does
    not answer or answers with an error, a file that is larger than its limit, and one that cannot be imported.
    """
    if strange := set(names) - set(known):
        raise InputError(f"{sorted(strange)[0][:40]!r} is no publisher: there are {', '.join(known)}")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    with httpx.Client(timeout=SILENT_SECONDS, follow_redirects=True, max_redirects=REDIRECTS) as client:
        for name in names or known:
            yield _sync(ledger, name, known[name], client, step)


def _sync(ledger: Path, name: str, files: Sequence[Published], client: httpx.Client, step: Step) -> Synced:
    folder = ledger / FOLDER / LISTS / name
    state = _state(folder / STATE)
    with TemporaryDirectory(prefix="cointrail-sync-") as made:
        news: dict[str, dict[str, Any]] = {}
        for one in files:
            told = partial(step, f"{name}: {one.file}")
            if (got := _fetch(one, Path(made), folder, state.get(one.file, {}), client, told)) is not None:
                news[one.file] = got
        if not news:
            return Synced(name, 0, len(files), None)
        imported = _import(ledger, files, Path(made), folder, step)
        for file in news:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            write_bytes(folder / file, (Path(made) / file).read_bytes())
        write_json(folder / STATE, state | news)
    return Synced(name, len(news), len(files) - len(news), imported)


def _import(ledger: Path, files: Iterable[Published], made: Path, folder: Path, step: Step) -> Imported:
    """Files that have not changed are read again with those that have, as a complete list needs them all."""
    forms = {one.format for one in files}
    paths = [made / one.file if (made / one.file).exists() else folder / one.file for one in files]
    complete = all(one.complete for one in files)
    return import_labels(paths, ledger, form=forms.pop() if len(forms) == 1 else None, complete=complete, step=step)


def _fetch(
    one: Published,
    made: Path,
    folder: Path,
    before: dict[str, Any],
    client: httpx.Client,
    step: Callable[[float], None],
) -> dict[str, Any] | None:
    """What is known of a new file, which is then in `made`; None when it is the one that was fetched before."""
    url = httpx.URL(one.url)
    if url.scheme != "https" and url.host not in LOOPBACK:
        raise InputError(f"{one.name}: {one.url} is not fetched: lists come over https")
    there = folder / one.file
    kept = before.get("url") == one.url and there.is_file() and digest_of(there) == before.get("sha256")
    asked = {"If-None-Match": before.get("etag"), "If-Modified-Since": before.get("modified")} if kept else {}
    into = made / one.file
    step(0)
    into.parent.mkdir(parents=True, exist_ok=True)
    try:
        with client.stream("GET", url, headers={name: text for name, text in asked.items() if text}) as reply:
            if reply.status_code == httpx.codes.NOT_MODIFIED and kept:
                return None
            if reply.status_code != httpx.codes.OK:
                raise InputError(f"{one.name}: {one.url} answers {reply.status_code}: nothing of it was imported")
            digest = _save(reply, into, one, step)
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        raise InputError(f"{one.name}: {one.url} cannot be fetched: {reason}; nothing of it was imported") from error
    if kept and digest == before.get("sha256"):
        into.unlink()
        return None
    told = {"etag": reply.headers.get("etag"), "modified": reply.headers.get("last-modified")}
    return told | {"url": one.url, "sha256": digest, "bytes": into.stat().st_size, "fetched": int(clock())}


def _save(reply: httpx.Response, into: Path, one: Published, step: Callable[[float], None]) -> str:
    state, size = sha256(), 0
    said = reply.headers.get("content-length", "")  # of what is sent, which may be packed
    length = int(said) if said.isdecimal() and len(said) < LENGTH_DIGITS else 0
    with into.open("wb") as file:
        for chunk in reply.iter_bytes(CHUNK):
            size += len(chunk)
            if size > one.most:
                raise InputError(f"{one.name}: {one.url} is larger than {one.most:,} bytes: nothing of it was imported")
            state.update(chunk)
            file.write(chunk)
            if length:
                step(min(1.0, reply.num_bytes_downloaded / length))
    step(1)
    return state.hexdigest()


def _state(path: Path) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # never fetched, or not readable: everything is fetched
    return found if isinstance(found, dict) and all(isinstance(one, dict) for one in found.values()) else {}
