"""Real Safe contracts of two versions, put on a node or into a state as they were published, and owners with keys."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest
from coincurve import PrivateKey
from eth_abi.abi import encode
from eth_hash.auto import keccak

from cointrail.guard.hashing import FORMS, Hashes, eth_signed, form_of, hashes
from cointrail.guard.request import Transaction
from cointrail.guard.simulation import exec_data
from tests.anvil import Anvil
from tests.node.packed import FETCH, folder

OLD, NEW = "@gnosis.pm/safe-contracts@1.1.1", "@safe-global/safe-smart-account@1.5.0"
OLD_SINGLETON = "0x34cfac646f301356faa8b21e94227e3583fe3f5f"
SINGLETON = "0xff51a5898e281db6dfc7855790607438df2ca44b"
BATCH = "0xa83c336b20401af773b6219ba5027174338d1836"  # MultiSendCallOnly 1.5.0
HANDLER = "0x3efcbb83a4a7afcb4f68d501e2c2203a38be77f4"
CONTRACTS = {
    SINGLETON: "Safe.sol/Safe",
    BATCH: "libraries/MultiSendCallOnly.sol/MultiSendCallOnly",
    HANDLER: "handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler",
}
CHAIN_ID = 1
NOBODY = "0x" + "00" * 20


@cache
def old(name: str) -> dict[str, Any]:
    """A build artifact of 1.1.1."""
    return _read(OLD, f"build/contracts/{name}.json")


@cache
def new(name: str) -> dict[str, Any]:
    """A build artifact of 1.5.0."""
    return _read(NEW, f"build/artifacts/contracts/{name}.json")


def _read(package: str, path: str) -> dict[str, Any]:
    file = folder(package) / "package" / path
    if not file.is_file():
        pytest.skip(f"{package} is not unpacked: {FETCH}")
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


class Owner:
    """Somebody with a key, told by a number."""

    def __init__(self, number: int) -> None:
        self.key = PrivateKey(keccak(f"owner {number}".encode()))
        self.address: bytes = keccak(self.key.public_key.format(compressed=False)[1:])[12:]

    @property
    def text(self) -> str:
        """The address as 0x and 40 digits."""
        return "0x" + self.address.hex()

    def sign(self, digest: bytes, eth_sign: bool = False) -> bytes:
        """A signature over a hash, of typed data or by eth_sign."""
        raw = self.key.sign_recoverable(eth_signed(digest) if eth_sign else digest, hasher=None)
        return raw[:64] + bytes([raw[64] + (31 if eth_sign else 27)])


OWNERS = tuple(sorted((Owner(number) for number in range(5)), key=lambda owner: owner.address))
THRESHOLD = 2


def hashed(safe: str, tx: Transaction, version: str = "1.5.0", chain_id: int = CHAIN_ID) -> Hashes:
    """The hashes of a transaction for a version."""
    return hashes(bytes.fromhex(safe[2:]), chain_id, tx, form_of(version) or FORMS[0])


def execution(safe: str, tx: Transaction, signers: Sequence[Owner], version: str = "1.5.0") -> str:
    """The input that executes a transaction, signed."""
    digest = hashed(safe, tx, version).safe_tx
    ordered = sorted(signers, key=lambda owner: owner.address)
    return "0x" + exec_data(tx, b"".join(owner.sign(digest) for owner in ordered)).hex()


def place_contracts(node: Anvil) -> None:
    """The contracts of 1.5.0 where they stand on every chain."""
    for address, name in CONTRACTS.items():
        node.call("anvil_setCode", address, new(name)["deployedBytecode"])


def make_safe(node: Anvil, sender: str, owners: Sequence[Owner] = OWNERS, threshold: int = THRESHOLD) -> str:
    """A new Safe 1.5.0 by its own proxy and set-up; its address."""
    code = new("proxies/SafeProxy.sol/SafeProxy")["bytecode"] + encode(["address"], [SINGLETON]).hex()
    made = node.receipt(node.send(sender=sender, data=code))
    safe = str(made["contractAddress"]).lower()
    types = ["address[]", "uint256", "address", "bytes", "address", "address", "uint256", "address"]
    values = [[owner.text for owner in owners], threshold, NOBODY, b"", HANDLER, NOBODY, 0, NOBODY]
    selector = keccak(f"setup({','.join(types)})".encode())[:4]
    data = "0x" + (selector + encode(types, values)).hex()
    assert node.receipt(node.send(sender=sender, to=safe, data=data))["status"] == "0x1"
    return safe


def call(function: str, *values: Any) -> bytes:
    """The data of a call."""
    types = [part for part in function[function.index("(") + 1 : -1].split(",") if part]
    return bytes(keccak(function.encode())[:4] + encode(types, values))


def batch(calls: Sequence[tuple[str, int, bytes]]) -> bytes:
    """The data of a batch of calls: to, value, data of each."""
    packed = b"".join(
        bytes([0]) + bytes.fromhex(to[2:]) + value.to_bytes(32, "big") + len(data).to_bytes(32, "big") + data
        for to, value, data in calls
    )
    return call("multiSend(bytes)", packed)


def tx(to: str, value: int = 0, data: bytes = b"", operation: int = 0, nonce: int = 0, **more: Any) -> Transaction:
    """A transaction, its addresses in text."""
    return Transaction(bytes.fromhex(to[2:]), value, data, operation, nonce=nonce, **more)
