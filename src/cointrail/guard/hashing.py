"""The hash that owners of a Safe sign, for every version (EIP-712; type strings of the Safe contracts).

Three forms: before 1.0.0 field 6 was called `dataGas`; before 1.3.0 the domain had no chain id, so a signature holds on
every chain on which the Safe has the same address.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from eth_hash.auto import keccak

from cointrail.guard.request import Transaction

PREFIX = b"\x19\x01"
ETH_SIGN = b"\x19Ethereum Signed Message:\n32"
PLAIN_DOMAIN: bytes = keccak(b"EIP712Domain(address verifyingContract)")
CHAIN_DOMAIN: bytes = keccak(b"EIP712Domain(uint256 chainId,address verifyingContract)")
MESSAGE_TYPE: bytes = keccak(b"SafeMessage(bytes message)")
_STRUCT = (
    "SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 {},uint256 gasPrice,"
    "address gasToken,address refundReceiver,uint256 nonce)"
)
VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?(?:[-+].*)?")


@dataclass(frozen=True)
class Form:
    """How one range of versions hashes."""

    name: str
    first: tuple[int, int, int]  # the first version
    by_chain: bool  # whether the domain holds the chain id
    struct_type: bytes


FORMS = (
    Form(">=1.3.0", (1, 3, 0), True, keccak(_STRUCT.format("baseGas").encode())),
    Form("1.0.0-1.2.0", (1, 0, 0), False, keccak(_STRUCT.format("baseGas").encode())),
    Form("<1.0.0", (0, 0, 0), False, keccak(_STRUCT.format("dataGas").encode())),
)


@dataclass(frozen=True)
class Hashes:
    """The three hashes of a transaction in one form; a Ledger shows the first two."""

    form: Form
    chain_id: int | None
    domain: bytes
    message: bytes
    safe_tx: bytes

    @property
    def eth_sign(self) -> bytes:
        """What a device signs by eth_sign: the hash behind a prefix."""
        return eth_signed(self.safe_tx)


def domain(safe: bytes, chain_id: int | None, by_chain: bool) -> bytes:
    """The domain separator of a Safe; ValueError where the chain id is needed and not known."""
    account = safe.rjust(32, b"\0")
    if not by_chain:
        return _keccak(PLAIN_DOMAIN + account)
    if chain_id is None:
        raise ValueError("no chain id")
    return _keccak(CHAIN_DOMAIN + chain_id.to_bytes(32, "big") + account)


def struct(transaction: Transaction, form: Form) -> bytes:
    """The hash of the ten fields."""
    words = (
        form.struct_type, transaction.to, transaction.value, _keccak(transaction.data), transaction.operation,
        transaction.safe_tx_gas, transaction.base_gas, transaction.gas_price, transaction.gas_token,
        transaction.refund_receiver, transaction.nonce,
    )  # fmt: skip
    return _keccak(b"".join(w.to_bytes(32, "big") if isinstance(w, int) else w.rjust(32, b"\0") for w in words))


def hashes(safe: bytes, chain_id: int | None, transaction: Transaction, form: Form) -> Hashes:
    """All hashes of a transaction in one form; ValueError where its domain needs a chain id that is not known."""
    outer, inner = domain(safe, chain_id, form.by_chain), struct(transaction, form)
    return Hashes(form, chain_id if form.by_chain else None, outer, inner, _keccak(PREFIX + outer + inner))


def candidates(safe: bytes, chain_id: int | None, transaction: Transaction) -> Iterator[Hashes]:
    """The hashes in every form that can be computed, the newest first."""
    for form in FORMS:
        if not form.by_chain or chain_id is not None:
            yield hashes(safe, chain_id, transaction, form)


def eth_signed(digest: bytes) -> bytes:
    """What eth_sign signs of 32 bytes."""
    return _keccak(ETH_SIGN + digest)


def form_of(version: str | None) -> Form | None:
    """The form of a version as contracts and services write it ("1.3.0", "1.4.1+L2"); None for none that is known."""
    found = VERSION.fullmatch(version.strip()) if version else None
    if found is None:
        return None
    number = (int(found[1]), int(found[2]), int(found[3] or 0))
    if number >= (2, 0, 0):
        return None  # nobody knows how it will hash
    return next(form for form in FORMS if number >= form.first)


def _keccak(data: bytes) -> bytes:
    digest: bytes = keccak(data)
    return digest
