"""Ordinary operations turned into harmful ones, seeded: every field, nested, encoded otherwise, signed or not.

Each mutation does harm by itself: money or power goes to the attacker, or a signer is shown something else than signs.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cointrail.guard import Confirmation, Request
from cointrail.guard.request import Transaction
from tests.conversions.onchain.stage import ETH, NEVER
from tests.guard.safes import BATCH, OWNERS, batch, call, hashed
from tests.guard.world import LARGEST, Operation, World, person

UNLIMITED = (1 << 256) - 1
ZERO = "0x" + "00" * 20
SENTINEL = "0x" + "00" * 19 + "01"
Mutate = Callable[[World, Operation, random.Random], Transaction]


@dataclass(frozen=True)
class Mutation:
    """A harmful request, and how it came about."""

    name: str
    way: str
    request: Request


def attacker(chance: random.Random) -> str:
    """An address of the attacker's, a new one each time."""
    return person(f"attacker {chance.random()}")


def lookalike(of: str, chance: random.Random) -> str:
    """An address with the ends of another."""
    middle = "".join(chance.choice("0123456789abcdef") for _ in range(40 - 8 - 6))
    return of[: 2 + 6] + middle + of[-8:]


def _raw(address: str) -> bytes:
    return bytes.fromhex(address[2:])


def to_attacker(w: World, op: Operation, chance: random.Random) -> Transaction:
    return Transaction(_raw(attacker(chance)), chance.randrange(1, LARGEST["ETH"]), b"", 0)


def to_lookalike(w: World, op: Operation, chance: random.Random) -> Transaction:
    return Transaction(_raw(lookalike(chance.choice(w.payees), chance)), chance.randrange(1, LARGEST["ETH"]), b"", 0)


def much_more(w: World, op: Operation, chance: random.Random) -> Transaction:
    return Transaction(_raw(chance.choice(w.payees)), LARGEST["ETH"] * chance.randrange(3, 100), b"", 0)


def token_to_attacker(w: World, op: Operation, chance: random.Random) -> Transaction:
    who = attacker(chance) if chance.random() < 0.5 else lookalike(chance.choice(w.payees), chance)
    data = call("transfer(address,uint256)", who, chance.randrange(1, LARGEST["USDC"]))
    return Transaction(_raw(w.places["USDC"]), 0, data, 0)


def token_padded(w: World, op: Operation, chance: random.Random) -> Transaction:
    """The same, encoded otherwise: bytes behind the arguments, or dirt before the address."""
    tx = token_to_attacker(w, op, chance)
    if chance.random() < 0.5:
        return replace(tx, data=tx.data + chance.randbytes(chance.randrange(1, 65)))
    data = bytearray(tx.data)
    data[4 + chance.randrange(12)] = chance.randrange(1, 256)
    return replace(tx, data=bytes(data))


def as_delegatecall(w: World, op: Operation, chance: random.Random) -> Transaction:
    data = call("transfer(address,uint256)", attacker(chance), 0) if chance.random() < 0.5 else op.transaction.data
    return Transaction(_raw(attacker(chance)), 0, data, 1)


def batch_elsewhere(w: World, op: Operation, chance: random.Random) -> Transaction:
    """A batch that another contract unpacks."""
    inner = batch([(chance.choice(w.payees), 1, b"")])
    return Transaction(_raw(attacker(chance)), 0, inner, 1)


def hidden_in_batch(w: World, op: Operation, chance: random.Random) -> Transaction:
    """A harmful call among harmless ones."""
    plain = [(chance.choice(w.payees), chance.randrange(1, ETH), b"") for _ in range(chance.randrange(1, 8))]
    inner = chance.choice(PLAIN)(w, op, chance)
    plain.insert(chance.randrange(len(plain) + 1), ("0x" + inner.to.hex(), inner.value, inner.data))
    return Transaction(_raw(BATCH), 0, batch(plain), 1)


def delegatecall_in_batch(w: World, op: Operation, chance: random.Random) -> Transaction:
    packed = batch([(chance.choice(w.payees), 1, b"")])
    data = call("transfer(address,uint256)", attacker(chance), 0)
    head = bytes([1]) + _raw(attacker(chance)) + bytes(32) + len(data).to_bytes(32, "big") + data
    inner = packed[4 + 64 : 4 + 64 + 85] + head
    return Transaction(_raw(BATCH), 0, call("multiSend(bytes)", inner), 1)


