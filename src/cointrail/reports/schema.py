"""The documented layout of trail.json, and whether a trail keeps to it."""

import json
from functools import cache
from importlib import resources
from typing import Any

from cointrail.errors import InputError

FILE = "schema/trail.schema.json"
TOLD = 200  # characters of the explanation


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of trail.json; every field says what it means and in which unit."""
    text = resources.files("cointrail.reports").joinpath(FILE).read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def validate(trail: dict[str, Any]) -> None:
    """Raise an InputError that names the first place where the trail does not keep to the schema."""
    from jsonschema import Draft202012Validator

    errors = Draft202012Validator(schema()).iter_errors(trail)
    first = min(errors, key=lambda error: list(map(str, error.absolute_path)), default=None)
    if first is not None:
        where = "/".join(map(str, first.absolute_path)) or "its top level"
        message = " ".join(first.message.split())[:TOLD]
        raise InputError(f"trail.json at {where}: {message}; write it again with cointrail trace")
