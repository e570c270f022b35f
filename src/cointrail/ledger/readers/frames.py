"""Call frames to value movements: what a transaction moved inside, from either of the two trace formats.

A frame that failed moved nothing, and neither did anything it called (formats.md section 7: an EVM rule). A delegate
or static call moves nothing even where the tracer repeats its caller's value. Frames of value zero are calls, not
movements. The root frame is the transaction itself and is left out.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cointrail.ledger.readers.rpc_fields import Record, Unsound, address, listed, quantity, record, shown

MOVING = frozenset({"call", "create", "create2", "selfdestruct", "suicide"})
RESTING = frozenset({"callcode", "delegatecall", "staticcall"})  # callcode "pays" the caller itself
ENDING = frozenset({"selfdestruct", "suicide"})
WIDE = 0xFFFF  # of a path element: it stands before four more bytes, so that any element keeps its place
PRECOMPILES = frozenset(number.to_bytes(20, "big") for number in (*range(1, 0x12), 0x100))


@dataclass(frozen=True)
class Move:
    """Native value moved by a call inside a transaction."""

    path: bytes  # the trace address; sorted by path means in the order of execution
    sender: bytes
    recipient: bytes
    amount: int  # > 0, smallest units


def moves(call_type: str) -> bool:
    """Whether a frame of this type moves its value; ValueError for a type that is not known."""
    kind = call_type.lower()
    if kind not in MOVING and kind not in RESTING:
        raise Unsound(f"the call type {shown(call_type)} is not known")
    return kind in MOVING


def path_of(trace_address: Sequence[int]) -> bytes:
    """A trace address as bytes: two big-endian bytes an element; 65,535 and more as 0xffff and four bytes."""
    return b"".join(_element(number) for number in trace_address)


def _element(number: int) -> bytes:
    if number < WIDE:
        return number.to_bytes(2, "big")
    return WIDE.to_bytes(2, "big") + number.to_bytes(4, "big")


def failed(frame: Record) -> bool:
    """Whether a frame was reverted or ran out of gas."""
    return bool(frame.get("error"))


def parity_moves(frames: Iterable[Record]) -> Iterator[Move]:
    """The movements inside one transaction from its frames as `trace_block` gives them: flat, with `traceAddress`."""
    ordered = sorted(((tuple(trace_address(frame)), frame) for frame in frames), key=lambda item: item[0])
    paths: dict[tuple[int, ...], bytes] = {}  # of the frames that did not fail
    hidden: Counter[tuple[int, ...]] = Counter()  # of a frame's calls so far, those that do not count
    dead: tuple[int, ...] | None = None
    for place, frame in ordered:
        above = place[:-1]
        if dead is not None and place[: len(dead)] == dead and place != dead:
            continue
        if place in paths or place == dead or (place and above not in paths):
            raise Unsound(f"trace {list(place)[:8]} is there twice, or what called it is not")
        if place and _hidden(frame.get("type"), record(frame.get("action"), "action"), "callType", "call"):
            hidden[above] += 1
        elif failed(frame):
            dead = place
        elif not place:
            paths[place] = b""
        else:
            paths[place] = paths[above] + _element(place[-1] - hidden[above])
            move = _parity_move(paths[place], frame)
            if move.amount:
                yield move


def trace_address(frame: Record) -> list[int]:
    """Where a `trace_block` frame stands: empty for the root."""
    found = listed(frame.get("traceAddress"), "traceAddress")
    if not all(isinstance(n, int) and not isinstance(n, bool) and 0 <= n < 1 << 31 for n in found):
        raise Unsound("traceAddress is not a list of small numbers")
    return found


def _parity_move(path: bytes, frame: Record) -> Move:
    kind = frame.get("type")
    action = record(frame.get("action"), "action")
    if kind == "call":
        value = quantity(action, "value") if moves(_text(action, "callType", "call")) else 0
        return Move(path, address(action, "from"), address(action, "to"), value)
    if kind == "create":
        made = record(frame.get("result"), "result")
        return Move(path, address(action, "from"), address(made, "address"), quantity(action, "value"))
    if kind in ENDING:
        return Move(path, address(action, "address"), address(action, "refundAddress"), quantity(action, "balance"))
    raise Unsound(f"the trace type {shown(kind)} is not known")


def tracer_moves(root: Record) -> Iterator[Move]:
    """The movements inside one transaction from its root frame as `callTracer` gives it: nested, with `calls`."""
    waiting: list[tuple[bytes, Record]] = [(b"", root)]
    while waiting:
        path, frame = waiting.pop()
        if failed(frame):
            continue
        if path and moves(_text(frame, "type")) and frame.get("value") is not None:
            amount = quantity(frame, "value")
            if amount:
                yield Move(path, address(frame, "from"), address(frame, "to"), amount)
        children = [child for child in _calls(frame) if not _hidden("call", child, "type", None)]
        waiting += [(path + _element(number), child) for number, child in reversed(list(enumerate(children)))]


def _calls(frame: Record) -> list[Record]:
    calls = frame.get("calls")
    return [] if calls is None else [record(child, "a call") for child in listed(calls, "calls")]


def _hidden(kind: Any, call: Record, name: str, missing: str | None) -> bool:
    """Whether a frame is a call of a precompiled contract without value.

    Most nodes leave these out of `trace_block` and put them into `callTracer`; left out everywhere, a movement has
    the same path in both.
    """
    if kind != "call":
        return False
    call_type = _text(call, name, missing).lower()
    if call_type not in RESTING and call_type != "call":
        return False
    if call_type == "call" and call.get("value") is not None and quantity(call, "value"):
        return False
    return address(call, "to") in PRECOMPILES


def _text(of: Record, name: str, missing: str | None = None) -> str:
    value = of.get(name, missing)
    if not isinstance(value, str):
        raise Unsound(f"{name} is {shown(value)}, not a text")
    return value