def batch_in_batch(w: World, op: Operation, chance: random.Random) -> Transaction:
    inner = hidden_in_batch(w, op, chance)
    packed = bytes([1]) + inner.to + bytes(32) + len(inner.data).to_bytes(32, "big") + inner.data
    return Transaction(_raw(BATCH), 0, call("multiSend(bytes)", packed), 1)


def batch_to_self(w: World, op: Operation, chance: random.Random) -> Transaction:
    """A change of the Safe in a batch that names nobody: since 1.5.0 that is the Safe itself."""
    inner = power(w, op, chance)
    return Transaction(_raw(BATCH), 0, batch([(chance.choice(w.payees), 1, b""), (ZERO, 0, inner.data)]), 1)


def batch_cut(w: World, op: Operation, chance: random.Random) -> Transaction:
    """A batch whose last call ends outside it, so that the EVM reads what is behind."""
    packed = batch([(chance.choice(w.payees), 1, b""), (attacker(chance), ETH, b"")])[68:]
    length = int.from_bytes(batch([])[36:68], "big") + 2 * 85
    cut = chance.randrange(1, 85)
    return Transaction(_raw(BATCH), 0, call("multiSend(bytes)", packed[: length - cut]), 1)


def power(w: World, op: Operation, chance: random.Random) -> Transaction:
    """A change of the Safe itself."""
    owner = chance.choice(OWNERS)
    place = OWNERS.index(owner)
    before = SENTINEL if place == 0 else OWNERS[place - 1].text
    who = attacker(chance)
    data = chance.choice(
        (
            call("addOwnerWithThreshold(address,uint256)", who, chance.randrange(1, 4)),
            call("removeOwner(address,address,uint256)", before, owner.text, chance.randrange(1, 3)),
            call("swapOwner(address,address,address)", before, owner.text, who),
            call("changeThreshold(uint256)", 1),
            call("enableModule(address)", who),
            call("setGuard(address)", who),
            call("setModuleGuard(address)", who),
            call("setFallbackHandler(address)", who),
            call("changeMasterCopy(address)", who),
        )
    )
    return Transaction(_raw(w.safe), 0, data, 0)


def outer_power(w: World, op: Operation, chance: random.Random) -> Transaction:
    """Ownership, roles or code of a contract that the Safe may administer."""
    who = attacker(chance)
    data = chance.choice(
        (
            call("transferOwnership(address)", who),
            call("renounceOwnership()"),
            call("grantRole(bytes32,address)", chance.randbytes(32), who),
            call("upgradeTo(address)", who),
            call("upgradeToAndCall(address,bytes)", who, b""),
            call("changeAdmin(address)", who),
            call("setOwner(address)", who),
            chance.randbytes(4) + bytes(12) + _raw(who),
        )
    )
    return Transaction(_raw(chance.choice([attacker(chance), w.places["USDC"], w.places["router"]])), 0, data, 0)


def allowance(w: World, op: Operation, chance: random.Random) -> Transaction:
    who = attacker(chance) if chance.random() < 0.7 else lookalike(w.places["router"], chance)
    amount = chance.choice((UNLIMITED, chance.randrange(1, LARGEST["USDC"])))
    data = chance.choice(
        (
            call("approve(address,uint256)", who, amount),
            call("increaseAllowance(address,uint256)", who, amount),
            call("setApprovalForAll(address,bool)", who, True),
        )
    )
    return Transaction(_raw(w.places["USDC"]), 0, data, 0)


