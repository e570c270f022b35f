"""A node of Tron in Ethereum's interface: a real node under Tron's number, with replies in the shape of java-tron's."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cointrail.chains import tron
from cointrail.ledger import open_ledger
from cointrail.ledger.rows import Kind
from tests.anvil import Anvil, running
from tests.cli.command import Done, done, run
from tests.node.front import Front, fronting

NUMBER = 0x2B6653DC
SINK = "0x" + "5a" * 20


@pytest.fixture(scope="module")
def node() -> Iterator[Anvil]:
    with running(["--chain-id", str(NUMBER)]) as node:
        node.receipt(node.send(sender=node.accounts[0], to=SINK, value=7_000_001))
        yield node


@pytest.fixture
def front(node: Anvil) -> Iterator[Front]:
    """As java-tron answers: no nonces, and an energy price and use that do not say what was burnt."""
    with fronting(node.url) as front:
        front.edit = shaped
        yield front


def shaped(call: Any, reply: Any) -> Any:
    result = reply.get("result")
    if call["method"] == "eth_getBlockByNumber" and isinstance(result, dict):
        result.pop("withdrawals", None)
        for one in result["transactions"]:
            if isinstance(one, dict):
                one["nonce"], one["type"] = None, "0x0"
    for one in result if call["method"] == "eth_getBlockReceipts" and result else ():
        one["gasUsed"], one["effectiveGasPrice"] = "0xfb1d", "0x1a4"
    return reply


def load(url: str, into: Path) -> Done:
    return done("ledger", "import", "--rpc", url, "--from-block", 0, "--to-block", 1, "--into", into, "--chain", "tron")


def test_no_fee_is_made_up_from_energy_that_was_staked_for(front: Front, node: Anvil, tmp_path: Path) -> None:
    said = load(front.url, tmp_path / "l")
    assert "what was burnt as fee" in said.out
    ledger = open_ledger(tmp_path / "l")
    facts = ledger.facts(range(ledger.transfers))
    assert [Kind(int(kind)) for kind in facts.kind] == [Kind.TRANSACTION] and facts.amount == [7_000_001]
    sides = ledger.texts([int(facts.sender[0]), int(facts.recipient[0])])
    assert sides == [tron.address(bytes.fromhex(one[2:])) for one in (node.accounts[0], SINK)]
    done("trace", tmp_path / "l", "--from", sides[0], "--out", tmp_path / "out")
    content = json.loads((tmp_path / "out" / "trail.json").read_text())
    [end] = content["policies"]["fifo"]["endpoints"]
    assert (end["address"], end["amount"], end["asset"]) == (sides[1], "7.000001", "TRX")


def test_times_in_milliseconds_are_refused(front: Front, tmp_path: Path) -> None:
    def late(call: Any, reply: Any) -> Any:
        if call["method"] == "eth_getBlockByNumber" and reply.get("result"):
            reply["result"]["timestamp"] = hex(1000 * int(reply["result"]["timestamp"], 16))
        return shaped(call, reply)

    front.edit = late
    ended = run("ledger", "import", "--rpc", front.url, "--from-block", 0, "--to-block", 1, "--into", tmp_path / "l",
                "--chain", "tron")  # fmt: skip
    assert ended.refused and "after the year 9999" in ended.err
