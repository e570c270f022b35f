"""What a transaction does, call by call: MultiSend and transactions of other Safes unpacked to the innermost."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cointrail.guard.contracts import pinned
from cointrail.guard.functions import Function, functions
from cointrail.guard.request import CALL, DELEGATECALL, Request

MOST_CALLS = 1_000
MOST_DEPTH = 8
SELF_BY_ZERO = "1.5.0"  # since then MultiSend calls the Safe itself where a call names nobody
HEAD = 85  # of a packed call: operation 1, to 20, value 32, size of data 32


@dataclass(frozen=True)
class Call:
    """One call. `actor` is in whose name it is made; `place` says where it stands, "2.1" is the first of the second."""

    actor: bytes
    to: bytes
    value: int
    data: bytes
    operation: int
    place: str = ""
    function: Function | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    fault: str = ""  # what is wrong with its arguments
    holds: bool = False  # whether it was unpacked: what it does are the calls in it

    @property
    def kind(self) -> str:
        """The kind of function it calls; "" where that is not known or there is none."""
        return self.function.kind if self.function else ""

    def address(self, name: str) -> bytes:
        """An argument that is an address; nobody's where there is none."""
        return next(self.addresses(name), bytes(20))

    def addresses(self, name: str) -> Iterator[bytes]:
        """The addresses in an argument, those in lists and tuples too."""
        return _addresses(self.arguments.get(name))


@dataclass(frozen=True)
class Calls:
    """All calls of a request in the order in which they happen, containers before what they hold."""

    every: tuple[Call, ...]
    faults: tuple[str, ...] = ()  # what could not be unpacked

    @property
    def leaves(self) -> tuple[Call, ...]:
        """Those that hold no others."""
        return tuple(call for call in self.every if not call.holds)


class TooMany(ValueError):
    """More calls, or deeper ones, than anybody can judge."""


def _addresses(value: Any) -> Iterator[bytes]:
    if isinstance(value, (list, tuple)):
        for one in value:
            yield from _addresses(one)
    elif isinstance(value, str) and len(value) == 42:
        yield bytes.fromhex(value[2:])


def unfold(request: Request) -> Calls:
    """All calls of a request; those of the transaction that a nested approval approves too, where it is given."""
    tx = request.transaction
    if tx is None or request.safe is None:
        return Calls(())
    faults: list[str] = []
    found: list[Call] = []
    try:
        for call in _unfold(Call(request.safe, tx.to, tx.value, tx.data, tx.operation), 0, faults):
            found.append(call)
            if len(found) > MOST_CALLS:
                raise TooMany(f"more than {MOST_CALLS} calls")
    except TooMany as error:
        faults.append(str(error))
    return Calls(tuple(found), tuple(faults))


def _unfold(call: Call, depth: int, faults: list[str]) -> Iterator[Call]:
    if depth > MOST_DEPTH:
        raise TooMany(f"calls in calls, more than {MOST_DEPTH} deep")
    known = functions().get(call.data[:4]) if len(call.data) >= 4 else None
    arguments, fault = known.read(call.data) if known else ({}, "")
    inner: list[Call] = []
    if known and arguments:
        try:
            inner = list(_inside(call, known, arguments))
        except ValueError as error:
            fault = str(error)
    if fault:
        faults.append(f"call {call.place or 'itself'}: {fault}")
    yield Call(
        call.actor, call.to, call.value, call.data, call.operation, call.place, known, arguments, fault, bool(inner)
    )
    for one in inner:
        yield from _unfold(one, depth + 1, faults)


def _inside(call: Call, known: Function, arguments: dict[str, Any]) -> Iterator[Call]:
    """The calls that a call makes; ValueError where they cannot be read."""
    if known.kind == "unpack" and call.operation == DELEGATECALL and pinned(call.to, "delegate", "unpack"):
        yield from unpack(arguments["transactions"], call)
    elif known.kind in ("nested", "module_call") and call.operation == CALL:
        actor = call.to
        yield Call(
            actor, bytes.fromhex(arguments["to"][2:]), arguments["value"], arguments["data"], arguments["operation"],
            _place(call, 1),
        )  # fmt: skip


def unpack(packed: bytes, call: Call) -> Iterator[Call]:
    """The calls that MultiSend is given: each operation, to, value, size and data, without padding.

    ValueError where the last does not end at the end: MultiSend would read zeros there.
    """
    helper = pinned(call.to)
    own = helper is not None and helper.version >= SELF_BY_ZERO
    at, number = 0, 0
    while at < len(packed):
        if at + HEAD > len(packed):
            raise ValueError(f"{len(packed) - at} bytes at the end of a batch that are no call")
        number += 1
        size = int.from_bytes(packed[at + 53 : at + HEAD], "big")
        end = at + HEAD + size
        if end > len(packed):
            raise ValueError(f"call {number} of a batch ends outside it")
        if number > MOST_CALLS:
            raise TooMany(f"more than {MOST_CALLS} calls")
        to = packed[at + 1 : at + 21]
        value, data = int.from_bytes(packed[at + 21 : at + 53], "big"), packed[at + HEAD : end]
        yield Call(call.actor, to if any(to) or not own else call.actor, value, data, packed[at], _place(call, number))
        at = end


def _place(call: Call, number: int) -> str:
    return f"{call.place}.{number}" if call.place else str(number)
