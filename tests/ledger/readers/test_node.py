"""The node reader against a real anvil: every movement, and every account's balance to the last unit."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from cointrail.errors import InputError
from cointrail.ledger.readers.node import chain_id, read_node
from cointrail.ledger.rows import ROWS, Kind, Status
from tests.anvil import Anvil, running
from tests.node import contracts as code
from tests.node.front import Front, Rule, fronting, refusing

ETH = 10**18
GAS = 2_000_000
MINER = "0x" + "c0" * 20
SINK = "0x" + "5a" * 20
DEEP_GAS = 20_000_000_000  # enough for some 800 calls inside each other

Rows = list[dict[str, Any]]


class World:
    """A chain on which one of everything happened. `txs` names its transactions."""

    def __init__(self, node: Anvil) -> None:
        self.node = node
        self.alice, self.bob, *_ = node.accounts
        self.txs: dict[str, str] = {}
        self.at: dict[str, str] = {}
        node.call("anvil_setCoinbase", MINER)
        self.send("plain", to=SINK, value=3 * ETH)
        self.send("nothing", to=self.bob, value=0)
        self.send("itself", to=self.alice, value=ETH)
        for name, body in (
            ("reverter", code.REVERT),
            ("invalid", code.INVALID),
            ("forward", code.forward(SINK)),
            ("regret", code.regret(SINK)),
            ("borrow", code.borrow(SINK)),
            ("busy", code.busy(SINK)),
            ("ending", code.ending(SINK)),
            ("creator", code.CREATOR),
            ("creator2", code.CREATOR2),
            ("tipper", code.TIPPER),
            ("router", code.ROUTER),
        ):
            self.contract(name, body)
        self.contract("delegate", code.delegate(self.at["forward"]))
        self.contract("pair", code.pair(self.at["regret"], self.at["forward"]))
        self.contract("deep", code.deep(SINK), 7)
        for name in ("reverter", "invalid", "regret"):
            self.send(name, to=self.at[name], value=11, gas=GAS)
        for name in ("forward", "borrow", "busy", "ending", "creator", "creator2", "tipper", "delegate", "pair"):
            self.send(name, to=self.at[name], value=1000, gas=GAS)
        self.send("router", to=self.at["router"], value=12, gas=GAS, data=code.arguments(self.at["forward"], 0))
        self.send("fleeting", value=13, gas=GAS, data="0x" + code.ending(SINK).hex())
        self.send("unborn", value=14, gas=GAS, data="0x" + code.REVERT.hex())
        self.send("deep", to=self.at["deep"], gas=DEEP_GAS)
        self.together()
        self.tokens()
        node.call("anvil_mine", "0x2")
        self.head = node.head

    def send(self, name: str, **fields: Any) -> None:
        self.txs[name] = self.node.send(sender=self.alice, **fields)
        self.node.receipt(self.txs[name])

    def contract(self, name: str, body: bytes, value: int = 0) -> None:
        self.at[name] = self.node.deploy(self.alice, body, value)

    def together(self) -> None:
        """Several transactions in one block."""
        self.node.call("evm_setAutomine", False)
        for number in range(3):
            self.txs[f"together {number}"] = self.node.send(sender=self.bob, to=self.at["forward"], value=20, gas=GAS)
        self.node.call("evm_mine")
        self.node.call("evm_setAutomine", True)

    def tokens(self) -> None:
        logs = (code.TOKEN_LOG, code.NFT_LOG, code.APPROVAL_LOG, code.LONG_LOG, code.PLAIN_LOG, code.TOKEN_LOG)
        self.contract("token", code.emitter(*logs))
        self.contract("failing token", code.emitter(code.TOKEN_LOG)[:-1] + code.REVERT)
        amounts = {"token": 2**256 - 1, "zero token": 0, "failing token": 5}
        for name, amount in amounts.items():
            at = self.at[name.removeprefix("zero ")]
            self.send(name, to=at, gas=GAS, data=code.arguments(self.bob, amount))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with running(["--gas-limit", "30000000000"]) as node:
        yield World(node)


@pytest.fixture(scope="module")
def table(world: World) -> pa.Table:
    return pa.concat_tables(read_node(world.node.url, 0, world.head, chunk=7)).unify_dictionaries()


@pytest.fixture(scope="module")
def rows(table: pa.Table) -> Rows:
    return plain(table)


@pytest.fixture
def front(world: World) -> Iterator[Front]:
    with fronting(world.node.url) as front:
        yield front


def plain(table: pa.Table) -> Rows:
    """Rows with text for bytes and numbers for amounts."""
    return [
        {
            name: int.from_bytes(value, "big")
            if name == "amount"
            else f"0x{value.hex()}"
            if type(value) is bytes
            else value
            for name, value in row.items()
        }
        for row in table.to_pylist()
    ]


def of(rows: Rows, world: World, name: str, kind: Kind) -> Rows:
    return [row for row in rows if row["tx"] == world.txs[name] and row["kind"] == kind]


def moved(rows: Rows) -> list[tuple[str, str, int]]:
    return [(row["sender"], row["recipient"], row["amount"]) for row in rows]


def without(*methods: str) -> Rule:
    """A rule for a front: the node does not have these methods."""
    return refusing(-32601, "the method is not available", *methods)


def test_the_chain_and_the_shape(world: World, table: pa.Table) -> None:
    assert chain_id(world.node.url) == 31337
    assert table.schema.equals(ROWS)
    table.validate(full=True)
    assert table["block"].to_pylist() == sorted(table["block"].to_pylist())


def test_balances_agree_with_the_node_to_the_last_unit(world: World, rows: Rows) -> None:
    change: Counter[str] = Counter()
    for row in rows:
        if row["asset"] == "" and row["sender"]:
            change[row["sender"]] -= row["amount"]
        if row["asset"] == "" and row["recipient"]:
            change[row["recipient"]] += row["amount"]
    accounts = {*change, *world.node.accounts, *world.at.values(), SINK, MINER}
    assert len(accounts) > 30
    tips = 0
    for number in range(1, world.head + 1):
        base = int(world.node.call("eth_getBlockByNumber", hex(number), False)["baseFeePerGas"], 16)
        for receipt in world.node.call("eth_getBlockReceipts", hex(number)):
            tips += int(receipt["gasUsed"], 16) * (int(receipt["effectiveGasPrice"], 16) - base)
    assert tips > 0
    change[MINER] += tips  # a fee leaves the sender; which part of it the miner gets is not a movement
    for account in sorted(accounts):
        before, after = world.node.balance(account, 0), world.node.balance(account, world.head)
        assert change[account] == after - before, account


def test_every_row_says_where_it_stands(world: World, rows: Rows) -> None:
    blocks = {n: world.node.call("eth_getBlockByNumber", hex(n), False) for n in range(world.head + 1)}
    for row in rows:
        block = blocks[row["block"]]
        assert (row["block_hash"], row["time"]) == (block["hash"], int(block["timestamp"], 16))
        assert block["transactions"][row["tx_index"]] == row["tx"]
        assert (row["path"] is None) == (row["kind"] != Kind.TRACE) == (row["position"] is not None)
        assert row["exact"]
    order = [(row["block"], row["tx_index"], row["kind"], row["path"] or "", row["position"] or 0) for row in rows]
    assert order == sorted(order)
    assert len(set(order)) == len(order)


def test_plain_transactions(world: World, rows: Rows) -> None:
    assert moved(of(rows, world, "plain", Kind.TRANSACTION)) == [(world.alice, SINK, 3 * ETH)]
    assert moved(of(rows, world, "nothing", Kind.TRANSACTION)) == [(world.alice, world.bob, 0)]
    assert moved(of(rows, world, "itself", Kind.TRANSACTION)) == [(world.alice, world.alice, ETH)]
    for name, tx in world.txs.items():
        receipt = world.node.receipt(tx)
        paid = int(receipt["gasUsed"], 16) * int(receipt["effectiveGasPrice"], 16)
        sender = world.bob if name.startswith("together") else world.alice
        (fee,) = of(rows, world, name, Kind.FEE)
        assert (fee["sender"], fee["recipient"], fee["amount"]) == (sender, None, paid)


@pytest.mark.parametrize("name", ["reverter", "invalid", "regret", "unborn", "failing token"])
def test_a_failed_transaction_moves_nothing_but_its_fee(world: World, rows: Rows, name: str) -> None:
    fee, transaction = (row for row in rows if row["tx"] == world.txs[name])
    assert (fee["kind"], transaction["kind"]) == (Kind.FEE, Kind.TRANSACTION)
    assert fee["status"] == transaction["status"] == Status.FAILED
    assert fee["amount"] > 0
    assert transaction["amount"] == 0
    assert transaction["recipient"] is not None


def test_value_inside_transactions(world: World, rows: Rows) -> None:
    def inside(name: str) -> list[tuple[str, str, str, int]]:
        found = of(rows, world, name, Kind.TRACE)
        return [(row["path"], row["sender"], row["recipient"], row["amount"]) for row in found]

    at = world.at
    created = world.node.receipt(world.txs["fleeting"])["contractAddress"]
    assert inside("forward") == [("0x0000", at["forward"], SINK, 1000)]
    assert inside("router") == [
        ("0x0000", at["router"], at["forward"], 12),
        ("0x00000000", at["forward"], SINK, 12),
    ]
    assert inside("delegate") == [("0x00000000", at["delegate"], SINK, 1000)]
    assert inside("borrow") == []
    # the calls of precompiled contracts without value do not count, the one with value does
    assert inside("busy") == [
        ("0x0000", at["busy"], "0x" + "3".rjust(40, "0"), 1),
        ("0x0002", at["busy"], SINK, 999),
    ]
    assert inside("ending") == [("0x0000", at["ending"], SINK, 1000)]
    assert inside("fleeting") == [("0x0000", created, SINK, 13)]
    assert inside("tipper") == [("0x0000", at["tipper"], MINER, 1000)]
    # the first of the two reverts after it sent the value on
    assert inside("pair") == [("0x0001", at["pair"], at["forward"], 1), ("0x00010000", at["forward"], SINK, 1)]
    for name in ("creator", "creator2"):
        ((path, sender, _, amount),) = inside(name)
        assert (path, sender, amount) == ("0x0000", at[name], 1000)
    ((path, sender, recipient, amount),) = inside("deep")
    assert len(path) > 2 + 4 * 500
    assert (sender, recipient, amount) == (at["deep"], SINK, 7)


def test_token_transfers(world: World, rows: Rows) -> None:
    logs = [row for row in rows if row["kind"] == Kind.LOG]
    token = world.at["token"]
    assert {row["tx"] for row in logs} == {world.txs["token"], world.txs["zero token"]}
    assert [row["position"] for row in of(rows, world, "token", Kind.LOG)] == [0, 5]
    for name, amount in (("token", 2**256 - 1), ("zero token", 0)):
        found = of(rows, world, name, Kind.LOG)
        assert moved(found) == 2 * [(world.alice, world.bob, amount)]
        assert {row["asset"] for row in found} == {token}


def test_both_kinds_of_trace_and_of_receipt_say_the_same(world: World, table: pa.Table, front: Front) -> None:
    front.rule = without("trace_block", "eth_getBlockReceipts")
    other = read_node(front.url, 0, world.head, chunk=1000)
    assert plain(pa.concat_tables(other).unify_dictionaries()) == plain(table)
    assert other.warnings == []
    assert {"debug_traceBlockByNumber", "eth_getTransactionReceipt"} < set(front.methods)


def test_without_traces_the_rest_is_read_and_a_warning_says_so(world: World, rows: Rows, front: Front) -> None:
    front.rule = without("trace_block", "debug_traceBlockByNumber")
    feed = read_node(front.url, 0, world.head)
    found = [row for table in feed for row in plain(table)]
    assert found == [row for row in rows if row["kind"] != Kind.TRACE]
    assert len(feed.warnings) == 1
    assert "value moved inside transactions is missing" in feed.warnings[0]
    assert "the method is not available" in feed.warnings[0]
    assert front.methods.count("trace_block") == front.methods.count("debug_traceBlockByNumber") == 1


def test_what_only_other_chains_have(world: World, front: Front) -> None:
    """Withdrawals, rewards, blob fees and fees below a rollup, put into the real node's replies."""
    number = int(world.node.receipt(world.txs["plain"])["blockNumber"], 16)

    def edit(call: Any, reply: Any) -> Any:
        found = reply["result"]
        if call["method"] == "eth_getBlockByNumber":
            paid = [{"index": "0x77", "validatorIndex": "0x1", "address": SINK, "amount": "0x2"}]
            found |= {"withdrawals": paid, "difficulty": "0x1"}
        if call["method"] == "eth_getBlockReceipts":
            found[0] |= {"l1Fee": "0x5", "blobGasUsed": "0x20000", "blobGasPrice": "0x3"}
        if call["method"] == "trace_block":
            for uncle, value in (("uncle", 2), ("block", 9)):
                action = {"author": MINER, "rewardType": uncle, "value": hex(value)}
                found.append(
                    {"type": "reward", "action": action, "blockHash": found[0]["blockHash"], "traceAddress": []}
                )
        return reply

    (before,) = read_node(world.node.url, number, number)
    front.edit = edit
    feed = read_node(front.url, number, number)
    (after,) = feed
    fee, transaction, *rewards = plain(after)
    assert fee["amount"] == plain(before)[0]["amount"] + 5 + 0x20000 * 3
    assert transaction == plain(before)[1]
    assert [(row["kind"], row["position"], row["recipient"], row["amount"]) for row in rewards] == [
        (Kind.REWARD, 0x77, SINK, 2 * 10**9),
        (Kind.REWARD, 0, MINER, 9),
        (Kind.REWARD, 1, MINER, 2),
    ]
    assert all(row["sender"] is None and row["tx"] is None and row["time"] == fee["time"] for row in rewards)
    assert feed.warnings == []
    front.rule = without("trace_block")
    lesser = read_node(front.url, number, number)
    assert len(plain(next(lesser))) == 3
    assert ["the rewards of 1 mined blocks are missing" in text for text in lesser.warnings] == [True]


