"""What somebody is asked to sign: a Safe transaction or its hash, with the confirmations collected so far."""

from dataclasses import dataclass
from typing import Any

NOBODY = bytes(20)
CALL, DELEGATECALL = 0, 1


@dataclass(frozen=True, slots=True)
class Transaction:
    """The ten fields that a Safe signs. Amounts are in smallest units, addresses 20 bytes."""

    to: bytes
    value: int
    data: bytes
    operation: int
    safe_tx_gas: int = 0
    base_gas: int = 0
    gas_price: int = 0
    gas_token: bytes = NOBODY
    refund_receiver: bytes = NOBODY
    nonce: int = 0


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One signature as it was collected, with the owner whom the collector names (None: it names nobody)."""

    owner: bytes | None
    signature: bytes


@dataclass(frozen=True)
class Request:
    """A transaction to be signed, or only its hash where the fields are not known.

    `presented` is the hash as it was shown; `digest` says that it is what was signed itself, with the prefix of
    eth_sign already applied. `owners`, `threshold` and `version` are what the file claims of the Safe.
    """

    safe: bytes | None
    chain_id: int | None
    transaction: Transaction | None = None
    presented: bytes | None = None
    digest: bool = False
    confirmations: tuple[Confirmation, ...] = ()
    faults: tuple[str, ...] = ()  # what of the confirmations could not be read
    owners: tuple[bytes, ...] = ()
    threshold: int | None = None
    version: str | None = None
    executed: bool = False
    executor: bytes | None = None
    parent: "Request | None" = None  # of a nested approval: the transaction whose hash is approved
    siblings: tuple["Request", ...] = ()  # other transactions of the same Safe that came in the same file
    message: Any = None  # an off-chain message instead of a transaction: text, or typed data
