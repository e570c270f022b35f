"""A treasury on a real chain, kept as state: a Safe 1.5.0 with a past, real Uniswap, tokens that are vouched for.

It is made once on a node, so that thousands of its operations can be judged without one.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from eth_hash.auto import keccak

from cointrail.guard import Confirmation, History, Intent, Request, State, parse_intent, parse_state
from cointrail.guard.effects import COIN
from cointrail.guard.request import Transaction
from cointrail.guard.tokens import registry
from tests.conversions.onchain.stage import ETH, NEVER, staged
from tests.guard import safes
from tests.guard.safes import BATCH, CHAIN_ID, OWNERS, batch, call, hashed, make_safe, tx

PAYEES = 12
USDC_UNIT = 10**6
LARGEST = {"ETH": 40 * ETH, "USDC": 200_000 * USDC_UNIT}
NAMES = ("payment", "token", "batch", "swap", "buy", "wrap", "revoke", "rotation", "module", "cancel", "threshold")
WEIGHTS = (34, 30, 16, 9, 4, 3, 2, 1, 0, 1, 0)


def person(name: str) -> str:
    """An address by a name."""
    return "0x" + keccak(f"person {name}".encode())[-20:].hex()


@dataclass(frozen=True)
class Operation:
    """One thing that a treasury does: the transaction, and what was asked for as an intent file says it."""

    kind: str
    transaction: Transaction
    asked: dict[str, Any]


@dataclass(frozen=True)
class World:
    """State, Safe, past, and where contracts are."""

    state: State
    safe: str
    places: dict[str, str]
    payees: tuple[str, ...]
    nonce: int = 0

    @property
    def history(self) -> History:
        """Whom the Safe paid and what it called before."""
        found = History(sources=["a made-up past"])
        for payee in self.payees:
            found.pay(_raw(payee), COIN, LARGEST["ETH"])
            found.pay(_raw(payee), self.places["USDC"], LARGEST["USDC"])
        found.called |= {_raw(self.places[name]) for name in ("USDC", "WETH", "router")}
        return found

    def request(self, transaction: Transaction, signers: Sequence[safes.Owner] = OWNERS[:1], **more: Any) -> Request:
        """A request as it comes to the next signer, confirmed by some already."""
        digest = hashed(self.safe, transaction).safe_tx
        signed = tuple(Confirmation(owner.address, owner.sign(digest)) for owner in signers)
        return Request(
            _raw(self.safe), CHAIN_ID, transaction, presented=digest, confirmations=signed, version="1.5.0", **more
        )

    def intent(self, operation: Operation) -> Intent:
        """What was asked for."""
        return parse_intent(operation.asked, "intent", _raw(self.safe), registry(CHAIN_ID))

    def operation(self, chance: random.Random, kind: str | None = None) -> Operation:
        """An ordinary operation, drawn."""
        kind = kind or chance.choices(NAMES, WEIGHTS)[0]
        made = getattr(self, f"_{kind}")(chance)
        transaction, actions = made
        return Operation(kind, replace(transaction, nonce=self.nonce), {"safe": self.safe, "actions": actions})

    def _pay(self, chance: random.Random) -> tuple[tuple[str, int, bytes], dict[str, Any]]:
        payee = chance.choice(self.payees)
        if chance.random() < 0.5:
            amount = chance.randrange(1, 2 * LARGEST["ETH"] // 3)
            return (payee, amount, b""), {"pay": {"asset": "ETH", "units": str(amount), "to": payee}}
        amount = chance.randrange(1, LARGEST["USDC"])
        data = call("transfer(address,uint256)", payee, amount)
        return (self.places["USDC"], 0, data), {"pay": {"asset": "USDC", "units": str(amount), "to": payee}}

    def _payment(self, chance: random.Random) -> tuple[Transaction, list[dict[str, Any]]]:
        payee, amount = chance.choice(self.payees), chance.randrange(1, LARGEST["ETH"])
        return tx(payee, amount), [{"pay": {"asset": "ETH", "units": str(amount), "to": payee}}]

    def _token(self, chance: random.Random) -> tuple[Transaction, list[dict[str, Any]]]:
        payee, amount = chance.choice(self.payees), chance.randrange(1, LARGEST["USDC"])
        data = call("transfer(address,uint256)", payee, amount)
        return tx(self.places["USDC"], data=data), [{"pay": {"asset": "USDC", "units": str(amount), "to": payee}}]

    def _batch(self, chance: random.Random) -> tuple[Transaction, list[dict[str, Any]]]:
        parts = [self._pay(chance) for _ in range(chance.randrange(2, 6))]
        return tx(BATCH, data=batch([part for part, _ in parts]), operation=1), [action for _, action in parts]

    def _swap(self, chance: random.Random) -> tuple[Transaction, list[dict[str, Any]]]:
        amount = chance.randrange(USDC_UNIT, 5_000 * USDC_UNIT)
        least = amount * 300 * 10**12 // 1_000_000  # the pool has 3,000 USDC an ETH
        path = [self.places["USDC"], self.places["WETH"]]
        signature = "swapExactTokensForETH(uint256,uint256,address[],address,uint256)"
        swap = call(signature, amount, least, path, self.safe, NEVER)
        approve = call("approve(address,uint256)", self.places["router"], amount)
        data = batch([(self.places["USDC"], 0, approve), (self.places["router"], 0, swap)])
        give = {"asset": "USDC", "units": str(amount)}
        asked = {"give": give, "get": {"asset": "ETH", "units": str(least)}, "through": self.places["router"]}
        return tx(BATCH, data=data, operation=1), [{"swap": asked}]

    def _buy(self, chance: random.Random) -> tuple[Transaction, list[dict[str, Any]]]:
        amount = chance.randrange(ETH // 1000, ETH)
        least = amount * 2_900 // 10**12
        path = [self.places["WETH"], self.places["USDC"]]
        data = call("swapExactETHForTokens(uint256,address[],address,uint256)", least, path, self.safe, NEVER)
        give = {"asset": "ETH", "units": str(amount)}
        asked = {"give": give, "get": {"asset": "USDC", "units": str(least)}, "through": self.places["router"]}
        return tx(self.places["router"], amount, data), [{"swap": asked}]

    def _wrap(self, chance: random.Random) -> tuple[Transaction, list[dict[str, Any]]]:
        amount = chance.randrange(1, LARGEST["ETH"])
        action = {"call": {"to": self.places["WETH"], "value": str(amount), "function": "deposit()"}}
        return tx(self.places["WETH"], amount, call("deposit()")), [action]

    def _revoke(self, chance: random.Random) -> tuple[Transaction, list[dict[str, Any]]]:
        spender = chance.choice((self.places["router"], *self.payees))
        action = {"approve": {"asset": "USDC", "units": "0", "spender": spender}}
        return tx(self.places["USDC"], data=call("approve(address,uint256)", spender, 0)), [action]

    def _rotation(self, chance: random.Random) -> tuple[Transaction, list[dict[str, Any]]]:
        ring = [owner.text for owner in OWNERS]
        place = chance.randrange(len(ring))
        before = "0x" + "00" * 19 + "01" if place == 0 else ring[place - 1]
        fresh = person(f"owner {chance.random()}")
        data = call("swapOwner(address,address,address)", before, ring[place], fresh)
        return tx(self.safe, data=data), [{"rotate_owner": {"out": ring[place], "in": fresh}}]

    def _module(self, chance: random.Random) -> tuple[Transaction, list[dict[str, Any]]]:
        module = person(f"module {chance.random()}")
        return tx(self.safe, data=call("enableModule(address)", module)), [{"enable_module": {"module": module}}]

    def _threshold(self, chance: random.Random) -> tuple[Transaction, list[dict[str, Any]]]:
        wanted = chance.randrange(3, 6)
        return tx(self.safe, data=call("changeThreshold(uint256)", wanted)), [{"set_threshold": {"threshold": wanted}}]

    def _cancel(self, chance: random.Random) -> tuple[Transaction, list[dict[str, Any]]]:
        return tx(self.safe), [{"cancel": {}}]


@contextmanager
def world() -> Iterator[World]:
    """Make it on a node; the node is not needed any more when it is there."""
    with staged("ethereum", []) as stage:
        node = stage.node
        stage.token("Token", "USDC", 6, name="USDC")
        stage.pool("USDC", 30_000_000 * USDC_UNIT, 9_900 * ETH)
        safes.place_contracts(node)
        safe = make_safe(node, stage["maker"])
        stage.contracts["USDC"].send(stage["maker"], "mint", safe, 10_000_000 * USDC_UNIT)
        node.call("anvil_setBalance", safe, hex(5_000 * ETH))
        payees = tuple(person(f"payee {number}") for number in range(PAYEES))
        for payee in payees:
            node.call("anvil_setBalance", payee, hex(ETH))
        node.call("anvil_mine", "0x1")
        places = {name: contract.address for name, contract in stage.contracts.items()}
        state = parse_state({**dumped(node), "complete": True, "chain_id": CHAIN_ID}, "the node")
    yield World(state, safe, places, payees)


def dumped(node: Any) -> dict[str, Any]:
    """All accounts of a node, as its state files have them."""
    import gzip
    import json

    raw = bytes.fromhex(node.call("anvil_dumpState")[2:])
    content: dict[str, Any] = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    return {"accounts": content["accounts"]}


def _raw(address: str) -> bytes:
    return bytes.fromhex(address[2:])
