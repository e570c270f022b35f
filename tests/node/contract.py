"""A contract on a running node: deploy it, call it, ask for its state."""

from collections.abc import Mapping
from typing import Any

from eth_abi.abi import decode, encode
from eth_hash.auto import keccak

from tests.anvil import Anvil
from tests.node.artifacts import Entry, artifact

NOBODY = "0x" + "00" * 20
# Never estimated: what a contract does may depend on the time that has passed since the block before, and the node
# estimates as if none had
GAS_LIMIT = 3_000_000
SLOTS = 4  # of a contract's storage that its constructor may have written: none of ours writes further ones


class Contract:
    """A contract at `address` (lower case) on `node`, spoken to in the words of its ABI."""

    def __init__(self, node: Anvil, address: str, abi: tuple[Entry, ...]) -> None:
        self.node, self.address, self.abi = node, address.lower(), abi

    def read(self, function: str, *arguments: Any, block: int | None = None) -> Any:
        """What a function returns, without a transaction; at the end of `block`, else of the last one."""
        entry = self._function(function, len(arguments))
        asked = {"to": self.address, "data": data(entry, *arguments)}
        found = self.node.call("eth_call", asked, "latest" if block is None else hex(block))
        values = decode([type_of(output) for output in entry["outputs"]], bytes.fromhex(found[2:]))
        return values[0] if len(values) == 1 else values

    def data(self, function: str, *arguments: Any) -> str:
        """The input of a transaction that calls a function."""
        return data(self._function(function, len(arguments)), *arguments)

    def send(self, sender: str, function: str, *arguments: Any, value: int = 0) -> dict[str, Any]:
        """Call a function in a transaction of `sender`; its receipt. AssertionError where it fails."""
        given = self.data(function, *arguments)
        tx = self.node.send(sender=sender, to=self.address, data=given, value=value, gas=GAS_LIMIT)
        receipt = self.node.receipt(tx)
        assert receipt["status"] == "0x1", f"{function} failed"
        return receipt

    def _function(self, name: str, count: int) -> Entry:
        found = [e for e in self.abi if e["type"] == "function" and e["name"] == name and len(e["inputs"]) == count]
        assert len(found) == 1, f"{len(found)} functions {name} with {count} arguments"
        return found[0]


def deploy(node: Anvil, sender: str, name: str, *arguments: Any, at: str | None = None) -> Contract:
    """Put the contract called `name` on the chain; with `at` its code and state are then moved to that address."""
    made = artifact(name)
    types = [type_of(i) for entry in made.abi if entry["type"] == "constructor" for i in entry["inputs"]]
    code = made.code + encode(types, arguments)
    receipt = node.receipt(node.send(sender=sender, data="0x" + code.hex()))
    assert receipt["status"] == "0x1", f"{name} was not deployed"
    address = str(receipt["contractAddress"])
    if at is not None:
        _move(node, address, at)
    return Contract(node, at or address, made.abi)


def _move(node: Anvil, source: str, target: str) -> None:
    """Give an address the code and the first storage of another: real contracts stand where everybody knows them."""
    node.call("anvil_setCode", target, node.call("eth_getCode", source, "latest"))
    for slot in range(SLOTS):
        kept = node.call("eth_getStorageAt", source, hex(slot), "latest")
        node.call("anvil_setStorageAt", target, f"0x{slot:064x}", kept)


def data(entry: Entry, *arguments: Any) -> str:
    """Selector and arguments of a function."""
    types = [type_of(item) for item in entry["inputs"]]
    selector = keccak(f"{entry['name']}({','.join(types)})".encode())[:4]
    return "0x" + (selector + encode(types, arguments)).hex()


def type_of(item: Mapping[str, Any]) -> str:
    """The type of an argument in canonical form, structures as tuples."""
    kind = str(item["type"])
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(type_of(part) for part in item['components'])}){kind.removeprefix('tuple')}"


def wide(address: str) -> bytes:
    """An address as 32 bytes."""
    return bytes.fromhex(address.removeprefix("0x")).rjust(32, b"\0")


def topic(signature: str) -> bytes:
    """The first topic of an event, e.g. of "Transfer(address,address,uint256)"."""
    return keccak(signature.encode())
