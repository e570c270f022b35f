"""Order ids of CoW Protocol: they are not told when an order is placed on chain, but follow from what is.

An id is the EIP-712 digest of the order, its owner and the end of its validity, 32, 20 and 4 bytes
(github.com/cowprotocol/contracts, src/contracts/libraries/GPv2Order.sol and mixins/GPv2Signing.sol).
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from eth_hash.auto import keccak

from cointrail.chains import chain

SETTLEMENT = bytes.fromhex("9008d19f58aabd9ed0d60971565aa8510560ab41")  # GPv2Settlement, the same on every chain
ORDER = (
    "Order(address sellToken,address buyToken,address receiver,uint256 sellAmount,uint256 buyAmount,uint32 validTo,"
    "bytes32 appData,uint256 feeAmount,string kind,bool partiallyFillable,string sellTokenBalance,"
    "string buyTokenBalance)"
)
DOMAIN = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
NAME, VERSION = "Gnosis Protocol", "v2"
FIELDS = (
    "sellToken", "buyToken", "receiver", "sellAmount", "buyAmount", "validTo", "appData", "feeAmount", "kind",
    "partiallyFillable", "sellTokenBalance", "buyTokenBalance",
)  # fmt: skip
WORD, OWNER = 32, 20
LENGTH = WORD + OWNER + 4


def uid(order: Mapping[str, Any], chain_name: str, owner: bytes) -> bytes:
    """The id of an order, given by the names of its fields as the contract has them."""
    struct = _hash(_text(ORDER), *(_word(order[name]) for name in FIELDS))
    digest: bytes = keccak(b"\x19\x01" + domain(chain_name) + struct)
    return digest + owner + int(order["validTo"]).to_bytes(4, "big")


@cache
def domain(chain_name: str) -> bytes:
    """The EIP-712 domain separator of the settlement contract on a chain."""
    return _hash(_text(DOMAIN), _text(NAME), _text(VERSION), _word(chain(chain_name).number), _word(SETTLEMENT))


def _hash(*words: bytes) -> bytes:
    found: bytes = keccak(b"".join(words))
    return found


def _text(said: str) -> bytes:
    return _hash(said.encode())


def _word(value: Any) -> bytes:
    """A value as a word: numbers, truth values, and addresses as text or bytes."""
    if isinstance(value, int):
        return value.to_bytes(WORD, "big")
    raw = bytes.fromhex(value[2:]) if isinstance(value, str) else value
    return bytes(raw).rjust(WORD, b"\0")
