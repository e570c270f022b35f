"""Blocks to movements: what every transaction, call, event and withdrawal of a block moved."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from cointrail.chains.chain import chains
from cointrail.ledger.readers.creation import created
from cointrail.ledger.readers.frames import failed, parity_moves, tracer_moves
from cointrail.ledger.readers.rpc_blocks import TRACE_CALLS, Block, about, mined
from cointrail.ledger.readers.rpc_fields import (
    NUMBER_BITS,
    WORD_BYTES,
    Record,
    Unsound,
    address,
    data,
    digest,
    index,
    listed,
    optional,
    quantity,
    record,
)
from cointrail.ledger.readers.signatures import (
    DEPOSIT,
    NOBODY,
    TRANSFER,
    TRANSFER_TOPICS,
    WITHDRAWAL,
    WRAPPER_TOPICS,
)
from cointrail.ledger.rows import ADDRESS_BYTES, AMOUNT_BYTES, ROWS, Kind, Status

GWEI = 10**9  # of withdrawals (EIP-4895)
GAS_BITS, NONCE_BITS, PRICE_BITS = 64, 64, 128
# Tron's nodes tell the energy that was used and its price, not what was burnt: most of it was staked for, or given by
# the owner of the contract (tronprotocol.github.io, eth_getTransactionReceipt)
NO_FEES = frozenset(one.number for one in chains().values() if one.family == "tron")
NOT_NATIVE = frozenset({100, 10200})  # chains whose withdrawals pay a token: Gnosis and its test chain

# what is counted beside the rows
UNKNOWN_RESULT, MINTED, NO_REWARD, UNKNOWN_WRAPPER = "unknown result", "minted", "no reward", "unknown wrapper"

Row = tuple[Any, ...]


def rows_table(
    blocks: Iterable[Block],
    chain: int,
    tracer: str,
    counts: Counter[str],
    wrapped: frozenset[bytes] = frozenset(),
) -> pa.Table:
    """The movements of blocks as one table of `rows.ROWS`; `counts` hears of what could not be told. `wrapped` are the
    contracts whose Deposit and Withdrawal events mint and burn."""
    rows: list[Row] = []
    for block in blocks:
        with about(block.number):
            rows += _block_rows(block, chain, tracer, counts, wrapped)
    return as_table(rows)


def as_table(rows: list[Row]) -> pa.Table:
    """Rows in the order of `rows.ROWS` as a table."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(ROWS)
    arrays = []
    for field, values in zip(ROWS, columns, strict=True):
        if field.name == "asset":
            arrays.append(pa.array(values, pa.string()).dictionary_encode().cast(field.type))
        else:
            arrays.append(pa.array(values, field.type))
    return pa.table(arrays, schema=ROWS)


def _block_rows(
    block: Block, chain: int, tracer: str, counts: Counter[str], wrapped: frozenset[bytes]
) -> Iterator[Row]:
    for place in range(len(block.transactions)):
        yield from _transaction_rows(block, place, tracer, counts, wrapped, chain not in NO_FEES)
    for position, recipient, amount in (*_withdrawals(block, chain), *_rewards(block)):
        yield _row(block, Kind.REWARD, None, recipient, amount, position=position)
    if mined(block) and block.number and not block.rewards:
        counts[NO_REWARD] += 1


def _transaction_rows(
    block: Block, place: int, tracer: str, counts: Counter[str], wrapped: frozenset[bytes], fees: bool
) -> Iterator[Row]:
    transaction, receipt = block.transactions[place], block.receipts[place]
    frames = block.traces[place] if block.traces is not None else []
    status = status_of(receipt, frames)
    tx, sender = digest(transaction, "hash"), address(transaction, "from")
    counts[UNKNOWN_RESULT] += status is Status.UNKNOWN
    counts[MINTED] += bool(optional(transaction, "mint"))

    def row(kind: Kind, source: bytes, target: bytes | None, amount: int, **more: Any) -> Row:
        return _row(block, kind, source, target, amount, tx=tx, place=place, status=status, **more)

    if fees:
        yield row(Kind.FEE, sender, None, _fee(transaction, receipt), position=0)
    value = quantity(transaction, "value") if status is not Status.FAILED else 0
    yield row(Kind.TRANSACTION, sender, _recipient(transaction, receipt, sender), value, position=0)
    if status is Status.FAILED:
        return
    for move in tracer_moves(frames[0]) if frames and tracer == TRACE_CALLS else parity_moves(frames):
        yield row(Kind.TRACE, move.sender, move.recipient, move.amount, path=move.path)
    seen: set[int] = set()
    for item in listed(receipt.get("logs"), "logs"):
        log = record(item, "a log")
        transfer = _transfer(log) or _wrapping(log, wrapped, counts)
        if transfer is not None:
            position = index(log, "logIndex")
            if position in seen:
                raise Unsound(f"log {position} is there twice")
            seen.add(position)
            yield row(Kind.LOG, *transfer, position=position, asset="0x" + address(log, "address").hex())


