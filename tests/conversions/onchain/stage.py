"""One chain before anything happens: tokens, pools, a router, and people with nothing but gas."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from eth_hash.auto import keccak

from tests.anvil import Anvil, running
from tests.conversions.onchain.record import NATIVE, Conversion, Holding, Record, Step
from tests.node.artifacts import artifact
from tests.node.contract import GAS_LIMIT, NOBODY, Contract, deploy

ETH = 10**18
START, BLOCK_SECONDS = 1_700_000_000, 12
NEVER = 2**32 - 1  # a deadline that does not pass
GAS = ETH // 2  # what everybody starts with
MAKER = "maker"  # deploys, owns what is in the pools, and is rich
PLACES = Path(__file__).with_name("places.csv")
CHAIN_IDS = {"ethereum": 1, "base": 8453}

Trades = Callable[[Step], Sequence[Conversion]]


def place(chain: str, contract: str) -> str | None:
    """Where a contract stands on the real chain; None where it has no known place."""
    with PLACES.open(encoding="utf-8", newline="") as file:
        found = {(row["chain"], row["contract"]): row["address"] for row in csv.DictReader(file)}
    return found.get((chain, contract))


def wallet(name: str) -> str:
    """A person's address, the same on every chain. Nobody has its key; the node signs for it all the same."""
    return "0x" + keccak(name.encode())[-20:].hex()


