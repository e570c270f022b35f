"""Labels from a TagPack, the YAML format of GraphSense. The file is hostile until it is read.

Only the stream of YAML events is looked at: no object is ever made from a tag of the language, anchors stand for plain
text only (so that no nesting of references can grow), and depth and size are limited.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from cointrail.errors import InputError
from cointrail.labels.categories import category
from cointrail.labels.table import Said

LARGEST = 1 << 29  # bytes
DEEPEST = 32

# The fields of header and tags that a label keeps, by the names they get in it.
FIELDS = {
    "address": "address",
    "label": "entity",
    "category": "category",
    "abuse": "abuse",
    "actor": "actor",
    "confidence": "confidence",
    "source": "source",
    "network": "network",
    "currency": "currency",
    "lastmod": "lastmod",
    "valid_from": "valid_from",
    "valid_to": "valid_to",
    "tx_hash": "tx_hash",
    "concepts": "concepts",
    "context": "context",
}
CONCEPTS = "concepts"
TIMES = ("valid_from", "valid_to")
TIMED = '"valid_'  # in a context that tells times
NULLS = ("", "~", "null", "Null", "NULL")

Tag = tuple[int, dict[str, str]]


def read_tagpack(path: Path) -> Iterator[Said]:
    """The tags of the file: line, 1, and the fields, those of the header inherited.

    A label has one category. It is the first of category and concepts that names a service, else the abuse, else what
    else the tag says. Raises InputError when the file is no TagPack.
    """
    size = path.stat().st_size
    if size > LARGEST:
        raise InputError(f"{path}: {size} bytes are too many for a TagPack: split it, or use CSV")
    try:
        with path.open("rb") as stream:
            header, tags = Pack(yaml.parse(stream, Loader=yaml.CSafeLoader), path).read()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(f"{path}, line {line}: not YAML that can be read: {error.problem}") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not YAML that can be read: {' '.join(str(error).split())}") from error
    for line, tag in tags:
        fields = header | tag
        if "address" not in fields and "tx_hash" in fields:
            continue  # it speaks of a transaction, not of an address
        if (word := _category(fields)) or TIMED in fields.get("context", ""):
            fields = _times(fields) | fields | {"category": word}
        yield line, 1, fields


def _times(fields: Mapping[str, str]) -> dict[str, str]:
    """The times of a claim that its context tells, as an export of labels writes them."""
    try:
        told = json.loads(fields.get("context", "")) if TIMED in fields.get("context", "") else {}
    except (ValueError, RecursionError):
        return {}
    return {name: told[name] for name in TIMES if isinstance(told, dict) and isinstance(told.get(name), str)}


def _category(fields: Mapping[str, str]) -> str:
    words = [word for word in (fields.get("category", ""), *fields.get("concepts", "").split()) if word]
    services = [word for word in words if (known := category(word)) is not None and known.stop]
    return next(iter([*services, *filter(None, [fields.get("abuse")]), *words]), "")


class Pack:
    """Reads header and tags from the events of one YAML document."""

    def __init__(self, events: Iterator[yaml.Event], path: Path) -> None:
        self._events = events
        self._path = path
        self._anchors: dict[str, str] = {}

    def read(self) -> tuple[dict[str, str], list[Tag]]:
        """The fields of the header, and the tags with their lines."""
        while not isinstance(event := next(self._events), yaml.MappingStartEvent):
            if not isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
                raise self._refusal(
                    event,
                    "a TagPack begins with fields such as title: (a CSV file, with the columns address and entity)",
                )
        header: dict[str, str] = {}
        tags: list[Tag] | None = None
        for key, event in self._pairs():
            if key == "tags":
                if not isinstance(event, yaml.SequenceStartEvent):
                    raise self._refusal(event, "tags is not a list")
                tags = list(self._tags())
            else:
                self._keep(header, key, event)
        if tags is None:
            raise InputError(f"{self._path}: it has no tags: give a TagPack, or a CSV file with the column address")
        return header, tags

    def _tags(self) -> Iterator[Tag]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            if not isinstance(event, yaml.MappingStartEvent):
                raise self._refusal(event, "a tag is not a list of fields")
            tag: dict[str, str] = {}
            for key, value in self._pairs():
                self._keep(tag, key, value)
            yield _line(event), tag

    def _pairs(self) -> Iterator[tuple[str, yaml.Event]]:
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._text(event)
            yield key, next(self._events)

    def _keep(self, fields: dict[str, str], key: str, event: yaml.Event) -> None:
        listed = key == CONCEPTS and isinstance(event, yaml.SequenceStartEvent)
        value = self._words() if listed else self._text(event)
        if key in FIELDS and value not in NULLS:
            fields[FIELDS[key]] = value

    def _words(self) -> str:
        """The texts of a list whose start has been read, with a blank between them."""
        words = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            words.append(self._text(event).replace(" ", "_"))
        return " ".join(words)

    def _text(self, event: yaml.Event) -> str:
        """The text of a scalar, or of the scalar that an alias stands for; lists and mappings are passed over."""
        if isinstance(event, yaml.AliasEvent):
            return self._anchors.get(event.anchor or "", "")
        if isinstance(event, yaml.ScalarEvent):
            if event.anchor:
                self._anchors[event.anchor] = event.value
            return event.value
        depth = 1
        while depth:
            inner = next(self._events)
            if isinstance(inner, yaml.CollectionStartEvent):
                depth += 1
                if depth > DEEPEST:
                    raise self._refusal(inner, f"nested more than {DEEPEST} deep")
            elif isinstance(inner, yaml.CollectionEndEvent):
                depth -= 1
        return ""

    def _refusal(self, event: yaml.Event, reason: str) -> InputError:
        return InputError(f"{self._path}, line {_line(event)}: {reason}")


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0
