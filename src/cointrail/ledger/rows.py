"""The shape in which every reader hands over what it read: one Arrow table layout for all sources."""

from enum import IntEnum

import pyarrow as pa

HASH_BYTES = 32
ADDRESS_BYTES = 20
AMOUNT_BYTES = 32


class Kind(IntEnum):
    """What recorded the movement. The order is the order inside one transaction."""

    FEE = 0  # paid by the sender of the transaction, to nobody; gas is bought before anything else moves
    TRANSACTION = 1  # the native value of the transaction itself (also its root trace: one movement)
    TRACE = 2  # native value moved by a call inside the transaction, ordered by `path`
    LOG = 3  # a token Transfer event, ordered by log index
    OTHER = 4  # the source does not say (column-mapped CSV, explorer exports without index)
    REWARD = 5  # block rewards and validator withdrawals: value from nobody
    INPUT = 6  # of an output-based chain: what a transaction spends, by number; from nobody: new coin
    OUTPUT = 7  # what it pays, ordered by number; what then stays in the transaction is its fee


class Status(IntEnum):
    """Whether the transaction went through, as far as the source knows."""

    UNKNOWN = 0
    DONE = 1
    FAILED = 2  # moved nothing but its fee


# One row is one movement as its source recorded it; null means that the source does not say.
ROWS = pa.schema(
    [
        ("block", pa.int64()),
        ("block_hash", pa.binary(HASH_BYTES)),
        ("time", pa.int64()),  # seconds since 1970-01-01 UTC
        ("tx", pa.binary(HASH_BYTES)),
        ("tx_index", pa.int32()),  # of the transaction in its block
        pa.field("kind", pa.uint8(), nullable=False),
        ("position", pa.int64()),  # log index in the block for LOG, ordinal for REWARD, 0 for FEE and TRANSACTION
        ("path", pa.binary()),  # TRACE only: the trace address, two big-endian bytes an element
        ("sender", pa.binary(ADDRESS_BYTES)),  # null: from nobody (REWARD)
        ("recipient", pa.binary(ADDRESS_BYTES)),  # null: to nobody (FEE)
        pa.field("asset", pa.dictionary(pa.int32(), pa.string()), nullable=False),  # "", "0x<contract>" or a code
        pa.field("amount", pa.binary(AMOUNT_BYTES), nullable=False),  # smallest units, big-endian uint256
        pa.field("status", pa.uint8(), nullable=False),
        pa.field("exact", pa.bool_(), nullable=False),  # false: the source had already rounded the amount
    ]
)

# One row is one raw event of a transaction that conversions between assets or chains are read from.
EVENTS = pa.schema(
    [
        ("block", pa.int64()),
        ("block_hash", pa.binary(HASH_BYTES)),
        ("time", pa.int64()),  # seconds since 1970-01-01 UTC
        pa.field("tx", pa.binary(HASH_BYTES), nullable=False),
        ("tx_index", pa.int32()),
        pa.field("position", pa.int64(), nullable=False),  # log index in the block; -1 for the transaction's own input
        pa.field("address", pa.binary(ADDRESS_BYTES), nullable=False),  # which emitted it, or was called
        ("sender", pa.binary(ADDRESS_BYTES)),  # of the transaction, for inputs
        pa.field("topics", pa.binary(), nullable=False),  # 0 to 4 words of 32 bytes
        pa.field("data", pa.binary(), nullable=False),  # of the log, or the input
    ]
)
INPUT = -1  # the position of a transaction's own input
MOST_TOPICS = 4
MOST_DATA = 1 << 16  # bytes of data of one event; nothing that moves value between chains needs more

# One row is one output of an output-based chain, of which the source tells who may spend it.
OUTPUTS = pa.schema(
    [
        pa.field("output", pa.binary(ADDRESS_BYTES), nullable=False),
        pa.field("owner", pa.binary(ADDRESS_BYTES), nullable=False),
        ("script", pa.binary()),  # null where it is longer than MOST_SCRIPT
    ]
)
MOST_SCRIPT = 128  # bytes; whatever has an address, and the usual data outputs, are shorter

# One row is the terms of one transaction of an output-based chain: told only where its id was seen to commit to them.
TERMS = pa.schema(
    [
        pa.field("tx", pa.binary(ADDRESS_BYTES), nullable=False),  # the transaction's key: see `outputs`
        pa.field("version", pa.uint32(), nullable=False),
        pa.field("lock_time", pa.uint32(), nullable=False),  # 0: none; below 500,000,000 a height, else seconds
        pa.field("sequence", pa.uint32(), nullable=False),  # the least of its inputs
    ]
)
