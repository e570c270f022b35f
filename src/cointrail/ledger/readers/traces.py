"""Traces: the native value of transactions and of the calls inside them, and rewards."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.ledger.readers.amounts import rounded
from cointrail.ledger.readers.ancestry import Failed
from cointrail.ledger.readers.arrays import Index, distinct, plain, select, sizes, valid
from cointrail.ledger.readers.build import build, pick, settle
from cointrail.ledger.readers.chunk import Chunk
from cointrail.ledger.readers.faults import Faults, Mask
from cointrail.ledger.readers.limbs import Limbs, nonzero
from cointrail.ledger.readers.paths import paths
from cointrail.ledger.readers.rewards import numbered
from cointrail.ledger.readers.session import Input, Session, hashed
from cointrail.ledger.rows import Kind, Status

SLICE_ROWS = 1 << 20
CALL, DESTROY, REWARD, FORK, UNKNOWN = range(5)
TYPES = {
    "call": CALL,
    "create": CALL,
    "create2": CALL,
    "suicide": DESTROY,
    "selfdestruct": DESTROY,
    "reward": REWARD,
    "genesis": REWARD,
    "daofork": FORK,
}
STILL = {"delegatecall", "staticcall", "callcode"}  # run foreign code as the caller: what they show as value stays


def read(item: Input, session: Session) -> Iterator[Any]:
    """TRANSACTION rows of root frames, TRACE rows of calls that moved value, REWARD and OTHER rows.

    A frame with an error moves nothing, nor does anything below it. Calls without value are dropped: nothing in a
    ledger can depend on them.
    """
    problems = session.problems[item.source]
    rewards: list[Any] = []
    reasons: list[Any] = []
    for chunk in item.chunks(session):
        frames = _Frames(chunk, session)
        good = settle(chunk, problems)
        moving = good & frames.nested & frames.valued & ~frames.failed
        doubtful = moving & ~frames.sure if chunk.has("error") else np.zeros(chunk.rows, bool)
        if doubtful.any():
            undone = failures(session).covers(select(frames.tx, doubtful), select(frames.path, doubtful))
            moving[doubtful] = ~undone
        _warn(frames, good, session)
        amount = np.where((frames.failed & frames.root)[:, None], np.uint64(0), frames.amount)
        common = frames.place | {"exact": not rounded(chunk.columns["amount"])}
        status = np.where(frames.failed, Status.FAILED, np.where(frames.told, Status.DONE, Status.UNKNOWN))
        call = {"tx": frames.tx, "tx_index": frames.tx_index, "sender": frames.sender, "recipient": frames.recipient}
        call |= common | {"status": status.astype(np.uint8)}
        yield pick(build(amount, **call, kind=int(Kind.TRANSACTION), position=0), good & frames.root)
        if moving.any():
            yield pick(build(amount, **call, kind=int(Kind.TRACE), path=frames.path), moving)
        rest = common | {"recipient": frames.recipient, "status": int(Status.DONE)}
        if (forks := good & (frames.kind == FORK)).any():
            yield pick(build(amount, **rest, kind=int(Kind.OTHER), sender=frames.sender), forks)
        if (given := good & (frames.kind == REWARD)).any():
            rewards.append(pick(build(amount, **rest, kind=int(Kind.REWARD)), given))
            reasons.append(select(frames.reason, given))
    if rewards:
        table = numbered(rewards, reasons)
        yield from (table.slice(start, SLICE_ROWS) for start in range(0, len(table), SLICE_ROWS))


class _Frames:
    """The frames of a chunk, one row each."""

    def __init__(self, chunk: Chunk, session: Session) -> None:
        self.kind, still = _kinds(chunk)
        call = np.isin(self.kind, (CALL, DESTROY))
        self.place = {
            "block": chunk.integers("block", needed=True),
            "block_hash": chunk.hashes("block_hash"),
            "time": chunk.seconds("time"),
        }
        self.tx_index = chunk.places("tx_index")
        self.tx = hashed(session, chunk, call)
        chunk.faults.add(call & ~valid(self.tx), "no transaction hash, here or in a transactions file given with it")
        self.path = paths(chunk.columns["path"], chunk.written["path"], chunk.faults)
        depth = sizes(self.path)
        self.amount, present = _amounts(chunk, call)
        self.root = (self.kind == CALL) & (depth == 0)
        self.nested = call & ~self.root & ~still
        self.valued = nonzero(self.amount)
        self.failed, self.told, self.sure = _outcomes(chunk)
        self.unsaid = (self.kind == DESTROY) & ~present & ~self.failed
        self.sender, self.recipient = self._parties(chunk)
        self.reason = _texts(chunk, "reward_type", "type")

    def _parties(self, chunk: Chunk) -> tuple[Any, Any]:
        sender, recipient = chunk.addresses("sender"), chunk.addresses("recipient")
        if chunk.has("created"):  # cryo: a new contract stands apart, and a reward's author stands as its sender
            recipient = pc.coalesce(recipient, chunk.addresses("created"))
            recipient = pc.if_else(pa.array(self.kind == REWARD), pc.coalesce(recipient, sender), recipient)
        moves = ~self.failed & self.valued & (self.root | self.nested | (self.kind == FORK))
        chunk.faults.add((moves | self.root) & ~valid(sender), f"no {chunk.written['sender']}")
        chunk.faults.add((moves | (self.kind == REWARD)) & ~valid(recipient), f"no {chunk.written['recipient']}")
        return sender, recipient


def _kinds(chunk: Chunk) -> tuple[Index, Mask]:
    """What each frame is, and whether it only runs code."""
    values, index = distinct(_texts(chunk, "type"))
    known = np.array([TYPES.get(_word(value), UNKNOWN) for value in values.to_pylist()] + [UNKNOWN])
    kind = known[index]
    chunk.faults.add(kind == UNKNOWN, f"{chunk.written['type']} is not one of {', '.join(TYPES)}")
    if not chunk.has("call_type"):
        return kind, np.zeros(chunk.rows, bool)
    values, index = distinct(_texts(chunk, "call_type"))
    still = np.array([_word(value) in STILL for value in values.to_pylist()] + [False])
    return kind, (kind == CALL) & still[index]


def _outcomes(chunk: Chunk) -> tuple[Mask, Mask, Mask]:
    """Which frames failed by their own columns, of which the file says how they ended, and which have a status.

    A status counts what happened above the frame as well, an error does not.
    """
    failed = sizes(_texts(chunk, "error")) > 0 if chunk.has("error") else np.zeros(chunk.rows, bool)
    status = chunk.values("status", -1)
    failed |= status == 0
    return failed, (status >= 0) | chunk.has("error"), status >= 0


def _amounts(chunk: Chunk, call: Mask) -> tuple[Limbs, Mask]:
    """Amounts; a call's is 0 where there is none, a reward must have one."""
    amount, present = chunk.amounts("amount", needed=False)
    chunk.faults.add(~present & ~call, f"no {chunk.written['amount']}")
    return amount, present


