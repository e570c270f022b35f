"""The formats of label files, and how a file is recognised: by what is in it, not by what it is called."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cointrail.chains.address import WRAPPING, parse_any
from cointrail.errors import InputError
from cointrail.labels.freezes import is_freezes, read_freezes, read_ledger
from cointrail.labels.layouts import Layout, layout, layouts
from cointrail.labels.lists import OFAC, read_json, read_lines
from cointrail.labels.sdn_csv import is_sdn, read_sdn
from cointrail.labels.sdn_xml import ROOTS, read_xml
from cointrail.labels.table import Row, is_header, is_table, read_table
from cointrail.labels.tagpack import read_tagpack

PEEK = 1 << 16  # bytes that are looked at to find the format
SHOWN = 20  # lines that must look like a list of addresses
MANIFEST = "manifest.json"  # of a ledger
ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z]+)[\s/>]")
FIELD = re.compile(r"[A-Za-z_]+\s*:")
GIVE = "give a TagPack (YAML), or a CSV file with the columns address and entity"


@dataclass(frozen=True)
class Format:
    """One format: its name, what tells a file of it by its beginning, and who reads it."""

    name: str
    fits: Callable[[str, Path], bool]
    read: Callable[[Path], Iterator[Row]]


def formats() -> tuple[Format, ...]:
    """Every known format; the first that fits a file is its format."""
    tables = (Format(one.name.replace(" ", "-"), _heading(one), one.read) for one in layouts())
    return (
        Format("sdn-xml", lambda head, _: _root(head) in ROOTS, read_xml),
        Format("json", _json, read_json),
        *tables,
        Format("sdn-csv", lambda head, _: any(map(is_sdn, head.split("\n", 3)[:2])), read_sdn),
        Format("freezes", lambda head, _: is_freezes(_first(head)), read_freezes),
        Format("csv", lambda head, _: is_table(_first(head)), read_table),
        Format("addresses", _lines, read_lines),
        Format("tagpack", lambda head, path: _tags(head, path), read_tagpack),
    )


def reader(path: Path, name: str | None = None) -> Callable[[Path], Iterator[Row]]:
    """Who reads a file, or the ledger in a folder. InputError when it cannot be read or has no known format."""
    if path.is_dir():
        if (path / MANIFEST).is_file():
            return read_ledger
        raise InputError(f"cannot read labels from {path}: it is a folder and not a ledger")
    head = _head(path)
    if name is not None:
        found = next((one for one in formats() if one.name == name), None)
        if found is None:
            raise InputError(f"--format {name[:40]}: there are {', '.join(one.name for one in formats())}")
        return found.read
    found = recognised(head, path)
    if found is not None:
        return found.read
    return read_table if is_header(_first(head)) else read_tagpack  # they say best what is wrong


def recognised(head: str, path: Path) -> Format | None:
    """The format of a file that begins so."""
    return next((one for one in formats() if one.fits(head, path)), None)


def expand(path: Path) -> tuple[list[Path], list[Path]]:
    """The label files in a folder and below it, in order, and the files that are none; a file is itself."""
    if not path.is_dir() or (path / MANIFEST).is_file():
        return [path], []
    taken: list[Path] = []
    left: list[Path] = []
    for file in sorted(one for one in path.rglob("*") if one.is_file()):
        try:
            (taken if recognised(_head(file), file) else left).append(file)
        except InputError:
            left.append(file)
    if not taken:
        raise InputError(f"cannot read labels from {path}: no file in it has a format that is known")
    return taken, left


def _head(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            head = stream.read(PEEK)
    except OSError as error:
        raise InputError(f"cannot read labels from {path}: {error.strerror}") from error
    if not head.strip():
        raise InputError(f"{path} is empty: {GIVE}")
    if b"\0" in head:
        raise InputError(f"{path} is not text: {GIVE}")
    return head.decode("utf-8-sig", "replace")


def _heading(one: Layout) -> Callable[[str, Path], bool]:
    return lambda head, _: layout(_first(head)) is one


def _first(head: str) -> str:
    return head.split("\n", 1)[0].rstrip("\r")


def _root(head: str) -> str:
    found = ROOT.search(head) if head.lstrip().startswith("<") else None
    return found[1] if found else ""


def _json(head: str, path: Path) -> bool:
    start = head.lstrip()
    if start[:1] not in ("[", "{"):
        return False
    inside = start[1:].lstrip()[:1]
    if inside not in ('"', "]", "}"):
        return False
    try:
        key, _ = json.JSONDecoder().raw_decode(start[1:].lstrip())
    except ValueError:
        return False
    return isinstance(key, str) and (start[0] == "{" or _address(key) or bool(OFAC.match(path.name)))


def _lines(head: str, path: Path) -> bool:
    lines = (line.split("#", 1)[0].strip().partition(",")[0] for line in head.splitlines())
    words = [word for word in lines if word][:SHOWN]
    if OFAC.match(path.name):
        return not any(" " in word for word in words)
    return bool(words) and _address(words[0]) and sum(map(_address, words)) * 2 > len(words)


def _address(word: str) -> bool:
    try:
        parse_any(word.strip(WRAPPING))
    except ValueError:
        return False
    return True


def _tags(head: str, path: Path) -> bool:
    lines = (line for line in head.splitlines() if line.strip() and not line.startswith(("#", "%", "---")))
    if not FIELD.match(next(lines, "")):
        return False
    with path.open("rb") as stream:
        return any(line.startswith(b"tags:") for line in stream)
