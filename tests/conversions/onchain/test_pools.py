"""Mixing pools on a real node: deposits through a router, withdrawals through a relayer, and lies about both."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak

from cointrail.conversions.mixers.pools import shipped
from cointrail.conversions.mixers.pools.history import EVENT, MOVEMENT, History
from cointrail.conversions.mixers.pools.reading import histories
from cointrail.conversions.mixers.pools.table import DEPOSIT, WITHDRAWAL
from cointrail.ledger import open_ledger
from tests.anvil import Anvil, running
from tests.cli.command import done, trail
from tests.conversions.onchain.stage import wallet
from tests.node.contract import GAS_LIMIT, NOBODY, Contract, deploy, wide
from tests.node.front import fronting, refusing

ETH = 10**18
FEE = 3 * 10**15
PEOPLE = ("ann", "bob", "cid", "rely", "home", "den", "liar")
[POOL] = [pool for pool in shipped().on("ethereum") if pool.name == "1 ETH"]
[ROUTER] = [a.hex() for place, a in shipped().routers if a.hex().startswith("d90e2f")]


@dataclass
class Story:
    """What happened: who deposited and who was paid what, in order, and the transactions by name."""

    url: str
    head: int = 0
    deposits: list[str] = field(default_factory=list)
    withdrawals: list[tuple[str, str | None, int]] = field(default_factory=list)
    tx: dict[str, str] = field(default_factory=dict)


class Scene:
    def __init__(self, node: Anvil) -> None:
        self.node, self.maker = node, node.accounts[0].lower()
        node.call("anvil_autoImpersonateAccount", True)
        self.people = {name: wallet(name) for name in PEOPLE}
        for who in self.people.values():
            node.call("anvil_setBalance", who, hex(20 * ETH))
        self.pool = deploy(node, self.maker, "MixingPool", POOL.denomination, at=f"0x{POOL.address.hex()}")
        self.router = deploy(node, self.maker, "MixingRouter", at=f"0x{ROUTER}")
        self.lying = deploy(node, self.maker, "Lying")
        self.story = Story(node.url)

    def send(self, name: str, who: str, contract: Contract, function: str, *arguments: object, value: int = 0) -> None:
        data = contract.data(function, *arguments)
        sent = self.node.send(sender=self.people[who], to=contract.address, data=data, value=value, gas=GAS_LIMIT)
        assert self.node.receipt(sent)["status"] == "0x1", name
        self.story.tx[name] = sent

    def pay_in(self, name: str, who: str, secrets: list[bytes], routed: bool) -> None:
        locks = [keccak(secret) for secret in secrets]
        if routed:
            value = (len(locks) + 2) * ETH  # what is too much comes back
            self.send(name, who, self.router, "deposit", self.pool.address, locks, value=value)
        else:
            self.send(name, who, self.pool, "deposit", locks[0], value=ETH)
        self.story.deposits += [who] * len(locks)

    def take_out(self, name: str, sender: str, secret: bytes, to: str, fee: int, routed: bool) -> None:
        relayer = self.people[sender] if fee else NOBODY
        arguments = (secret, self.people[to], relayer, fee)
        if routed:
            self.send(name, sender, self.router, "withdraw", self.pool.address, *arguments)
        else:
            self.send(name, sender, self.pool, "withdraw", *arguments)
        self.story.withdrawals.append((to, sender if fee else None, fee))


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    with running(["--chain-id", "1", "--timestamp", "1700000000"]) as node:
        node.call("anvil_setBlockTimestampInterval", 3_600)
        scene = Scene(node)
        secrets = [bytes([n]) * 32 for n in range(1, 8)]
        scene.pay_in("first", "ann", secrets[:2], routed=True)
        scene.pay_in("second", "bob", secrets[2:3], routed=False)
        scene.take_out("relayed", "rely", secrets[0], "home", FEE, routed=True)
        scene.take_out("plain", "bob", secrets[2], "bob", 0, routed=False)
        scene.take_out("other", "rely", secrets[1], "cid", FEE, routed=False)  # the pool is empty now
        scene.pay_in("alone", "den", secrets[3:4], routed=True)
        fake = encode(["uint32", "uint256"], [9, 9])
        scene.send("lie", "liar", scene.lying, "say", [DEPOSIT, b"\x07" * 32], fake)
        paid = encode(["address", "bytes32", "uint256"], [scene.people["liar"], b"\x01" * 32, 0])
        scene.send("lie too", "liar", scene.lying, "say", [WITHDRAWAL, wide(NOBODY)], paid)
        scene.take_out("certain", "rely", secrets[3], "liar", FEE, routed=True)
        scene.story.head = node.head
        yield scene.story


def imported(story: Story, into: Path, url: str = "") -> History:
    command = ("ledger", "import", "--into", into, "--chain", "ethereum", "--rpc", url or story.url)
    done(*command, "--from-block", 0, "--to-block", story.head)
    [(pool, history)] = histories(open_ledger(into)).items()
    assert pool == POOL
    return history


def named(into: Path, history: History) -> tuple[list[str], list[tuple[str, str | None, int]]]:
    ledger = open_ledger(into)
    names: dict[bytes, str] = {bytes.fromhex(wallet(name)[2:]): name for name in PEOPLE}

    def name(number: int) -> str:
        return names.get(ledger.addresses([number])[0], "")

    deposits = [name(one.depositor) for one in history.deposits]
    return deposits, [(name(w.recipient), name(w.relayer) if w.relayer else None, w.fee) for w in history.withdrawals]


def by(history: History) -> set[str]:
    return {one.by for one in history.deposits} | {one.by for one in history.withdrawals}


def test_events_and_movements_are_read(story: Story, tmp_path: Path) -> None:
    history = imported(story, tmp_path / "L")
    assert named(tmp_path / "L", history) == (story.deposits, story.withdrawals)
    assert by(history) == {EVENT}
    assert [one.leaf for one in history.deposits] == list(range(4)) and history.whole
    windows = [(window.first, window.behind, window.left) for window in history.windows()]
    assert windows == [(0, 3, 3), (0, 3, 2), (0, 3, 1), (3, 4, 1)]
    assert {one.sender for one in history.withdrawals if one.relayed} == {history.withdrawals[0].relayer}


def test_events_alone_are_enough(story: Story, tmp_path: Path) -> None:
    """A node that cannot trace does not tell of coins moved by contracts."""
    with fronting(story.url) as front:
        front.rule = refusing(-32601, "the method is not available", "trace_block", "debug_traceBlockByNumber")
        history = imported(story, tmp_path / "L", front.url)
    deposits, withdrawals = named(tmp_path / "L", history)
    assert deposits == story.deposits and history.whole
    assert {one[0] for one in withdrawals} <= {"", "bob", "liar"}  # an address that no movement names has no id
    assert [one[2] for one in withdrawals] == [one[2] for one in story.withdrawals]


def test_the_command_tells_of_one_withdrawal(story: Story, tmp_path: Path) -> None:
    imported(story, tmp_path / "L")
    told = json.loads(done("mixers", tmp_path / "L", "--tx", story.tx["plain"], "--json").out)
    [one] = told["transactions"]
    assert (one["side"], one["party"], one["relayer"], one["anonymity_set"]) == ("withdrawal", wallet("bob"), None, 3)
    assert one["candidates"][0]["depositor"] == wallet("bob") and one["candidates"][0]["chance"] > 0.9
    assert [each["clue"] for each in one["candidates"][0]["evidence"]] == ["address"]
    certain = json.loads(done("mixers", tmp_path / "L", "--tx", story.tx["certain"], "--json").out)
    [one] = certain["transactions"]
    assert (one["anonymity_set"], one["in_pool"], one["fee"]) == (1, 1, "0.003")
    assert [(each["depositor"], each["chance"]) for each in one["candidates"]] == [(wallet("den"), 1.0)]
    first = json.loads(done("mixers", tmp_path / "L", "--tx", story.tx["first"], "--json").out)
    assert [each["party"] for each in first["transactions"]] == [wallet("ann")] * 2


@pytest.mark.parametrize("thief", ["den", "ann"])
def test_a_trace_lists_who_may_have_got_it(thief: str, story: Story, tmp_path: Path) -> None:
    imported(story, tmp_path / "L")
    done("trace", tmp_path / "L", "--from", wallet(thief), "--out", tmp_path / "out")
    content = trail(tmp_path / "out")
    [mixer] = [end for end in content["policies"]["fifo"]["endpoints"] if end["category"] == "mixer"]
    [pool] = content["mixers"]
    assert pool["complete"] and pool["pool"] == "1 ETH" and pool["address"] == f"0x{POOL.address.hex()}"
    got = {one["address"]: (one["least"], one["expected"], one["most"]) for one in pool["recipients"]}
    if thief == "den":  # nobody else had anything in the pool
        assert mixer["amount"] == pool["stolen"] == "1"
        assert got == {wallet("liar"): ("0.997", "0.997", "0.997")}
    else:
        assert pool["stolen"] == "2" and set(got) == {wallet("home"), wallet("bob"), wallet("cid")}
        assert all(least == "0" and float(most) <= 1 for least, _, most in got.values())
        assert float(got[wallet("home")][1]) > 0.9 > 0.1 > float(got[wallet("bob")][1])
    assert [one["depositor"] for one in pool["deposits"]] == [wallet(thief)] * (1 if thief == "den" else 2)


def test_without_the_events_amounts_tell_the_same(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cointrail.ledger.readers.wanted import Wanted

    monkeypatch.setattr(Wanted, "also", lambda self, topics: self)
    history = imported(story, tmp_path / "L")
    assert named(tmp_path / "L", history) == (story.deposits, story.withdrawals)
    assert by(history) == {MOVEMENT} and not history.whole
