"""A node that lies or babbles: real replies of anvil, falsified on the way. Every lie is a clear error, at once."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cointrail.errors import InputError
from cointrail.ledger.readers import node as reader
from cointrail.ledger.readers import rpc_line, rpc_pause
from cointrail.ledger.readers.node import chain_id, read_node
from cointrail.ledger.readers.rpc_place import Place, node_name
from tests.anvil import Anvil, running
from tests.node import contracts as code
from tests.node.front import Front, fronting, refusing

HEAD, RECEIPTS, FLAT, NESTED = (
    "eth_getBlockByNumber",
    "eth_getBlockReceipts",
    "trace_block",
    "debug_traceBlockByNumber",
)
SINK = "0x" + "5a" * 20
OTHER = "0x" + "77" * 32
LAST = 4

Lie = Callable[[Any], Any]


@pytest.fixture(scope="module")
def shared() -> Iterator[Anvil]:
    """Block 4 holds a token transfer and value sent on inside."""
    with running() as node:
        alice = node.accounts[0]
        contract = node.deploy(alice, code.emitter(code.TOKEN_LOG)[:-1] + code.forward(SINK))
        node.deploy(alice, code.forward(contract))
        for value in (7, 8):
            fields = {"to": contract, "value": value, "gas": 200_000, "data": code.arguments(SINK, 5)}
            node.receipt(node.send(sender=alice, **fields))
        assert node.head == LAST
        yield node


@pytest.fixture
def front(shared: Anvil, monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    monkeypatch.setattr(rpc_pause, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(reader, "SHIFT_PAUSE", 0.001)
    with fronting(shared.url) as front:
        yield front


def setting(*path: Any, to: Any) -> Lie:
    """Put a value at a place in a result."""

    def lie(result: Any) -> Any:
        at = result
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = to
        return result

    return lie


def put(result: Any, at: int, value: Any) -> Any:
    return [*result[:at], value, *result[at:]]


TX = ("transactions", 0)
LIES: list[tuple[str, Lie, str]] = [
    (HEAD, lambda result: "0x", "the block is '0x', not an object"),
    (HEAD, lambda result: [], "the block is a list, not an object"),
    (HEAD, setting("number", to="0x3e8"), "block 4: the node gives block 1000 instead"),
    (HEAD, setting("number", to=-4), "block 4: number is -4, not a quantity"),
    (HEAD, setting("hash", to="0x12"), "hash is '0x12', not 32 bytes"),
    (HEAD, setting("parentHash", to=OTHER), "block 4 does not follow the block before it, 3 times"),
    (HEAD, setting("timestamp", to="0x" + "f" * 20), "timestamp is 1208925819614629174706175, after the year 9999"),
    (HEAD, setting("timestamp", to=True), "timestamp is True, not a quantity"),
    (HEAD, setting("transactions", to=None), "transactions is missing, not a list"),
    (HEAD, setting(*TX, to="0x" + "11" * 32), "not an object"),
    (HEAD, setting(*TX, "transactionIndex", to="0x5"), "transaction 0 says it is number 5"),
    (HEAD, setting(*TX, "blockHash", to=OTHER), "a transaction of block 4 is of another block, 3 times"),
    (HEAD, setting(*TX, "hash", to=OTHER), "the receipts of block 4 are not those of its transactions"),
    (HEAD, setting(*TX, "value", to="0x1" + "0" * 64), "value is '0x1000.*not a quantity"),
    (HEAD, setting(*TX, "value", to=1 << 256), "value is huge, more than 256 bits"),
    (HEAD, setting(*TX, "value", to=1.5), "value is 1.5, not a quantity"),
    (HEAD, setting(*TX, "value", to="0x-5"), "value is '0x-5', not a quantity"),
    (HEAD, setting(*TX, "from", to="0x" + "zz" * 20), "from is .*, not hexadecimal data"),
    (HEAD, setting(*TX, "to", to="\x1b[31m\n" * 9), r"to is '\\x1b\[31m\\n"),
    (HEAD, setting("withdrawals", to=[{"address": SINK, "amount": "0x1"}]), "index is missing"),
    (RECEIPTS, lambda result: {}, "the receipts is an object, not a list"),
    (RECEIPTS, lambda result: [], "the receipts of block 4 are not those of its transactions, 3 times"),
    (RECEIPTS, lambda result: result * 2, "the receipts of block 4 are not those of its transactions, 3 times"),
    (RECEIPTS, setting(0, "blockHash", to=OTHER), "a receipt of block 4 is of another block, 3 times"),
    (RECEIPTS, setting(0, "status", to="0x2"), "status is 2"),
    (RECEIPTS, setting(0, "gasUsed", to="0x" + "f" * 64), "gasUsed is .*, more than 64 bits"),
    (RECEIPTS, setting(0, "gasUsed", to=None), "gasUsed is missing, not a quantity"),
    (RECEIPTS, setting(0, "logs", to=None), "logs is missing, not a list"),
    (RECEIPTS, setting(0, "logs", 0, "topics", to=[1, 2, 3]), "a topic is 1, not hexadecimal data"),
    (RECEIPTS, setting(0, "logs", 0, "topics", 2, to="0x5a"), "a topic is '0x5a', not 32 bytes"),
    (RECEIPTS, setting(0, "logs", 0, "logIndex", to="0xffffffff"), "logIndex is .*, more than 31 bits"),
    (RECEIPTS, lambda result: setting(0, "logs", to=result[0]["logs"] * 2)(result), "log 0 is there twice"),
    (FLAT, lambda result: [], "transaction 0 of block 4 has no trace, 3 times"),
    (FLAT, lambda result: result[1:], "transaction 0 of block 4 has no trace, 3 times"),
    (FLAT, setting(1, "blockHash", to=OTHER), "a trace of block 4 is of another block, 3 times"),
    (FLAT, setting(1, "transactionHash", to=OTHER), "traces of a transaction that is not in it"),
    (FLAT, setting(1, "traceAddress", to=["0"]), "traceAddress is not a list of small numbers"),
    (FLAT, setting(1, "traceAddress", to=[5, 5]), r"trace \[5, 5\] is there twice, or what called it is not"),
    (FLAT, lambda result: put(result, 1, copy.deepcopy(result[1])), "is there twice"),
    (FLAT, setting(1, "type", to="gift"), "the trace type 'gift' is not known"),
    (FLAT, setting(1, "action", "callType", to="gift"), "the call type 'gift' is not known"),
    (FLAT, setting(1, "action", "value", to={}), "value is an object, not a quantity"),
    (FLAT, setting(1, "action", to=None), "action is missing, not an object"),
    (NESTED, lambda result: result * 2, "block 4 has 1 transactions and 2 traces, 3 times"),
    (NESTED, setting(0, "txHash", to=OTHER), "the traces of block 4 are not those of its transactions, 3 times"),
    (NESTED, setting(0, "result", to=None), "a trace failed inside the node: None"),
    (NESTED, setting(0, "result", "calls", to={}), "calls is an object, not a list"),
    (NESTED, setting(0, "result", "calls", 0, "type", to="GIFT"), "the call type 'GIFT' is not known"),
    (NESTED, setting(0, "result", "calls", 0, "type", to=4), "type is 4, not a text"),
    (NESTED, setting(0, "result", "calls", 0, "to", to=None), "to is missing, not hexadecimal data"),
]


@pytest.mark.parametrize(("method", "lie", "says"), LIES, ids=[f"{n}" for n in range(len(LIES))])
def test_lies(front: Front, method: str, lie: Lie, says: str) -> None:
    def edit(call: Any, reply: Any) -> Any:
        block = int(call["params"][0], 16) if call["params"] else None
        if call["method"] == method and block == LAST and call["params"][1:] != [False]:
            return reply | {"result": lie(reply["result"])}
        return reply

    front.edit = edit
    if method == NESTED:
        front.rule = refusing(-32601, "no", FLAT)
    with pytest.raises(InputError, match=says) as caught:
        list(read_node(front.url, 1, LAST, patience=0.5))
    message = str(caught.value)
    assert message.isprintable()
    assert message.startswith(front.url + ": ")
    assert len(message) < 400


def test_a_removed_event_is_no_transfer(front: Front) -> None:
    def edit(call: Any, reply: Any) -> Any:
        return (
            reply | {"result": setting(0, "logs", 0, "removed", to=True)(reply["result"])}
            if call["method"] == RECEIPTS
            else reply
        )

    assert [table.num_rows for table in read_node(front.url, LAST, LAST)] == [4]
    front.edit = edit
    assert [table.num_rows for table in read_node(front.url, LAST, LAST)] == [3]


def test_history_that_is_gone(front: Front) -> None:
    front.edit = lambda call, reply: reply | {"result": None} if call["params"][:1] == ["0x2"] else reply
    with pytest.raises(InputError, match="nothing for eth_getBlockByNumber for block 2; use a node that keeps"):
        list(read_node(front.url, 1, LAST))


def test_a_method_that_is_refused_half_way(front: Front) -> None:
    def edit(call: Any, reply: Any) -> Any:
        if call["method"] == FLAT and call["params"] == [hex(LAST)]:
            return {"id": call["id"], "error": {"code": -32000, "message": "missing trie node"}}
        return reply

    front.edit = edit
    with pytest.raises(InputError, match=r"refuses trace_block for block 4 .missing trie node.; use a node"):
        list(read_node(front.url, 1, LAST))


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((200, b"<html>"), "no answer to eth_chainId in 0.3 s .an answer that is not JSON"),
        ((200, b"\xff\xfe"), "an answer that is not JSON"),
        ((200, b"7"), "an answer to something that was not asked"),
        ((200, {"id": 99, "result": "0x1"}), "an answer to something that was not asked"),
        ((200, {"id": "1", "result": "0x1"}), "an answer to something that was not asked"),
        ((200, {"id": True, "result": "0x1"}), "an answer to something that was not asked"),
        ((200, {"id": 1, "result": "one"}), "eth_chainId: result is 'one', not a quantity; check that this is"),
        ((200, {"id": 1, "error": "no"}), "the node refuses eth_chainId .error 'no'.; check its address"),
        ((200, {"id": None, "error": {"code": True, "message": 7}}), "the node refuses eth_chainId .error 0."),
        ((200, b"[" * 100_000), "an answer that is not JSON"),
        ((200, b"9" * 10_000), "an answer that is not JSON"),
        ((401, b""), "refuses access .HTTP 401.; check the key"),
        ((403, {"error": {"code": 1, "message": "pay"}}), "the node refuses eth_chainId .pay."),
        ((404, b""), "eth_chainId fails .HTTP 404.; check the node's address"),
        ((308, b""), "sends us elsewhere .HTTP 308.; give its final address"),
    ],
)
def test_babble(front: Front, answer: tuple[int, Any], says: str) -> None:
    front.rule = lambda body: answer
    with pytest.raises(InputError, match=says):
        chain_id(front.url, patience=0.3)


def test_answers_without_a_result(front: Front) -> None:
    front.edit = lambda call, reply: {"id": reply["id"]}
    with pytest.raises(InputError, match=r"in 0.3 s \(an incomplete answer"):
        chain_id(front.url, patience=0.3)


def test_an_endless_reply_is_cut(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpc_line, "REPLY_BYTES", 1 << 20)
    front.rule = lambda body: (200, b'{"id": 1, "result": "' + b"f" * (2 << 20))
    with pytest.raises(InputError, match=r"eth_chainId fails .the answer is larger than 1 MiB"):
        chain_id(front.url, patience=0.3)


def test_batches_whose_reply_is_too_large_are_made_smaller(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = list(read_node(front.url, 1, LAST))
    monkeypatch.setattr(rpc_line, "REPLY_BYTES", 6_000)
    assert list(read_node(front.url, 1, LAST)) == tables


@pytest.mark.parametrize("url", ["", "localhost:8545", "ws://host", "file:///etc/passwd", "http://", "http://h:x/k3y"])
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(InputError, match=r"--rpc: .*give the node as") as caught:
        node_name(url)
    assert "k3y" not in str(caught.value)


def test_names_of_nodes() -> None:
    assert node_name(" https://u:p@host.example:8443/v2/key?a=b#c ") == "https://host.example:8443"
    assert node_name("http://[::1]:8545/key") == "http://[::1]:8545"
    place = Place("https://host/v2/a%20secret?key=va%2Flue")
    assert place.hide("GET /v2/a%20secret 'a secret' va%2Flue va/lue") == "GET /v2/… '…' … …"
