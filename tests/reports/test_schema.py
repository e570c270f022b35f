"""trail.json keeps to its documented layout, and the layout is documented."""

import json
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from cointrail.errors import InputError
from cointrail.reports import validate
from cointrail.reports.kinds import kinds
from cointrail.reports.schema import schema
from tests.reports import heists, turns

MAKES = [heists.heist, heists.hostile, heists.backward, heists.nothing, turns.converted, turns.hostile, turns.backward]


@pytest.mark.parametrize("make", MAKES)
def test_a_trail_is_valid(make: Callable[[], heists.Made]) -> None:
    validate(json.loads(json.dumps(make()[0])))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())
    assert json.loads(resources.files("cointrail.reports").joinpath("schema/trail.schema.json").read_text()) == schema()


def fields(part: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every property and item of the schema with its path."""
    for key, value in part.get("properties", {}).items():
        yield f"{name}/{key}", value
        yield from fields(value, f"{name}/{key}")
    for key in ("items", "additionalProperties"):
        if isinstance(part.get(key), dict) and "$ref" not in part[key]:
            yield f"{name}/{key}", part[key]
            yield from fields(part[key], f"{name}/{key}")
    for option in part.get("anyOf", ()):
        yield from fields(option, name)


def test_every_field_says_what_it_means() -> None:
    found = dict(fields(schema()))
    reason = schema()["$defs"]["reason"]
    silent = [
        path for path, field in found.items() if "description" not in field and field != {"$ref": "#/$defs/reason"}
    ]
    assert silent == []
    assert len(found) > 70
    assert all(name in reason["description"] for name in reason["enum"])
    assert set(reason["enum"]) - {"label"} <= set(kinds())


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("policies", "fifo", "endpoints", 0, "amount"), "1.50"),
        (("policies", "fifo", "endpoints", 0, "amount"), 1.5),
        (("policies", "fifo", "endpoints", 0, "amount"), "1e5"),
        (("policies", "fifo", "endpoints", 0, "amount"), "-1"),
        (("policies", "fifo", "endpoints", 0, "reason"), "tired"),
        (("policies", "fifo", "endpoints", 0, "address"), "0x12"),
        (("policies", "fifo", "stolen", "ETH"), "0x1"),
        (("policies", "fifo", "balanced"), "yes"),
        (("policies", "guess"), {}),
        (("ledgers", 0, "digest"), "abc"),
        (("ledgers", 0, "last_time"), "2025-02-21 14:16:11"),
        (("theft", "direction"), "sideways"),
        (("schema",), "cointrail/trail/9"),
        (("surprise",), 1),
    ],
)
def test_what_does_not_keep_to_the_schema_is_named(where: tuple[str | int, ...], value: object) -> None:
    trail, _ = heists.heist()
    part: Any = trail
    for key in where[:-1]:
        part = part[key]
    part[where[-1]] = value
    with pytest.raises(InputError, match="write it again") as caught:
        validate(trail)
    assert "\n" not in str(caught.value)
    assert str(where[0]) in str(caught.value)
