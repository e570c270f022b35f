"""Imported from a node, every asset's flow is the change of the contracts' own balances, to the smallest unit."""

from pathlib import Path

import pytest

from cointrail.ledger.rows import Kind
from tests.conversions.onchain.imported import differences, load
from tests.conversions.onchain.record import NATIVE, Record
from tests.conversions.onchain.stage import Stage
from tests.conversions.onchain.three_chains import World
from tests.node.front import fronting, refusing

PARITY, GETH = "trace_block", "debug_traceBlockByNumber"


def test_the_heist_adds_up(stolen: tuple[Stage, Record], tmp_path: Path) -> None:
    record = stolen[1]
    ledger, said = load(record, tmp_path / "L")
    assert not said.err and "note:" not in said.out
    assert not differences(ledger, record)
    assert {asset.key.lower() for asset in ledger.assets} >= set(record.assets.values())


@pytest.mark.parametrize("side", ["near", "far"])
@pytest.mark.parametrize("world", ["crossed", "deceived"])
def test_three_chains_add_up(world: str, side: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    happened: World = request.getfixturevalue(world)
    record: Record = getattr(happened, side)
    ledger, _ = load(record, tmp_path / "L")
    assert not differences(ledger, record)


def test_value_moved_by_calls_is_there(stolen: tuple[Stage, Record], tmp_path: Path) -> None:
    """Sold for ETH: the wrapped coin pays the router, the router pays the seller; neither is in a log."""
    stage, record = stolen
    step = record.step("token to ETH")
    ledger, _ = load(record, tmp_path / "L")
    facts = ledger.facts(ledger.transaction(bytes.fromhex(step.tx[2:])))
    keys = [asset.key for asset in ledger.assets]
    paid = [
        ("0x" + sender.hex(), "0x" + recipient.hex(), amount)
        for sender, recipient, asset, kind, amount in zip(
            ledger.addresses([int(i) for i in facts.sender]),
            ledger.addresses([max(int(i), 0) for i in facts.recipient]),
            facts.asset,
            facts.kind,
            facts.amount,
            strict=True,
        )
        if keys[int(asset)] == NATIVE and kind == Kind.TRACE
    ]
    got = step.gain(stage["thief"])
    assert paid == [(stage["WETH"], stage["router"], got), (stage["router"], stage["thief"], got)]


def test_both_kinds_of_trace_tell_the_same(stolen: tuple[Stage, Record], tmp_path: Path) -> None:
    record = stolen[1]
    whole, _ = load(record, tmp_path / "whole")
    with fronting(record.url) as front:
        front.rule = refusing(-32601, "the method is not available", PARITY)
        other, said = load(record, tmp_path / "other", front.url)
    assert "note:" not in said.out
    assert other.digest == whole.digest


def test_without_traces_the_command_says_so_and_ether_is_missing(stolen: tuple[Stage, Record], tmp_path: Path) -> None:
    stage, record = stolen
    with fronting(record.url) as front:
        front.rule = refusing(-32601, "the method is not available", PARITY, GETH)
        ledger, said = load(record, tmp_path / "L", front.url)
    assert "value moved inside transactions is missing" in said.out
    wrong = differences(ledger, record)
    assert (stage["thief"], NATIVE) in wrong and (stage["router"], NATIVE) in wrong
    assert {asset for _, asset in wrong} == {NATIVE}  # tokens are in logs


def test_the_comparison_can_fail(stolen: tuple[Stage, Record], tmp_path: Path) -> None:
    record = stolen[1]
    ledger, _ = load(record, tmp_path / "L")
    holding = next(h for h, amount in record.closing.items() if amount and h[1] == record.assets["USDC"])
    changed = {**record.closing, holding: record.closing[holding] + 1}
    wrong = Record(**{**vars(record), "closing": changed})
    assert list(differences(ledger, wrong)) == [holding]


def test_symbols_prove_nothing(stolen: tuple[Stage, Record], tmp_path: Path) -> None:
    record = stolen[1]
    ledger, _ = load(record, tmp_path / "L")
    verified = {asset.key.lower() for asset in ledger.assets if asset.verified}
    assert {record.assets["USDC"], record.assets["WETH"]} <= verified
    assert not verified & {record.assets[name] for name in ("FAKE", "GOLD", "TAXED", "SHARE")}


def test_of_events_that_are_only_said_none_but_well_formed_transfers_count(deceived: World, tmp_path: Path) -> None:
    """Such a transfer is one of the liar's own token, and of no other."""
    record = deceived.near
    ledger, _ = load(record, tmp_path / "L")
    liar = record.contracts["lying"]
    facts = ledger.facts(range(ledger.transfers))
    keys = [asset.key.lower() for asset in ledger.assets]
    said = {"0x" + (tx or b"").hex() for tx, asset in zip(facts.tx, facts.asset, strict=True) if keys[asset] == liar}
    assert said == {record.step(name).tx for name in ("said transfer to the thief", "transfer of everything")}
    lies = {step.tx for step in deceived.lies}
    told = {keys[asset] for tx, asset in zip(facts.tx, facts.asset, strict=True) if "0x" + (tx or b"").hex() in lies}
    assert told <= {NATIVE, liar}
