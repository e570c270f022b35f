"""Transactions between outputs as columns, and from them the tables that a ledger takes."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cointrail.ledger.outputs import output_keys, transaction_keys
from cointrail.ledger.rows import ADDRESS_BYTES as KEY_BYTES
from cointrail.ledger.rows import AMOUNT_BYTES, HASH_BYTES, MOST_SCRIPT, OUTPUTS, ROWS, TERMS, Kind, Status

UNTOLD = -1  # the amount of an input whose source does not say it

Integers = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Batch:
    """Some transactions, and their inputs and outputs, each with the number of its transaction, ascending.

    `ids` (n, 32) are transactions' ids as shown; `tx_block`, `tx_hash` (n, 32), `tx_time` and `tx_index` say where they
    stand. `spent` (m, 32) and `spent_number` name the outputs that inputs spend; `fresh` inputs spend none: their coins
    are new. Amounts are in smallest units; UNTOLD where the source does not say them. `paid_script` has every output's
    script, `spent_script` those of spent outputs, None where the source does not say. `told` are the numbers of the
    transactions whose terms are known, with `version`, `lock` and `sequence` (the least of its inputs) of each.
    """

    ids: Bytes
    tx_block: Integers
    tx_hash: Bytes
    tx_time: Integers
    tx_index: Integers
    spent_by: Integers
    spent: Bytes
    spent_number: Integers
    spent_amount: Integers
    fresh: npt.NDArray[np.bool_]
    paid_by: Integers
    paid_amount: Integers
    paid_script: list[bytes]
    told: Integers
    version: Integers
    lock: Integers
    sequence: Integers
    spent_script: list[bytes | None] | None = None


def tables(batch: Batch) -> tuple[pa.Table, pa.Table, pa.Table]:
    """The rows, outputs and terms of a batch, as `rows.ROWS`, `rows.OUTPUTS` and `rows.TERMS`."""
    tx = np.concatenate([batch.spent_by, batch.paid_by])
    many = len(batch.spent_by)
    own = transaction_keys(batch.ids)[tx]
    spent_number = np.where(batch.fresh, 0, batch.spent_number)
    spent = output_keys(batch.spent, spent_number)
    number = _places(batch.paid_by)
    paid = output_keys(batch.ids[batch.paid_by], number)
    told = np.concatenate([batch.spent_amount != UNTOLD, np.ones(len(number), bool)])
    amount = np.concatenate([np.where(told[:many], batch.spent_amount, 0), batch.paid_amount])
    new = np.concatenate([batch.fresh, np.zeros(len(number), bool)])
    kind = np.repeat(np.array([Kind.INPUT, Kind.OUTPUT], np.uint8), [many, len(number)])
    columns = {
        "block": pa.array(batch.tx_block[tx]),
        "block_hash": fixed(batch.tx_hash[tx], HASH_BYTES),
        "time": pa.array(batch.tx_time[tx]),
        "tx": fixed(batch.ids[tx], HASH_BYTES),
        "tx_index": pa.array(batch.tx_index[tx].astype(np.int32)),
        "kind": pa.array(kind),
        "position": pa.array(np.concatenate([_places(batch.spent_by), number])),
        "path": pa.nulls(len(tx), pa.binary()),
        "sender": pa.compute.if_else(pa.array(new), None, fixed(np.concatenate([spent, own[many:]]), KEY_BYTES)),
        "recipient": fixed(np.concatenate([own[:many], paid]), KEY_BYTES),
        "asset": pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(tx), np.int32)), pa.array([""])),
        "amount": fixed(_wide(amount), AMOUNT_BYTES),
        "status": pa.array(np.full(len(tx), Status.DONE, np.uint8)),
        "exact": pa.array(told),
    }
    return pa.table(columns, schema=ROWS), _outputs(batch, spent, paid), _terms(batch)


def _outputs(batch: Batch, spent: Bytes, paid: Bytes) -> pa.Table:
    scripts: list[bytes] = batch.paid_script
    keys = paid
    if batch.spent_script is not None:
        known = [place for place, script in enumerate(batch.spent_script) if script is not None]
        scripts = [*scripts, *(script for script in batch.spent_script if script is not None)]
        keys = np.concatenate([paid, spent[np.array(known, np.int64)]])
    owners = b"".join([sha256(script).digest()[:KEY_BYTES] for script in scripts])
    return pa.table(
        {
            "output": fixed(keys, KEY_BYTES),
            "owner": fixed(np.frombuffer(owners, np.uint8), KEY_BYTES),
            "script": pa.array([script if len(script) <= MOST_SCRIPT else None for script in scripts], pa.binary()),
        },
        schema=OUTPUTS,
    )


def _terms(batch: Batch) -> pa.Table:
    keys = fixed(transaction_keys(batch.ids[batch.told]), KEY_BYTES)
    numbers = (pa.array(one.astype(np.uint32)) for one in (batch.version, batch.lock, batch.sequence))
    return pa.table([keys, *numbers], schema=TERMS)


def _places(of: Integers) -> Integers:
    """For each row, how many rows before it are of the same transaction; rows are in order of their transactions."""
    if not len(of):
        return np.empty(0, np.int64)
    starts = np.flatnonzero(np.r_[True, np.diff(of) != 0])
    return np.arange(len(of)) - np.repeat(starts, np.diff(np.append(starts, len(of))))


def fixed(raw: Bytes, width: int) -> pa.Array:
    """Bytes as a column of values of that width."""
    data = pa.py_buffer(np.ascontiguousarray(raw).tobytes())
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), raw.size // width, [None, data])


def _wide(amounts: Any) -> Bytes:
    wide = np.zeros((len(amounts), AMOUNT_BYTES), np.uint8)
    wide[:, AMOUNT_BYTES - 8 :] = np.asarray(amounts).astype(">u8").view(np.uint8).reshape(-1, 8)
    return wide
