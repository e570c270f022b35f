"""Blocks as a node tells them: header, transactions, receipts and traces that fit together."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from cointrail.ledger.readers.rpc import Node
from cointrail.ledger.readers.rpc_calls import Call, Refused
from cointrail.ledger.readers.rpc_fields import (
    NUMBER_BITS,
    Record,
    Unsound,
    address,
    digest,
    index,
    listed,
    optional,
    quantity,
    record,
    seconds,
)

BLOCKS, RECEIPTS, TRACES, SINGLE_RECEIPTS = 20, 20, 4, 200  # calls in one request: a full block's trace takes 10 MB
TRACE_BLOCK, TRACE_CALLS = "trace_block", "debug_traceBlockByNumber"
CALL_TRACER = {"tracer": "callTracer"}
BLOCK_RECEIPTS = "eth_getBlockReceipts"
NOBODY = bytes(20)


class Shifted(Exception):
    """Two replies do not belong to the same block: the chain was reorganised between them, or machines differ."""


@dataclass(frozen=True)
class Abilities:
    """What a node can be asked for."""

    receipts: bool  # of a whole block in one call
    tracer: str  # TRACE_BLOCK, TRACE_CALLS, or "" for neither
    reason: str = ""  # why there is no tracer, in the node's words


@dataclass(frozen=True)
class Block:
    """One block. `receipts` and `traces` are in the order of `transactions`."""

    number: int
    hash: bytes
    parent: bytes
    time: int
    header: Record
    transactions: list[Record] = field(default_factory=list)
    receipts: list[Record] = field(default_factory=list)
    traces: list[list[Record]] | None = None  # None: not asked for
    rewards: list[Record] = field(default_factory=list)


def probe(node: Node, number: int) -> Abilities:
    """Ask for one block in every way."""
    receipts = _refusal(node, BLOCK_RECEIPTS, hex(number)) is None
    reasons = []
    for method, more in ((TRACE_BLOCK, ()), (TRACE_CALLS, (CALL_TRACER,))):
        refusal = _refusal(node, method, hex(number), *more) if number else None  # the first block has no calls
        if refusal is None:
            return Abilities(receipts, method)
        reasons.append(refusal)
    return Abilities(receipts, "", "; ".join(dict.fromkeys(reasons)))


def _refusal(node: Node, method: str, number: str, *more: Any) -> str | None:
    try:
        node.call(method, number, *more, what=f"block {int(number, 16)}")
    except Refused as refusal:
        return refusal.message
    return None


def header(node: Node, number: int) -> Block:
    """A block without its transactions."""
    call = Call("eth_getBlockByNumber", (hex(number), False), f"block {number}")
    with about(number):
        return _block(number, next(node.each([call], needed=True)))


def fetch(node: Node, numbers: Sequence[int], can: Abilities) -> list[Block]:
    """Blocks with everything that the node can tell about them. Shifted where replies do not fit together."""
    calls = [Call("eth_getBlockByNumber", (hex(n), True), f"block {n}") for n in numbers]
    blocks = {}
    for number, raw in zip(numbers, node.each(calls, BLOCKS, needed=True), strict=True):
        with about(number):
            blocks[number] = _with_transactions(_block(number, raw))
    full = [block for block in blocks.values() if block.transactions]
    receipts = _block_receipts(node, full) if can.receipts else _receipts(node, full)
    for block, found in zip(full, receipts, strict=True):
        with about(block.number):
            blocks[block.number] = _with_receipts(block, found)
    if can.tracer:
        # rewards are traced in blocks without transactions too, before proof of stake
        wanted = [block for block in blocks.values() if block.number and (block.transactions or mined(block))]
        more = (CALL_TRACER,) if can.tracer == TRACE_CALLS else ()
        asked = [Call(can.tracer, (hex(block.number), *more), f"block {block.number}") for block in wanted]
        for block, raw in zip(wanted, node.each(asked, TRACES, needed=True), strict=True):
            with about(block.number):
                trace = listed(raw, "the trace")
                add = _with_calls if can.tracer == TRACE_CALLS else _with_traces
                blocks[block.number] = add(block, trace)
    return list(blocks.values())


@contextmanager
def about(number: int) -> Iterator[None]:
    """Say of which block something is unsound."""
    try:
        yield
    except Unsound as error:
        raise Unsound(f"block {number}: {error}") from None


def mined(block: Block) -> bool:
    """Whether the block was made by proof of work, and so paid its miner."""
    return bool(optional(block.header, "difficulty"))


def _block(number: int, raw: Any) -> Block:
    head = record(raw, "the block")
    told = quantity(head, "number", NUMBER_BITS)
    if told != number:
        raise Unsound(f"the node gives block {told} instead")
    return Block(number, digest(head, "hash"), digest(head, "parentHash"), seconds(head, "timestamp"), head)


def _with_transactions(block: Block) -> Block:
    found = [record(item, "a transaction") for item in listed(block.header.get("transactions"), "transactions")]
    for place, item in enumerate(found):
        if index(item, "transactionIndex") != place:
            raise Unsound(f"transaction {place} says it is number {index(item, 'transactionIndex')}")
        if digest(item, "blockHash") != block.hash:
            raise Shifted(f"a transaction of block {block.number} is of another block")
    if len({digest(item, "hash") for item in found}) < len(found):
        raise Unsound("a transaction is there twice")
    return replace(block, transactions=found)


def _block_receipts(node: Node, blocks: Sequence[Block]) -> list[Any]:
    calls = [Call(BLOCK_RECEIPTS, (hex(block.number),), f"block {block.number}") for block in blocks]
    return list(node.each(calls, RECEIPTS, needed=True))


def _receipts(node: Node, blocks: Sequence[Block]) -> list[Any]:
    calls = [
        Call("eth_getTransactionReceipt", ("0x" + digest(item, "hash").hex(),), f"block {block.number}")
        for block in blocks
        for item in block.transactions
    ]
    found = node.each(calls, SINGLE_RECEIPTS, needed=True)
    return [[next(found) for _ in block.transactions] for block in blocks]


def _with_receipts(block: Block, raw: Any) -> Block:
    by_hash = {}
    for item in listed(raw, "the receipts"):
        receipt = record(item, "a receipt")
        if digest(receipt, "blockHash") != block.hash:
            raise Shifted(f"a receipt of block {block.number} is of another block")
        by_hash[digest(receipt, "transactionHash")] = receipt
    hashes = [digest(item, "hash") for item in block.transactions]
    if len(raw) != len(hashes) or set(hashes) != set(by_hash):
        raise Shifted(f"the receipts of block {block.number} are not those of its transactions")
    return replace(block, receipts=[by_hash[hash_] for hash_ in hashes])


def _with_traces(block: Block, raw: list[Any]) -> Block:
    """`trace_block`: a flat list of frames of all transactions, and of rewards."""
    frames: dict[bytes, list[Record]] = {digest(item, "hash"): [] for item in block.transactions}
    rewards = []
    for item in raw:
        frame = record(item, "a trace")
        if digest(frame, "blockHash") != block.hash:
            raise Shifted(f"a trace of block {block.number} is of another block")
        if frame.get("type") == "reward":
            rewards.append(frame)
        elif digest(frame, "transactionHash") in frames:
            frames[digest(frame, "transactionHash")].append(frame)
        else:
            raise Shifted(f"block {block.number} has traces of a transaction that is not in it")
    traces = list(frames.values())
    for place, found in enumerate(traces):
        if not any(frame.get("traceAddress") == [] for frame in found) and not _idle(block, place):
            raise Shifted(f"transaction {place} of block {block.number} has no trace")
    return replace(block, traces=traces, rewards=rewards)


def _with_calls(block: Block, raw: list[Any]) -> Block:
    """`callTracer`: one nested frame a transaction, in order; older nodes do not name the transaction."""
    traces = []
    if len(raw) != len(block.transactions):
        raise Shifted(f"block {block.number} has {len(block.transactions)} transactions and {len(raw)} traces")
    for item, transaction in zip(raw, block.transactions, strict=True):
        trace = record(item, "a trace")
        if trace.get("txHash") is not None and digest(trace, "txHash") != digest(transaction, "hash"):
            raise Shifted(f"the traces of block {block.number} are not those of its transactions")
        if trace.get("result") is None:
            raise Unsound(f"a trace failed inside the node: {ascii(trace.get('error'))[:80]}")
        traces.append([record(trace["result"], "a trace")])
    return replace(block, traces=traces)


def _idle(block: Block, place: int) -> bool:
    """Whether a transaction is the chain's own book-keeping, which some nodes list but do not execute."""
    return address(block.transactions[place], "from") == NOBODY or not optional(block.receipts[place], "gasUsed")
