"""Reading rule files: YAML whose values all stay text, checked against the schema. The file is hostile until then."""

import json
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from cointrail.chains import parse_time
from cointrail.errors import InputError
from cointrail.labels.categories import category
from cointrail.screening.rule import Direction, Rule, Rules, Threshold

LARGEST = 1 << 20  # bytes
DEEPEST = 16
DEFAULT = "default.yaml"
BOTH: tuple[Direction, ...] = ("source", "destination")


def default_rules() -> Rules:
    """The shipped rule set."""
    return parse_rules(files("cointrail.screening").joinpath(DEFAULT).read_bytes(), f"the shipped {DEFAULT}")


def read_rules(path: Path) -> Rules:
    """The rule set in a file; InputError says which rule and what is wrong with it."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise InputError(f"{path}: {size:,} bytes are too many for rules: give at most {LARGEST:,}")
        return parse_rules(path.read_bytes(), str(path))
    except OSError as error:
        raise InputError(f"cannot read rules from {path}: {error.strerror}; give a YAML file") from error


def parse_rules(content: bytes, name: str) -> Rules:
    """The rule set in a file's bytes; `name` is what errors call it."""
    try:
        text = content.decode("utf-8-sig")
        _check_stream(yaml.parse(text, Loader=yaml.CBaseLoader), name)
        said = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506 - makes nothing but text, lists and mappings
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is not a text file in UTF-8: give YAML") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(f"{name}, line {line}: not YAML: {error.problem}; correct it") from error
    except yaml.YAMLError as error:
        raise InputError(f"{name}: not YAML: {' '.join(str(error).split())[:200]}; correct it") from error
    _check_shape(said, name)
    rules = tuple(_rule(entry, name) for entry in said["rules"])
    ids = [rule.id for rule in rules]
    if twice := next((one for one in ids if ids.count(one) > 1), None):
        raise InputError(f"{name}, rule {twice}: there are two of that id; rename one")
    start, end = _time(said, "valid_from", name), _time(said, "valid_to", name)
    _check_order(start, end, name)
    return Rules(said["name"], said["version"], rules, sha256(content).hexdigest(), text, name, start, end)


def _check_stream(events: Iterable[yaml.Event], name: str) -> None:
    """No references, which could grow without end, no second document, no depth."""
    depth = documents = 0
    for event in events:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise InputError(f"{name}, line {line}: a reference (*{event.anchor}): write the value out")
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST or documents > 1:
            raise InputError(f"{name}, line {line}: nested too deeply, or a second document: give one rule set")


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    schema = json.loads(files("cointrail.screening").joinpath("rules.schema.json").read_text("utf-8"))
    return Draft202012Validator(schema)


def _check_shape(said: Any, name: str) -> None:
    if not isinstance(said, Mapping):
        what = "the file holds no rules" if said in (None, "") else "the file is no rule set"
        raise InputError(f"{name}, {what}: give YAML with `name`, `version` and `rules`; see the rules in the README")
    found = sorted(_validator().iter_errors(said), key=lambda error: [str(part) for part in error.absolute_path])
    if found:
        error = found[0]
        path = list(error.absolute_path)
        place = ".".join(str(part) for part in path) or "the file"
        if len(path) > 1 and path[0] == "rules" and isinstance(path[1], int):
            entry = said["rules"][path[1]]
            told = entry.get("id") if isinstance(entry, Mapping) else None
            place = ".".join([f"rule {told or path[1] + 1}", *(str(part) for part in path[2:])])
        what = "is not wanted here" if error.validator == "not" else " ".join(error.message.split())[:200]
        raise InputError(f"{name}, {place}: {what}; see the rules in the README")


def _rule(entry: Mapping[str, Any], name: str) -> Rule:
    place = f"{name}, rule {entry['id']}"
    start, end = _time(entry, "valid_from", place), _time(entry, "valid_to", place)
    _check_order(start, end, place)
    direction = entry.get("direction")
    return Rule(
        id=entry["id"],
        title=entry.get("title", entry["id"]),
        kind=entry["kind"],
        categories=frozenset(_categories(entry.get("categories", ()), place)),
        directions=BOTH if direction == "both" else (direction,) if direction else (),
        at_least=_threshold(entry.get("at_least", {})),
        confidence=float(entry.get("confidence", 0)),
        severity=entry["severity"],
        action=entry["action"],
        valid_from=start,
        valid_to=end,
    )


def _categories(words: Iterable[str], place: str) -> Iterator[str]:
    for word in words:
        known = category(word)
        if known is None:
            raise InputError(f"{place}: no category is called {word[:40]!r}; labels/categories.csv lists them")
        yield known.name


def _threshold(said: Mapping[str, Any]) -> Threshold:
    units = {key.lower() if key[:2].lower() == "0x" else key: Fraction(n) for key, n in said.get("units", {}).items()}
    share, usd = said.get("share"), said.get("usd")
    return Threshold(Fraction(share) if share else None, Fraction(usd) if usd else None, units or None)


def _time(said: Mapping[str, Any], key: str, place: str) -> int | None:
    try:
        return parse_time(said[key]) if key in said else None
    except ValueError as error:
        raise InputError(f"{place}, {key}: {error}") from error


def _check_order(start: int | None, end: int | None, place: str) -> None:
    if start is not None and end is not None and end <= start:
        raise InputError(f"{place}: ends before it begins; correct valid_from or valid_to")