def test_old_receipts_know_no_result(world: World, front: Front) -> None:
    block = int(world.node.receipt(world.txs["reverter"])["blockNumber"], 16)

    def edit(call: Any, reply: Any) -> Any:
        if call["method"] == "eth_getBlockReceipts":
            for receipt in reply["result"]:
                del receipt["status"], receipt["effectiveGasPrice"]
        return reply

    front.edit = edit
    (table,) = read_node(front.url, block, block)
    assert plain(table) == plain(next(read_node(world.node.url, block, block)))  # the trace knows it
    front.rule = without("trace_block", "debug_traceBlockByNumber")
    feed = read_node(front.url, block, block)
    assert [row["status"] for row in plain(next(feed))] == 2 * [Status.UNKNOWN]
    assert len(feed.warnings) == 2


@pytest.mark.parametrize(("first", "last"), [(5, 4), (-1, 3), (0, 1 << 70)])
def test_a_range_that_is_none(world: World, first: int, last: int) -> None:
    with pytest.raises(InputError, match="the first must not be after the last"):
        read_node(world.node.url, first, last)


def test_a_range_beyond_the_head(world: World) -> None:
    with pytest.raises(InputError, match=f"block {world.head + 5} is beyond the last one of the node, {world.head}"):
        list(read_node(world.node.url, 0, world.head + 5))


def test_progress_is_told(world: World) -> None:
    told: list[tuple[int, int]] = []
    list(read_node(world.node.url, 3, 20, chunk=5, progress=lambda done, total: told.append((done, total))))
    assert sorted(told) == told
    assert told[-1] == (18, 18)
    assert all(total == 18 for _, total in told)
