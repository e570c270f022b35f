"""Call frames to movements: random trees of calls, written in both formats, against the rule spelt out plainly."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.ledger.readers.frames import Move, moves, parity_moves, path_of, tracer_moves
from cointrail.ledger.readers.rpc_fields import Unsound

KINDS = ["CALL", "STATICCALL", "DELEGATECALL", "CALLCODE", "CREATE", "CREATE2", "SELFDESTRUCT"]
ADDRESSES = [bytes([n]) * 20 for n in range(0x21, 0x25)]
IDENTITY = (4).to_bytes(20, "big")


@dataclass(frozen=True)
class Frame:
    kind: str
    sender: bytes
    recipient: bytes
    value: int
    failed: bool
    calls: "list[Frame]"


def frames(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Frame]:
    address, kind = st.sampled_from(ADDRESSES), st.sampled_from(KINDS)
    failed = st.integers(0, 4).map(lambda n: n == 0)
    return st.builds(Frame, kind, address, address, st.integers(0, 2), failed, inner)


PRECOMPILED = st.builds(
    Frame,
    st.sampled_from(KINDS[:3]),
    st.sampled_from(ADDRESSES),
    st.just(IDENTITY),
    st.integers(0, 1),
    st.booleans(),
    st.just([]),
)
LEAVES = frames(st.just([])) | PRECOMPILED
TREES = st.recursive(LEAVES, lambda inner: frames(st.lists(inner, max_size=5)), max_leaves=30).map(
    lambda top: Frame("CALL", ADDRESSES[0], ADDRESSES[1], 9, False, [top])
)


def expected(frame: Frame, path: tuple[int, ...] = ()) -> Iterator[Move]:
    """The rule, by recursion."""
    if frame.failed:
        return
    if path and frame.value and frame.kind in ("CALL", "CREATE", "CREATE2", "SELFDESTRUCT"):
        yield Move(path_of(path), frame.sender, frame.recipient, frame.value)
    counted = [call for call in frame.calls if not (call.recipient == IDENTITY and not paying(call))]
    for number, call in enumerate(counted):
        yield from expected(call, (*path, number))


def paying(frame: Frame) -> bool:
    return frame.kind == "CALL" and frame.value > 0


def nested(frame: Frame) -> dict[str, Any]:
    """As callTracer writes it."""
    out: dict[str, Any] = {"type": frame.kind, "from": text(frame.sender), "to": text(frame.recipient)}
    if frame.kind != "STATICCALL":
        out["value"] = hex(frame.value)
    if frame.failed:
        out["error"] = "execution reverted"
    if frame.calls:
        out["calls"] = [nested(call) for call in frame.calls]
    return out


def flat(frame: Frame, at: tuple[int, ...] = ()) -> Iterator[dict[str, Any]]:
    """As trace_block writes it."""
    sender, recipient, value = text(frame.sender), text(frame.recipient), hex(frame.value)
    out: dict[str, Any] = {"traceAddress": list(at), "subtraces": len(frame.calls)}
    if frame.kind == "SELFDESTRUCT":
        out |= {"type": "suicide", "action": {"address": sender, "refundAddress": recipient, "balance": value}}
    elif frame.kind.startswith("CREATE"):
        made = None if frame.failed else {"address": recipient}
        out |= {"type": "create", "action": {"from": sender, "value": value}, "result": made}
    else:
        action = {"callType": frame.kind.lower(), "from": sender, "to": recipient, "value": value}
        out |= {"type": "call", "action": action}
    if frame.failed:
        out["error"] = "Reverted"
    yield out
    for number, call in enumerate(frame.calls):
        yield from flat(call, (*at, number))


def text(raw: bytes) -> str:
    return "0x" + raw.hex()


@given(TREES, st.randoms())
def test_both_formats_follow_the_rule(tree: Frame, random: Any) -> None:
    rule = list(expected(tree))
    assert list(tracer_moves(nested(tree))) == rule
    frames = list(flat(tree))
    random.shuffle(frames)
    assert list(parity_moves(frames)) == rule
    assert [move.path for move in rule] == sorted(move.path for move in rule)


def test_a_failed_root_moves_nothing() -> None:
    tree = Frame("CALL", ADDRESSES[0], ADDRESSES[1], 1, True, [Frame("CALL", ADDRESSES[1], ADDRESSES[2], 1, False, [])])
    assert list(tracer_moves(nested(tree))) == list(parity_moves(flat(tree))) == []


@pytest.mark.parametrize(
    ("kind", "moving"),
    [("call", True), ("CALL", True), ("CREATE2", True), ("suicide", True), ("SELFDESTRUCT", True)]
    + [(kind, False) for kind in ("delegatecall", "STATICCALL", "callcode")],
)
def test_what_moves(kind: str, moving: bool) -> None:
    assert moves(kind) is moving


def test_what_is_not_known_is_said() -> None:
    with pytest.raises(Unsound, match="the call type 'AUTHCALL' is not known"):
        moves("AUTHCALL")


@given(st.lists(st.lists(st.integers(0, 70_000) | st.integers(65_533, 65_537), max_size=4), max_size=20))
def test_paths_keep_the_order_of_execution(addresses: list[list[int]]) -> None:
    assert [path_of(a) for a in sorted(addresses)] == sorted(path_of(a) for a in addresses)
    assert len({path_of(a) for a in addresses}) == len({tuple(a) for a in addresses})


def test_paths_are_two_bytes_an_element() -> None:
    assert path_of([]) == b""
    assert path_of([0, 1, 258]) == bytes.fromhex("000000010102")
    assert path_of([65_534, 65_535]) == bytes.fromhex("fffe" + "ffff0000ffff")
