"""Event signatures with names: the topic they have, and the values of an event that has it."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from eth_hash.auto import keccak

from cointrail.chains.abi.library import decode, exists
from cointrail.chains.abi.words import Reader, Unreadable, reader, simple, word

WORD = 32
ARRAYS = re.compile(r"(?:\[(?:[1-9][0-9]*)?\])*")
STATIC = re.compile(r"(?:address|bool|u?int[0-9]*|bytes[0-9]+)")


@dataclass(frozen=True)
class Parameter:
    """One parameter; `type` is as the signature writes it, tuples in full."""

    type: str
    name: str
    indexed: bool


class Malformed(ValueError):
    """An event or a call that does not have the form that its signature says."""


@dataclass(frozen=True)
class Form:
    """Parameters that stand in data one after another."""

    parameters: tuple[Parameter, ...]

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(parameter.name for parameter in self.parameters)

    @cached_property
    def _types(self) -> tuple[str, ...]:
        """As the ABI library takes them."""
        return tuple(_canonical(parameter.type) for parameter in self.parameters)

    @cached_property
    def _words(self) -> Callable[[bytes], list[Any]] | None:
        """What reads them where words are enough."""
        return reader(self._types) if simple(self._types) else None

    def values(self, data: bytes) -> dict[str, Any]:
        """The values by name; Malformed where the data does not hold them."""
        words = self._words
        try:
            if words is not None:
                return dict(zip(self._names, words(data), strict=True))
            values = decode(self._types, data)
        except (Unreadable, OverflowError, MemoryError, ValueError, RecursionError) as error:
            raise Malformed(f"data of {len(data)} bytes cannot be read") from error
        found: dict[str, Any] = {}
        for parameter, value in zip(self.parameters, values, strict=True):
            found |= _flat(parameter, value)
        return found


@dataclass(frozen=True)
class Signature:
    """`Name(type [indexed] name, ...)`; a tuple is `(type name, ...) name`, and its members go by their own names."""

    text: str

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        return tuple(_parameter(part) for part in _parts(self.text[self.text.index("(") + 1 : self.text.rindex(")")]))

    @cached_property
    def canonical(self) -> str:
        """The signature as it is hashed."""
        return f"{self.text[: self.text.index('(')]}({','.join(_canonical(p.type) for p in self.parameters)})"

    @cached_property
    def topic(self) -> bytes:
        found: bytes = keccak(self.canonical.encode())
        return found

    @cached_property
    def names(self) -> dict[str, str]:
        """The type of every value by its name, members of tuples included. ValueError for a type that is none.

        Of an indexed text, array or tuple only a hash is told, so it has no value.
        """
        for parameter in self.parameters:
            if not _known(_canonical(parameter.type)):
                raise ValueError(f"{parameter.type!r} is no type")
        return _names(p for p in self.parameters if not p.indexed or STATIC.fullmatch(p.type))

    @property
    def selector(self) -> bytes:
        """The first four bytes, by which a function is called."""
        return self.topic[:4]

    @cached_property
    def _indexed(self) -> tuple[tuple[str, Reader | None], ...]:
        """Name and reader of every topic but the first; None where only a hash of the value is told."""
        return tuple((p.name, _topic(p.type)) for p in self.parameters if p.indexed)

    @cached_property
    def _plain(self) -> Form:
        return Form(_spread(tuple(p for p in self.parameters if not p.indexed)))

    @cached_property
    def _called(self) -> Form:
        return Form(self.parameters)

    def event(self, topics: Sequence[bytes], data: bytes) -> dict[str, Any]:
        """The values of an event by name. Malformed where it has other topics or data than it should."""
        if len(topics) != len(self._indexed) + 1 or topics[0] != self.topic:
            raise Malformed(f"{len(topics)} topics")
        found = self._plain.values(data)
        for (name, one), topic in zip(self._indexed, topics[1:], strict=True):
            if one is not None:
                try:
                    found[name] = one(topic)
                except Unreadable as error:
                    raise Malformed(f"topic {name} cannot be read") from error
        return found

    def call(self, data: bytes) -> dict[str, Any]:
        """The values of a call by name. Malformed where it is no such call."""
        if data[:4] != self.selector:
            raise Malformed("another function")
        return self._called.values(data[4:])


def _topic(kind: str) -> Reader | None:
    """How a topic is read; None for types of which it holds only a hash."""
    if not STATIC.fullmatch(kind):
        return None
    return word(kind) or (lambda one: decode([kind], one)[0])


def _spread(parameters: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    """Tuples of static types stand in the data as their members do."""
    found: list[Parameter] = []
    for parameter in parameters:
        members = _members(parameter.type) if parameter.type.startswith("(") and parameter.type.endswith(")") else ()
        static = members and all(STATIC.fullmatch(one.type) for one in members)
        found += members if static else (parameter,)
    return tuple(found)


@cache
def _members(kind: str) -> tuple[Parameter, ...]:
    return tuple(map(_parameter, _parts(kind[1:-1])))


def _flat(parameter: Parameter, value: Any) -> dict[str, Any]:
    """A value by its name; the members of a tuple by theirs."""
    if not parameter.type.startswith("(") or parameter.type.endswith("]"):
        return {parameter.name: value}
    found: dict[str, Any] = {}
    for inner, part in zip(_members(parameter.type), value, strict=True):
        found |= _flat(inner, part)
    return found


def _names(parameters: Iterable[Parameter]) -> dict[str, str]:
    found: dict[str, str] = {}
    for parameter in parameters:
        inner = parameter.type.startswith("(") and parameter.type.endswith(")")
        found |= _names(_members(parameter.type)) if inner else {parameter.name: parameter.type}
    return found


def _parts(text: str) -> list[str]:
    """Split at the commas that are in no brackets."""
    parts, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and not depth:
            parts.append(text[start:place].strip())
            start = place + 1
    last = text[start:].strip()
    return [*parts, last] if last else parts


def _parameter(text: str) -> Parameter:
    if not text:
        raise ValueError("a parameter without a type")
    end = text.rindex(")") + 1 if text.startswith("(") else 0
    words = text[end:].split()
    if end:
        array = words.pop(0) if words and words[0].startswith("[") else ""
        kind = text[:end] + array
    else:
        kind = words.pop(0)
    return Parameter(kind, words[-1] if words else "", "indexed" in words[:-1])


def _known(kind: str) -> bool:
    """Whether there is such a type, without the names inside it; the ABI library is asked of odd ones alone."""
    if kind.startswith("("):
        end = kind.rindex(")") + 1
        members = _parts(kind[1 : end - 1])
        plain = bool(members) and all(map(_known, members))
    else:
        end = len(kind.partition("[")[0])
        plain = simple([f"u{kind[:end]}" if kind.startswith("int") else kind[:end]])  # signed numbers are as wide
    return (plain and ARRAYS.fullmatch(kind, end) is not None) or exists(kind)


def _canonical(kind: str) -> str:
    """A type without the names inside it."""
    if not kind.startswith("("):
        return kind
    end = kind.rindex(")")
    return f"({','.join(_canonical(_parameter(part).type) for part in _parts(kind[1:end]))}){kind[end + 1 :]}"
