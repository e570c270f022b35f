"""One trace over three chains: a theft on one node, over Across to another, and out to Bitcoin by THORChain's memo.

The far chain has liars: events of contracts that are no bridge's, one deposit filled twice, memos that are none.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import cointrail
from cointrail.conversions.bridges import Crossings, crossings
from tests.cli.command import Done, done
from tests.conversions.onchain.imported import load
from tests.conversions.onchain.record import NATIVE, Record
from tests.conversions.onchain.three_chains import BITCOIN, STOLEN, World, three_chains
from tests.tracing.following import Json


class Abroad(NamedTuple):
    """The world, its ledgers on disk, and what one command made of them."""

    world: World
    near: Path
    far: Path
    trail: Json
    said: Done


@pytest.fixture(scope="module")
def abroad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Abroad]:
    folder = tmp_path_factory.mktemp("abroad")
    with three_chains("base", "ethereum", hostile=True) as world:
        for record in (world.near, world.far):
            load(record, folder / record.chain)
            vouch(record, folder)
        near, far = folder / world.near.chain, folder / world.far.chain
        said = trace(world, folder / "out", near, far)
        yield Abroad(world, near, far, json.loads((folder / "out" / "trail.json").read_text()), said)


def vouch(record: Record, folder: Path) -> None:
    rows = [f"{record.assets[name]},{name},{decimals}" for name, decimals in (("GOLD", 18), ("USDC", 6))]
    (folder / "tokens.csv").write_text("\n".join(["contract,symbol,decimals", *rows]) + "\n")
    done("asset", "import", folder / "tokens.csv", "--into", folder / record.chain)


def trace(world: World, out: Path, *ledgers: Path) -> Done:
    return done("trace", *ledgers, "--tx", world.near.step("steal").tx, "--no-hubs", "--out", out)


def units(trail: Json, entry: Json, amount: str = "amount", asset: str = "asset") -> int:
    whole, _, rest = entry[amount].partition(".")
    return int(whole + rest.ljust(trail["assets"][entry[asset]]["decimals"], "0"))


def test_the_theft_ends_where_it_was_cashed_out(abroad: Abroad) -> None:
    world, trail = abroad.world, abroad.trail
    fifo = trail["policies"]["fifo"]
    [(asset, amount)] = fifo["stolen"].items()
    assert fifo["balanced"] and units(trail, {"amount": amount, "asset": asset}) == STOLEN
    ends = {(end["chain"], end["address"], end["reason"]): end for end in fifo["endpoints"]}
    far, thief, vault = world.far, world.far.people["thief"], world.far.people["vault"]
    out = ends.pop(("ethereum", vault, "bridge"))
    assert out["target"] == f"bitcoin {BITCOIN}" and out["label"] == "thorchain"
    fees = ends.pop(("ethereum", None, "fee"))
    assert units(trail, out) + units(trail, fees) == world.hop("to bitcoin").amount
    back = ends.pop(("ethereum", thief, "unspent"))
    assert units(trail, back) == world.hop("of a token").paid == far.closing[thief, far.assets["USDC"]]
    assert not ends


def test_every_hop_is_explained_and_exact(abroad: Abroad) -> None:
    world, trail = abroad.world, abroad.trail
    hops = {(c["tx"], c["to_tx"]): c for c in trail["policies"]["fifo"]["conversions"] if c["bridge"]}
    for name in ("USDC", "ETH", "of a token"):
        hop = world.hop(name)
        assert hop.fill is not None
        told = hops.pop((hop.deposit.tx, hop.fill.tx))
        assert (told["bridge"], told["rule"], told["confidence"]) == (hop.bridge, "key", 1.0)
        assert units(trail, told) == hop.amount and units(trail, told, "to_amount", "to_asset") == hop.paid
        assert (told["to_address"], told["to_chain"]) == (hop.recipient, hop.destination)
        assert "0x" in told["evidence"]
    assert not hops


def test_swaps_between_the_hops_are_exact(abroad: Abroad) -> None:
    world, trail = abroad.world, abroad.trail
    swaps = {c["tx"]: c for c in trail["policies"]["fifo"]["conversions"] if not c["bridge"]}
    for record, name in ((world.near, "to USDC"), (world.near, "to ETH"), (world.far, "far to ETH")):
        step = record.step(name)
        [conversion] = step.conversions
        told = swaps.pop(step.tx)
        assert units(trail, told) == sum(conversion.sold.values())
        assert units(trail, told, "to_amount", "to_asset") == sum(conversion.bought.values())
    assert not swaps


def test_without_the_far_ledger_the_endpoint_names_it(abroad: Abroad, tmp_path: Path) -> None:
    trace(abroad.world, tmp_path / "out", abroad.near)
    trail = json.loads((tmp_path / "out" / "trail.json").read_text())
    ends = [end for end in trail["policies"]["fifo"]["endpoints"] if end["reason"] == "bridge"]
    people = abroad.world.far.people
    assert {end["target"] for end in ends} == {f"ethereum {people[name]}" for name in ("thief", "runner")}
    amounts = {units(trail, end) for end in ends}
    assert amounts == {abroad.world.hop("USDC").amount, abroad.world.hop("ETH").amount}


def found(abroad: Abroad) -> Crossings:
    ledgers = [cointrail.open_ledger(path) for path in (abroad.near, abroad.far)]
    return crossings([(ledger.chain, ledger.events) for ledger in ledgers])


def test_lies_are_findings_and_never_links(abroad: Abroad) -> None:
    world, links = abroad.world, found(abroad)
    pairs = {(links.legs[x.deposit].tx.hex(), links.legs[x.withdrawal].tx.hex()) for x in links.links}
    true = {(hop.deposit.tx[2:], hop.fill.tx[2:]) for hop in world.hops if hop.fill}
    true |= {(world.near.step("deposit for two").tx[2:], world.far.step("fill of two").tx[2:])}
    assert pairs == true
    kinds = {(one.kind, f"0x{one.tx.hex()}") for one in links.findings}
    for name, kind in (
        ("said deposit", "foreign_contract"),
        ("said fill", "foreign_contract"),
        ("short deposit", "foreign_contract"),
        ("deposit of noise", "foreign_contract"),
        ("filled for another", "disagreeing_deposit"),
        ("filled without a deposit", "no_deposit_in_legs"),
    ):
        step = next(step for step in world.lies if step.name == name)
        assert (kind, step.tx) in kinds, name
    memos = [step for step in world.lies if step.name.startswith("memo")]
    unread = {tx for kind, tx in kinds if kind == "unreadable_memo"}
    assert len(unread & {step.tx for step in memos}) >= 6


def test_what_a_liar_says_moves_no_value_in_a_trace(abroad: Abroad) -> None:
    liar = abroad.world.far.people["liar"]
    assert liar not in {end["address"] for end in abroad.trail["policies"]["fifo"]["endpoints"]}
    assert NATIVE not in {c["address"] for c in abroad.trail["policies"]["fifo"]["conversions"]}
