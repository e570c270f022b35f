"""Events as contracts emit them, encoded from values by name with the ABI library alone."""

from typing import Any

from eth_abi.abi import encode

from cointrail.chains.abi.signature import Parameter, Signature
from cointrail.ledger.event import Event
from tests.making import address

TIME = 1_700_000_000


def fill(kind: str, seed: int) -> Any:
    """Some value of a type; no two seeds give the same."""
    if kind.endswith("[]"):
        return []
    if kind == "address":
        return "0x" + address(seed + 1).hex()
    if kind == "bool":
        return True
    if kind == "string":
        return f"text {seed}"
    if kind == "bytes":
        return address(seed + 1)
    if kind.startswith("bytes"):
        return (seed + 1).to_bytes(int(kind[5:]), "big")
    return seed + 1


def members(kind: str) -> list[Parameter]:
    """The members of a tuple's type."""
    return list(Signature(f"x{kind}").parameters)


def value(parameter: Parameter, given: dict[str, Any], seed: int) -> Any:
    if parameter.type.startswith("("):
        inner = members(parameter.type)
        return tuple(value(one, given, 10 * seed + n) for n, one in enumerate(inner))
    return given.get(parameter.name, fill(parameter.type, seed))


def canonical(kind: str) -> str:
    if not kind.startswith("("):
        return kind
    return f"({','.join(canonical(one.type) for one in members(kind))})"


def log(
    signature: Signature, contract: bytes, tx: int = 1, position: int = 0, time: int | None = None, **given: Any
) -> Event:
    """An event of a contract; what is not given by name is filled with something."""
    topics, types, values = [signature.topic], [], []
    for place, parameter in enumerate(signature.parameters):
        one = value(parameter, given, place + 1)
        if parameter.indexed:
            topics.append(encode([parameter.type], [one]))
        else:
            types.append(canonical(parameter.type))
            values.append(one)
    return event(topics, encode(types, values), contract, tx, position, time)


def event(
    topics: list[bytes], data: bytes, contract: bytes, tx: int = 1, position: int = 0, time: int | None = None
) -> Event:
    when = TIME + 12 * tx if time is None else time
    return Event(tx, when, tx.to_bytes(32, "big"), 0, position, contract, None, tuple(topics), data)