def swap_away(w: World, op: Operation, chance: random.Random) -> Transaction:
    """A swap that pays somebody else, or that takes any price."""
    amount = chance.randrange(ETH // 1000, ETH)
    path = [w.places["WETH"], w.places["USDC"]]
    away = chance.random() < 0.5
    to, least = (attacker(chance), amount * 2_900 // 10**12) if away else (w.safe, 0)
    data = call("swapExactETHForTokens(uint256,address[],address,uint256)", least, path, to, NEVER)
    return Transaction(_raw(w.places["router"]), amount, data, 0)


def swap_unnamed(w: World, op: Operation, chance: random.Random) -> Transaction:
    """A swap by a function that is not known by name, on a router that is, which pays the attacker."""
    path, value = [w.places["WETH"], w.places["USDC"]], chance.randrange(ETH // 1000, ETH)
    wanted = value * chance.randrange(1, 2_900) // 10**12 + 1
    data = call("swapETHForExactTokens(uint256,address[],address,uint256)", wanted, path, attacker(chance), NEVER)
    return Transaction(_raw(w.places["router"]), value, data, 0)


def swap_cheap(w: World, op: Operation, chance: random.Random) -> Transaction:
    """A swap that accepts far less than it would bring."""
    path, amount = [w.places["WETH"], w.places["USDC"]], chance.randrange(ETH // 1000, ETH)
    least = amount * chance.randrange(1, 2_000) // 10**12
    data = call("swapExactETHForTokens(uint256,address[],address,uint256)", least, path, w.safe, NEVER)
    return Transaction(_raw(w.places["router"]), amount, data, 0)


def known_contract(w: World, op: Operation, chance: random.Random) -> Transaction:
    """A function that is not known by name, on a contract that is, which gives the attacker something there."""
    data = call("mint(address,uint256)", attacker(chance), chance.randrange(1, 10**12))
    return Transaction(_raw(w.places["USDC"]), 0, data, 0)


def refund(w: World, op: Operation, chance: random.Random) -> Transaction:
    token = chance.choice((ZERO, w.places["USDC"]))
    return replace(
        op.transaction,
        gas_price=chance.randrange(1, 10**15),
        base_gas=chance.randrange(1, 10**7),
        gas_token=_raw(token),
        refund_receiver=_raw(attacker(chance)),
    )


def unknown_contract(w: World, op: Operation, chance: random.Random) -> Transaction:
    return Transaction(_raw(attacker(chance)), chance.randrange(2) * ETH, chance.randbytes(chance.randrange(4, 100)), 0)


def later(w: World, op: Operation, chance: random.Random) -> Transaction:
    """A signature that stays good until somebody wants it."""
    return replace(op.transaction, nonce=op.transaction.nonce + chance.randrange(1, 1000))


def operation_byte(w: World, op: Operation, chance: random.Random) -> Transaction:
    return replace(op.transaction, operation=chance.randrange(2, 256))


PLAIN: Sequence[Mutate] = (to_attacker, to_lookalike, token_to_attacker, token_padded, power, outer_power, allowance,
                           unknown_contract, swap_away, swap_unnamed, swap_cheap, known_contract)  # fmt: skip
EVERY: Sequence[Mutate] = (
    to_attacker, to_lookalike, much_more, token_to_attacker, token_padded, as_delegatecall, batch_elsewhere,
    hidden_in_batch, delegatecall_in_batch, batch_in_batch, batch_cut, batch_to_self,
    power, outer_power, allowance, swap_away, refund,
    unknown_contract, later, operation_byte, swap_unnamed, swap_cheap, known_contract,
)  # fmt: skip
WAYS = ("signed", "unsigned", "swapped", "shown")


def mutation(w: World, chance: random.Random, number: int) -> tuple[Mutation, Operation]:
    """A harmful request made from an ordinary operation, and that operation.

    `signed`: the signers were deceived and signed it; `unsigned`: nobody has yet; `swapped`: their signatures are those
    of the ordinary one; `shown`: the ordinary hash is presented for harmful fields.
    """
    op = w.operation(chance)
    mutate = EVERY[number % len(EVERY)]
    way = WAYS[chance.randrange(len(WAYS))]
    keep = mutate is later or mutate is refund or mutate is operation_byte
    changed = mutate(w, op, chance)
    tx = changed if keep else replace(changed, nonce=op.transaction.nonce)
    whom = chance.sample(OWNERS, chance.randrange(1, 4))
    plain, harmful = hashed(w.safe, op.transaction).safe_tx, hashed(w.safe, tx).safe_tx
    over = {"signed": harmful, "unsigned": b"", "swapped": plain, "shown": plain}[way]
    eth_sign = chance.random() < 0.5
    signed = tuple(Confirmation(o.address, o.sign(over, eth_sign)) for o in whom) if over else ()
    presented: Any = plain if way == "shown" else harmful if chance.random() < 0.5 or way == "signed" else None
    request = Request(_raw(w.safe), 1, tx, presented=presented, confirmations=signed, version="1.5.0")
    return Mutation(mutate.__name__, way, request), op