def failures(session: Session) -> Failed:
    """The failed frames of all traces files of an import; gathered once."""
    if session.failed is None:
        session.failed = Failed(
            part
            for item in session.inputs
            if item.form.reader == "traces"
            for chunk in item.chunks(session, "block", "tx", "tx_index", "path", "error", "status")
            for part in _failed(chunk, session)
        )
    return session.failed


def _failed(chunk: Chunk, session: Session) -> Iterator[tuple[Any, Any]]:
    failed, _, _ = _outcomes(chunk)
    if not failed.any():
        return
    tx = hashed(session, chunk, failed)
    path = paths(chunk.columns["path"], chunk.written["path"], Faults(chunk.rows))
    failed &= valid(tx) & ~chunk.faults.bad
    yield select(tx, failed), select(path, failed)


def _warn(frames: _Frames, good: Mask, session: Session) -> None:
    if (good & frames.unsaid).any():
        session.warn("some selfdestructs carry no amount: the value they moved is missing from the ledger")


def _texts(chunk: Chunk, *names: str) -> Any:
    columns = [plain(chunk.columns[name]).cast(pa.string()) for name in names if chunk.has(name)]
    filled = [pc.if_else(pc.equal(column, ""), None, column) for column in columns]
    return pc.coalesce(*filled) if len(filled) > 1 else filled[0]


@cache
def _word(text: str | None) -> str:
    return (text or "").lower().replace("_", "").replace("-", "")
