"""Small contracts in raw EVM code, each made for one thing that a trace must get right.

CALL takes gas, to, value, input, input size, output, output size: pushed here in reverse, the four sizes as PUSH0 (5f).
"""

TRANSFER = "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
APPROVAL = "8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925"

REVERT = bytes.fromhex("5f5ffd")  # REVERT(0, 0)
INVALID = bytes.fromhex("fe")  # uses up all gas and fails
CREATOR = bytes.fromhex("5f5f34f05f5f5f5f5f60015af1" + "00")  # CREATE(value, 0, 0), a call without value, STOP
CREATOR2 = bytes.fromhex("5f5f5f34f5" + "00")  # CREATE2(value, 0, 0, salt 0), STOP
TIPPER = bytes.fromhex("5f5f5f5f34415af1" + "00")  # CALL(gas, COINBASE, CALLVALUE), STOP
# CALL(gas, the address in the input, CALLVALUE), STOP
ROUTER = bytes.fromhex("5f5f5f5f345f355af1" + "00")


def push(address: str) -> str:
    """PUSH20 of an address."""
    return "73" + address.removeprefix("0x")


def forward(to: str) -> bytes:
    """Sends on what it is sent: CALL(gas, to, CALLVALUE), STOP."""
    return bytes.fromhex("5f5f5f5f34" + push(to) + "5af1" + "00")


def regret(to: str) -> bytes:
    """Sends on what it is sent, then reverts: nothing has moved."""
    return bytes.fromhex("5f5f5f5f34" + push(to) + "5af1" + "5f5ffd")


def delegate(to: str) -> bytes:
    """Runs another contract's code as its own: DELEGATECALL(gas, to), STOP."""
    return bytes.fromhex("5f5f5f5f" + push(to) + "5af4" + "00")


def borrow(to: str) -> bytes:
    """CALLCODE(gas, to, CALLVALUE), STOP: the value stays where it is."""
    return bytes.fromhex("5f5f5f5f34" + push(to) + "5af2" + "00")


def busy(to: str) -> bytes:
    """Calls precompiled contracts with and without value, and reads another, before it sends on the rest."""
    identity = "5f5f5f5f60045afa50"  # STATICCALL(gas, 4), POP
    nothing = "5f5f5f5f5f60025af150"  # CALL(gas, 2, value 0), POP
    one = "5f5f5f5f600160035af150"  # CALL(gas, 3, value 1), POP
    look = "5f5f5f5f" + push(to) + "5afa50"  # STATICCALL(gas, to), POP
    rest = "5f5f5f5f47" + push(to) + "5af1" + "00"  # CALL(gas, to, SELFBALANCE), STOP
    return bytes.fromhex(identity + nothing + one + look + rest)


def pair(first: str, second: str) -> bytes:
    """Calls two contracts with one unit each, whatever comes of it, and keeps the rest."""
    calls = "".join("5f5f5f5f6001" + push(to) + "5af150" for to in (first, second))
    return bytes.fromhex(calls + "00")


def ending(to: str) -> bytes:
    """SELFDESTRUCT(to)."""
    return bytes.fromhex(push(to) + "ff")


def deep(to: str) -> bytes:
    """Calls itself until less than 50,000 gas is left, and only there sends on its balance."""
    again = "62" + "00c350" + "5a10" + "6012" + "57" + "5f5f5f5f5f305af1" + "00"  # LT(GAS, 50000) JUMPI 0x12, CALL self
    return bytes.fromhex(again + "5b" + "5f5f5f5f47" + push(to) + "5af1" + "00")


def emitter(*logs: str) -> bytes:
    """Emits events one after the other; input: recipient, amount."""
    amount = "6020355f52"  # MSTORE(0, CALLDATALOAD(32))
    return bytes.fromhex(amount + "".join(logs) + "00")


# LOG3(0, 32, Transfer, CALLER, recipient)
TOKEN_LOG = "5f35" + "33" + "7f" + TRANSFER + "6020" + "5f" + "a3"
# LOG4(0, 0, Transfer, CALLER, recipient, token id)
NFT_LOG = "602035" + "5f35" + "33" + "7f" + TRANSFER + "5f" + "5f" + "a4"
APPROVAL_LOG = "5f35" + "33" + "7f" + APPROVAL + "6020" + "5f" + "a3"
LONG_LOG = "5f35" + "33" + "7f" + TRANSFER + "6040" + "5f" + "a3"  # 64 bytes of data
PLAIN_LOG = "7f" + TRANSFER + "6020" + "5f" + "a1"  # one topic


def arguments(recipient: str, amount: int) -> str:
    """Input for an emitter or a router."""
    return "0x" + recipient.removeprefix("0x").rjust(64, "0") + amount.to_bytes(32, "big").hex()


def note(*topics: str) -> str:
    """A log of one word, the amount, with these topics; "" is the recipient."""
    pushed = "".join("7f" + topic if topic else "5f35" for topic in reversed(topics))
    return pushed + "6020" + "5f" + f"{0xA0 + len(topics):x}"
