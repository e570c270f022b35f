"""Requests that are broken or made to break: an answer in bounded time, never safe by accident."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from cointrail.cli.main import commands
from cointrail.errors import InputError
from cointrail.guard import Confirmation, Request, check, parse_state, read_requests, requests, signature
from cointrail.guard.signature import parse, split
from cointrail.guard.state import Account
from tests.guard.incidents import RADIANT, WAZIRX_HASH, wazirx
from tests.guard.safes import BATCH, OWNERS, batch, call, hashed, tx
from tests.guard.test_rules import EVIL, raw, with_code
from tests.guard.world import World

SECONDS = 20  # far above what it takes: machines are slow and shared


def payment(w: World) -> dict[str, Any]:
    return {"safe": w.safe, "chainId": 1, "to": w.payees[0], "value": "1000", "data": None, "operation": 0, "nonce": 0,
            "version": "1.5.0"}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"[]", b"nonsense", b"\xff\xfe", b"[" * 100_000, b"null", b'{"to": 1}', b'{"results": []}', b"3",
        b'{"a": 1, "a": 1}', b'{"nonce": NaN}', b"{}",
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused_with_one_line(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "tx.json"
    file.write_bytes(text)
    with pytest.raises(InputError) as refused:
        read_requests(file)
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 400


CHANGES: list[dict[str, Any]] = [
    {"to": "0x12"}, {"to": None}, {"value": -1}, {"value": 1.0}, {"value": "1e3"}, {"value": True}, {"value": "٣"},
    {"value": str(2**256)}, {"value": "1" * 10_000}, {"data": "0x1"}, {"data": "zz"}, {"data": 5}, {"operation": 256},
    {"nonce": None}, {"nonce": "x"}, {"safeTxHash": "0x12"}, {"gasToken": "0x"}, {"confirmations": {}},
    {"owners": "0x"}, {"chainId": -1}, {"to": "0x88A1493366D48225fc3cEFbdae9eBb23E323Ade3"},
    {"safe_tx_gas": 1, "safeTxGas": 2},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_broken_fields_are_refused(treasury: World, change: dict[str, Any]) -> None:
    with pytest.raises(InputError) as refused:
        requests({**payment(treasury), **change}, "TX.json")
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 400


@pytest.mark.parametrize("change", [{"version": "9.9.9"}, {"version": "x"}, {"version": ""}, {"version": None}])
def test_an_unknown_version_is_a_question(treasury: World, change: dict[str, Any]) -> None:
    [request] = requests({**payment(treasury), **change}, "TX.json")
    assert check(request, history=treasury.history).verdict == "review"


def test_another_chain_or_safe_than_named_is_refused(treasury: World) -> None:
    with pytest.raises(InputError, match="chain"):
        requests(payment(treasury), "TX.json", None, 10)
    with pytest.raises(InputError, match="Safe"):
        requests(payment(treasury), "TX.json", raw(EVIL))


@pytest.mark.parametrize("size", [0, 1, 64, 66, 130])
def test_signatures_of_wrong_length_are_stopped(treasury: World, size: int) -> None:
    signed = [{"owner": OWNERS[0].text, "signature": "0x" + "11" * size}]
    [request] = requests({**payment(treasury), "confirmations": signed}, "TX.json")
    assert check(request, state=treasury.state, history=treasury.history).verdict == "stop"


@given(st.binary(max_size=400))
def test_joined_signatures_never_break_the_reader(content: bytes) -> None:
    try:
        parts = split(content)
    except ValueError:
        return
    assert sum(len(part[:65]) for part in parts) <= len(content)
    for part in parts:
        try:
            parse(part).recover(bytes(32))
        except ValueError:
            continue


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
KEYS = [
    "to", "value", "data", "operation", "safeTxGas", "baseGas", "gasPrice", "gasToken", "refundReceiver", "nonce",
    "safe", "safeTxHash", "confirmations", "signatures", "owners", "threshold", "chainId", "parent", "message", "types",
    "isExecuted", "instructions", "authorization", "executor",
]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=4), st.booleans())
def test_no_document_is_safe_by_accident(changes: dict[str, Any], plain: bool) -> None:
    base = RADIANT if plain else wazirx(WAZIRX_HASH)
    try:
        [request] = requests({**base, **changes}, "TX.json")
    except InputError:
        return
    found = check(request)
    assert found.verdict != "safe"
    json.dumps(found.content())


def test_ten_megabytes_of_calldata_are_judged_in_time(treasury: World, tmp_path: Path) -> None:
    large = {**payment(treasury), "to": EVIL, "data": "0x01020304" + "ab" * 10_000_000}
    file = tmp_path / "large.json"
    file.write_text(json.dumps(large))
    began = time.monotonic()
    [request] = read_requests(file)
    found = check(request, state=treasury.state, history=treasury.history)
    assert found.verdict == "review" and len(json.dumps(found.content())) < 100_000
    assert time.monotonic() - began < SECONDS


def test_a_batch_without_end_is_judged_in_time(treasury: World) -> None:
    many = batch([(treasury.payees[0], 1, b"")] * 120_000)
    began = time.monotonic()
    found = check(treasury.request(tx(BATCH, data=many, operation=1)), state=treasury.state, history=treasury.history)
    assert found.verdict == "stop" and time.monotonic() - began < SECONDS


def test_batches_in_batches_end(treasury: World) -> None:
    data = batch([(treasury.payees[0], 1, b"")])
    for _ in range(40):
        packed = bytes([1]) + raw(BATCH) + bytes(32) + len(data).to_bytes(32, "big") + data
        data = call("multiSend(bytes)", packed)
    found = check(treasury.request(tx(BATCH, data=data, operation=1)), state=treasury.state, history=treasury.history)
    assert found.verdict == "stop"


BURNING = {
    "a loop": "5b5f56",
    "memory": "5b5a6020025a5350" + "5f56",
    "hashing": "5b620fffff5f2050" + "5f56",
    "calls to itself": "5b5f5f5f5f5f305af150" + "5f56",
    "unknown instruction": "0c",
    "invalid": "fe",
    "modular powers": "5b" + "6104005f5f" + "610400" + "5f" + "60055afa50" + "5f56",
}


@pytest.mark.parametrize("name", BURNING)
def test_contracts_that_burn_gas_end_in_a_question(treasury: World, name: str) -> None:
    began = time.monotonic()
    request = treasury.request(tx(EVIL, data=b"\1\2\3\4"))
    found = check(request, state=with_code(treasury, EVIL, BURNING[name]), history=treasury.history)
    assert found.verdict != "safe" and time.monotonic() - began < SECONDS
    if name == "unknown instruction":
        assert any(r.rule in ("simulation_fails", "call_unknown") for r in found.reasons)


# what a contract can ask that is zero for simulators
DETECTORS = {"coinbase": "41", "gas price": "3a", "randomness": "44"}
BLIND = {"base fee": "48", "gas limit": "67fffffffffffffff04510"}  # of which the engine knows nothing: a question


@pytest.mark.parametrize("name", DETECTORS)
def test_contracts_that_know_simulators_are_stopped(treasury: World, name: str) -> None:
    code = DETECTORS[name] + "600657" + "00" + "00" + "5b" + "5f5f5f5f4773" + "9" * 40 + "5af100"
    # JUMPI to 6 where it is not zero, else STOP; at 6 it pays out the value that it was sent
    history = treasury.history
    history.called.add(raw(EVIL))
    state = with_code(treasury, EVIL, code)
    found = check(treasury.request(tx(EVIL, 10**18, b"\1\2\3\4")), state=state, history=history)
    assert found.verdict == "stop"
    assert "simulation_differs" in {r.rule for r in found.reasons if r.severity == "stop"}


@pytest.mark.parametrize("name", BLIND)
def test_what_the_engine_cannot_answer_is_a_question(treasury: World, name: str) -> None:
    history = treasury.history
    history.called.add(raw(EVIL))
    state = with_code(treasury, EVIL, BLIND[name] + "50" + "00")
    assert check(treasury.request(tx(EVIL, 10**18, b"\1\2\3\4")), state=state, history=history).verdict == "review"


def test_a_state_of_lies_does_not_break_it(treasury: World) -> None:
    safe = treasury.state.accounts[raw(treasury.safe)]
    ring = dict.fromkeys(safe.storage, 7)
    request = treasury.request(tx(treasury.payees[0], 1))
    for storage in ({}, ring, dict.fromkeys(safe.storage, 2**256 - 1)):
        accounts = {**treasury.state.accounts, raw(treasury.safe): replace(safe, storage=storage)}
        liar = replace(treasury.state, accounts=accounts)
        assert check(request, state=liar, history=treasury.history).verdict != "safe"
    empty = replace(treasury.state, accounts={raw(treasury.safe): Account()})
    assert check(request, state=empty, history=treasury.history).verdict == "review"


@pytest.mark.parametrize(
    "document",
    [None, 3, [], {}, {"accounts": {}}, {"0x12": {}}, {"0x" + "1" * 40: 3}, {"0x" + "1" * 40: {"storage": [1]}}],
)
def test_a_broken_state_is_refused(document: Any) -> None:
    with pytest.raises(InputError):
        parse_state(document, "state.json")


def test_a_reused_signature_is_stopped(treasury: World) -> None:
    """One that was good for the nonce before."""
    before, now = tx(treasury.payees[0], 5), tx(treasury.payees[0], 5, nonce=1)
    old = Confirmation(OWNERS[0].address, OWNERS[0].sign(hashed(treasury.safe, before).safe_tx))
    request = Request(raw(treasury.safe), 1, now, confirmations=(old,), version="1.5.0")
    assert check(request, state=treasury.state, history=treasury.history).verdict == "stop"


def test_the_command_ends_as_the_verdict_says(tmp_path: Path) -> None:
    file = tmp_path / "tx.json"
    for document, status in ((RADIANT, 4), (wazirx(WAZIRX_HASH), 3)):
        file.write_text(json.dumps(document))
        done = CliRunner().invoke(commands, ["guard", "check", str(file), "--json"])
        assert done.exit_code == status
        content = json.loads(done.stdout)
        assert {"verdict", "safe_tx_hash", "reasons", "signers", "simulation", "unknown"} <= set(content)
        shown = CliRunner().invoke(commands, ["guard", "check", str(file)])
        assert shown.exit_code == status and shown.stdout.splitlines()[0].lower().startswith(content["verdict"])


def test_of_several_transactions_the_worst_verdict_comes_first(tmp_path: Path) -> None:
    file = tmp_path / "queue.json"
    file.write_text(json.dumps([wazirx(WAZIRX_HASH), RADIANT]))
    shown = CliRunner().invoke(commands, ["guard", "check", str(file)])
    assert shown.exit_code == 4
    lines = shown.stdout.splitlines()
    assert lines[0].startswith("STOP") and lines[1] == "2 transactions: 1 stop, 1 review."
    heads = [place for place, line in enumerate(lines) if line.startswith("Transaction ")]
    assert [lines[place - 1] for place in heads] == ["", ""]
    assert [lines[place + 1].split(":")[0] for place in heads] == ["STOP", "REVIEW"]
    assert all(
        f"Transaction {n} of 2" in lines[place] and ", hash 0x" in lines[place] for n, place in enumerate(heads, 1)
    )
    assert ", nonce " in lines[heads[0]]
    content = json.loads(CliRunner().invoke(commands, ["guard", "check", str(file), "--json"]).stdout)
    assert content["verdict"] == "stop" and len(content["transactions"]) == 2


@given(st.binary(min_size=32, max_size=32), st.integers(0, 4), st.binary(min_size=64, max_size=64), st.booleans())
@settings(max_examples=30, deadline=None)
def test_both_libraries_recover_the_same(digest: bytes, owner: int, noise: bytes, good: bool) -> None:
    raw_ = OWNERS[owner].sign(digest) if good else noise + b"\x1b"
    r, s, parity = raw_[:32], raw_[32:64], raw_[64] - 27
    assert signature._quick(digest, r, s, parity) == signature._plain(digest, r, s, parity)
    assert not good or signature.recover(digest, r, s, parity) == OWNERS[owner].address


def test_without_the_simulator_nothing_is_safe(treasury: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cointrail.guard.simulation.available", lambda: False)
    found = check(treasury.request(tx(treasury.payees[0], 1)), state=treasury.state, history=treasury.history)
    assert found.verdict == "review" and found.subject.simulation is None