class Stage:
    """A running chain with Uniswap V2 on it. Contracts, assets and people are found by name."""

    def __init__(self, node: Anvil, chain: str, people: Sequence[str]) -> None:
        self.node, self.chain = node, chain
        node.call("anvil_autoImpersonateAccount", True)
        self.people = {MAKER: node.accounts[0].lower(), **{name: wallet(name) for name in people}}
        for name in people:
            node.call("anvil_setBalance", self.people[name], hex(GAS))
        node.call("anvil_mine", "0x1")  # a block whose state has the gas in it
        self.ground = node.head
        self.contracts: dict[str, Contract] = {}
        self.since: dict[str, int] = {}  # the block at whose end an asset was there
        self.assets = {"ETH": NATIVE}
        self.steps: list[Step] = []
        self.census = deploy(node, self.people[MAKER], "Census")
        self.counted = node.head  # the first block whose balances the census can read
        self.weth = self.token("WETH9", name="WETH")
        self.factory = self.contract("factory", "UniswapV2Factory", self.people[MAKER])
        self.router = self.contract("router", "UniswapV2Router02", self.factory.address, self.weth.address)

    def __getitem__(self, name: str) -> str:
        """The address of a person or a contract."""
        return self.people[name] if name in self.people else self.contracts[name].address

    def contract(self, name: str, kind: str, *arguments: Any) -> Contract:
        """Deploy a contract: where it has a place on the real chain, there."""
        at = place(self.chain, name)
        self.contracts[name] = deploy(self.node, self.people[MAKER], kind, *arguments, at=at)
        return self.contracts[name]

    def token(self, kind: str, *arguments: Any, name: str) -> Contract:
        """Deploy a token; its name here need not be its symbol."""
        return self._asset(name, self.contract(name, kind, *arguments))

    def pool(self, token: str, amount: int, ether: int) -> Contract:
        """Make a pool of a token and ETH, with liquidity of the maker's."""
        maker, coin = self.people[MAKER], self.contracts[token]
        coin.send(maker, "mint", maker, amount)
        coin.send(maker, "approve", self.router.address, amount)
        arguments = (coin.address, amount, 0, 0, maker, NEVER)
        self.router.send(maker, "addLiquidityETH", *arguments, value=ether)
        address = self.factory.read("getPair", coin.address, self.weth.address)
        self.contracts[f"{token}/WETH"] = Contract(self.node, address, artifact("UniswapV2Pair").abi)
        return self._asset(f"{token}/WETH", self.contracts[f"{token}/WETH"])

    def _asset(self, name: str, contract: Contract) -> Contract:
        self.assets[name] = contract.address
        self.since[contract.address] = self.node.head
        return contract

    def approve(self, owner: str, token: str, spender: str, amount: int) -> None:
        """Allow a person or contract to take tokens. Not a step: nothing moves."""
        self.contracts[token].send(self[owner], "approve", self[spender], amount)

    def path(self, *tokens: str) -> list[str]:
        """Contract addresses of a route."""
        return [self.contracts[token].address for token in tokens]

    def act(
        self,
        name: str,
        sender: str,
        contract: str,
        function: str,
        *arguments: Any,
        value: int = 0,
        quote: Sequence[int] = (),
        trades: Trades | None = None,
        fails: bool = False,
        **facts: object,
    ) -> Step:
        """Call a contract and record it as a step; with `fails` it has to fail."""
        data = self.contracts[contract].data(function, *arguments)
        tx = self.node.send(sender=self[sender], to=self[contract], data=data, value=value, gas=GAS_LIMIT)
        step = replace(self._seen(name, sender, tx, fails), quote=tuple(quote), facts=facts)
        self.steps.append(step if trades is None else replace(step, conversions=tuple(trades(step))))
        return self.steps[-1]

    def pay(self, name: str, sender: str, recipient: str, value: int) -> Step:
        """Send ETH and record it as a step."""
        tx = self.node.send(sender=self[sender], to=self[recipient], value=value)
        self.steps.append(self._seen(name, sender, tx, False))
        return self.steps[-1]

    def _seen(self, name: str, sender: str, tx: str, fails: bool) -> Step:
        """A transaction as a step: which balances it changed, the fee given back."""
        receipt = self.node.receipt(tx)
        assert receipt["status"] == ("0x0" if fails else "0x1"), f"{name}: status {receipt['status']}"
        block, used, price = (int(receipt[key], 16) for key in ("blockNumber", "gasUsed", "effectiveGasPrice"))
        before, after = self.balances(block - 1), self.balances(block)
        changes = {holding: amount - before.get(holding, 0) for holding, amount in after.items()}
        changes[self[sender], NATIVE] += used * price
        kept = {holding: amount for holding, amount in changes.items() if amount}
        return Step(name, tx, block, self.time(block), self[sender], used * price, kept)

    def step(self, name: str) -> Step:
        """A step that was done."""
        [found] = [step for step in self.steps if step.name == name]
        return found

    def time(self, block: int) -> int:
        """When a block was, in seconds."""
        return int(self.node.call("eth_getBlockByNumber", hex(block), False)["timestamp"], 16)

    def wait(self, until: int) -> None:
        """Let the next block be at that time, if it would otherwise be before."""
        if self.time(self.node.head) + BLOCK_SECONDS < until:
            self.node.call("evm_setNextBlockTimestamp", until)

    def balances(self, block: int) -> dict[Holding, int]:
        """What every person and contract held at the end of a block."""
        holders = [*self.people.values(), *(contract.address for contract in self.contracts.values())]
        if block < self.counted:  # no asset but ETH was there yet
            return {(holder, NATIVE): self.node.balance(holder, block) for holder in holders}
        there = [asset for asset in self.assets.values() if self.since.get(asset, 0) <= block]
        found = self.census.read("balances", holders, [asset or NOBODY for asset in there], block=block)
        return dict(zip(((holder, asset) for holder in holders for asset in there), found, strict=True))

    def record(self) -> Record:
        """All that has happened so far."""
        head = self.node.head
        return Record(
            url=self.node.url,
            chain=self.chain,
            chain_id=CHAIN_IDS[self.chain],
            head=head,
            people=dict(self.people),
            contracts={name: contract.address for name, contract in self.contracts.items()},
            assets=dict(self.assets),
            steps=tuple(self.steps),
            opening=self.balances(self.ground),
            closing=self.balances(head),
        )


@contextmanager
def staged(chain: str, people: Sequence[str], start: int = START) -> Iterator[Stage]:
    """Run a chain of its own, twelve seconds a block from `start`, with these people on it."""
    with running(["--chain-id", str(CHAIN_IDS[chain]), "--timestamp", str(start)]) as node:
        node.call("anvil_setBlockTimestampInterval", BLOCK_SECONDS)
        yield Stage(node, chain, people)
