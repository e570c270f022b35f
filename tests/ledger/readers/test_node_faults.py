"""The node reader before a real anvil that is busy, slow, limited, interrupted or reorganised."""

import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from cointrail.errors import InputError
from cointrail.ledger.readers import node as reader
from cointrail.ledger.readers import rpc_pause
from cointrail.ledger.readers.node import chain_id, read_node
from tests.anvil import Anvil, free_port, running
from tests.node.contracts import forward
from tests.node.front import HANG, Front, calls_of, fronting, refusing

SINK = "0x" + "5a" * 20
BLOCKS = 24
CHUNK = 5
KEY = "kEy0123456789abcdef"


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpc_pause, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(reader, "SHIFT_PAUSE", 0.01)


def fill(node: Anvil) -> None:
    """Blocks with a transaction each that moves value inside."""
    alice = node.accounts[0]
    contract = node.deploy(alice, forward(SINK))
    for number in range(1, BLOCKS):
        node.receipt(node.send(sender=alice, to=contract, value=number, gas=100_000))


@pytest.fixture(scope="module")
def shared() -> Iterator[Anvil]:
    with running() as node:
        fill(node)
        yield node


@pytest.fixture
def front(shared: Anvil) -> Iterator[Front]:
    with fronting(shared.url) as front:
        yield front


def everything(url: str, last: int = BLOCKS, **options: Any) -> pa.Table:
    tables = list(read_node(url, 0, last, chunk=CHUNK, **options))
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


@pytest.fixture(scope="module")
def expected(shared: Anvil) -> pa.Table:
    return everything(shared.url)


def test_too_many_requests_at_times(front: Front, expected: pa.Table) -> None:
    front.rule = lambda body: (429, b"slow down") if len(front.bodies) % 3 else None
    assert everything(front.url).equals(expected)
    assert len(front.bodies) > 40


@pytest.mark.parametrize("code", [-32005, -32603])
def test_some_calls_of_a_batch_are_limited(front: Front, expected: pa.Table, code: int) -> None:
    refused = set()

    def edit(call: Any, reply: Any) -> Any:
        what = str((call["method"], call["params"]))
        if what in refused:
            return reply
        refused.add(what)
        return {"jsonrpc": "2.0", "id": call["id"], "error": {"code": code, "message": "daily rate limit"}}

    front.edit = edit
    assert everything(front.url).equals(expected)


@pytest.mark.parametrize(
    "refusal", [(400, b"no"), (200, {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "no batches"}})]
)
def test_batches_are_refused(front: Front, expected: pa.Table, refusal: tuple[int, Any]) -> None:
    front.rule = lambda body: refusal if isinstance(body, list) else None
    assert everything(front.url).equals(expected)
    assert sum(isinstance(body, list) for body in front.bodies) <= 3 * 4  # it learns: halves once a method


def test_only_small_batches_are_taken(front: Front, expected: pa.Table) -> None:
    front.rule = lambda body: (413, b"") if len(calls_of(body)) > 2 else None
    assert everything(front.url).equals(expected)


def test_replies_in_another_order_and_with_gaps(front: Front, expected: pa.Table) -> None:
    front.edit = lambda call, reply: reply
    front.reshape = lambda replies: list(reversed(replies))[:3] if isinstance(replies, list) else replies
    assert everything(front.url).equals(expected)


def test_a_node_behind_the_others_of_its_address(front: Front, expected: pa.Table) -> None:
    late = set()

    def edit(call: Any, reply: Any) -> Any:
        what = str((call["method"], call["params"]))
        if call["method"].startswith("eth_get") and what not in late:
            late.add(what)
            return reply | {"result": None}
        return reply

    front.edit = edit
    assert everything(front.url).equals(expected)


def test_nobody_listens() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(InputError, match=f"{url}: no answer to eth_chainId in .*no connection.*run the same command"):
        chain_id(url, patience=0.3)


@pytest.mark.parametrize("rule", [lambda body: (429, b""), lambda body: HANG], ids=["busy", "silent"])
def test_a_node_that_does_not_answer_is_given_up(front: Front, rule: Any) -> None:
    front.rule = rule
    began = time.monotonic()
    with pytest.raises(InputError, match="no answer to eth_chainId in 1 s"):
        everything(front.url, patience=1.0)
    assert time.monotonic() - began < 4


