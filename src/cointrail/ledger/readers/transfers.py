"""Token transfers that somebody already decoded, and cryo's native transfers."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from cointrail.errors import InputError
from cointrail.ledger.readers.amounts import rounded
from cointrail.ledger.readers.arrays import valid
from cointrail.ledger.readers.build import build, pick, settle
from cointrail.ledger.readers.chunk import Chunk
from cointrail.ledger.readers.limbs import nonzero
from cointrail.ledger.readers.session import Input, Session
from cointrail.ledger.rows import Kind, Status


def read(item: Input, session: Session) -> Iterator[Any]:
    """LOG rows, whatever token or amount: zero values and fake tokens are facts as well."""
    for chunk in item.chunks(session):
        amount, _ = chunk.amounts("amount")
        columns = placed(chunk) | {
            "sender": chunk.addresses("sender", needed=True),
            "recipient": chunk.addresses("recipient", needed=True),
            "asset": chunk.contracts("asset"),
            "position": chunk.integers("position", needed=True),
        }
        good = settle(chunk, session.problems[item.source])
        exact = not rounded(chunk.columns["amount"])
        yield pick(build(amount, **columns, kind=int(Kind.LOG), status=int(Status.DONE), exact=exact), good)


def read_native(item: Input, session: Session) -> Iterator[Any]:
    """TRACE rows without path from cryo's native_transfers; those without a transaction are rewards.

    cryo writes down every call, so rows without value say nothing and are dropped. Value that a delegate call shows
    moves nothing, but cannot be told apart here: the user is warned.
    """
    if any(other.form.reader in ("transactions", "traces") for other in session.inputs):
        raise InputError(
            f"{item.source.path}: native_transfers hold the value of transactions and traces once more; give only one"
        )
    session.warn(
        f"{item.source.path.name}: native_transfers do not tell delegate calls from transfers, and import the value of"
        " transactions: use cryo's transactions and traces where you can, and never both"
    )
    for chunk in item.chunks(session):
        amount, _ = chunk.amounts("amount")
        sender, recipient = chunk.addresses("sender", needed=True), chunk.addresses("recipient", needed=True)
        place = placed(chunk, needed=False)
        inside = valid(place["tx"])
        position = chunk.integers("transfer", needed=True)
        good = settle(chunk, session.problems[item.source])
        columns = place | {
            "kind": np.where(inside, int(Kind.TRACE), int(Kind.REWARD)).astype(np.uint8),
            "sender": pa.compute.if_else(pa.array(inside), sender, None),
            "recipient": recipient,
            "position": position,
            "status": int(Status.DONE),
            "exact": not rounded(chunk.columns["amount"]),
        }
        yield pick(build(amount, **columns), good & nonzero(amount))


def placed(chunk: Chunk, needed: bool = True) -> dict[str, Any]:
    """Where in the chain each row stands."""
    return {
        "block": chunk.integers("block", needed=True),
        "block_hash": chunk.hashes("block_hash"),
        "time": chunk.seconds("time"),
        "tx": chunk.hashes("tx", needed=needed),
        "tx_index": chunk.places("tx_index"),
    }
