"""Blocks files: the withdrawals of validators in them, where the file has those."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from cointrail.chains import parse_address
from cointrail.errors import InputError
from cointrail.ledger.readers.arrays import is_text, plain
from cointrail.ledger.readers.build import build, settle
from cointrail.ledger.readers.chunk import Chunk
from cointrail.ledger.readers.limbs import Limbs, split
from cointrail.ledger.readers.session import Input, Session
from cointrail.ledger.rows import ADDRESS_BYTES, Kind, Status

GWEI = 10**9  # withdrawals are counted in it (EIP-4895)
NOT_NATIVE = {"eip155:100", "eip155:10200"}  # Gnosis and its test chain pay withdrawals in a token


def read(item: Input, session: Session) -> Iterator[Any]:
    """REWARD rows of validator withdrawals; `position` is the withdrawal's number on the chain."""
    pays = session.chain.caip2 not in NOT_NATIVE
    for chunk in item.chunks(session, "block", "block_hash", "time", "withdrawals"):
        place = {
            "block": chunk.integers("block", needed=True),
            "block_hash": chunk.hashes("block_hash"),
            "time": chunk.seconds("time", needed=True),
        }
        found = _withdrawals(chunk) if pays and chunk.has("withdrawals") else []
        good = settle(chunk, session.problems[item.source])
        found = [entry for entry in found if good[entry[0]]]
        if found:
            row = pa.array([entry[0] for entry in found])
            yield build(
                _limbs([entry[3] for entry in found]),
                **{name: column.take(row) for name, column in place.items() if column is not None},
                kind=int(Kind.REWARD),
                position=np.array([entry[1] for entry in found], np.int64),
                recipient=pa.array([entry[2] for entry in found], pa.binary(ADDRESS_BYTES)),
                status=int(Status.DONE),
            )


def _withdrawals(chunk: Chunk) -> list[tuple[int, int, bytes, int]]:
    """Row, number, recipient and wei of each withdrawal; a row that holds a wrong one is a fault as a whole."""
    column = plain(chunk.columns["withdrawals"])
    found: list[tuple[int, int, bytes, int]] = []
    for row, value in enumerate(column.to_pylist()):
        try:
            entries = _parse(value or "") if is_text(column) else value or []
            for entry in entries:
                number, gwei = int(entry["index"]), int(entry["amount"])
                if number < 0 or not 0 <= gwei < 2**64:
                    raise ValueError
                found.append((row, number, parse_address(entry["address"]), gwei * GWEI))
        except (ValueError, KeyError, TypeError, InputError):
            chunk.faults.add_rows(np.array([row]), "withdrawals cannot be read")
    return found


def _parse(text: str) -> Any:
    # ethereum-etl writes the objects of a list with commas between them but no brackets around.
    return json.loads(text if text.startswith("[") else f"[{text}]")


def _limbs(values: list[int]) -> Limbs:
    return np.array([split(value) for value in values], np.uint64).reshape(-1, 4)