def test_secrets_of_the_address_are_not_shown(front: Front, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    host = front.url.removeprefix("http://")
    url = f"http://user-{KEY}:pass-{KEY}@{host}/v3/path-{KEY}?apikey=query-{KEY}"
    shown = []
    for message in (f"limit of path-{KEY} and query-{KEY} reached", "\x1b[31mred\nline"):
        for code in (-32005, -32000):
            front.rule = refusing(code, message, "trace_block", "eth_chainId")
            with pytest.raises(InputError) as caught:
                everything(url, patience=0.3)
            shown.append(str(caught.value))
    front.rule = lambda body: (302, b"")
    with pytest.raises(InputError) as caught:
        everything(url)
    text = " ".join([*shown, str(caught.value), caplog.text])
    assert KEY not in text
    assert all(message.isprintable() and message.startswith(front.url + ":") for message in shown)
    assert front.headers["Authorization"].startswith("Basic ")


def test_a_node_that_stops_half_way(front: Front, expected: pa.Table, tmp_path: Path) -> None:
    staging = tmp_path / "deep" / "staging"
    seen: list[pa.Table] = []
    front.rule = lambda body: HANG if front.methods.count("trace_block") > 13 else None
    with pytest.raises(InputError) as caught:
        seen.extend(read_node(front.url, 0, BLOCKS, chunk=CHUNK, staging=staging, patience=0.5))
    assert len(seen) == 2
    assert re.fullmatch(
        re.escape(front.url) + r": no answer to trace_block for block 1\d in 0.5 s \(no answer in time\);"
        " run the same command again; 10 blocks are kept",
        str(caught.value),
    )
    asked = len(front.methods)
    front.rule = lambda body: None
    assert everything(front.url, staging=staging).equals(expected)
    again = [call["params"] for body in front.bodies for call in calls_of(body)]
    fully = [params[0] for params in again[asked:] if params[1:] == [True]]
    assert [int(number, 16) for number in fully] == list(range(10, BLOCKS + 1))
    before = len(front.methods)
    assert everything(front.url, staging=staging).equals(expected)  # all of it is kept now
    assert "trace_block" not in front.methods[before + 5 :]


def test_without_staging_nothing_is_kept(front: Front) -> None:
    front.rule = lambda body: HANG if front.methods.count("trace_block") > 13 else None
    with pytest.raises(InputError, match="run the same command again; nothing is kept without a staging folder"):
        everything(front.url, patience=0.5)


def test_a_node_that_is_killed_half_way(tmp_path: Path) -> None:
    with running() as node:
        fill(node)
        feed = read_node(node.url, 0, BLOCKS, chunk=CHUNK, staging=tmp_path, patience=0.5)
        next(feed)
        node.process.kill()
        with pytest.raises(InputError, match=r"no connection.*; run the same command again; 5 blocks are kept"):
            next(feed)
    assert [path.name for path in tmp_path.iterdir()] == ["31337-0-4.arrow"]


def test_damaged_staging_is_read_again(front: Front, expected: pa.Table, tmp_path: Path) -> None:
    assert everything(front.url, staging=tmp_path).equals(expected)
    files = sorted(tmp_path.iterdir())
    files[0].write_bytes(files[0].read_bytes()[:-50])
    files[1].write_bytes(b"")
    files[2].write_bytes(b"ARROW1" * 100)
    assert everything(front.url, staging=tmp_path).equals(expected)


def test_staging_that_cannot_be_written(front: Front, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"31337-0-4\.arrow: cannot be written"):
        everything(front.url, staging=tmp_path / "file")


def test_staging_without_traces_is_read_again_where_the_node_has_them(
    front: Front, expected: pa.Table, tmp_path: Path
) -> None:
    front.rule = refusing(-32601, "no", "trace_block", "debug_traceBlockByNumber")
    assert len(everything(front.url, staging=tmp_path)) < len(expected)
    front.rule = lambda body: None
    assert everything(front.url, staging=tmp_path).equals(expected)


def test_a_range_that_grows_uses_what_is_kept(front: Front, expected: pa.Table, tmp_path: Path) -> None:
    everything(front.url, 12, staging=tmp_path)
    before = len(front.bodies)
    assert everything(front.url, staging=tmp_path).equals(expected)
    params = [call["params"] for body in front.bodies[before:] for call in calls_of(body)]
    assert min(int(asked[0], 16) for asked in params if asked[1:] == [True]) == 10


def test_a_reorganisation_between_two_runs(tmp_path: Path) -> None:
    with running() as node:
        fill(node)
        old = everything(node.url, staging=tmp_path)
        node.call("anvil_reorg", 7, [])
        assert node.head == BLOCKS
        new = everything(node.url, staging=tmp_path)
        assert new.equals(everything(node.url))
        assert not new.equals(old)
        # blocks 0 to 14 are as they were
        unchanged = [table.filter(pa.compute.less(table["block"], 15)) for table in (old, new)]
        assert unchanged[0].equals(unchanged[1])
        assert len(new) < len(old)


@pytest.mark.parametrize("method", ["trace_block", "eth_getBlockReceipts", "debug_traceBlockByNumber"])
def test_a_reorganisation_while_a_chunk_is_read(method: str, tmp_path: Path) -> None:
    with running() as node, fronting(node.url) as front:
        fill(node)
        lacking = refusing(-32601, "no", "trace_block")

        def rule(body: Any) -> Any:
            call = calls_of(body)[0]
            if call["method"] == method and int(call["params"][0], 16) >= 15 and not done:
                done.append(node.call("anvil_reorg", 6, []))  # blocks 19 to 24
            return lacking(body) if method.startswith("debug") else None

        done: list[Any] = []
        front.rule = rule
        found = everything(front.url, staging=tmp_path)
        assert done
        assert found.equals(everything(node.url))


def test_a_reorganisation_below_what_was_handed_over(tmp_path: Path) -> None:
    with running() as node:
        fill(node)
        feed = read_node(node.url, 0, BLOCKS, chunk=CHUNK, staging=tmp_path)
        for _ in range(3):
            next(feed)
        node.call("anvil_reorg", 15, [])
        with pytest.raises(InputError, match="block 15 does not follow the block before it, 3 times"):
            next(feed)
        assert everything(node.url, staging=tmp_path).equals(everything(node.url))


def test_a_chain_that_never_stands_still(tmp_path: Path) -> None:
    with running() as node, fronting(node.url) as front:
        fill(node)

        def rule(body: Any) -> None:
            if calls_of(body)[0]["params"][1:] == [False]:  # the look whether the chunk's end is still there
                node.call("anvil_reorg", BLOCKS, [])

        front.rule = rule
        with pytest.raises(InputError, match="3 times: the chain is being reorganised or the node is out of step"):
            everything(front.url)
