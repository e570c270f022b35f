"""The catalogue that ships with the package, and files of the same form: one readable file a year."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from cointrail.errors import InputError
from cointrail.incidents.claim import claim
from cointrail.incidents.incident import Incident, named, whole
from cointrail.incidents.source import Node, read_list, shipped, strings
from cointrail.incidents.vocabulary import PACKAGE

FOLDER = "catalogue"
SCHEMA = "catalogue.schema.json"
KEYS = {"id", "name", "claims"}


def catalogue(folder: Path | None = None, today: date | None = None) -> dict[str, Incident]:
    """The incidents of the shipped catalogue, or of the files of a folder, by id in order of date.

    Raises InputError with file and line for whatever cannot be kept.
    """
    if folder is None:
        return dict(_shipped())
    today = today or datetime.now(UTC).date()
    return whole(incident for path in sorted(folder.glob("*.yaml")) for incident in read_file(path, today))


@cache
def _shipped() -> dict[str, Incident]:
    """Never too early: a clock that is wrong must not refuse what the package itself brings."""
    return whole(one for path, text in shipped(PACKAGE, FOLDER) for one in read_file(path, date.max, text))


def read_file(path: Path, today: date, text: str | None = None) -> Iterator[Incident]:
    """The incidents of one file. Raises InputError with file and line."""
    for node in read_list(path, "incidents, each with id, name and claims", text):
        yield _incident(node, path, today)


def _incident(node: Node, path: Path, today: date) -> Incident:
    where = f"{path}, line {node.line}"
    if node.keys is None or set(node.keys) != KEYS:
        raise InputError(f"{where}: an incident has exactly id, name and claims")
    identity, name, said = node.keys["id"], node.keys["name"], node.keys["claims"]
    if not name.text or said.text or not said.items:
        raise InputError(f"{where}: an incident has a name and at least one claim")
    claims = tuple(claim(strings(one, path), f"{path}, line {one.line}", today) for one in said.items)
    return Incident(named(identity.text or "", where), name.text, claims, where)


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a file of the catalogue, for editors and for whoever writes one."""
    loaded: dict[str, Any] = json.loads(files(PACKAGE).joinpath(SCHEMA).read_text("utf-8"))
    return loaded
