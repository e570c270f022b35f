"""Files written by people, read as text with their lines: YAML and lines of JSON. They are hostile until read.

Only the events of YAML are looked at: no object is made from a tag, references are refused, size and depth are
limited, and no text is turned into a number or a date behind the reader's back.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import yaml

from cointrail.errors import InputError

LARGEST = 1 << 26  # bytes
DEEPEST = 16


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of a file: text, a list of pieces, or pieces by name; and the line it begins on."""

    line: int
    text: str | None = None
    items: list["Node"] = field(default_factory=list)
    keys: dict[str, "Node"] | None = None


def read_yaml(path: Path, text: str | None = None) -> Node:
    """The content of a YAML file, or of the text that stands for it. Raises InputError with file and line."""
    if text is None:
        text = read_text(path)
    try:
        events = yaml.parse(text, Loader=yaml.CSafeLoader)
        for event in events:
            if not isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
                return _node(event, events, path, 0)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(f"{path}, line {line}: not YAML that can be read: {error.problem}") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not YAML that can be read: {' '.join(str(error).split())}") from error
    return Node(1)


def read_list(path: Path, what: str, text: str | None = None) -> list[Node]:
    """The pieces of a YAML file that is a list of `what`. Raises InputError with file and line."""
    top = read_yaml(path, text)
    if top.text is not None or top.keys is not None:
        raise InputError(f"{path}, line {top.line}: not a list of {what}")
    return top.items


def shipped(package: str, folder: str) -> Iterator[tuple[Path, str]]:
    """The YAML files that a package brings, with their text, in order of their names."""
    for entry in sorted(files(package).joinpath(folder).iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".yaml"):
            yield Path(folder) / entry.name, entry.read_text("utf-8")


def read_text(path: Path) -> str:
    """The text of a file. Raises InputError when it is missing, too large or not UTF-8."""
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"{path}: more than {LARGEST} bytes; split it")
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; check the path") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text: save it as UTF-8 ({error.reason})") from error


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """The objects of a file with one JSON object a line, and their lines. Raises InputError with file and line."""
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line, parse_float=str, parse_int=str)
        except (json.JSONDecodeError, RecursionError) as error:
            raise InputError(f"{path}, line {number}: not JSON: mend the line or take it out") from error
        if not isinstance(found, dict):
            raise InputError(f"{path}, line {number}: not an object: one incident or claim a line")
        yield number, found


def _node(event: yaml.Event, events: Iterator[yaml.Event], path: Path, depth: int) -> Node:
    line = event.start_mark.line + 1 if event.start_mark else 1
    if depth > DEEPEST:
        raise InputError(f"{path}, line {line}: nested too deeply")
    if isinstance(event, yaml.AliasEvent):
        raise InputError(f"{path}, line {line}: references are not used here; write it out")
    if isinstance(event, yaml.ScalarEvent):
        return Node(line, text=event.value)
    node = Node(line, keys={} if isinstance(event, yaml.MappingStartEvent) else None)
    while not isinstance(step := next(events), yaml.MappingEndEvent | yaml.SequenceEndEvent):
        first = _node(step, events, path, depth + 1)
        if node.keys is None:
            node.items.append(first)
            continue
        if first.text is None:
            raise InputError(f"{path}, line {first.line}: a key that is no word")
        if first.text in node.keys:
            raise InputError(f"{path}, line {first.line}: {first.text} stands twice")
        node.keys[first.text] = _node(next(events), events, path, depth + 1)
    return node


def strings(node: Node, path: Path) -> dict[str, str]:
    """A mapping of words to texts. Raises InputError with file and line when it is something else."""
    if node.keys is None:
        raise InputError(f"{path}, line {node.line}: not of the form name: value")
    for name, value in node.keys.items():
        if value.text is None:
            raise InputError(f"{path}, line {value.line}: {name} is no text")
    return {name: value.text or "" for name, value in node.keys.items()}