def _row(
    block: Block,
    kind: Kind,
    sender: bytes | None,
    recipient: bytes | None,
    amount: int,
    *,
    tx: bytes | None = None,
    place: int | None = None,
    position: int | None = None,
    path: bytes | None = None,
    asset: str = "",
    status: Status = Status.DONE,
) -> Row:
    number = amount.to_bytes(AMOUNT_BYTES, "big")
    where = (block.number, block.hash, block.time, tx, place)
    return (*where, int(kind), position, path, sender, recipient, asset, number, int(status), True)


def status_of(receipt: Record, frames: list[Record]) -> Status:
    """Receipts carry the result since the Byzantium fork; before it only a trace knows."""
    told = optional(receipt, "status")
    if told is not None:
        if told > 1:
            raise Unsound(f"status is {told}")
        return Status.DONE if told else Status.FAILED
    roots = [frame for frame in frames if not frame.get("traceAddress")]
    if not roots:
        return Status.UNKNOWN
    return Status.FAILED if failed(roots[0]) else Status.DONE


def _fee(transaction: Record, receipt: Record) -> int:
    """What the sender paid for execution, for blobs (EIP-4844), and to the chain below a rollup."""
    used = quantity(receipt, "gasUsed", GAS_BITS)
    # receipts carry the price paid since the London fork; before it the price offered was paid
    priced = receipt if receipt.get("effectiveGasPrice") is not None else transaction
    price = quantity(priced, "effectiveGasPrice" if priced is receipt else "gasPrice", PRICE_BITS)
    blobs = 0
    if receipt.get("blobGasUsed") is not None:
        blob_gas = quantity(receipt, "blobGasUsed", GAS_BITS)
        blobs = blob_gas * quantity(receipt, "blobGasPrice", PRICE_BITS) if blob_gas else 0
    below = quantity(receipt, "l1Fee", PRICE_BITS) if receipt.get("l1Fee") is not None else 0
    return used * price + blobs + below


def _recipient(transaction: Record, receipt: Record, sender: bytes) -> bytes:
    """Who got the value: of a creation, the new contract."""
    if transaction.get("to") is not None:
        return address(transaction, "to")
    if receipt.get("contractAddress") is not None:
        return address(receipt, "contractAddress")
    return created(sender, quantity(transaction, "nonce", NONCE_BITS))


def _transfer(log: Record) -> tuple[bytes, bytes, int] | None:
    """Sender, recipient and amount of an ERC-20 Transfer; None for any other event."""
    topics = listed(log.get("topics"), "topics")
    if log.get("removed") is True or len(topics) != TRANSFER_TOPICS or data(topics[0], "a topic") != TRANSFER:
        return None
    content = data(log.get("data"), "data")
    if len(content) != WORD_BYTES:
        return None
    sender, recipient = (data(topic, "a topic", WORD_BYTES)[-ADDRESS_BYTES:] for topic in topics[1:])
    return sender, recipient, int.from_bytes(content, "big")


def _wrapping(log: Record, wrapped: frozenset[bytes], counts: Counter[str]) -> tuple[bytes, bytes, int] | None:
    """Sender, recipient and amount of the minting or burning of a wrapped coin; None for any other event."""
    topics = listed(log.get("topics"), "topics")
    if log.get("removed") is True or len(topics) != WRAPPER_TOPICS:
        return None
    topic = data(topics[0], "a topic")
    if topic not in (DEPOSIT, WITHDRAWAL):
        return None
    content = data(log.get("data"), "data")
    if len(content) != WORD_BYTES or address(log, "address") not in wrapped:
        counts[UNKNOWN_WRAPPER] += 1
        return None
    holder = data(topics[1], "a topic", WORD_BYTES)[-ADDRESS_BYTES:]
    parties = (NOBODY, holder) if topic == DEPOSIT else (holder, NOBODY)
    return *parties, int.from_bytes(content, "big")


def _withdrawals(block: Block, chain: int) -> Iterator[tuple[int, bytes, int]]:
    """Place, recipient and amount of validator withdrawals; the place is the withdrawal's number on the chain."""
    withdrawals = block.header.get("withdrawals")
    if withdrawals is not None and chain not in NOT_NATIVE:
        for item in listed(withdrawals, "withdrawals"):
            paid = record(item, "a withdrawal")
            yield (
                quantity(paid, "index", NUMBER_BITS),
                address(paid, "address"),
                quantity(paid, "amount", GAS_BITS) * GWEI,
            )


def _rewards(block: Block) -> Iterator[tuple[int, bytes, int]]:
    """Place, recipient and amount of the rewards of a block and its uncles.

    Their order is reason, recipient, amount, as where they are read from files: nodes differ in theirs.
    """
    found = []
    for frame in block.rewards:
        action = record(frame.get("action"), "action")
        found.append((str(action.get("rewardType")), address(action, "author"), quantity(action, "value")))
    for place, (_, author, amount) in enumerate(sorted(found)):
        yield place, author, amount
