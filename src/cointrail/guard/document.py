"""A JSON or YAML document from somebody who may be hostile: bounded, no key twice, numbers and bytes read exactly."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from cointrail.chains import parse_address
from cointrail.errors import InputError

MOST_BYTES = 64 << 20  # of a file: 10 MB of calldata are 20 MB of digits
DIGITS = 78  # of a 256-bit number in decimal
WORD = 1 << 256
DEEP = 100  # brackets in brackets
STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.S)
BRACKET = re.compile(rb"[\[\]{}]")
Fields = dict[str, Any]


def read_bytes(path: Path) -> bytes:
    """The content of a file; InputError where there is none or it is too large."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}; give a file that can be read") from error
    if len(content) > MOST_BYTES:
        raise InputError(f"{path}: larger than {MOST_BYTES >> 20} MiB; no approval is")
    return content


def parse_json(content: bytes, where: str) -> Any:
    """The document; InputError where it is no JSON, names a key twice or is nested too deep."""
    _shallow(content, where)
    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    except RecursionError as error:
        raise InputError(f"{where}: nested too deep; no approval is") from error
    except ValueError as error:
        raise InputError(f"{where}: is no JSON ({error}); save the answer of the service as it is") from error


def parse_any(content: bytes, where: str) -> Any:
    """The document, JSON or YAML."""
    if content.lstrip()[:1] in (b"{", b"["):
        return parse_json(content, where)
    try:
        return yaml.load(content.decode("utf-8-sig"), Loader=_Plain)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(f"{where}: is no YAML: {str(error)[:120]}") from error


def _shallow(content: bytes, where: str) -> None:
    """InputError where a document nests too deep, before a parser runs out of stack."""
    depth = 0
    for mark in BRACKET.finditer(STRING.sub(b"", content)):
        depth += 1 if mark[0] in b"[{" else -1
        if depth > DEEP:
            raise InputError(f"{where}: nested deeper than {DEEP}; no approval is")


def normal(fields: Any, where: str) -> Fields:
    """A mapping with its keys in lower case without underscores, as different sources write them."""
    if not isinstance(fields, dict):
        raise InputError(f"{where}: must be a mapping of fields, not {shown(fields)}")
    found: Fields = {}
    for key, value in fields.items():
        name = str(key).replace("_", "").replace("-", "")
        name = name.lower() if name.isascii() else name  # lower case turns some strange letters into plain ones
        if name in found and found[name] != value:
            raise InputError(f"{where}: {key!r} stands there twice with different values; keep the true one")
        found[name] = value
    return found


def take(fields: Fields, *names: str) -> Any:
    """The value under the first of these names that has one; None where none has."""
    return next((fields[name] for name in names if fields.get(name) is not None), None)


def number(value: Any, what: str, most: int = WORD - 1) -> int:
    """A whole number written as one, in decimal or in hex text. InputError for anything else and beyond `most`."""
    found = -1
    if isinstance(value, int) and not isinstance(value, bool):
        found = value
    elif isinstance(value, str) and len(value) <= DIGITS and value.isascii():
        text = value.strip()
        try:
            found = (
                int(text, 16) if text[:2].lower() == "0x" and "_" not in text else int(text) if text.isdigit() else -1
            )
        except ValueError:
            found = -1
    if not 0 <= found <= most:
        raise InputError(f"{what}: {shown(value)} is no whole number from 0 to {most:#x}")
    return found


def octets(value: Any, what: str, size: int | None = None) -> bytes:
    """Bytes written as 0x and hexadecimal digits; InputError for anything else, or another size."""
    if not isinstance(value, str):
        raise InputError(f"{what}: {shown(value)} is no text of 0x and hexadecimal digits")
    digits = value.strip()
    digits = digits[2:] if digits[:2].lower() == "0x" else digits
    try:
        if not digits.isascii() or any(space in digits for space in " \t\r\n"):
            raise ValueError
        raw = bytes.fromhex(digits)
    except ValueError as error:
        raise InputError(f"{what}: {shown(value)} is no text of 0x and pairs of hexadecimal digits") from error
    if size is not None and len(raw) != size:
        raise InputError(f"{what}: has {len(raw)} bytes; {size} are needed")
    return raw


def address(value: Any, what: str) -> bytes:
    """The 20 bytes of an address, in text or in a mapping with `value`; InputError for anything else."""
    if isinstance(value, dict):
        value = value.get("value") or value.get("address")
    if not isinstance(value, str):
        raise InputError(f"{what}: {shown(value)} is no address")
    try:
        return parse_address(value)
    except InputError as error:
        raise InputError(f"{what}: {error}") from error


def shown(value: Any) -> str:
    """A value in a message: short, one line."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _once(pairs: list[tuple[str, Any]]) -> Fields:
    found = dict(pairs)
    if len(found) != len(pairs):
        # readers differ in which of two they take: what one shows, another signs
        twice = next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1)
        raise InputError(f"the key {shown(twice)} stands there twice")
    return found


class _Plain(yaml.SafeLoader):
    """YAML whose values are all texts, so that no address becomes a number; without references, which can explode."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("references are not read")
        return super().compose_node(parent, index)


_Plain.yaml_implicit_resolvers = {}


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")
