"""Events from a real anvil: logs, inputs and wrapped coins, and what an interrupted import kept of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from cointrail.errors import InputError
from cointrail.ledger import open_ledger
from cointrail.ledger.event import Event, of_table
from cointrail.ledger.importer import import_node
from cointrail.ledger.readers import Wanted
from cointrail.ledger.readers.node import read_node
from cointrail.ledger.readers.signatures import DEPOSIT, WITHDRAWAL
from cointrail.ledger.rows import EVENTS, INPUT, MOST_DATA, Kind
from tests.anvil import Anvil, running
from tests.node import contracts as code
from tests.node.front import Front, fronting

SINK = "0x" + "5a" * 20
TOPIC, WORD = "11" * 32, "22" * 32
SELECTOR = "a1b2c3d4"
WANTED = Wanted(frozenset([bytes.fromhex(TOPIC)]), frozenset([bytes.fromhex(SELECTOR)]), (b"=:",))
GAS = 2_000_000


class World:
    """A chain with events on it."""

    def __init__(self, node: Anvil) -> None:
        self.node, self.txs = node, dict[str, str]()
        self.alice = node.accounts[0]
        logs = (code.note(TOPIC), code.note(WORD, TOPIC), code.note(TOPIC, WORD, "", WORD), "5f5fa0")
        self.bridge = node.deploy(self.alice, code.emitter(*logs))
        self.failing = node.deploy(self.alice, code.emitter(code.note(TOPIC))[:-1] + code.REVERT)
        wrapping = (code.note(DEPOSIT.hex(), ""), code.note(WITHDRAWAL.hex(), ""))
        self.wrapper = node.deploy(self.alice, code.emitter(*wrapping))
        long = "7f" + TOPIC + "62" + f"{MOST_DATA + 1:06x}" + "5f" + "a1"
        self.long = node.deploy(self.alice, code.emitter(long))
        self.send("bridge", self.bridge, code.arguments(SINK, 5))
        self.send("failing", self.failing, "0x" + SELECTOR)
        self.send("call", SINK, "0x" + SELECTOR + "00" * 40)
        self.send("memo", SINK, "0x" + b"=:BTC.BTC:bc1q".hex())
        self.send("binary", SINK, "0x" + b"=:BTC\0".hex())
        self.send("other", SINK, "0x12345678")
        self.send("wrapper", self.wrapper, code.arguments(SINK, 7))
        self.send("long", self.long, "0x")
        self.txs["creation"] = node.send(sender=self.alice, data="0x" + SELECTOR, gas=GAS)
        node.receipt(self.txs["creation"])
        self.head = node.head

    def send(self, name: str, to: str, data: str) -> None:
        self.txs[name] = self.node.send(sender=self.alice, to=to, data=data, gas=GAS)
        self.node.receipt(self.txs[name])


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with running(["--gas-limit", "30000000000"]) as node:
        yield World(node)


@pytest.fixture
def front(world: World) -> Iterator[Front]:
    with fronting(world.node.url) as front:
        yield front


def parted(feed: Any) -> tuple[list[dict[str, Any]], list[Event]]:
    tables: list[pa.Table] = list(feed)
    rows = [row for table in tables if table.schema != EVENTS for row in table.to_pylist()]
    return rows, [event for table in tables if table.schema == EVENTS for event in of_table(table)]


def raw(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def test_wanted_events_and_no_others(world: World) -> None:
    feed = read_node(world.node.url, 0, world.head, wanted=WANTED, chunk=3)
    rows, events = parted(feed)
    amount = (5).to_bytes(32)
    found = [(event.tx, event.position, event.address, event.sender, event.topics, event.data) for event in events]
    recipient = bytes(12) + raw(SINK)
    expected = [
        ("bridge", 0, world.bridge, None, (raw(TOPIC),), amount),
        ("bridge", 2, world.bridge, None, (raw(TOPIC), raw(WORD), recipient, raw(WORD)), amount),
        ("call", INPUT, SINK, world.alice, (), raw(SELECTOR) + bytes(40)),
        ("memo", INPUT, SINK, world.alice, (), b"=:BTC.BTC:bc1q"),
    ]
    assert found == [
        (raw(world.txs[name]), at, raw(to), raw(sender) if sender else None, topics, data)
        for name, at, to, sender, topics, data in expected
    ]
    for event in events:
        receipt = world.node.receipt("0x" + event.tx.hex())
        block = world.node.call("eth_getBlockByNumber", receipt["blockNumber"], False)
        place = (int(block["number"], 16), int(block["timestamp"], 16), int(receipt["transactionIndex"], 16))
        assert (event.block, event.time, event.tx_index) == place
    assert feed.warnings == ["1 events with more than 64 KiB of data were left out"]
    assert (rows, []) == parted(read_node(world.node.url, 0, world.head, chunk=3))


def test_wrapped_coins_are_minted_and_burned(world: World) -> None:
    def logs(wrapped: frozenset[bytes]) -> list[tuple[Any, ...]]:
        rows, _ = parted(read_node(world.node.url, 0, world.head, wrapped=wrapped))
        found = [row for row in rows if row["kind"] == Kind.LOG]
        return [(row["position"], row["sender"], row["recipient"], row["asset"], row["amount"]) for row in found]

    amount = (7).to_bytes(32)
    assert logs(frozenset()) == []
    assert logs(frozenset([raw(world.wrapper)])) == [
        (0, bytes(20), raw(SINK), world.wrapper, amount),
        (1, raw(SINK), bytes(20), world.wrapper, amount),
    ]


def test_into_a_ledger(world: World, tmp_path: Path) -> None:
    done = import_node(world.node.url, 0, world.head, tmp_path, "ethereum", wanted=WANTED, wrapped=[world.wrapper])
    ledger = open_ledger(tmp_path)
    assert (done.events, len(ledger.events)) == (4, 4)
    assert [event.data for event in ledger.events.of(raw(world.txs["memo"]))] == [b"=:BTC.BTC:bc1q"]
    (asset,) = [asset for asset in ledger.assets if asset.key == world.wrapper]
    assert (asset.symbol, asset.decimals, asset.origin, asset.form_of) == ("WETH", 18, "user", "ETH")
    again = import_node(world.node.url, 0, world.head, tmp_path, "ethereum", wanted=WANTED, wrapped=[world.wrapper])
    assert (again.added, again.events) == (0, 0)
    bare = import_node(world.node.url, 0, world.head, tmp_path / "bare", "ethereum")
    assert bare.events == 0
    more = import_node(world.node.url, 0, world.head, tmp_path / "bare", "ethereum", wanted=WANTED)
    assert (more.added, more.events) == (0, 4)
    assert open_ledger(tmp_path / "bare").events.digest == ledger.events.digest


def test_what_was_kept_is_used_for_the_same_wishes_only(world: World, front: Front, tmp_path: Path) -> None:
    def asked(**more: Any) -> tuple[bool, Any]:
        front.bodies.clear()
        found = parted(read_node(front.url, 0, world.head, staging=tmp_path, chunk=4, **more))
        return "trace_block" in front.methods[4:], found  # the first ones find out what the node can do

    fetched, first = asked(wanted=WANTED)
    assert fetched and len(first[1]) == 4
    assert asked(wanted=WANTED) == (False, first)
    fetched, bare = asked()
    assert fetched and bare == (first[0], [])
    fetched, wrapped = asked(wrapped=frozenset([raw(world.wrapper)]))
    assert fetched and len(wrapped[0]) == len(first[0]) + 2
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:-40])
    assert asked(wanted=WANTED) == (True, first)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"data": "0x1"}, "data is '0x1', not hexadecimal data"),
        ({"topics": ["0x" + TOPIC] * 5}, "more than 4 topics"),
        ({"topics": ["0x" + TOPIC, "0x12"]}, "a topic is '0x12', not 32 bytes"),
        ({"address": None}, "address is missing"),
        ({"logIndex": "0x2"}, "log 2 is there twice"),
        ({"topics": None}, "topics is missing, not a list"),
    ],
)
def test_a_node_that_lies_about_events(world: World, front: Front, change: dict[str, Any], reason: str) -> None:
    def edit(call: Any, reply: Any) -> Any:
        if call["method"] == "eth_getBlockReceipts":
            for receipt in reply["result"]:
                for item in receipt["logs"][:1]:
                    item |= change
        return reply

    block = int(world.node.receipt(world.txs["bridge"])["blockNumber"], 16)
    front.edit = edit
    with pytest.raises(InputError, match=f"block {block}: .*{reason}.*cannot be trusted"):
        list(read_node(front.url, block, block, wanted=WANTED))


def test_an_input_that_is_none(world: World, front: Front) -> None:
    def edit(call: Any, reply: Any) -> Any:
        if call["method"] == "eth_getBlockByNumber" and call["params"][1]:
            for item in reply["result"]["transactions"]:
                item["input"] = "0x" + SELECTOR + "0"
        return reply

    front.edit = edit
    with pytest.raises(InputError, match="input is '0xa1b2c3d40', not hexadecimal data"):
        list(read_node(front.url, 1, world.head, wanted=WANTED))
