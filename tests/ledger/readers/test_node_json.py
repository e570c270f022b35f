"""The parser for JSON of any depth against Python's own, on everything that Python's own can read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.ledger.readers.rpc_json import _deep, parse

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
NEST = 5000


@given(VALUES, st.sampled_from([None, 1]), st.booleans())
def test_it_reads_what_python_reads(value: Any, indent: int | None, escaped: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=escaped)
    assert repr(_deep(text)) == repr(json.loads(text))


@given(VALUES, st.data())
def test_it_refuses_what_python_refuses(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    damaged = text[:start] + data.draw(st.text('{}[]:,"\\ 01-.eatnu\n', max_size=3)) + text[end:]
    try:
        expected = repr(json.loads(damaged))
    except ValueError:
        expected = "refused"
    try:
        found = repr(_deep(damaged))
    except ValueError:
        found = "refused"
    assert found == expected


@pytest.mark.parametrize(
    "text", ["", " ", "[", "{", "[1,]", '{"a":1,}', "[1 2]", "{1:2}", "]", "[}", '{"a"}', "nul", "1 1"]
)
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(ValueError):
        _deep(text)
    with pytest.raises(ValueError):
        parse(text.encode())


def test_depth_beyond_pythons_own() -> None:
    text = '{"calls":[' * NEST + '{"value": "0x1"}' + "]}" * NEST
    found = parse(text.encode())
    for _ in range(NEST):
        (found,) = found["calls"]
    assert found == {"value": "0x1"}
    with pytest.raises(ValueError, match="no JSON"):
        parse(text.encode()[:-1])


def test_text_that_is_not_utf_8() -> None:
    with pytest.raises(ValueError, match="utf-8"):
        parse(b'"\xff"')
