"""The documented layout of report.json, and whether a report keeps to it."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from cointrail.errors import InputError

FILE = "schema/crime.schema.json"
TOLD = 200  # characters of the explanation


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of report.json."""
    loaded: dict[str, Any] = json.loads(resources.files("cointrail.reports").joinpath(FILE).read_text("utf-8"))
    return loaded


def validate(report: Mapping[str, Any]) -> None:
    """Raise an InputError that names the first place where the report does not keep to the schema."""
    from jsonschema import Draft202012Validator

    errors = Draft202012Validator(schema()).iter_errors(report)
    first = min(errors, key=lambda error: list(map(str, error.absolute_path)), default=None)
    if first is not None:
        where = "/".join(map(str, first.absolute_path)) or "its top level"
        raise InputError(f"report.json at {where}: {' '.join(first.message.split())[:TOLD]}; write it again")
