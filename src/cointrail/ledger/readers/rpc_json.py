"""JSON of any depth. A call trace nests as deep as the calls do, and a thief decides how deep that is.

Python's own parser gives up at about a thousand levels; a chain of a thousand calls makes twice as many.
"""

import json
import re
from typing import Any

TOKEN = re.compile(r'[ \t\n\r]*(?:([{}\[\],:"])|(-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?|true|false|null))')
STRINGS = json.JSONDecoder()
SPACE = " \t\n\r"
WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def parse(reply: bytes) -> Any:
    """The value of a JSON text in UTF-8; ValueError where it is none."""
    text = reply.decode("utf-8")
    try:
        return json.loads(text)
    except RecursionError:
        return _deep(text)


def _deep(text: str) -> Any:
    """Like `json.loads`, with a list in place of the call stack."""
    top: list[Any] = []
    open_: list[list[Any] | dict[str, Any]] = [top]
    at = 0
    while True:
        inside = open_[-1]
        if inside is top and top:
            break
        mark, scalar, fraction, at = _token(text, at)
        if mark in ("}", "]"):
            # an empty one only: whatever follows a value is dealt with below
            if inside or inside is top or (mark == "}") != isinstance(inside, dict):
                raise ValueError(f"unexpected {mark} at {at}")
            open_.pop()
            at = _after(text, at, open_, top)
            continue
        key = None
        if isinstance(inside, dict):
            if mark != '"':
                raise ValueError(f"a name is missing at {at}")
            key, at = _string(text, at)
            colon, _, _, at = _token(text, at)
            if colon != ":":
                raise ValueError(f"a colon is missing at {at}")
            mark, scalar, fraction, at = _token(text, at)
        value, at = _value(text, mark, scalar, fraction, at)
        if key is None:
            inside.append(value)  # type: ignore[union-attr]
        else:
            inside[key] = value  # type: ignore[call-overload]
        if mark in ("{", "["):
            open_.append(value)
        else:
            at = _after(text, at, open_, top)
    if text[at:].strip(SPACE):
        raise ValueError(f"more than one value, at {at}")
    return top[0]


def _token(text: str, at: int) -> tuple[str | None, str | None, bool, int]:
    found = TOKEN.match(text, at)
    if found is None:
        raise ValueError(f"no JSON at {at}")
    return found[1], found[2], bool(found[3] or found[4]), found.end()


def _value(text: str, mark: str | None, scalar: str | None, fraction: bool, at: int) -> tuple[Any, int]:
    if mark == '"':
        return _string(text, at)
    if mark == "{":
        return {}, at
    if mark == "[":
        return [], at
    if scalar is None:
        raise ValueError(f"a value is missing at {at}")
    if scalar in WORDS:
        return WORDS[scalar], at
    return (float(scalar) if fraction else int(scalar)), at


def _string(text: str, at: int) -> tuple[str, int]:
    found, end = STRINGS.raw_decode(text, at - 1)  # from its opening quote on it can be nothing but a string
    return str(found), end


def _after(text: str, at: int, open_: list[list[Any] | dict[str, Any]], top: list[Any]) -> int:
    """Close what ends after a value; where the next value begins."""
    while open_[-1] is not top:
        mark, _, _, at = _token(text, at)
        if mark == ",":
            # a comma promises another value
            follows = TOKEN.match(text, at)
            if follows is None or follows[1] in ("}", "]"):
                raise ValueError(f"a value is missing at {at}")
            return at
        if mark != ("}" if isinstance(open_[-1], dict) else "]"):
            raise ValueError(f"a comma is missing at {at}")
        open_.pop()
    return at
