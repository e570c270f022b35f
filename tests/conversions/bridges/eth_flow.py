"""Orders of CoW Protocol for tests, told as its contracts tell them: ids are made here from the standards alone."""

from dataclasses import dataclass

from eth_abi.abi import encode
from eth_hash.auto import keccak

from cointrail.ledger.event import Event
from tests.conversions.bridges.events import event
from tests.making import address

SETTLEMENT = bytes.fromhex("9008d19f58aabd9ed0d60971565aa8510560ab41")
FLOW = bytes.fromhex("ba3cb449bd2b4adddbc894d8697f5170800eadec")
WETH = bytes.fromhex("c02aaa39b223fe8d0a0e5c4f27ead9083c756cc2")
# Published: GPv2Order.TYPE_HASH, and what the settlement contract on Ethereum answers when asked for its domain
TYPE_HASH = bytes.fromhex("d5a25ba2e97094ad7d83dc28a6572da797d6b3e7fc6663bd93efb789fc17e489")
DOMAIN = bytes.fromhex("c078f884a2676e1345748b1feace7b0abee5d00ecadb6e574dcdd109a63e8943")
SELL, ERC20 = keccak(b"sell"), keccak(b"erc20")
NEVER = 2**32 - 1
TYPES = ["address"] * 3 + ["uint256"] * 2 + ["uint32", "bytes32", "uint256", "bytes32", "bool", "bytes32", "bytes32"]
TUPLE = f"({','.join(TYPES)})"
PLACED = keccak(f"OrderPlacement(address,{TUPLE},(uint8,bytes),bytes)".encode())
TRADED = keccak(b"Trade(address,address,address,uint256,uint256,uint256,bytes)")
INVALIDATED, REFUNDED = keccak(b"OrderInvalidation(bytes)"), keccak(b"OrderRefund(bytes,address)")


def hexed(raw: bytes) -> str:
    return "0x" + raw.hex()


@dataclass(frozen=True)
class Order:
    """An order that sells the native coin for `token`; all amounts in smallest units."""

    sender: int
    receiver: int
    token: bytes
    sells: int
    least: int
    fee: int = 0
    salt: int = 0
    flow: bytes = FLOW

    @property
    def fields(self) -> tuple[object, ...]:
        to = hexed(address(self.receiver))
        salt = self.salt.to_bytes(32, "big")
        amounts = (self.sells, self.least, NEVER, salt, self.fee)
        return (hexed(WETH), hexed(self.token), to, *amounts, SELL, True, ERC20, ERC20)

    @property
    def uid(self) -> bytes:
        struct = keccak(TYPE_HASH + encode(TYPES, self.fields))
        return keccak(b"\x19\x01" + DOMAIN + struct) + self.flow + NEVER.to_bytes(4, "big")

    def placed(self, tx: int, position: int = 0, time: int | None = None, by: bytes | None = None) -> Event:
        data = encode([TUPLE, "(uint8,bytes)", "bytes"], [self.fields, (0, self.flow), bytes(12)])
        return event(
            [PLACED, encode(["address"], [hexed(address(self.sender))])], data, by or self.flow, tx, position, time
        )

    def traded(
        self, sold: int, bought: int, tx: int, position: int = 0, time: int | None = None, by: bytes = SETTLEMENT
    ) -> Event:
        """A fill; `sold` is with its share of the fee."""
        types = ["address", "address", "uint256", "uint256", "uint256", "bytes"]
        data = encode(types, [hexed(WETH), hexed(self.token), sold, bought, 0, self.uid])
        return event([TRADED, encode(["address"], [hexed(self.flow)])], data, by, tx, position, time)

    def invalidated(self, tx: int, position: int = 0, time: int | None = None, by: bytes | None = None) -> Event:
        return event([INVALIDATED], encode(["bytes"], [self.uid]), by or self.flow, tx, position, time)

    def refunded(self, tx: int, position: int = 0, time: int | None = None, by: bytes | None = None) -> Event:
        topics = [REFUNDED, encode(["address"], [hexed(address(99))])]
        return event(topics, encode(["bytes"], [self.uid]), by or self.flow, tx, position, time)
